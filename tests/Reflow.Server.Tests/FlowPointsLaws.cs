using System.Globalization;
using Reflow.Core.Flows;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>Rollback points are read from the store step by step, and no further than it takes: what comes out is what the rules find in the whole instance.</summary>
public class FlowPointsLaws
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(RollbackScope.Previous, 1)]
    [InlineData(RollbackScope.Previous, 2)]
    [InlineData(RollbackScope.Any, 3)]
    [InlineData(RollbackScope.Any, 4)]
    [InlineData(RollbackScope.Initiator, 5)]
    public async Task The_points_read_from_the_store_are_those_of_the_whole_instance(RollbackScope scope, int seed)
    {
        await using var reflow = await TestReflow.Start();
        var (flows, random) = (new FlowStore(new(reflow.Clock, node: NodeNumber.Fixed(63)), new()), new Random(seed));
        var definition = Loop(scope);
        await reflow.Db.Change(Demo.Tenant, s => FlowCatalog.Deploy(s, definition, 0), Ct);
        var (started, _) = await reflow.Db.Change(Demo.Tenant, s => flows.Start(s, new("package_test__c", "points", "test", "1001", null, """{"more":true}"""), "test", 1000), Ct);
        var (instance, net, rollbacks) = (started!.Stored.Instance.Id, FlowNet.Of(definition), 0);
        for (var step = 0; step < 120; step++)
        {
            var whole = (await reflow.Db.Read(Demo.Tenant, s => FlowHistory.AsOf(s, instance, long.MaxValue), Ct))!;
            List<(FlowTask Task, IReadOnlyList<RollbackPoint> Points)> pending = [];
            foreach (var task in whole.Pending.Select(id => whole.Tasks[id]))
            {
                var by = task.Assignees[0].User;
                var (points, error) = await reflow.Db.Read(Demo.Tenant, s => flows.RollbackPoints(s, Text(task.Id), by), Ct);
                Assert.Null(error);
                Assert.Equal(whole.RollbackPoints(task.Id, by, net, _ => true).Events, points.Select(p => p.Point));
                pending.Add((task, [.. points.Select(p => p.Point)]));
            }
            var (chosen, to) = pending[random.Next(pending.Count)];
            var user = chosen.Assignees[0].User;
            var back = to.Count > 0 && random.Next(4) == 0 ? to[random.Next(to.Count)] : null;
            rollbacks += back is null ? 0 : 1;
            Assert.Null(await reflow.Db.Change(Demo.Tenant, s => flows.Act(s, Text(chosen.Id),
                id => back is null ? new FlowCommand.Agree(id, user, null) : new FlowCommand.RollBack(id, user, back.TaskId, "again"), user, "test", 2000 + step), Ct));
        }
        // Without these the run would have proved little.
        Assert.InRange(rollbacks, 5, 100);
    }

    // start, a, then two branches (b, c) and (an automatic step, d), joined, e, and from the beginning.
    static FlowDefinition Loop(RollbackScope scope) => new()
    {
        Namespace = "package_test__c",
        Name = "points",
        ApiId = "package_test__c__action_points",
        Form = [new FormField("more", FieldType.Boolean)],
        Rollback = new() { Scope = scope },
        Nodes =
        [
            new FlowNode.Start("start"), new FlowNode.Gateway("again", Gate.Exclusive), Ask("a", "1002"), new FlowNode.Gateway("fork", Gate.Parallel), Ask("b", "1003"), Ask("c", "1004"),
            new FlowNode.Automatic("note"), Ask("d", "1001"), new FlowNode.Gateway("join", Gate.Parallel), Ask("e", "1005"), new FlowNode.Gateway("more", Gate.Exclusive), new FlowNode.End("end"),
        ],
        Edges =
        [
            new("start", "again"), new("again", "a"), new("a", "fork"), new("fork", "b"), new("b", "c"), new("c", "join"), new("fork", "note"), new("note", "d"), new("d", "join"),
            new("join", "e"), new("e", "more"), new("more", "again", "more"), new("more", "end"),
        ],
    };

    static FlowNode.Human Ask(string key, string user) => new(key) { Assignees = [new AssigneeRule.Fixed([user])] };

    static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
