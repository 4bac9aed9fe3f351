using Reflow.Core.Flows;
using Reflow.Server.Store;
using Reflow.Server.Tests.Projects;
using Reflow.Server.Tests.Tasks;
using Xunit;

namespace Reflow.Server.Tests.Linearizability;

/// <summary>
/// Whatever callers do at once with a task, an instance or an item, over one server or over two nodes of a PostgreSQL, is explained by some order in which they might have come one by
/// one. The store lets time pass between its steps, drawn from the seed, so that they meet in many ways.
/// </summary>
public class ConcurrentHistories
{
    const int Callers = 6, CallsEach = 50;
    static readonly int Seeds = LongForm.Of(usual: 4, full: 40);

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_history_of_concurrent_calls_is_explained_by_an_order_of_them()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var delays = seed;
            TestReflow[] nodes = [await TestReflow.Start(settings => Slow(settings, delays))];
            if (TestStore.IsPostgres) nodes = [.. nodes, await TestReflow.StartOn(nodes[0].Store, new(), settings => Slow(settings, delays + 500_000))];
            try
            {
                await Run(nodes, seed);
            }
            finally
            {
                foreach (var node in nodes[1..]) await node.Stop();
                await nodes[0].DisposeAsync();
            }
        }
    }

    static async Task Run(TestReflow[] nodes, int seed)
    {
        foreach (var node in nodes) await node.Token();
        await nodes[0].Db.Change(Demo.Tenant, s => FlowCatalog.Deploy(s, Flow, 0), Ct);
        var objects = new List<Shared>();
        for (var n = 0; n < 2; n++)
            objects.AddRange(
                new SharedTask(await nodes[0].NewTask()),
                new SharedInstance((await nodes[0].Post("/open-apis/apaas/v1/applications/package_test__c/flows/line/execute", new { @operator = """{"_id":1001}""", @params = "{}" })).Ok().Data.GetProperty("execution_id").GetString()!),
                new SharedItem(await DemoSpace.Story(nodes[0])));
        var clock = new Shared.Clock();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random((seed * 100) + caller);
            for (var call = 0; call < CallsEach; call++) await objects[random.Next(objects.Count)].Use(nodes[caller % nodes.Length], random, clock);
        }, Ct)));
        foreach (var one in objects) if (one.Fault() is { } fault) Assert.Fail($"seed {seed}, {one.GetType().Name}: {fault}");
    }

    static Settings Slow(Settings settings, int seed) => settings with { Store = settings.Store with { Rehearse = false, Around = database => new SlowDatabase(database, seed) } };

    static FlowDefinition Flow => new()
    {
        Namespace = "package_test__c",
        Name = "line",
        ApiId = "package_test__c__action_line",
        Nodes = [new FlowNode.Start("start"), FlowPlay.Ask("first", "1002"), FlowPlay.Ask("second", "1003"), new FlowNode.End("end")],
        Edges = [new("start", "first"), new("first", "second"), new("second", "end")],
    };
}
