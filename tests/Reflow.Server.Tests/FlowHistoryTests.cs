using Reflow.Core.Flows;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>What happened to an instance is read back from its last change, whatever clocks said and whoever changed something meanwhile.</summary>
public class FlowHistoryTests
{
    const string Other = "1002";

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_page_of_a_long_timeline_says_what_happened_then(int seed)
    {
        await using var store = await TestStore.Demo();
        await using var db = await store.Open(TestStore.Patient);
        var (random, flows) = (new Random(seed), new FlowStore(new(new ManualClock(), node: NodeNumber.Fixed(61)), new()));
        await db.Change(Demo.Tenant, s => FlowCatalog.Deploy(s, Handed, 0), Ct);
        // Two instances, changed in the same milliseconds, by nodes whose clocks differ.
        Played[] played = [await Start(), await Start()];
        foreach (var (instance, _, made) in played) made.Add((1000, "start"));
        for (var turn = 0; turn < 300; turn++)
        {
            var (instance, task, made) = played[random.Next(2)];
            var (by, to) = made.Count % 2 == 1 ? (FlowPlay.Initiator, Other) : (Other, FlowPlay.Initiator);
            var now = 1000 + random.Next(40);
            Assert.Null(await db.Change(Demo.Tenant, s => flows.Act(s, $"{task}", id => new FlowCommand.Transfer(id, by, [], [to], $"turn {turn}"), by, "test", now), Ct));
            made.Add((now, $"turn {turn}"));
        }
        foreach (var (instance, _, made) in played)
        {
            Assert.InRange(made.Count, 100, 250);
            // 64 and its neighbours are where the pages of the index begin.
            foreach (var after in (long[])[0, 1, 62, 63, 64, 65, made.Count - 1, made.Count, made.Count + 1, long.MaxValue, .. Enumerable.Range(0, 40).Select(_ => random.NextInt64(made.Count))])
                foreach (var limit in (int[])[1, 2, 63, 64, 65, 1 + random.Next(200)])
                {
                    var page = await db.Read(Demo.Tenant, s => FlowHistory.Timeline(s, instance, after, limit), Ct);
                    Assert.Equal(made.Select((change, i) => (Seq: i + 1L, change.At, change.Opinion)).Where(change => change.Seq > after).Take(limit + 1), page.Select(change => (change.Seq, change.At, Opinion(change))));
                }
            for (var at = 999; at < 1042; at++)
            {
                var state = await db.Read(Demo.Tenant, s => FlowHistory.AsOf(s, instance, at), Ct);
                Assert.Equal(made.Any(change => change.At <= at), state is not null);
            }
        }
        Assert.Empty(await db.Read(Demo.Tenant, s => FlowHistory.Timeline(s, 1, 0, 10), Ct));
        Assert.Empty(await db.Read(Demo.OtherTenant, s => FlowHistory.Timeline(s, played[0].Instance, 0, 10), Ct));

        async Task<Played> Start()
        {
            var (started, _) = await db.Change(Demo.Tenant, s => flows.Start(s, new("package_test__c", "handed", "test", FlowPlay.Initiator, null, "{}"), "test", 1000), Ct);
            return new(started!.Stored.Instance.Id, Assert.Single(started.State.Pending), []);
        }
    }

    [Theory, Trait("Engine", "PostgreSQL")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task However_much_happened_to_others_and_long_ago_a_page_reads_no_more_than_a_page(bool isKnown)
    {
        int[] pages = [0, 500, 990];
        // Of 50,000 changes one in 50 is the instance's.
        var (walked, fetched) = await RowsRead.Of("flow_history", isKnown, $"""
            insert into flow_history (tenant, at, instance, seq, before, actor, operation, payload)
            select '{Demo.Tenant}', n, case when n % 50 = 0 then 7 else 1000 + n end, case when n % 50 = 0 then n / 50 else 1 end, case when n % 50 = 0 and n > 50 then n - 50 end, '1001', 'test', '[]' from generate_series(1, 50000) n;
            insert into flow_instance (tenant, id, version, namespace, name, flow, api_id, initiator, status, started_at, last_firing, last_token, form, label, summary, changed_at)
            values ('{Demo.Tenant}', 7, 1000, 'n', 'n', 1, 'n', '1001', 0, 50, 0, 0, '[]', '[]', '[]', 50000)
            """, async s =>
            {
                foreach (var after in pages)
                    Assert.Equal(Enumerable.Range(after + 1, 10).Select(seq => (long)seq), (await FlowHistory.Timeline(s.For(Demo.Tenant), 7, after, 9)).Select(change => change.Seq));
            });
        Assert.InRange(walked + fetched, RowsRead.Times * pages.Length * 10, RowsRead.Times * pages.Length * (10 + 64));
    }

    static FlowDefinition Handed => new()
    {
        Namespace = "package_test__c",
        Name = "handed",
        ApiId = "package_test__c__action_handed",
        Nodes = [new FlowNode.Start("start"), new FlowNode.Human("hold") { Assignees = [new AssigneeRule.Fixed([FlowPlay.Initiator])] }, new FlowNode.End("end")],
        Edges = [new("start", "hold"), new("hold", "end")],
    };

    static string Opinion(InstanceChange change) => change.Events.OfType<FlowEvent.Transferred>().SingleOrDefault() is { } handed ? handed.Opinion! : "start";

    /// <summary>An instance whose task is handed to and fro.</summary>
    /// <param name="Instance">Its id.</param>
    /// <param name="Task">The task.</param>
    /// <param name="Made">What was done to it, when and with which words.</param>
    sealed record Played(long Instance, long Task, List<(long At, string Opinion)> Made);
}
