using Reflow.Server.Store;
using Xunit;
using static Reflow.Server.Tests.Tasks.TaskDesk;

namespace Reflow.Server.Tests.Tasks;

/// <summary>Reminders, and what becomes of them (contracts: task §2.10).</summary>
public class TaskRemindersTests
{
    const string Due = "reflow.task.reminder_due_v1";

    [Fact]
    public async Task Reminders_are_listed_by_page_in_the_order_of_their_ids()
    {
        await using var reflow = await TestReflow.Start();
        var id = await reflow.NewTask(Start + 3600);
        var ids = new List<string>();
        foreach (var minutes in new[] { 10, -5, 0 })
        {
            var reminder = (await reflow.On(id, "POST", "/reminders", new { relative_fire_minute = minutes })).Ok().Data.GetProperty("reminder");
            Assert.Equal(minutes, reminder.GetProperty("relative_fire_minute").GetInt32());
            ids.Add(reminder.Text("id"));
        }
        Assert.Equal([[ids[0], ids[1]], [ids[2]]], await reflow.Pages($"{Root}/{id}/reminders?page_size=2"));
        (await reflow.On(id, "DELETE", $"/reminders/{ids[0]}")).Ok();
        Assert.Equal([ids[1], ids[2]], Assert.Single(await reflow.Pages($"{Root}/{id}/reminders")));
    }

    [Fact]
    public async Task The_first_reminder_fires_at_its_moment_once_and_the_others_never()
    {
        await using var reflow = await TestReflow.Start();
        var id = await reflow.NewTask(Start + 3600, collaborators: ["1002"]);
        var first = await Remind(reflow, id, 30);
        await Remind(reflow, id, 50);
        await reflow.Pass(TimeSpan.FromSeconds(1799));
        Assert.Empty(await reflow.Events(Due));
        await reflow.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal([$$"""{{Due}} * {"task_id":"{{id}}","reminder_id":"{{first}}","user_ids":["{{await reflow.UserId("1002")}}"]}"""], await reflow.Events(Due));
        await reflow.Pass(TimeSpan.FromHours(1));
        Assert.Single(await reflow.Events(Due));
        Assert.Equal($"{Start}", (await reflow.Shown(id)).Text("update_time"));
    }

    [Fact]
    public async Task It_can_fire_at_once_and_after_the_due_time()
    {
        await using var reflow = await TestReflow.Start();
        var (now, later) = (await reflow.NewTask(Start + 60), await reflow.NewTask(Start + 60));
        await Remind(reflow, now, 1);
        await Remind(reflow, later, -1);
        Assert.Equal([(now, Start * 1000)], (await reflow.Reminders.Fire(Start * 1000, TestContext.Current.CancellationToken)).Select(fired => (fired.Id, fired.At)));
        Assert.Equal([(later, (Start + 120) * 1000)], (await reflow.Reminders.Fire((Start + 130) * 1000, TestContext.Current.CancellationToken)).Select(fired => (fired.Id, fired.At)));
        Assert.Empty(await reflow.Reminders.Fire((Start + 9999) * 1000, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("complete", 0)]
    [InlineData("complete,uncomplete", 1)]
    [InlineData("delete", 0)]
    [InlineData("no due", 0)]
    [InlineData("later", 1)]
    [InlineData("title", 1)]
    [InlineData("no reminder", 0)]
    public async Task A_reminder_goes_with_its_task(string acts, int fired)
    {
        await using var reflow = await TestReflow.Start();
        var id = await reflow.NewTask(Start + 3600);
        var reminder = await Remind(reflow, id, 30);
        foreach (var act in acts.Split(','))
        {
            (await (act switch
            {
                "delete" => reflow.On(id, "DELETE"),
                "no due" => reflow.Patch(id, new { }, "due"),
                "later" => reflow.Patch(id, new { due = new { time = Start + 7200 } }, "due"),
                "title" => reflow.Patch(id, new { summary = "y" }, "summary"),
                "no reminder" => reflow.On(id, "DELETE", $"/reminders/{reminder}"),
                _ => reflow.On(id, "POST", $"/{act}"),
            })).Ok();
        }
        await reflow.Pass(TimeSpan.FromSeconds(1800));
        Assert.Equal(acts is "later" ? 0 : fired, (await reflow.Events(Due)).Count);
        await reflow.Pass(TimeSpan.FromSeconds(3600));
        Assert.Equal(fired, (await reflow.Events(Due)).Count);
    }

    [Fact]
    public async Task What_was_missed_while_the_task_was_done_is_not_made_up_for()
    {
        await using var reflow = await TestReflow.Start();
        var id = await reflow.NewTask(Start + 3600);
        await Remind(reflow, id, 30);
        (await reflow.On(id, "POST", "/complete")).Ok();
        await reflow.Pass(TimeSpan.FromSeconds(2000));
        (await reflow.On(id, "POST", "/uncomplete")).Ok();
        await reflow.Pass(TimeSpan.FromSeconds(1000));
        Assert.Empty(await reflow.Events(Due));
        // Another due time, another moment.
        (await reflow.Patch(id, new { due = new { time = Start + 6000 } }, "due")).Ok();
        await reflow.Pass(TimeSpan.FromSeconds(1500));
        Assert.Single(await reflow.Events(Due));
    }

    [Fact]
    public async Task The_next_one_is_first_when_the_first_is_taken_away()
    {
        await using var reflow = await TestReflow.Start();
        var id = await reflow.NewTask(Start + 3600);
        var (first, second) = (await Remind(reflow, id, 30), await Remind(reflow, id, 20));
        (await reflow.On(id, "DELETE", $"/reminders/{first}")).Ok();
        await reflow.Pass(TimeSpan.FromSeconds(1800));
        Assert.Empty(await reflow.Events(Due));
        await reflow.Pass(TimeSpan.FromSeconds(600));
        Assert.Contains(second, Assert.Single(await reflow.Events(Due)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_came_due_while_no_server_ran_fires_at_the_start_and_only_once()
    {
        var first = await TestReflow.Start();
        var id = await first.NewTask(Start + 3600, by: "1001");
        await Remind(first, id, 30);
        await first.Stop();
        var clock = new ManualClock();
        clock.Advance(TimeSpan.FromDays(1));
        await using var second = await TestReflow.StartOn(first.Store, clock);
        await second.Reminders.Settled;
        // Without collaborators it is its creator's to do.
        Assert.EndsWith($"\"user_ids\":[\"{await second.UserId("1001")}\"]}}", Assert.Single(await second.Events(Due)), StringComparison.Ordinal);
        await second.Pass(TimeSpan.FromDays(1));
        Assert.Single(await second.Events(Due));
    }

    [Theory, Trait("Engine", "PostgreSQL")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task However_many_tasks_there_are_and_whatever_is_known_of_them_nobody_reads_them_to_find_who_is_reminded(bool isKnown)
    {
        var (walked, _) = await RowsRead.Of("task", isKnown, """
            insert into task (tenant, id, version, creator, created_at, updated_at, doc, remind_at)
            select tenant, cast(n as text), 1, '1001', n, n, '{}', case when n % 9 = 0 then 1000000 + n else 0 end from tenant, generate_series(1, 50000) n
            """, async s => Assert.Equal((0, 1_000_009), ((await TaskStore.Due(s, 1_000_000)).Count, await TaskStore.NextReminder(s))));
        Assert.Equal(0, walked);
    }

    static async Task<string> Remind(TestReflow reflow, string id, int minutes) => (await reflow.On(id, "POST", "/reminders", new { relative_fire_minute = minutes }, await ByCreator(reflow, id)))
        .Ok().Data.GetProperty("reminder").Text("id");

    static async Task<string?> ByCreator(TestReflow reflow, string id) => (await reflow.On(id, "GET")).Code == 0 ? null : "1001";
}
