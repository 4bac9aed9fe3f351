using Reflow.Core.Flows;
using Xunit;

namespace Reflow.Core.Tests.Flows;

/// <summary>The law of contracts/apaas §4.1 over random flows and random operations, legal and illegal.</summary>
public class FlowLaws
{
    // REFLOW_SOAK: how many sequences, for long runs by hand.
    static readonly int Sequences = int.TryParse(Environment.GetEnvironmentVariable("REFLOW_SOAK"), out var n) ? n : 20_000;

    [Fact]
    public void Whatever_people_do_the_instance_can_always_be_finished()
    {
        var tally = new Tally();
        for (var seed = 0; seed < Sequences; seed++)
            if (Simulation.Run(Case.Draw(seed), tally) is { } broken)
                Assert.Fail(Told(seed, broken));
        // Without these the run would have proved little.
        Assert.True(tally.Rollbacks > Sequences && tally.Unjoined > Sequences / 50 && tally.Revived > Sequences / 10 && tally.Reruns > Sequences / 120
            && tally.Deaths > Sequences / 200 && tally.Refusals > Sequences, $"{tally}");
        Assert.True(tally.Direct > Sequences / 10 && tally.Inherited > Sequences / 100 && tally.Submitted > Sequences / 10 && tally.Unfit > Sequences / 20 && tally.Migrated > Sequences / 4
            && tally.Unmigrated > Sequences / 20 && tally.Renumbered > Sequences / 200 && tally.Remembered > Sequences / 200 && tally.Straight > Sequences / 20, $"{tally}");
    }

    [Fact]
    public void What_breaks_the_law_is_told_by_the_smallest_net_and_the_fewest_operations_that_still_do()
    {
        // A rollback that undoes nothing.
        static FlowState Broken(FlowState? before, IReadOnlyList<FlowEvent> events, FlowNet net) => events.Where(e => e is not FlowEvent.Undone).Aggregate(before, (s, e) => s.Apply(e))!;
        var (seed, broken) = Enumerable.Range(0, 100).Select(seed => (seed, Simulation.Run(Case.Draw(seed), new(), Broken))).First(run => run.Item2 is not null);
        var told = Told(seed, broken!, Broken);
        Assert.StartsWith($"Seed {seed}\n", told);
        Assert.Contains("is broken", told);
        // Start, one task at most, and the end; at most an agreement before the rollback.
        Assert.InRange(told.Split('\n').Count(line => line.Contains(" -> ")), 2, 5);
        Assert.InRange(told.Split('\n').Count(line => line.Length > 1 && char.IsDigit(line[0]) && line.Contains(". ")), 2, 4);
        Assert.Contains("RollBack", told);
    }

    static string Told(int seed, string broken, Func<FlowState?, IReadOnlyList<FlowEvent>, FlowNet, FlowState>? mutant = null) => $"Seed {seed}\n{Minimal(Case.Draw(seed), broken, mutant)}";

    /// <summary>The simplest case that still breaks, told so that a person can play it.</summary>
    static string Minimal(Case play, string broken, Func<FlowState?, IReadOnlyList<FlowEvent>, FlowNet, FlowState>? mutant)
    {
        for (var simpler = true; simpler;)
        {
            simpler = false;
            foreach (var smaller in play.Smaller())
                if (Simulation.Run(smaller, new(), mutant) is { } still)
                {
                    (play, broken, simpler) = (smaller, still, true);
                    break;
                }
        }
        return broken;
    }
}
