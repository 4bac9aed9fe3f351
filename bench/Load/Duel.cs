using System.Globalization;

namespace Reflow.Bench.Load;

/// <summary>
/// One kind of call on two builds of Reflow in turns: whether a change made it faster, on a machine whose speed comes and goes. What counts is the middle of the ratios of turns that follow each other.
/// </summary>
static class Duel
{
    static readonly TimeSpan Turn = TimeSpan.FromSeconds(3);

    /// <summary><c>./bench.sh duel WORK disk|pg PROGRAM [TURNS]</c>; on PostgreSQL each has a database of its own.</summary>
    /// <param name="reflow">The build that is looked at.</param>
    /// <param name="other">The one that it is held against.</param>
    /// <param name="work">A kind of call that <see cref="Stand.Work"/> knows.</param>
    /// <param name="store">Where a build of that name keeps its data.</param>
    /// <param name="turns">How often it is each one's turn; those of the first third only warm up.</param>
    public static async Task Run(string reflow, string other, string work, Func<string, string> store, int turns)
    {
        using var ours = await Stand.For(work, reflow, store("ours"));
        using var theirs = await Stand.For(work, other, store("theirs"));
        var (first, second) = (ours.Work(work), theirs.Work(work));
        var ratios = new List<(double Rate, double Cpu)>();
        for (var turn = 0; turn < turns; turn++)
        {
            var (mine, its) = (await first(Turn), await second(Turn));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{mine}   {its}   {mine.Rate / its.Rate:0.00}"));
            if (turn >= turns / 3) ratios.Add((mine.Rate / its.Rate, mine.Cpu / its.Cpu));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{work}: {Rounds.Median(ratios.Select(r => r.Rate)):0.00} times the calls, {Rounds.Median(ratios.Select(r => r.Cpu)):0.00} times the processor time of each"));
    }
}
