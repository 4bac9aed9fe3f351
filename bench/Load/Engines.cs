using System.Data.Common;

namespace Reflow.Bench.Load;

/// <summary>The same calls on PostgreSQL and on SQLite, and beside a bare Kestrel.</summary>
static class Engines
{
    const int TurnsOfEach = 3;

    public static async Task Run(string reflowProgram, string bareProgram, string connection, TimeSpan seconds, string scratch)
    {
        var table = new Table();
        using var postgres = await Stand.For(null, reflowProgram, connection);
        using var sqlite = await Stand.For(null, reflowProgram, Path.Combine(scratch, "data"));
        using var rowsOfPostgres = await ServerProcess.Start(bareProgram, url => [url, connection]);
        using var rowsOfSqlite = await ServerProcess.Start(bareProgram, url => [url, Path.Combine(scratch, "bare.db")]);
        using var json = await ServerProcess.Start(bareProgram, url => [url]);

        Console.WriteLine("changes");
        List<(string, Func<TimeSpan, Task<Pace>>)> changes =
        [
            ("complete/uncomplete, PostgreSQL", postgres.Complete), ("complete/uncomplete, SQLite", sqlite.Complete),
            ("agree+rollback, PostgreSQL", postgres.Step), ("agree+rollback, SQLite", sqlite.Step),
            ("node confirm+rollback, PostgreSQL", postgres.Node), ("node confirm+rollback, SQLite", sqlite.Node),
            ("bare group commit, PostgreSQL", for_ => Drive.Run(rowsOfPostgres, CallBench.RowsOf, for_)), ("bare group commit, SQLite", for_ => Drive.Run(rowsOfSqlite, CallBench.RowsOf, for_)),
        ];
        if (Environment.GetEnvironmentVariable("PGBENCH") is { Length: > 0 } pgbench)
        {
            var said = new DbConnectionStringBuilder { ConnectionString = connection };
            changes.Add(("pgbench, one statement a commit", for_ => Pgbench.Run(pgbench, (string)said["Host"], (string)said["Username"], Drive.Connections, for_, scratch)));
        }
        var changed = await Rounds.InTurns(TurnsOfEach, seconds, changes);
        table.AtLeast("complete/uncomplete on PostgreSQL to bare group commit", changed[0].Rate, changed[6].Rate, 0.6);
        if (changed.Count > 8) table.AtLeast("complete/uncomplete on PostgreSQL to pgbench", changed[0].Rate, changed[8].Rate, 0.9);
        table.AtLeast("complete/uncomplete on SQLite to bare group commit", changed[1].Rate, changed[7].Rate, 0.6);
        table.Add("complete/uncomplete, calls/s: PostgreSQL to SQLite", changed[0].Rate, changed[1].Rate);
        table.Add("complete/uncomplete, CPU µs per call: PostgreSQL to SQLite", changed[0].Cpu, changed[1].Cpu);
        foreach (var (engine, first) in new[] { ("PostgreSQL", 0), ("SQLite", 1) })
        {
            foreach (var (name, pace) in new[] { ("agree+rollback", changed[first + 2]), ("node confirm+rollback", changed[first + 4]) })
            {
                table.AtLeast($"{name} to complete/uncomplete, {engine}, calls/s", pace.Rate, changed[first].Rate, 0.4);
                table.Add($"{name} to complete/uncomplete, {engine}, CPU µs", pace.Cpu, changed[first].Cpu);
            }
            foreach (var (name, pace) in new[] { ("complete/uncomplete", changed[first]), ("agree+rollback", changed[first + 2]), ("node confirm+rollback", changed[first + 4]) })
                table.AtMost($"{name}, {engine}: p99 to p50, ms", pace.P99.TotalMilliseconds, pace.Median.TotalMilliseconds, 5);
        }

        Console.WriteLine("reads");
        var read = await Rounds.InTurns(TurnsOfEach, seconds, [
            ("task get, PostgreSQL", postgres.GetTask), ("task get, SQLite", sqlite.GetTask),
            ("rollback_points, PostgreSQL", postgres.Points), ("rollback_points, SQLite", sqlite.Points),
            ("workflow/query, PostgreSQL", postgres.Graph), ("workflow/query, SQLite", sqlite.Graph),
            ("a page of 20 reports, PostgreSQL", for_ => postgres.ReportPage(for_)), ("a page of 20 reports, SQLite", for_ => sqlite.ReportPage(for_)),
            ("bare Kestrel", for_ => Drive.Run(json, _ => [Connection.Request("GET", "/")], for_))]);
        foreach (var (name, first, goal) in new[] { ("task get", 0, 0.5), ("rollback_points", 2, 0.3), ("workflow/query", 4, 0.3), ("a page of 20 reports", 6, 0.25) })
            foreach (var (engine, pace) in new[] { ("PostgreSQL", read[first]), ("SQLite", read[first + 1]) })
                table.AtLeast($"{name} on {engine} to bare Kestrel, calls/s", pace.Rate, read[8].Rate, goal);
        table.Add("memory after load, MB: PostgreSQL to SQLite", postgres.Server.Memory, sqlite.Server.Memory, $"at most 250 MB: {(Math.Max(postgres.Server.Memory, sqlite.Server.Memory) <= 250 ? "met" : "missed")}");
        table.Print("measured", "against");
    }
}
