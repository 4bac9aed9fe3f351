using Reflow.Core.Flows;
using Xunit;

namespace Reflow.Core.Tests.Flows;

/// <summary>The four classic mistakes of contracts/apaas §4.7: each changes what a rollback or a fork leaves behind, and the law must notice.</summary>
public class FlowMutants
{
    const int MostSeeds = 2000;

    [Fact]
    public void Siblings_that_do_not_return_when_a_join_is_undone_are_noticed() => Caught((before, events, net) =>
    {
        var after = Real(before, events);
        if (before is null || events.OfType<FlowEvent.Undone>().SingleOrDefault() is not { } undone)
            return after;
        // Only the token of the target itself comes back; those that waited at the join are lost.
        var target = events.OfType<FlowEvent.TaskOpened>().First().Task.Token;
        var lost = undone.Firings.SelectMany(seq => before.Firings[seq].Inputs).Where(id => id != target && after.Present.Contains(id));
        return Vanish(after, lost);
    });

    [Fact]
    public void Tasks_that_stay_open_below_the_target_are_noticed() => Caught((before, events, net) =>
    {
        if (before is null || !events.OfType<FlowEvent.Undone>().Any())
            return Real(before, events);
        // Only the task that was rolled back closes.
        var others = events.OfType<FlowEvent.TaskClosed>().Where(e => e.Status is UserTaskStatus.Closed).ToArray();
        var after = Real(before, events.Except(others));
        return Stay(after, others.Select(e => before.Tasks[e.TaskId].Token));
    });

    [Fact]
    public void A_join_that_counts_its_edges_is_noticed() => Caught((before, events, net) => events.Aggregate(before, (state, e) =>
    {
        if (e is not FlowEvent.Fired { Firing.Kind: FiringKind.Split } split)
            return state.Apply(e);
        // The branches to wait for are all edges of the fork instead of those taken.
        var all = (1L << net.Leaving(split.Firing.Node).Count) - 1;
        return state.Apply(split with { Outputs = [.. split.Outputs.Select(t => t with { Frame = t.Frame! with { Taken = all } })] });
    })!);

    [Fact]
    public void Siblings_that_are_kept_although_the_fork_itself_is_undone_are_noticed() => Caught((before, events, net) =>
    {
        if (before is null || events.OfType<FlowEvent.Undone>().SingleOrDefault() is not { } undone
            || before.Tasks.Values.FirstOrDefault(t => t.Id == undone.By) is not { } source || before.Tokens[source.Token].Frame is not { } frame
            || !undone.Firings.Contains(frame.Split))
            return Real(before, events);
        // The other branches of the fork go on as if the fork still held.
        var kept = before.Present.Where(id => before.Tokens[id].Frame is { } f && f.Split == frame.Split && f.Branch != frame.Branch).ToHashSet();
        var tasks = before.Pending.Where(id => kept.Contains(before.Tasks[id].Token)).ToHashSet();
        return Stay(Real(before, events.Where(e => e is not FlowEvent.TaskClosed c || !tasks.Contains(c.TaskId))), kept);
    });

    static FlowState Real(FlowState? state, IEnumerable<FlowEvent> events) => events.Aggregate(state, (s, e) => s.Apply(e))!;

    static FlowState Vanish(FlowState state, IEnumerable<int> tokens) => tokens.Aggregate(state, (s, id) => s with
    {
        Tokens = s.Tokens.SetItem(id, s.Tokens[id] with { Live = false }),
        Present = s.Present.Remove(id),
    });

    static FlowState Stay(FlowState state, IEnumerable<int> tokens) => tokens.Aggregate(state, (s, id) => s with
    {
        Tokens = s.Tokens.SetItem(id, s.Tokens[id] with { Live = true }),
        Present = s.Present.Add(id),
    });

    /// <summary>Some run breaks the law, or the engine itself stumbles.</summary>
    static void Caught(Func<FlowState?, IReadOnlyList<FlowEvent>, FlowNet, FlowState> mutant)
    {
        for (var seed = 0; seed < MostSeeds; seed++)
            if (Simulation.Run(Case.Draw(seed), new(), mutant) is not null)
                return;
        Assert.Fail($"Not noticed within {MostSeeds} runs.");
    }
}
