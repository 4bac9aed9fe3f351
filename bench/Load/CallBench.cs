namespace Reflow.Bench.Load;

/// <summary>Single calls beside a bare Kestrel: the start, a change, a read, memory.</summary>
static class CallBench
{
    const int Starts = 7, TurnsOfEach = 3;

    public static async Task Run(string reflowProgram, string bareProgram, TimeSpan seconds, string scratch)
    {
        var (table, data) = (new Table(), Path.Combine(scratch, "data"));
        string[] Bare(string url) => [url];
        string[] BareRows(string url) => [url, Path.Combine(scratch, "bare.db")];
        string authorization;
        IReadOnlyList<string> tasks;
        using (var reflow = await ServerProcess.Start(reflowProgram, Workbench.Reflow(data)))
        {
            authorization = await Workbench.Authorize(reflow);
            tasks = await Workbench.MakeTasks(reflow, authorization, 2 * Drive.Connections);
        }
        byte[] Get(string task) => Connection.Request("GET", $"/open-apis/task/v1/tasks/{task}", authorization);
        var json = Connection.Request("GET", "/");
        await Start(table, () => ServerProcess.TimeToFirstAnswer(reflowProgram, Workbench.Reflow(data), Get(tasks[0])), () => ServerProcess.TimeToFirstAnswer(bareProgram, Bare, json));

        using (var reflow = await ServerProcess.Start(reflowProgram, Workbench.Reflow(data)))
        {
            var idle = await reflow.MemoryAtRest();
            using (var bare = await ServerProcess.Start(bareProgram, BareRows))
                await Compare(table, "complete/uncomplete, SQLite FULL", 0.6, seconds,
                    for_ => Drive.Run(reflow, Workbench.CompleteAndBack(authorization, tasks), for_), for_ => Drive.Run(bare, RowsOf, for_));
            using (var bare = await ServerProcess.Start(bareProgram, Bare))
            {
                var bareIdle = await bare.MemoryAtRest();
                await Compare(table, "task get", 0.5, seconds,
                    for_ => Drive.Run(reflow, connection => [Get(tasks[2 * connection]), Get(tasks[2 * connection + 1])], for_), for_ => Drive.Run(bare, _ => [json], for_));
                table.Add("memory when idle, MB", idle, bareIdle, $"at most 110 MB: {(idle <= 110 ? "met" : "missed")}");
                table.Add("memory after load, MB", reflow.Memory, bare.Memory, $"at most 250 MB: {(reflow.Memory <= 250 ? "met" : "missed")}");
            }
        }
        table.Print("Reflow", "bare");
    }

    /// <summary>The same changes of a connection's rows, for the bare group commit.</summary>
    public static IReadOnlyList<byte[]> RowsOf(int connection) =>
        [.. Enumerable.Range(connection * 2, 2).SelectMany(row => new[] { "complete", "uncomplete" }.Select(act => Connection.Request("POST", $"/{row}/{act}")))];

    static async Task Start(Table table, Func<Task<TimeSpan>> reflow, Func<Task<TimeSpan>> bare)
    {
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var i = 0; i < Starts; i++)
        {
            ours.Add((await reflow()).TotalMilliseconds);
            theirs.Add((await bare()).TotalMilliseconds);
        }
        Console.WriteLine($"first answer, ms: Reflow {ours.Min():0}–{ours.Max():0}; bare {theirs.Min():0}–{theirs.Max():0}");
        table.AtMost("first answer after start, ms", Rounds.Median(ours), Rounds.Median(theirs), 2.5);
    }

    static async Task Compare(Table table, string work, double goal, TimeSpan seconds, Func<TimeSpan, Task<Pace>> reflow, Func<TimeSpan, Task<Pace>> bare)
    {
        Console.WriteLine(work);
        if (await Rounds.InTurns(TurnsOfEach, seconds, [("Reflow", reflow), ("bare", bare)]) is not [var ours, var theirs]) return;
        table.AtLeast($"{work}, calls/s", ours.Rate, theirs.Rate, goal);
        table.Add($"{work}, CPU µs per call", ours.Cpu, theirs.Cpu);
        table.AtMostItself($"{work}, p99 / p50", ours.P99 / ours.Median, theirs.P99 / theirs.Median, 5);
    }
}
