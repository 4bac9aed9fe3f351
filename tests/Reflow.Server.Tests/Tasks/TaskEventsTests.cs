using Xunit;
using static Reflow.Server.Tests.Tasks.TaskDesk;

namespace Reflow.Server.Tests.Tasks;

/// <summary>What others are told of tasks (contracts: task §5), and the copy that follows a task that repeats (§2.7).</summary>
public class TaskEventsTests
{
    const string Updated = "task.task.updated_v1", Tenant = "task.task.update_tenant_v1", Comment = "task.task.comment.updated_v1";

    [Fact]
    public async Task Each_aspect_that_changes_is_told_to_the_app_that_made_the_task_and_to_all_who_ask()
    {
        await using var reflow = await TestReflow.Start();
        var before = await reflow.LastEvent();
        var (manager, finance) = (await reflow.UserId("1002"), await reflow.UserId("1003"));
        var id = await reflow.NewTask(Start + 3600, collaborators: ["1002"]);
        (await reflow.On(id, "POST", "/complete")).Ok();
        (await reflow.On(id, "POST", "/complete")).Ok();
        (await reflow.On(id, "POST", "/uncomplete")).Ok();
        (await reflow.Patch(id, new { summary = "y", follower_ids = new[] { finance } }, "summary", "follower_ids")).Ok();
        (await reflow.Patch(id, new { collaborator_ids = new[] { finance } }, "collaborator_ids")).Ok();
        (await reflow.On(id, "DELETE", $"/followers/{finance}{ByUserId}")).Ok();
        (await reflow.On(id, "POST", "/reminders", new { relative_fire_minute = 30 })).Ok();
        (await reflow.On(id, "DELETE")).Ok();
        string Mine(int aspect) => $$"""{{Updated}} {{Demo.App}} {"task_id":"{{id}}","obj_type":{{aspect}}}""";
        string All(string what, string act, params string[] users) =>
            $$"""{{Tenant}} * {"task_id":"{{id}}","object_type":"{{what}}","event_type":"{{act}}","user_ids":[{{string.Join(',', users.Select(user => $"\"{user}\""))}}]}""";
        Assert.Equal(
        [
            All("task", "create", manager),
            Mine(5), All("task", "update", manager),
            Mine(6), All("task", "update", manager),
            Mine(1), All("task", "update", manager, finance), Mine(3), All("follower", "create", manager, finance),
            Mine(2), All("collaborator", "update", finance, manager),
            Mine(3), All("follower", "delete", finance),
            Mine(4), All("task", "update", finance),
            Mine(7), All("task", "delete", finance),
        ], await reflow.Events(after: before));
    }

    [Fact]
    public async Task What_a_member_made_is_told_to_no_app_of_its_own()
    {
        await using var reflow = await TestReflow.Start();
        var before = await reflow.LastEvent();
        var id = await reflow.NewTask(by: "1001");
        (await reflow.On(id, "POST", "/complete", by: "1001")).Ok();
        (await reflow.On(id, "POST", "/comments", new { content = "x" }, by: "1001")).Ok();
        Assert.Equal([Tenant, Tenant], (await reflow.Events(after: before)).Select(line => line.Split(' ')[0]));
        Assert.Contains($"\"user_ids\":[\"{await reflow.UserId("1001")}\"]", (await reflow.Events(after: before))[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comments_are_told_of_with_what_they_reply_to()
    {
        await using var reflow = await TestReflow.Start();
        var id = await reflow.NewTask();
        var before = await reflow.LastEvent();
        var first = (await reflow.On(id, "POST", "/comments", new { content = "x" })).Ok().Data.GetProperty("comment").Text("id");
        var reply = (await reflow.On(id, "POST", "/comments", new { content = "x", parent_id = first })).Ok().Data.GetProperty("comment").Text("id");
        (await reflow.On(id, "PUT", $"/comments/{reply}", new { content = "y" })).Ok();
        (await reflow.On(id, "DELETE", $"/comments/{first}")).Ok();
        string Told(string comment, string parent, int act) => $$"""{{Comment}} {{Demo.App}} {"task_id":"{{id}}","comment_id":"{{comment}}","parent_id":"{{parent}}","obj_type":{{act}}}""";
        Assert.Equal([Told(first, "0", 1), Told(reply, first, 2), Told(reply, first, 3), Told(first, "0", 4)], await reflow.Events(after: before));
    }

    [Fact]
    public async Task A_task_that_repeats_is_followed_by_one_that_is_due_at_the_same_clock()
    {
        await using var reflow = await TestReflow.Start();
        // 2026-03-07 02:30 in New York; the clocks skip that hour a day later.
        var due = DateTimeOffset.Parse("2026-03-07T02:30:00-05:00").ToUnixTimeSeconds();
        var id = await reflow.NewTask(due, "FREQ=DAILY;COUNT=3", ["1002"], ["1003"], summary: "每天");
        (await reflow.On(id, "POST", "/reminders", new { relative_fire_minute = 15 })).Ok();
        var before = await reflow.LastEvent();
        reflow.Clock.Advance(TimeSpan.FromSeconds(10));
        (await reflow.On(id, "POST", "/complete")).Ok();
        var copy = Assert.Single(Assert.Single(await reflow.Pages($"{Root}?start_create_time={Start + 10}")));
        Assert.Equal([Updated, Tenant, Tenant], (await reflow.Events(after: before)).Select(line => line.Split(' ')[0]));
        var (done, open) = (await reflow.Shown(id), await reflow.Shown(copy));
        Assert.Equal((false, $"{Start + 10}"), (done.TryGetProperty("repeat_rule", out _), done.Text("complete_time")));
        Assert.Equal(("每天", "FREQ=DAILY;COUNT=2", "0", $"{Start + 10}", $"{Start + 10}"), (open.Text("summary"), open.Text("repeat_rule"), open.Text("complete_time"), open.Text("create_time"), open.Text("update_time")));
        Assert.Equal(DateTimeOffset.Parse("2026-03-08T03:30:00-04:00").ToUnixTimeSeconds(), long.Parse(open.GetProperty("due").Text("time")));
        Assert.Equal(await reflow.UserIds("1002", "1003"), open.Ids("collaborators").Concat(open.Ids("followers")));
        Assert.Equal(6, open.GetProperty("source").GetInt32());
        Assert.Single(Assert.Single(await reflow.Pages($"{Root}/{copy}/reminders")));
        // The last of three: at half past two again, and followed by none. Taking a completion back brings no rule back.
        (await reflow.On(copy, "POST", "/complete")).Ok();
        var third = Assert.Single(await reflow.Pages($"{Root}?start_create_time={Start + 10}&task_completed=false"))[0];
        Assert.Equal(DateTimeOffset.Parse("2026-03-09T02:30:00-04:00").ToUnixTimeSeconds(), long.Parse((await reflow.Shown(third)).GetProperty("due").Text("time")));
        (await reflow.On(third, "POST", "/complete")).Ok();
        Assert.Empty(Assert.Single(await reflow.Pages($"{Root}?start_create_time={Start + 10}&task_completed=false")));
        (await reflow.On(copy, "POST", "/uncomplete")).Ok();
        Assert.False((await reflow.Shown(copy)).TryGetProperty("repeat_rule", out _));
        await reflow.Pass(TimeSpan.FromDays(8));
        Assert.Single(await reflow.Events(Store.TaskOutbox.ReminderDue));
    }

    [Fact]
    public async Task Administrators_list_events_by_type_and_page()
    {
        await using var reflow = await TestReflow.Start(settings => settings with { AdminToken = "admin" });
        var last = await reflow.LastEvent();
        var id = await reflow.NewTask();
        for (var i = 0; i < 2; i++)
        {
            (await reflow.On(id, "POST", "/complete")).Ok();
            (await reflow.On(id, "POST", "/uncomplete")).Ok();
        }
        var events = $"/reflow/v1/tenants/{Demo.Tenant}/events";
        var seen = new List<int>();
        for (var more = true; more;)
        {
            var page = (await reflow.Send(new("GET", $"{events}?type={Updated}&after={last}&page_size=3", null, "admin"))).Ok().Data;
            foreach (var one in page.GetProperty("events").EnumerateArray())
            {
                Assert.Equal((Updated, "task", id, Demo.App, Start * 1000), (one.Text("type"), one.Text("kind"), one.Text("id"), one.Text("app_id"), one.GetProperty("at").GetInt64()));
                Assert.True(one.GetProperty("seq").GetInt64() > last);
                last = one.GetProperty("seq").GetInt64();
                seen.Add(one.GetProperty("event").GetProperty("obj_type").GetInt32());
            }
            more = page.GetProperty("has_more").GetBoolean();
        }
        Assert.Equal([5, 6, 5, 6], seen);
        Assert.Equal(404, (await reflow.Send(new("GET", "/reflow/v1/tenants/nobody/events", null, "admin"))).Status);
        Assert.Equal(400, (await reflow.Send(new("GET", $"{events}?page_size=201", null, "admin"))).Status);
        Assert.Equal(401, (await reflow.Send(new("GET", events, null, "wrong"))).Status);
    }
}
