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
                Assert.Fail($"Seed {seed}\n{Minimal(Case.Draw(seed), broken)}");
        // Without these the run would have proved little.
        Assert.True(tally.Rollbacks > Sequences && tally.Unjoined > Sequences / 50 && tally.Revived > Sequences / 10 && tally.Reruns > Sequences / 120
            && tally.Deaths > Sequences / 200 && tally.Refusals > Sequences, $"{tally}");
        Assert.True(tally.Direct > Sequences / 10 && tally.Inherited > Sequences / 100 && tally.Submitted > Sequences / 10 && tally.Unfit > Sequences / 20 && tally.Migrated > Sequences / 4
            && tally.Unmigrated > Sequences / 20 && tally.Renumbered > Sequences / 200 && tally.Remembered > Sequences / 200 && tally.Straight > Sequences / 20, $"{tally}");
    }

    /// <summary>The simplest case that still breaks, told so that a person can play it.</summary>
    static string Minimal(Case play, string broken)
    {
        for (var simpler = true; simpler;)
        {
            simpler = false;
            foreach (var smaller in play.Smaller())
                if (Simulation.Run(smaller, new()) is { } still)
                {
                    (play, broken, simpler) = (smaller, still, true);
                    break;
                }
        }
        return broken;
    }
}
