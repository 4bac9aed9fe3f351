using System.Globalization;
using Reflow.Core.Flows;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>The lists say what the rules say: what is listed as pending may be acted on, what may be acted on is listed, and counts are sizes (contracts: apaas §2, I16).</summary>
public class FlowListTests
{
    const int Steps = 45;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Lists_follow_every_change(int seed)
    {
        await using var reflow = await TestReflow.Start();
        var random = new Random(seed);
        var store = new FlowStore(new(reflow.Clock, node: NodeNumber.Fixed(61)), new());
        await reflow.Db.Change(Demo.Tenant, s => FlowCatalog.Deploy(s, FlowPlay.Flow, 0), Ct);
        // In the second version others vote, and in another way; branches stand at other positions, and tasks come due.
        var second = FlowPlay.Flow with
        {
            Nodes = [.. FlowPlay.Flow.Nodes.Select(n => n is FlowNode.Human h ? h with { Mode = h.Key is "left" ? Mode.Sequential : h.Key is "first" ? Mode.All : h.Mode, Due = 60_000, Remind = 30_000 } : n)],
            Edges = [.. FlowPlay.Flow.Edges.Reverse()],
        };
        await reflow.Db.Change(Demo.Tenant, s => FlowCatalog.Deploy(s, second, 0), Ct);
        var instances = new List<long>();
        var (done, migrated) = (0, 0);
        for (var step = 0; step < Steps; step++)
        {
            if (instances.Count < 2 || random.Next(20) == 0) instances.Add(await Start(reflow, store));
            var instance = instances[random.Next(instances.Count)];
            var state = await State(reflow, instance);
            if (random.Next(6) == 0 && state.Instance.Status is InstanceStatus.InProcess)
                migrated += await Migrate(reflow, store, instance, 3 - state.Instance.Version) ? 1 : 0;
            else
            {
                var play = FlowPlay.Draw(random, state, Net(state, second), $"step {step}");
                if (random.Next(10) == 0)
                    await Act(reflow, store, play with { Kind = "cc" }, new FlowCommand.Cc(play.Id, play.By, [FlowPlay.People[random.Next(5)]]));
                else
                    done += await Act(reflow, store, play, play.Command) ? 1 : 0;
            }
            await Compare(reflow, instances, second, whole: step == Steps - 1);
        }
        Assert.True(done > Steps / 3 && migrated > 0, $"{done} acts and {migrated} migrations went through");
    }

    static async Task<bool> Act(TestReflow reflow, FlowStore store, FlowPlay play, FlowCommand command) => await reflow.Db.Change(Demo.Tenant, s => command is FlowCommand.Cancel cancel
        ? store.Cancel(s, $"{play.Id}", cancel.By, cancel.Opinion, "test", 2000)
        : store.Act(s, $"{play.Id}", _ => command, play.By, "test", 2000), Ct) is null;

    static async Task<long> Start(TestReflow reflow, FlowStore store) =>
        (await reflow.Db.Change(Demo.Tenant, s => store.Start(s, new("package_test__c", "play", "test", FlowPlay.Initiator, null, "{}"), "test", 1000), Ct)).Instance!.Stored.Instance.Id;

    static Task<bool> Migrate(TestReflow reflow, FlowStore store, long instance, int version) => reflow.Db.Change(Demo.Tenant, async s =>
    {
        var stored = (await FlowRows.Instance(s, instance))!;
        return await store.Migrate(s, stored, stored.Flow with { Version = version }, false, "1005", "test", 2000) is [];
    }, Ct);

    static async Task<FlowState> State(TestReflow reflow, long instance) => (await reflow.Db.Read(Demo.Tenant, s => FlowHistory.AsOf(s, instance, long.MaxValue), Ct))!;

    static FlowNet Net(FlowState state, FlowDefinition second) => FlowNet.Of(state.Instance.Version == 2 ? second with { Version = 2 } : FlowPlay.Flow);

    /// <summary>The lists of everybody, by the wire, against what the log alone says; with the lists of several kinds at once where the whole is asked for.</summary>
    static async Task Compare(TestReflow reflow, IReadOnlyList<long> instances, FlowDefinition second, bool whole)
    {
        var wanted = new HashSet<(string User, string Source, string Type, long Task)>();
        foreach (var instance in instances)
        {
            var state = await State(reflow, instance);
            Assert.Equal(FlowRowsOf.Of(state), await FlowRowsOf.Stored(reflow.Db, instance));
            var net = Net(state, second);
            var happened = (await FlowRowsOf.History(reflow.Db, instance)).SelectMany(h => FlowJson.ReadEvents(h.Payload)).ToArray();
            foreach (var task in state.Tasks.Values)
            {
                var open = task.Status is UserTaskStatus.Pending ? "pending" : "archived";
                wanted.Add((FlowPlay.Initiator, "fromMe", open, task.Id));
                foreach (var copied in happened.OfType<FlowEvent.Copied>().Where(e => e.TaskId == task.Id).SelectMany(e => e.Users)) wanted.Add((copied, "CCMe", open, task.Id));
                foreach (var user in FlowPlay.People)
                    if (Decides(state, net, task.Id, user)) wanted.Add((user, "assignMe", "pending", task.Id));
                    else if (happened.Any(e => e is FlowEvent.Voted v && v.TaskId == task.Id && v.User == user || e is FlowEvent.TaskClosed { Status: UserTaskStatus.RolledBack } c && c.TaskId == task.Id && c.By == user)
                        || (task.Kind is TaskKind.Start && task.Assignees.Any(a => a.User == user && a.Vote is { Automatic: false })))
                        wanted.Add((user, "assignMe", "archived", task.Id));
            }
        }
        foreach (var user in FlowPlay.People)
            foreach (var source in (string?[])["assignMe", "fromMe", "CCMe", .. whole ? (string?[])[null] : []])
                foreach (var type in (string?[])["pending", "archived", .. whole ? (string?[])[null] : []])
                    Assert.Equal(
                        wanted.Where(w => w.User == user && (source is null || w.Source == source) && (type is null || w.Type == type)).Select(w => w.Task).Distinct().Order(),
                        (await List(reflow, user, source, type)).Order());
    }

    /// <summary>Whether the rules let someone agree: the very question that the list answers.</summary>
    static bool Decides(FlowState state, FlowNet net, long task, string user)
    {
        var id = 0L;
        return state.Decide(new FlowCommand.Agree(task, user, null), new()
        {
            Net = net,
            Now = 0,
            NextId = () => ++id,
            Holds = _ => false,
            IsActive = _ => true,
            People = rule => rule is AssigneeRule.Fixed some ? some.Users : [],
        }).Error is null;
    }

    static async Task<IReadOnlyList<long>> List(TestReflow reflow, string user, string? source, string? type)
    {
        var found = new List<long>();
        for (var count = long.MaxValue; found.Count < count;)
        {
            var data = (await reflow.Post("/open-apis/apaas/v1/user_task/query", new { kunlun_user_id = user, source, type, limit = 50, offset = found.Count, api_ids = new[] { FlowPlay.Flow.ApiId } })).Ok().Data;
            count = long.Parse(data.GetProperty("count").GetString()!, CultureInfo.InvariantCulture);
            var page = data.GetProperty("tasks").EnumerateArray().Select(t => long.Parse(t.GetProperty("task_id").GetString()!, CultureInfo.InvariantCulture)).ToArray();
            Assert.True(page.Length > 0 || found.Count == count, $"count says {count}, and {found.Count} are listed.");
            found.AddRange(page);
        }
        return found;
    }
}
