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
        using var rowsOfPostgres = await ServerProcess.Start(bareProgram, url => [url, connection]);
        using var rowsOfSqlite = await ServerProcess.Start(bareProgram, url => [url, Path.Combine(scratch, "bare.db")]);
        using var json = await ServerProcess.Start(bareProgram, url => [url]);
        var (here, there) = (await Workbench.Authorize(postgres), await Workbench.Authorize(sqlite));
        var (ours, theirs) = (await Workbench.MakeTasks(postgres, here, 2 * Drive.Connections), await Workbench.MakeTasks(sqlite, there, 2 * Drive.Connections));

        Console.WriteLine("complete and uncomplete");
        List<(string, Func<TimeSpan, Task<Pace>>)> changes =
        [
            ("PostgreSQL", for_ => Drive.Run(postgres, Workbench.CompleteAndBack(here, ours), for_)), ("SQLite", for_ => Drive.Run(sqlite, Workbench.CompleteAndBack(there, theirs), for_)),
            ("bare group commit, PostgreSQL", for_ => Drive.Run(rowsOfPostgres, CallBench.RowsOf, for_)), ("bare group commit, SQLite", for_ => Drive.Run(rowsOfSqlite, CallBench.RowsOf, for_)),
        ];
        if (Environment.GetEnvironmentVariable("PGBENCH") is { Length: > 0 } pgbench)
        {
            var said = new System.Data.Common.DbConnectionStringBuilder { ConnectionString = connection };
            changes.Add(("pgbench, one statement a commit", for_ => Pgbench.Run(pgbench, (string)said["Host"], (string)said["Username"], for_, scratch)));
        }
        var changed = await Rounds.InTurns(TurnsOfEach, seconds, changes);
        table.AtLeast("complete/uncomplete on PostgreSQL to bare group commit", changed[0].Rate, changed[2].Rate, 0.6);
        if (changed.Count > 4) table.AtLeast("complete/uncomplete on PostgreSQL to pgbench", changed[0].Rate, changed[4].Rate, 0.9);
        table.AtLeast("complete/uncomplete on SQLite to bare group commit", changed[1].Rate, changed[3].Rate, 0.6);
        table.Add("complete/uncomplete, calls/s: PostgreSQL to SQLite", changed[0].Rate, changed[1].Rate);
        table.Add("complete/uncomplete, CPU µs of the server per call", changed[0].Cpu, changed[1].Cpu);
        table.AtMostItself("complete/uncomplete on PostgreSQL, p99 / p50", changed[0].P99 / changed[0].Median, changed[1].P99 / changed[1].Median, 5);

        Console.WriteLine("task get");
        IReadOnlyList<byte[]> Get(string authorization, IReadOnlyList<string> tasks, int at) =>
            [.. tasks.Skip(2 * at).Take(2).Select(task => Connection.Request("GET", $"/open-apis/task/v1/tasks/{task}", authorization))];
        if (await Rounds.InTurns(TurnsOfEach, seconds, [
            ("PostgreSQL", for_ => Drive.Run(postgres, at => Get(here, ours, at), for_)), ("SQLite", for_ => Drive.Run(sqlite, at => Get(there, theirs, at), for_)),
            ("bare Kestrel", for_ => Drive.Run(json, _ => [Connection.Request("GET", "/")], for_))]) is [var read, var readBeside, var bare])
        {
            table.AtLeast("task get on PostgreSQL to bare Kestrel", read.Rate, bare.Rate, 0.5);
            table.AtLeast("task get on SQLite to bare Kestrel", readBeside.Rate, bare.Rate, 0.5);
        }
        table.Add("memory after load, MB", postgres.Memory, sqlite.Memory, $"at most 250 MB: {(postgres.Memory <= 250 ? "met" : "missed")}");
        table.Print("measured", "against");
    }
}
