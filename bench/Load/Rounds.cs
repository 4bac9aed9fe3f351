namespace Reflow.Bench.Load;

/// <summary>Runs what is compared in turns, so that whatever else the machine does falls on all of it alike, and takes the middle of each.</summary>
static class Rounds
{
    /// <summary>The median of each run, in the order given; a first round only warms up, while what is called often is compiled once more.</summary>
    public static async Task<IReadOnlyList<Pace>> InTurns(int rounds, TimeSpan duration, params IReadOnlyList<(string Name, Func<TimeSpan, Task<Pace>> Run)> runs)
    {
        var paces = runs.Select(_ => new List<Pace>()).ToList();
        for (var round = 0; round <= rounds; round++)
            for (var i = 0; i < runs.Count; i++)
            {
                var pace = await runs[i].Run(duration);
                if (round == 0) continue;
                paces[i].Add(pace);
                Console.WriteLine($"  {runs[i].Name,-44} {pace}");
            }
        return [.. paces.Select(Middle)];
    }

    public static double Median(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;

    static Pace Middle(List<Pace> paces) => new(
        paces.Sum(pace => pace.Calls), Median(paces.Select(pace => pace.Rate)), Median(paces.Select(pace => pace.Cpu)),
        TimeSpan.FromTicks((long)Median(paces.Select(pace => (double)pace.Median.Ticks))), TimeSpan.FromTicks((long)Median(paces.Select(pace => (double)pace.P99.Ticks))));
}
