using System.Text.Json;
using Xunit;
using static Reflow.Server.Tests.Tasks.TaskDesk;

namespace Reflow.Server.Tests.Tasks;

/// <summary>PATCH and DELETE of a task (contracts: task §2.6, §2.7).</summary>
public class PatchTaskTests
{
    [Fact]
    public async Task Only_what_is_named_changes_and_the_rest_is_not_even_looked_at()
    {
        await using var reflow = await TestReflow.Start();
        var id = await reflow.NewTask(Start + 60, "FREQ=DAILY", ["1002"], ["1003"]);
        var before = await reflow.Shown(id);
        reflow.Clock.Advance(TimeSpan.FromSeconds(5));
        var answer = (await reflow.Patch(id, new { summary = "新标题", description = 7, extra = "%%%", due = "soon", repeat_rule = new { }, origin = 1 }, "summary")).Ok().Data.GetProperty("task");
        Assert.Equal(Changed(before, ("summary", "新标题"), ("update_time", $"{Start + 5}")), Members(answer));
        Assert.Equal(answer.GetRawText(), (await reflow.Shown(id)).GetRawText());
    }

    [Fact]
    public async Task What_is_named_and_not_sent_is_cleared()
    {
        await using var reflow = await TestReflow.Start();
        var id = await reflow.NewTask(Start + 60, "FREQ=DAILY", ["1002"], ["1003"]);
        (await reflow.Patch(id, new { description = "a", extra = "eA==", custom = """{"custom_complete":{}}""" }, "description", "extra", "custom")).Ok();
        var task = (await reflow.Patch(id, new { }, "description", "extra", "custom", "due", "repeat_rule", "collaborator_ids", "follower_ids")).Ok().Data.GetProperty("task");
        Assert.Equal(("", "", "", """{"time":"0","timezone":"","is_all_day":false}"""), (task.Text("description"), task.Text("extra"), task.Text("custom"), task.GetProperty("due").GetRawText()));
        Assert.Empty(task.Ids("collaborators").Concat(task.Ids("followers")));
        Assert.False(task.TryGetProperty("repeat_rule", out _));
    }

    [Fact]
    public async Task A_rich_title_wins_and_a_plain_one_alone_replaces_it()
    {
        await using var reflow = await TestReflow.Start();
        var id = await reflow.NewTask();
        var task = (await reflow.Patch(id, new { summary = "plain", rich_summary = "see [it](https://example.org)" }, "summary", "rich_summary")).Ok().Data.GetProperty("task");
        Assert.Equal(("see it", "see [it](https://example.org)"), (task.Text("summary"), task.Text("rich_summary")));
        task = (await reflow.Patch(id, new { }, "rich_summary")).Ok().Data.GetProperty("task");
        Assert.Equal(("see it", false), (task.Text("summary"), task.TryGetProperty("rich_summary", out _)));
        (await reflow.Patch(id, new { rich_description = "<a>https://example.org</a>" }, "rich_description")).Ok();
        task = (await reflow.Patch(id, new { description = "plain" }, "description")).Ok().Data.GetProperty("task");
        Assert.Equal(("plain", false), (task.Text("description"), task.TryGetProperty("rich_description", out _)));
    }

    [Fact]
    public async Task Members_are_replaced_and_those_who_stay_keep_their_places()
    {
        await using var reflow = await TestReflow.Start();
        var id = await reflow.NewTask(collaborators: ["1001", "1002", "1003"]);
        var wanted = await reflow.UserIds("1004", "1003", "1001", "1004");
        var task = (await reflow.Patch(id, new { collaborator_ids = wanted, follower_ids = await reflow.UserIds("1002") }, "collaborator_ids", "follower_ids")).Ok().Data.GetProperty("task");
        Assert.Equal(await reflow.UserIds("1001", "1003", "1004"), task.Ids("collaborators"));
        Assert.Equal(await reflow.UserIds("1002"), task.Ids("followers"));
        Assert.Equal(task.GetRawText(), (await reflow.Shown(id)).GetRawText());
        Assert.Equal(task.Ids("collaborators"), Assert.Single(await reflow.Pages($"{Root}/{id}/collaborators{ByUserId}")));
    }

    [Fact]
    public async Task Members_that_stay_all_the_same_change_nothing()
    {
        await using var reflow = await TestReflow.Start();
        var id = await reflow.NewTask(collaborators: ["1001"]);
        var state = await reflow.State();
        (await reflow.Patch(id, new { collaborator_ids = await reflow.UserIds("1001", "1001") }, "collaborator_ids")).Ok();
        Assert.Equal(state, await reflow.State());
    }

    [Fact]
    public async Task Moments_may_be_numbers_and_a_whole_day_is_its_date()
    {
        await using var reflow = await TestReflow.Start();
        var id = await reflow.NewTask();
        var due = (await reflow.Patch(id, new { due = new { time = Start, is_all_day = true } }, "due")).Ok().Data.GetProperty("task").GetProperty("due");
        Assert.Equal($$"""{"time":"{{Start / 86_400 * 86_400}}","timezone":"Asia/Shanghai","is_all_day":true}""", due.GetRawText());
    }

    [Fact]
    public async Task The_limits_that_feishu_does_not_tell_are_settings()
    {
        await using var reflow = await TestReflow.Start(settings => settings with { TaskSummaryMax = 2, TaskFollowersMax = 1 });
        var id = await reflow.NewTask();
        (await reflow.Patch(id, new { summary = "长😀" }, "summary")).Ok();
        Assert.Equal(1470437, (await reflow.Patch(id, new { summary = "长长长" }, "summary")).Code);
        Assert.Equal(1470428, (await reflow.On(id, "POST", "/followers" + ByUserId, new { id_list = await reflow.UserIds("1001", "1002") })).Code);
    }

    [Fact]
    public async Task Collaborators_change_what_an_app_made()
    {
        await using var reflow = await TestReflow.Start();
        var id = await reflow.NewTask(collaborators: ["1002"]);
        (await reflow.On(id, "PATCH", "", new { task = new { summary = "y" }, update_fields = new[] { "summary" } }, by: "1002")).Ok();
        Assert.Equal("y", (await reflow.Shown(id)).Text("summary"));
        (await reflow.On(id, "DELETE", by: "1002")).Ok();
        Assert.Equal(1470602, (await reflow.On(id, "GET", by: "1002")).Code);
    }

    static SortedDictionary<string, string> Members(JsonElement json) => new(json.EnumerateObject().ToDictionary(m => m.Name, m => m.Value.ToString()));

    static SortedDictionary<string, string> Changed(JsonElement json, params (string Name, string Value)[] changes)
    {
        var members = Members(json);
        foreach (var (name, value) in changes) members[name] = value;
        return members;
    }
}
