using System.Globalization;
using Reflow.Bench.Load;

// load REFLOW BARE [calls|flows|projects] [SECONDS]: measures side by side, in turns, and prints a table for each part; without a part, calls and flows.
// load REFLOW BARE reports [REPORTS]: a page of reports among few and among many.
// load REFLOW BARE postgres CONNECTION [SECONDS]: the same calls on PostgreSQL and on SQLite.
// load REFLOW BARE work NAME STORE [SECONDS]: one kind of call alone, for a look with a profiler. A store is disk, or a connection string.
// load REFLOW BARE rows CONNECTION [SECONDS [TASKS]]: the same calls among many rows and among a tenth of them, on both engines.
// load REFLOW BARE overload CONNECTION [SECONDS]: four times as many changes as the server can do, on both engines.
// load REFLOW BARE peers CONNECTION NODE FOLDER [SECONDS]: Reflow beside servers of others, which NODE runs from FOLDER.
// load REFLOW BARE duel WORK disk|pg PROGRAM [TURNS] [CONNECTION]: one kind of call on this build and on another, in turns.
// load REFLOW BARE controls [STORE…]: resets, snapshots, restores and tenants for tests. load REFLOW BARE memory [MINUTES]: whether a busy server stays as large as it is.
var (reflow, bare) = (args[0], args[1]);
var part = args.Skip(2).FirstOrDefault(arg => arg is "calls" or "flows" or "projects" or "reports" or "controls" or "memory" or "postgres" or "peers" or "rows" or "overload" or "work" or "duel");
var said = args.Skip(2).FirstOrDefault(arg => arg != part);
var seconds = TimeSpan.FromSeconds(said is null || part is "controls" or "memory" or "postgres" or "peers" or "rows" or "overload" or "work" or "duel" ? 3 : double.Parse(said, CultureInfo.InvariantCulture));
var scratch = Directory.CreateTempSubdirectory("reflow-bench-").FullName;
TimeSpan Seconds(int at, double usual) => TimeSpan.FromSeconds(args.Length > at ? double.Parse(args[at], CultureInfo.InvariantCulture) : usual);
string Place(string name) => Directory.CreateDirectory(Path.Combine(scratch, name)).FullName;
try
{
    if (part is null or "calls") await CallBench.Run(reflow, bare, seconds, Place("calls"));
    if (part is null or "flows") await FlowBench.Run(reflow, bare, seconds, Place("flows"));
    if (part is "projects") await Projects.Run(reflow, seconds, Place("projects"));
    if (part is "reports") await ReportPages.Run(reflow, said is null ? ReportPages.Many : int.Parse(said, CultureInfo.InvariantCulture), Place("reports"));
    if (part is "postgres") await Engines.Run(reflow, bare, args[3], Seconds(4, 3), Place("engines"));
    if (part is "work")
    {
        using var stand = await Stand.For(args[3], reflow, args[4] is "disk" ? Place("work") : args[4]);
        Console.WriteLine($"process {stand.Server.Id}");
        Console.WriteLine(await stand.Work(args[3])(Seconds(5, 10)));
    }
    // On PostgreSQL bench.sh puts its connection last.
    if (part is "duel")
        await Duel.Run(reflow, args[5], args[3], name => args[4] is "disk" ? Place(name) : Stand.Database(args[^1], $"{name}_{Environment.ProcessId}"), args.Length > 6 && int.TryParse(args[6], CultureInfo.InvariantCulture, out var turns) ? turns : 15);
    if (part is "rows")
        await ManyRows.Run(reflow, bare, args[3], Seconds(4, 3), args.Length > 5 ? int.Parse(args[5], CultureInfo.InvariantCulture) : ManyRows.Many, Place("rows"));
    if (part is "overload") await Overload.Run(reflow, args[3], Seconds(4, 60), Place("overload"));
    if (part is "peers") await Peers.Run(reflow, bare, args[3], args[4], args[5], Seconds(6, 3), Place("peers"));
    if (part is "controls") await Controls.Run(reflow, args is [_, _, _, _, ..] ? args[3..] : ["memory", "disk"], Place("controls"));
    if (part is "memory") return await MemoryWatch.Run(reflow, TimeSpan.FromMinutes(said is null ? 10 : double.Parse(said, CultureInfo.InvariantCulture)), Place("memory")) ? 0 : 1;
    return 0;
}
finally
{
    Directory.Delete(scratch, recursive: true);
}
