using System.Collections.Concurrent;
using Reflow.Core.Flows;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>
/// Calls that race on the same instances are equivalent to some serial order (contracts: apaas I15). The order is the one of history, so that it need not be searched for
/// as in <see cref="Linearizability.Linearization"/>: it remains to see that this order explains every answer and contradicts no clock.
/// </summary>
public class FlowSerialTests
{
    const int Clients = 8, CallsEach = 25;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A call, the ticks of one clock right before it and right after its answer, and the answer.</summary>
    sealed record Called(FlowPlay Play, long Instance, int Before, int After, Answer Answer);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Whatever_races_has_a_serial_explanation(int seed)
    {
        await using var reflow = await TestReflow.Start();
        var flow = new DeployedFlow(FlowPlay.Flow);
        await reflow.Db.Change(Demo.Tenant, s => FlowCatalog.Deploy(s, FlowPlay.Flow, 0), Ct);
        var instances = new long[4];
        for (var i = 0; i < instances.Length; i++) instances[i] = await Start(reflow);
        await reflow.Token();
        var race = new Race(reflow, flow, instances);
        await race.Same();
        // Of calls that say the same of one task, one goes through, however they interleave: both kinds of answers are there on any machine.
        Assert.All(instances, instance => Assert.Single(race.Calls, call => call.Instance == instance && call.Answer.Code == 0));
        await race.Run(seed);
        var calls = race.Calls;

        Assert.Equal(Clients * (instances.Length + CallsEach), calls.Count);
        Assert.All(calls, call => Assert.Contains(call.Answer.Code, new[] { 0, 2320001 }));
        var people = await reflow.Db.Read(Demo.Tenant, s => new PeopleCache().Of(s), Ct);
        foreach (var instance in instances) await Explain(reflow, flow, people, instance, [.. calls.Where(c => c.Instance == instance)]);
    }

    static async Task<long> Start(TestReflow reflow) => long.Parse((await reflow.Post("/open-apis/apaas/v1/applications/package_test__c/flows/play/execute",
        new { @operator = """{"_id":1001}""", @params = "{}" })).Ok().Data.GetProperty("execution_id").GetString()!, System.Globalization.CultureInfo.InvariantCulture);

    static async Task Explain(TestReflow reflow, DeployedFlow flow, People people, long instance, IReadOnlyList<Called> calls)
    {
        var history = await FlowRowsOf.History(reflow.Db, instance);
        // Position of each call in history: the change that carries its words.
        var at = calls.ToDictionary(c => c, c => history.FindIndex(h => h.Payload.Contains($"\"{c.Play.Opinion}\"", StringComparison.Ordinal)));
        Assert.All(calls, c => Assert.Equal(c.Answer.Code == 0 ? 1 : 0, history.Count(h => h.Payload.Contains($"\"{c.Play.Opinion}\"", StringComparison.Ordinal))));
        Assert.Equal(history.Count - 1, at.Values.Count(position => position >= 0));
        Assert.Equal(at.Values.Where(position => position >= 0).Distinct().Count(), history.Count - 1);

        // Played again in this order, the rules alone decide what was stored, to the byte.
        FlowState? state = null;
        var states = new List<FlowState>();
        foreach (var (change, position) in history.Select((h, i) => (h, i)))
        {
            var stored = FlowJson.ReadEvents(change.Payload);
            var ids = new Queue<long>(stored.OfType<FlowEvent.TaskOpened>().Select(e => e.Task.Id));
            var command = position == 0 ? new FlowCommand.Start(instance, FlowPlay.Initiator) : at.Single(p => p.Value == position).Key.Play.Command;
            var decision = state.Decide(command, Context(flow, people, change.At) with { NextId = () => ids.TryDequeue(out var id) ? id : 0 });
            Assert.Null(decision.Error);
            Assert.Equal(change.Payload, FlowJson.Write(decision.Events));
            state = decision.Events.Aggregate(state, (s, e) => s.Apply(e));
            states.Add(state!);
        }
        Assert.Equal(FlowRowsOf.Of(state!), await FlowRowsOf.Stored(reflow.Db, instance));

        foreach (var call in calls)
        {
            // Whatever was answered before this call began was before it, whatever began after its answer was behind it.
            var earliest = at.Where(o => o.Value >= 0 && o.Key.After < call.Before).Select(o => o.Value).Append(0).Max();
            var latest = at.Where(o => o.Value >= 0 && o.Key.Before > call.After).Select(o => o.Value - 1).Append(history.Count - 1).Min();
            if (call.Answer.Code == 0) Assert.True(at[call] > earliest && at[call] <= latest, $"{call.Play} stands in history where the clocks say it cannot.");
            else
                Assert.True(Enumerable.Range(earliest, latest - earliest + 1).Any(position => states[position].Decide(call.Play.Command, Context(flow, people, 0)).Error is not null),
                    $"{call.Play} was refused, and nothing between its call and its answer explains it.");
        }
    }

    static FlowContext Context(DeployedFlow flow, People people, long now)
    {
        var id = 1L;
        return flow.Context(FlowPlay.Initiator, "{}", people, new(TimeProvider.System, node: NodeNumber.Fixed(62)), now) with { NextId = () => ++id };
    }

    /// <summary>Clients that call at the same time, and what they were answered.</summary>
    sealed class Race(TestReflow reflow, DeployedFlow flow, long[] instances)
    {
        readonly ConcurrentBag<Called> calls = [];
        int tick;

        public IReadOnlyCollection<Called> Calls => calls;

        /// <summary>All clients agree for the first assignee of each instance's first task.</summary>
        public async Task Same()
        {
            var first = await Task.WhenAll(instances.Select(async instance => (Id: instance, State: await Seen(instance))));
            await Together(async client =>
            {
                foreach (var (id, state) in first)
                {
                    var task = state.Tasks[Assert.Single(state.Pending)];
                    await Call(id, new("agree", task.Id, task.Assignees[0].User, [], 0, $"first {client} {id}."));
                }
            });
        }

        /// <summary>Each client does what comes to its mind.</summary>
        public Task Run(int seed) => Together(async client =>
        {
            var random = new Random((seed * 1000) + client);
            for (var n = 0; n < CallsEach; n++)
            {
                var instance = instances[random.Next(instances.Length)];
                // What is seen here may be old when the call arrives: that is the race.
                await Call(instance, FlowPlay.Draw(random, await Seen(instance), flow.Net, $"said {client} {n}."));
            }
        });

        static Task Together(Func<int, Task> what) => Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(() => what(client), Ct)));

        async Task<FlowState> Seen(long instance) => (await reflow.Db.Read(Demo.Tenant, s => FlowHistory.AsOf(s, instance, long.MaxValue), Ct))!;

        async Task Call(long instance, FlowPlay play)
        {
            var (path, body) = play.Call;
            var before = Interlocked.Increment(ref tick);
            var answer = await reflow.Post(path, body);
            calls.Add(new(play, instance, before, Interlocked.Increment(ref tick), answer));
        }
    }
}
