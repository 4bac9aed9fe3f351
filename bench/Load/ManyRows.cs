namespace Reflow.Bench.Load;

/// <summary>Every call among many rows and among a tenth of them, on both engines: four servers with a store each, in turns.</summary>
static class ManyRows
{
    const int TurnsOfEach = 3, Tenth = 10;
    /// <summary>How many tasks and reports there are; of instances and work items a tenth of it.</summary>
    public const int Many = 1_000_000;

    /// <summary><c>./bench.sh rows [SECONDS] [TASKS]</c>.</summary>
    public static async Task Run(string reflowProgram, string bareProgram, string connection, TimeSpan seconds, int many, string scratch)
    {
        var stands = new List<Stand>();
        try
        {
            foreach (var (engine, rows) in new[] { ("PostgreSQL", many / Tenth), ("PostgreSQL", many), ("SQLite", many / Tenth), ("SQLite", many) })
            {
                Console.WriteLine($"{engine}: {rows:N0} tasks, {rows / 10:N0} instances, {rows / 10:N0} work items, {rows:N0} reports");
                stands.Add(await Stand.Open(reflowProgram, engine is "SQLite" ? Path.Combine(scratch, $"{rows}") : Stand.Database(connection, $"rows{rows}"), (store, task, instance, item) =>
                {
                    BulkRows.Tasks(store, task, rows);
                    BulkRows.Instances(store, instance, rows / 10);
                    BulkRows.Items(store, Projects.Tenant, item, rows / 10);
                    ReportPages.Fill(store, rows);
                }));
            }
            using var bare = await ServerProcess.Start(bareProgram, url => [url]);
            await Measure(stands, bare, seconds, many);
        }
        finally
        {
            stands.ForEach(stand => stand.Dispose());
        }
    }

    static async Task Measure(IReadOnlyList<Stand> stands, ServerProcess bare, TimeSpan seconds, int many)
    {
        var table = new Table();
        Console.WriteLine("measuring");
        foreach (var (name, call) in new (string, Func<Stand, TimeSpan, Task<Pace>>)[]
        {
            ("complete/uncomplete", (stand, for_) => stand.Complete(for_)), ("agree+rollback", (stand, for_) => stand.Step(for_)), ("node confirm+rollback", (stand, for_) => stand.Node(for_)),
            ("task get", (stand, for_) => stand.GetTask(for_)), ("a page of 20 tasks", (stand, for_) => stand.TaskPage(for_)), ("rollback_points", (stand, for_) => stand.Points(for_)),
            ("user_task/query", (stand, for_) => stand.Pending(for_)), ("workflow/query", (stand, for_) => stand.Graph(for_)),
        })
        {
            var paces = await Turns(name, [.. stands.Select(stand => (Func<TimeSpan, Task<Pace>>)(for_ => call(stand, for_)))]);
            Compare(name, paces);
            if (!name.EndsWith("complete", StringComparison.Ordinal) && !name.EndsWith("rollback", StringComparison.Ordinal)) continue;
            foreach (var (engine, pace) in new[] { ("PostgreSQL", paces[1]), ("SQLite", paces[3]) })
                table.AtMost($"{name}, {engine}, p99 to p50, ms", pace.P99.TotalMilliseconds, pace.Median.TotalMilliseconds, 5);
        }
        var pages = await Turns("tasks/query of reports, a page of 20",
        [
            .. stands.Select((stand, i) => (Func<TimeSpan, Task<Pace>>)(for_ => stand.ReportPage(for_, i % 2 == 0 ? many / Tenth : many))),
            for_ => Drive.Run(bare, _ => [Connection.Request("GET", "/")], for_),
        ]);
        Compare("a page of 20 reports", pages);
        table.AtLeast($"a page of 20 of {many:N0} reports, PostgreSQL, to bare Kestrel", pages[1].Rate, pages[4].Rate, 0.25);
        table.AtLeast($"a page of 20 of {many:N0} reports, SQLite, to bare Kestrel", pages[3].Rate, pages[4].Rate, 0.25);
        foreach (var (engine, i) in new[] { ("PostgreSQL", 1), ("SQLite", 3) })
        {
            var (idle, after) = (stands[i].Idle, stands[i].Server.Memory);
            table.Add($"memory when idle to after load, MB, {engine}", idle, after, $"at most 110 and 250: {(idle <= 110 ? "met" : "missed")}, {(after <= 250 ? "met" : "missed")}");
        }
        table.Print("measured", "against");

        Task<IReadOnlyList<Pace>> Turns(string name, IReadOnlyList<Func<TimeSpan, Task<Pace>>> runs)
        {
            Console.WriteLine(name);
            string[] of = ["PostgreSQL, a tenth", "PostgreSQL, all", "SQLite, a tenth", "SQLite, all", "bare Kestrel"];
            return Rounds.InTurns(TurnsOfEach, seconds, [.. runs.Select((run, i) => (of[i], run))]);
        }
        void Compare(string name, IReadOnlyList<Pace> paces)
        {
            table.AtLeast($"{name}, PostgreSQL: all to a tenth, calls/s", paces[1].Rate, paces[0].Rate, 0.8);
            table.AtLeast($"{name}, SQLite: all to a tenth, calls/s", paces[3].Rate, paces[2].Rate, 0.8);
        }
    }
}
