namespace Reflow.Bench.Load;

/// <summary>The same calls on PostgreSQL and on SQLite, and beside a bare Kestrel.</summary>
static class Engines
{
    const int TurnsOfEach = 3;

    public static async Task Run(string reflowProgram, string bareProgram, string connection, TimeSpan seconds, string scratch)
    {
        var table = new Table();
        using var postgres = await ServerProcess.Start(reflowProgram, Workbench.ReflowOn(connection));
        using var sqlite = await ServerProcess.Start(reflowProgram, Workbench.Reflow(Path.Combine(scratch, "data")));
        using var rows = await ServerProcess.Start(bareProgram, url => [url, Path.Combine(scratch, "bare.db")]);
        var (here, there) = (await Workbench.Authorize(postgres), await Workbench.Authorize(sqlite));
        var (ours, theirs) = (await Workbench.MakeTasks(postgres, here, 2 * Drive.Connections), await Workbench.MakeTasks(sqlite, there, 2 * Drive.Connections));

        Console.WriteLine("complete and uncomplete");
        if (await Rounds.InTurns(TurnsOfEach, seconds, [
            ("PostgreSQL", for_ => Drive.Run(postgres, Workbench.CompleteAndBack(here, ours), for_)), ("SQLite", for_ => Drive.Run(sqlite, Workbench.CompleteAndBack(there, theirs), for_)),
            ("bare group commit", for_ => Drive.Run(rows, CallBench.RowsOf, for_))]) is [var changed, var beside, var bare])
        {
            table.Add("complete/uncomplete, calls/s: PostgreSQL to SQLite", changed.Rate, beside.Rate);
            table.AtLeast("complete/uncomplete, calls/s: PostgreSQL to the bare group commit of SQLite", changed.Rate, bare.Rate, 0.6);
            table.Add("complete/uncomplete, CPU µs of the server per call", changed.Cpu, beside.Cpu);
            table.AtMostItself("complete/uncomplete on PostgreSQL, p99 / p50", changed.P99 / changed.Median, beside.P99 / beside.Median, 5);
        }

        Console.WriteLine("task get");
        IReadOnlyList<byte[]> Get(string authorization, IReadOnlyList<string> tasks, int at) =>
            [.. tasks.Skip(2 * at).Take(2).Select(task => Connection.Request("GET", $"/open-apis/task/v1/tasks/{task}", authorization))];
        if (await Rounds.InTurns(TurnsOfEach, seconds, [
            ("PostgreSQL", for_ => Drive.Run(postgres, at => Get(here, ours, at), for_)), ("SQLite", for_ => Drive.Run(sqlite, at => Get(there, theirs, at), for_))]) is [var read, var readBeside])
            table.Add("task get, calls/s: PostgreSQL to SQLite", read.Rate, readBeside.Rate);
        table.Add("memory after load, MB", postgres.Memory, sqlite.Memory, $"at most 250 MB: {(postgres.Memory <= 250 ? "met" : "missed")}");
        table.Print("measured", "against");
    }
}
