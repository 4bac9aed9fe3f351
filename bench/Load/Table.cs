namespace Reflow.Bench.Load;

/// <summary>What was measured, side by side.</summary>
sealed class Table
{
    readonly List<(string Work, double Measured, double Against, string Goal)> rows = [];

    /// <summary>A row whose ratio shall be at least so much.</summary>
    public void AtLeast(string work, double measured, double against, double goal) =>
        Add(work, measured, against, $"at least {goal:0.0#}: {Met(measured >= goal * against)}");

    /// <summary>A row whose ratio shall be at most so much.</summary>
    public void AtMost(string work, double measured, double against, double goal) =>
        Add(work, measured, against, $"at most {goal:0.0#}: {Met(measured <= goal * against)}");

    /// <summary>A row that shall be at most so much by itself.</summary>
    public void AtMostItself(string work, double measured, double against, double goal) =>
        Add(work, measured, against, $"at most {goal:0} itself: {Met(measured <= goal)}");

    /// <summary>A row without a goal.</summary>
    public void Add(string work, double measured, double against, string goal = "") => rows.Add((work, measured, against, goal));

    public void Print(string measured, string against)
    {
        Console.WriteLine();
        Console.WriteLine($"{"work",-58} {measured,10} {against,10} {"ratio",7}  goal");
        foreach (var row in rows) Console.WriteLine($"{row.Work,-58} {row.Measured,10:0.#} {row.Against,10:0.#} {row.Measured / row.Against,7:0.00}  {row.Goal}");
        Console.WriteLine();
    }

    static string Met(bool met) => met ? "met" : "missed";
}
