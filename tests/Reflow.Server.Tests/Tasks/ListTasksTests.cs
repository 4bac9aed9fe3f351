using System.Collections.Concurrent;
using FsCheck;
using FsCheck.Fluent;
using Reflow.Core.Directory;
using Reflow.Server.Store;
using Xunit;
using static Reflow.Server.Tests.Tasks.TaskDesk;

namespace Reflow.Server.Tests.Tasks;

/// <summary>GET /tasks (contracts: task §2.5).</summary>
public class ListTasksTests
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_app_sees_what_it_made_and_a_member_what_he_has_to_do_with()
    {
        await using var reflow = await TestReflow.Start();
        await Empty(reflow);
        var apps = await reflow.NewTask(collaborators: ["1002"]);
        var own = await reflow.NewTask(by: "1002", followers: ["1003"]);
        var both = await reflow.NewTask(by: "1001", collaborators: ["1002", "1003"], followers: ["1002"]);
        Assert.Equal([apps], Assert.Single(await reflow.Pages(Root)));
        Assert.Equal([both, own, apps], Assert.Single(await reflow.Pages(Root, by: "1002")));
        Assert.Equal([both, own], Assert.Single(await reflow.Pages(Root, by: "1003")));
        Assert.Empty(Assert.Single(await reflow.Pages(Root, by: "1005")));
        (await reflow.On(both, "POST", "/batch_delete_collaborator" + ByUserId, new { id_list = await reflow.UserIds("1003") }, by: "1001")).Ok();
        (await reflow.On(apps, "DELETE")).Ok();
        Assert.Equal([both, own], Assert.Single(await reflow.Pages(Root, by: "1002")));
        Assert.Equal([own], Assert.Single(await reflow.Pages(Root, by: "1003")));
    }

    [Fact]
    public async Task Each_item_is_the_task_as_get_shows_it()
    {
        await using var reflow = await TestReflow.Start();
        await Empty(reflow);
        var id = await reflow.NewTask(Start + 60, "FREQ=DAILY", collaborators: ["1002", "1001"], followers: ["1003"]);
        var item = (await reflow.Get(Root + ByUserId)).Ok().Data.GetProperty("items")[0];
        Assert.Equal((await reflow.Shown(id)).GetRawText(), item.GetRawText());
    }

    [Fact]
    public async Task Moments_are_whole_seconds_and_both_ends_count()
    {
        await using var reflow = await TestReflow.Start();
        await Empty(reflow);
        var ids = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            ids.Add(await reflow.NewTask());
            reflow.Clock.Advance(TimeSpan.FromMilliseconds(800));
        }
        Assert.Equal([ids[3], ids[2]], Assert.Single(await reflow.Pages($"{Root}?start_create_time={Start + 1}")));
        Assert.Equal([ids[1], ids[0]], Assert.Single(await reflow.Pages($"{Root}?end_create_time={Start}")));
        Assert.Equal([ids[2]], Assert.Single(await reflow.Pages($"{Root}?start_create_time={Start + 1}&end_create_time={Start + 1}")));
        Assert.Empty(Assert.Single(await reflow.Pages($"{Root}?start_create_time={Start + 3}")));
        Assert.Equal(4, Assert.Single(await reflow.Pages($"{Root}?start_create_time=0&end_create_time=9223372036854775807")).Length);
    }

    [Fact]
    public async Task Done_ones_open_ones_or_both()
    {
        await using var reflow = await TestReflow.Start();
        await Empty(reflow);
        var (done, open) = (await reflow.NewTask(collaborators: ["1002"]), await reflow.NewTask(collaborators: ["1002"]));
        (await reflow.On(done, "POST", "/complete")).Ok();
        foreach (var by in new[] { null, "1002" })
        {
            Assert.Equal([done], Assert.Single(await reflow.Pages($"{Root}?task_completed=true", by: by)));
            Assert.Equal([open], Assert.Single(await reflow.Pages($"{Root}?task_completed=false", by: by)));
            // As the Python SDK writes them.
            Assert.Equal([done], Assert.Single(await reflow.Pages($"{Root}?task_completed=True", by: by)));
            Assert.Equal([open], Assert.Single(await reflow.Pages($"{Root}?task_completed=False", by: by)));
            Assert.Equal([open, done], Assert.Single(await reflow.Pages(Root, by: by)));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("1002")]
    public async Task Pages_neither_repeat_nor_lose_whatever_comes_or_goes_meanwhile(string? by)
    {
        await using var reflow = await TestReflow.Start();
        await Empty(reflow);
        var ids = new List<string>();
        // The clock stands still: all tasks have one moment.
        for (var i = 0; i < 7; i++) ids.Insert(0, await reflow.NewTask(collaborators: ["1002"]));
        var pages = await reflow.Pages($"{Root}?page_size=2", by: by, between: async page =>
        {
            await reflow.NewTask(collaborators: ["1002"]);
            // The last of the page that was shown goes, and one that was not shown yet.
            (await reflow.On(ids[2 * page - 1], "DELETE")).Ok();
            if (page == 1) (await reflow.On(ids[4], "DELETE")).Ok();
        });
        Assert.Equal([[ids[0], ids[1]], [ids[2], ids[3]], [ids[5], ids[6]]], pages);
    }

    [Fact]
    public async Task A_page_of_no_size_has_fifty_and_a_full_last_page_has_no_token()
    {
        await using var reflow = await TestReflow.Start();
        await Empty(reflow);
        for (var i = 0; i < 50; i++) await reflow.NewTask();
        Assert.Equal(50, Assert.Single(await reflow.Pages($"{Root}?page_size=0")).Length);
        await reflow.NewTask();
        Assert.Equal([50, 1], (await reflow.Pages(Root)).Select(page => page.Length));
        Assert.Equal(51, Assert.Single(await reflow.Pages($"{Root}?page_size=100")).Length);
    }

    /// <summary>Tasks with a creator, members, a moment and a state, in a store of their own.</summary>
    [Fact]
    public async Task A_list_shows_exactly_what_may_be_read()
    {
        await using var reflow = await TestReflow.Start();
        var gen = from creator in Gen.Choose(0, 3)
                  from collaborators in Gen.Choose(1, 3).ArrayOf()
                  from followers in Gen.Choose(1, 3).ArrayOf()
                  from second in Gen.Choose(0, 3)
                  from complete in ArbMap.Default.GeneratorFor<bool>()
                  from deleted in Gen.Choose(0, 5)
                  select (Creator: Who(creator), Collaborators: Names(collaborators), Followers: Names(followers), second, complete, Deleted: deleted == 0);
        var runs = Arb.From(gen.ArrayOf(), run => run.Select((_, left) => run.Where((_, i) => i != left).ToArray()));
        var round = 0;
        Prop.ForAll(runs, Arb.From(Gen.Choose(1, 4)), (run, size) =>
        {
            var tenant = $"{round++:x16}";
            var tasks = run.Select((t, i) => new Core.Tasks.TaskItem($"{i * 7 % 11:x2}{i:x6}", 1, t.Creator, 6, new("x", null, "", null, "", "", null, new("{}", null, null), false, null),
                t.second * 1000 + i % 2, 0, t.complete ? 1 : 0, t.Collaborators, t.Followers)
            { DeletedAt = t.Deleted ? 1 : 0 }).ToList();
            return Shows(reflow, tenant, tasks, size).GetAwaiter().GetResult();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    [Fact]
    public async Task A_list_reads_only_what_it_shows()
    {
        var plans = new ConcurrentQueue<IReadOnlyList<string>>();
        await using var reflow = await TestReflow.StartInMemory(settings => settings with { Store = new() { Inspect = sql => sql.Contains("task_of_creator", StringComparison.Ordinal) ? plans.Enqueue : null } });
        foreach (var actor in new[] { Who(0), Who(1) })
        {
            foreach (var (complete, states) in new (bool?, int)[] { (null, 2), (true, 1), (false, 1) })
            {
                plans.Clear();
                await reflow.Db.Read(Demo.Tenant, s => TaskPages.Page(s, new(actor, 0, long.MaxValue, complete, TaskFilter.Start), 20), Ct);
                // The open ones and the done ones of a creator, and of a member: each walk goes from the newest on and looks at no other task.
                string[] walks = ["task USING COVERING INDEX task_of_creator (tenant=? AND creator=? AND state=? AND created_at>? AND (created_at,id)<(?,?))",
                    .. actor is Actor.User ? ["task_member USING COVERING INDEX task_of_member (tenant=? AND user_id=? AND state=? AND created_at>? AND (created_at,task_id)<(?,?))"] : Array.Empty<string>()];
                Assert.Equal(walks.SelectMany(walk => Enumerable.Repeat($"SEARCH {walk}", states)),
                    Assert.Single(plans).Where(step => step.Contains("task", StringComparison.Ordinal)));
            }
        }
    }

    [Fact]
    public async Task A_member_finds_his_tasks_by_what_they_are_now()
    {
        await using var reflow = await TestReflow.Start();
        await Empty(reflow);
        var id = await reflow.NewTask(collaborators: ["1002"], followers: ["1002"]);
        foreach (var (act, shown) in new[] { ("/complete", "true"), ("/uncomplete", "false"), ("/complete", "true") })
        {
            (await reflow.On(id, "POST", act)).Ok();
            (await reflow.On(id, "POST", "/followers" + ByUserId, new { id_list = await reflow.UserIds("1003") })).Ok();
            foreach (var by in new[] { "1002", "1003" })
            {
                Assert.Equal([id], Assert.Single(await reflow.Pages($"{Root}?task_completed={shown}", by: by)));
                Assert.Empty(Assert.Single(await reflow.Pages($"{Root}?task_completed={(shown is "true" ? "false" : "true")}", by: by)));
            }
            (await reflow.On(id, "POST", "/batch_delete_follower" + ByUserId, new { id_list = await reflow.UserIds("1003") })).Ok();
        }
        (await reflow.On(id, "DELETE")).Ok();
        Assert.Empty(Assert.Single(await reflow.Pages(Root, by: "1002")));
    }

    static Actor Who(int i) => i == 0 ? new Actor.App("cli_a") : new Actor.User($"u{i}");

    static string[] Names(int[] who) => [.. who.Distinct().Select(i => $"u{i}")];

    static async Task<bool> Shows(TestReflow reflow, string tenant, List<Core.Tasks.TaskItem> tasks, int size)
    {
        await reflow.Db.Change(tenant, async s =>
        {
            foreach (var task in tasks)
            {
                await TaskRows.Insert(s, task);
                if (task.DeletedAt != 0) await TaskRows.Update(s, task with { DeletedAt = 0 }, task);
            }
            return 0;
        }, Ct);
        foreach (var actor in Enumerable.Range(0, 5).Select(Who))
        {
            foreach (bool? complete in new bool?[] { null, true, false })
            {
                var wanted = tasks.Where(t => t.DeletedAt == 0 && t.RelationOf(actor) is not Core.Tasks.Relation.None && t.CreatedAt >= 1000 && t.CreatedAt <= 2999 && (complete is null || t.IsComplete == complete))
                    .OrderByDescending(t => t.CreatedAt).ThenByDescending(t => t.Id, StringComparer.Ordinal).Select(t => t.Id).ToList();
                var shown = new List<string>();
                for (var before = TaskFilter.Start; ;)
                {
                    var page = await reflow.Db.Read(tenant, s => TaskPages.Page(s, new(actor, 1000, 2999, complete, before), size), Ct);
                    shown.AddRange(page.Take(size).Select(t => t.Id));
                    if (page.Count <= size) break;
                    before = (page[size - 1].CreatedAt, page[size - 1].Id);
                }
                if (!shown.SequenceEqual(wanted)) return false;
            }
        }
        return true;
    }

    // The demo's own tasks are in the way.
    static async Task Empty(TestReflow reflow) => await reflow.Db.Change(Demo.Tenant, async s =>
    {
        await s.Execute("delete from task_member where tenant = $1");
        return await s.Execute("delete from task where tenant = $1");
    }, Ct);
}
