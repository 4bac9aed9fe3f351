using System.Globalization;
using System.Text.Json;
using Reflow.Core.Flows;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>
/// A step reads no more of an instance than it needs, however long that has run: what it must not read is made unreadable, so that reading it fails.
/// The flow: start, early (1002), then first (1003) and second (1004) again and again.
/// </summary>
public sealed class FlowReadsTests : IAsyncLifetime
{
    const int Rounds = 40;
    TestReflow reflow = null!;
    FlowStore flows = null!;
    long instance;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        reflow = await TestReflow.Start();
        flows = new(new(reflow.Clock, node: NodeNumber.Fixed(63)), new());
    }

    public ValueTask DisposeAsync() => reflow.DisposeAsync();

    [Theory]
    [InlineData(RollbackScope.Any, "start,early,first")]
    [InlineData(RollbackScope.Previous, "first")]
    [InlineData(RollbackScope.Initiator, "start")]
    public async Task The_points_are_found_without_walking_through_the_rounds(RollbackScope scope, string points)
    {
        await Start(Loop(scope), Rounds);
        await Agree("first", "1003");
        var last = await Firings("first");
        await Hide(firing => firing.Kind is not FiringKind.StartDone && firing.Node is not "early" && firing.Seq != last[^1]);
        Assert.Equal(points.Split(','), await Points("second", "1004"));
    }

    [Fact]
    public async Task A_task_that_came_again_and_again_does_not_walk_through_all_its_rounds()
    {
        await Start(Loop(RollbackScope.Previous) with
        {
            Nodes = [new FlowNode.Start("start"), FlowPlay.Ask("early", "1002"), new FlowNode.Gateway("again", Gate.Exclusive), FlowPlay.Ask("first", "1003"), new FlowNode.Gateway("more", Gate.Exclusive), new FlowNode.End("end")],
            Edges = [new("start", "early"), new("early", "again"), new("again", "first"), new("first", "more"), new("more", "again", "more"), new("more", "end")],
        }, Rounds);
        var near = (await Firings("first"))[^1] - 70;
        await Hide(firing => firing.Kind is not FiringKind.StartDone && firing.Node is not "early" && firing.Seq < near);
        Assert.Equal(["early"], await Points("first", "1003"));
    }

    [Fact]
    public async Task A_rollback_reads_nothing_below_its_target()
    {
        await Start(Loop(RollbackScope.Any), Rounds);
        await Agree("first", "1003");
        var to = (await Tasks("first"))[^1];
        await HideBelow((await Firings("first"))[^1]);
        Assert.Null(await Act("second", "1004", id => new FlowCommand.RollBack(id, "1004", to, "again")));
        await Waits("first");
    }

    [Fact]
    public async Task A_rejection_that_sends_the_work_back_reads_nothing_below_the_task_that_it_sends_it_back_to()
    {
        await Start(Loop(RollbackScope.Any, new RejectPolicy.ToNode("first")), Rounds);
        await Agree("first", "1003");
        await HideBelow((await Firings("first"))[^1]);
        Assert.Null(await Act("second", "1004", id => new FlowCommand.Reject(id, "1004", "no")));
        await Waits("first");
    }

    [Fact]
    public async Task A_rejection_that_decides_nothing_reads_the_marking()
    {
        await Start(Loop(RollbackScope.Any, new RejectPolicy.ToStart()) is var flow ? flow with
        {
            Nodes = [.. flow.Nodes.Select(node => node is FlowNode.Human { Key: "second" } second ? second with { Assignees = [new AssigneeRule.Fixed(["1004", "1005"])], Mode = Mode.Ratio, Percent = 50 } : node)],
        } : flow, 3);
        await Agree("first", "1003");
        await HideBelow(int.MaxValue);
        Assert.Null(await Act("second", "1004", id => new FlowCommand.Reject(id, "1004", "no")));
        await Waits("second");
    }

    [Fact]
    public async Task A_node_that_led_nowhere_here_sends_the_work_back_to_the_start()
    {
        await Start(Loop(RollbackScope.Any) with
        {
            Nodes =
            [
                new FlowNode.Start("start"), FlowPlay.Ask("early", "1002"), new FlowNode.Gateway("way", Gate.Exclusive), FlowPlay.Ask("first", "1003"), new FlowNode.Gateway("merge", Gate.Exclusive),
                FlowPlay.Ask("second", "1004") with { Reject = new RejectPolicy.ToNode("first") }, new FlowNode.End("end"),
            ],
            Edges = [new("start", "early"), new("early", "way"), new("way", "merge", "more"), new("way", "first"), new("first", "merge"), new("merge", "second"), new("second", "end")],
        }, 0);
        Assert.Null(await Act("second", "1004", id => new FlowCommand.Reject(id, "1004", "no")));
        await Waits("start");
    }

    static FlowDefinition Loop(RollbackScope scope, RejectPolicy? reject = null) => new()
    {
        Namespace = "package_test__c",
        Name = "rounds",
        ApiId = "package_test__c__action_rounds",
        Form = [new FormField("more", FieldType.Boolean)],
        Rollback = new() { Scope = scope },
        Nodes =
        [
            new FlowNode.Start("start"), FlowPlay.Ask("early", "1002"), new FlowNode.Gateway("again", Gate.Exclusive), FlowPlay.Ask("first", "1003"),
            FlowPlay.Ask("second", "1004") with { Reject = reject ?? new RejectPolicy.EndInstance() }, new FlowNode.Gateway("more", Gate.Exclusive), new FlowNode.End("end"),
        ],
        Edges = [new("start", "early"), new("early", "again"), new("again", "first"), new("first", "second"), new("second", "more"), new("more", "again", "more"), new("more", "end")],
    };

    async Task Start(FlowDefinition flow, int rounds)
    {
        await reflow.Db.Change(Demo.Tenant, s => FlowCatalog.Deploy(s, flow, 0), Ct);
        var (started, _) = await reflow.Db.Change(Demo.Tenant, s => flows.Start(s, new(flow.Namespace, flow.Name, "test", "1001", null, """{"more":true}"""), "test", 1000), Ct);
        instance = started!.Stored.Instance.Id;
        await Agree("early", "1002");
        for (var round = 0; round < rounds; round++)
            foreach (var node in flow.Nodes.OfType<FlowNode.Human>().Where(node => node.Key is not "early"))
                foreach (var by in ((AssigneeRule.Fixed)node.Assignees[0]).Users.Take(node.Mode is Mode.Ratio ? 1 : 9)) await Agree(node.Key, by);
    }

    async Task Agree(string node, string by) => Assert.Null(await Act(node, by, id => new FlowCommand.Agree(id, by, null)));

    async Task<Core.Error?> Act(string node, string by, Func<long, FlowCommand> command)
    {
        var task = Text(Assert.Single(await Pending(node)));
        return await reflow.Db.Change(Demo.Tenant, s => flows.Act(s, task, command, by, "test", 2000), Ct);
    }

    async Task<IEnumerable<string>> Points(string node, string by)
    {
        var task = Text(Assert.Single(await Pending(node)));
        var (points, error) = await reflow.Db.Read(Demo.Tenant, s => flows.RollbackPoints(s, task, by), Ct);
        Assert.Null(error);
        return points.Select(point => point.Point.Node);
    }

    async Task Waits(string node) => Assert.Single(await Pending(node));

    Task<List<long>> Pending(string node) => Ids($"select id from flow_task where tenant = $1 and instance = $2 and node = '{node}' and status = 0");

    Task<List<long>> Tasks(string node) => Ids($"select id from flow_task where tenant = $1 and instance = $2 and node = '{node}' and status <> 0 order by done_by");

    async Task<List<int>> Firings(string node) => [.. (await Firings()).Where(firing => firing.Node == node).Select(firing => firing.Seq)];

    Task<List<Firing>> Firings() => reflow.Db.Read(Demo.Tenant, s => s.Query(
        "select doc from flow_firing where tenant = $1 and instance = $2 order by seq", r => JsonSerializer.Deserialize(r.GetString(0), FlowJson.Default.Firing)!, instance), Ct);

    Task<List<long>> Ids(string sql) => reflow.Db.Read(Demo.Tenant, s => s.Query(sql, r => r.GetInt64(0), instance), Ct);

    Task HideBelow(int seq) => Hide(firing => firing.Seq < seq);

    async Task Hide(Predicate<Firing> which)
    {
        var hidden = (await Firings()).FindAll(which);
        Assert.NotEmpty(hidden);
        await reflow.Db.Change(Demo.Tenant, async s =>
        {
            foreach (var firing in hidden) await s.Execute("update flow_firing set doc = 'unreadable', consumed = 'unreadable' where tenant = $1 and instance = $2 and seq = $3", instance, firing.Seq);
            return 0;
        }, Ct);
    }

    static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
