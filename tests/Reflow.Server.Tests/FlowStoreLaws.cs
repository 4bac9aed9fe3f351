using System.Globalization;
using Reflow.Core.Flows;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>What the store of flows must keep, whatever was done before.</summary>
public class FlowStoreLaws
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_start_is_offered_again_after_it_was_submitted_again()
    {
        await using var desk = await Desk.Open(new() { Scope = RollbackScope.Initiator });
        for (var round = 0; round < 3; round++)
        {
            var (points, error) = await desk.Points("second", "1003");
            Assert.Null(error);
            Assert.True(Assert.Single(points).IsStart);
            Assert.Null(await desk.Act("second", "1003", id => new FlowCommand.RollBack(id, "1003", points[0].TaskId, "again")));
            Assert.Null(await desk.Act("start", "1001", id => new FlowCommand.Agree(id, "1001", null)));
            Assert.Null(await desk.Act("first", "1002", id => new FlowCommand.Agree(id, "1002", null)));
        }
    }

    [Fact]
    public async Task Who_rolled_back_keeps_the_task_among_the_archived_when_others_are_told_of_it()
    {
        await using var desk = await Desk.Open(new());
        var second = await desk.Pending("second");
        var (points, _) = await desk.Points("second", "1003");
        Assert.Null(await desk.Act("second", "1003", id => new FlowCommand.RollBack(id, "1003", points[0].TaskId, "again")));
        Assert.Equal([second], await desk.List("1003", "assignMe", "archived"));
        Assert.Null(await desk.On(second, "1001", id => new FlowCommand.Cc(id, "1001", ["1005"])));
        Assert.Equal([second], await desk.List("1003", "assignMe", "archived"));
        Assert.Equal([second], await desk.List("1005", "CCMe", "archived"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_step_loads_the_same_number_of_rows_however_often_it_was_rolled_back(bool toStart)
    {
        await using var desk = await Desk.Open(new());
        var few = await desk.Loaded(toStart);
        for (var round = 0; round < 50; round++) await desk.Again(toStart);
        Assert.Equal(few, await desk.Loaded(toStart));
    }

    /// <summary>An instance of start, first (1002), second (1003), end; the first has agreed.</summary>
    sealed class Desk(TestReflow reflow, FlowStore flows, long instance) : IAsyncDisposable
    {
        public TestReflow Reflow => reflow;

        public static async Task<Desk> Open(RollbackPolicy policy)
        {
            var reflow = await TestReflow.Start();
            var flows = new FlowStore(new(reflow.Clock, node: NodeNumber.Fixed(63)), new());
            var definition = new FlowDefinition
            {
                Namespace = "package_test__c",
                Name = "line",
                ApiId = "package_test__c__action_line",
                Rollback = policy,
                Nodes = [new FlowNode.Start("start"), Ask("first", "1002"), Ask("second", "1003"), new FlowNode.End("end")],
                Edges = [new("start", "first"), new("first", "second"), new("second", "end")],
            };
            await reflow.Db.Change(Demo.Tenant, s => FlowCatalog.Deploy(s, definition, 0), Ct);
            var (started, _) = await reflow.Db.Change(Demo.Tenant, s => flows.Start(s, new("package_test__c", "line", "test", "1001", null, "{}"), "test", 1000), Ct);
            var desk = new Desk(reflow, flows, started!.Stored.Instance.Id);
            Assert.Null(await desk.Act("first", "1002", id => new FlowCommand.Agree(id, "1002", null)));
            return desk;
        }

        static FlowNode.Human Ask(string key, string user) => new(key) { Assignees = [new AssigneeRule.Fixed([user])] };

        public async Task<string> Pending(string node) => (await reflow.Db.Read(Demo.Tenant,
            s => s.Find("select id from flow_task where tenant = $1 and instance = $2 and node = $3 and status = 0", r => r.GetInt64(0), instance, node), Ct)).ToString(CultureInfo.InvariantCulture);

        public async Task<Core.Error?> Act(string node, string by, Func<long, FlowCommand> command) => await On(await Pending(node), by, command);

        public Task<Core.Error?> On(string task, string by, Func<long, FlowCommand> command) => reflow.Db.Change(Demo.Tenant, s => flows.Act(s, task, command, by, "test", 2000), Ct);

        public async Task<(IReadOnlyList<RollbackPoint> Points, Core.Error? Error)> Points(string node, string by)
        {
            var task = await Pending(node);
            var (points, error) = await reflow.Db.Read(Demo.Tenant, s => flows.RollbackPoints(s, task, by), Ct);
            return ([.. points.Select(p => p.Point)], error);
        }

        public async Task<IReadOnlyList<string>> List(string user, string source, string type)
        {
            var (rows, _) = await reflow.Db.Read(Demo.Tenant, s => FlowInbox.Read(s, new(user, source, type, null, null, ["package_test__c__action_line"], 50, 0)), Ct);
            return [.. rows.Select(r => r.TaskId.ToString(CultureInfo.InvariantCulture))];
        }

        /// <summary>Rolls the second task back and does what came before it again.</summary>
        public async Task Again(bool toStart)
        {
            var (points, _) = await Points("second", "1003");
            var to = points[toStart ? 0 : ^1];
            Assert.Null(await Act("second", "1003", id => new FlowCommand.RollBack(id, "1003", to.TaskId, "again")));
            if (toStart) Assert.Null(await Act("start", "1001", id => new FlowCommand.Agree(id, "1001", null)));
            Assert.Null(await Act("first", "1002", id => new FlowCommand.Agree(id, "1002", null)));
        }

        /// <summary>How much of the instance is loaded for a rollback.</summary>
        public Task<string> Loaded(bool toStart) => reflow.Db.Read(Demo.Tenant, async s =>
        {
            var stored = (await FlowRows.Instance(s, instance))!;
            var state = await FlowRows.Load(s, stored, new FlowPart { Since = toStart ? 1 : stored.Instance.LastFiring });
            return $"{state.Tokens.Count} tokens, {state.Firings.Count} firings, {state.Tasks.Count} tasks";
        }, Ct);

        public ValueTask DisposeAsync() => reflow.DisposeAsync();
    }
}
