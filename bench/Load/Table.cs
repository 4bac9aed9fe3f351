namespace Reflow.Bench.Load;

/// <summary>What was measured, side by side.</summary>
sealed class Table
{
    readonly List<(string Work, double Reflow, double Bare, string? Goal, bool Met)> rows = [];

    public void Add(string work, double reflow, double bare, string? goal, bool met) => rows.Add((work, reflow, bare, goal, met));

    public void Print()
    {
        Console.WriteLine($"{"work",-44} {"Reflow",10} {"bare",10} {"ratio",7}  goal");
        foreach (var (work, reflow, bare, goal, met) in rows)
            Console.WriteLine($"{work,-44} {reflow,10:0.#} {bare,10:0.#} {reflow / bare,7:0.00}  {(goal is null ? "" : $"{goal}: {(met ? "met" : "missed")}")}");
    }
}
