using System.Data.Common;

namespace Reflow.Bench.Load;

/// <summary>
/// A task that is marked as done and as not done, and a step of a flow forth and back: Reflow on both engines, the limits of the machine, and servers of others that npm can install, all in one run.
/// All that keep data in PostgreSQL keep it in the same one.
/// </summary>
sealed class Peers(string node, string folder, string connection, string scratch) : IDisposable
{
    const int TurnsOfEach = 3, Instances = 1024;
    static readonly int[] Connections = [1, 16, 64];
    static readonly IReadOnlyList<string> Tasks = [.. Enumerable.Range(1, 2 * Drive.Connections).Select(n => $"{n}")];

    readonly List<ServerProcess> servers = [];

    /// <summary><c>./bench.sh peers [SECONDS]</c>.</summary>
    public static async Task Run(string reflowProgram, string bareProgram, string connection, string node, string folder, TimeSpan seconds, string scratch)
    {
        using var peers = new Peers(node, folder, connection, scratch);
        await peers.Compare(reflowProgram, bareProgram, seconds);
    }

    public void Dispose() => servers.ForEach(server => server.Dispose());

    async Task Compare(string reflowProgram, string bareProgram, TimeSpan seconds)
    {
        var postgres = await Server(reflowProgram, Workbench.ReflowOn(connection));
        var sqlite = await Server(reflowProgram, Workbench.Reflow(Path.Combine(scratch, "data")));
        await TasksDone(postgres, sqlite, bareProgram, seconds);
        await Steps(postgres, sqlite, seconds);
    }

    async Task TasksDone(ServerProcess postgres, ServerProcess sqlite, string bareProgram, TimeSpan seconds)
    {
        var wrk = new Wrk(Path.Combine(AppContext.BaseDirectory, "cycle.lua"), scratch);
        var said = new DbConnectionStringBuilder { ConnectionString = connection };
        var (bareOnPostgres, bareOnSqlite, bare) = (await Server(bareProgram, url => [url, connection]), await Server(bareProgram, url => [url, Path.Combine(scratch, "bare.db")]), await Server(bareProgram, url => [url]));
        List<Side> sides = [await OfReflow("Reflow, PostgreSQL", postgres), await OfReflow("Reflow, SQLite", sqlite)];
        if (Environment.GetEnvironmentVariable("PGBENCH") is { Length: > 0 } pgbench)
            sides.Add(new("pgbench, the change as one statement", null, (at, for_) => Pgbench.Run(pgbench, (string)said["Host"], (string)said["Username"], at, for_, scratch), "no HTTP, no rule; on the bare server's tables"));
        sides.Add(OfBare("bare group commit, PostgreSQL", bareOnPostgres));
        sides.Add(OfBare("bare group commit, SQLite", bareOnSqlite));
        sides.Add(new("bare Kestrel with JSON", bare, wrk.DoneAndNot(bare, "", (task, _) => ("GET", $"/{task}", ""), Tasks), "keeps nothing"));
        await Add("parse-server", [], "PUT", "/classes/Task", "X-Parse-Application-Id: bench", "Parse Server", "no history, no events");
        await Add("parse-server", ["history"], "PUT", "/classes/Task", "X-Parse-Application-Id: bench", "Parse Server, history by a trigger", "history in a transaction of its own, no events");
        await Add("directus", [], "PATCH", "/items/task", "Authorization: Bearer bench", "Directus", "revisions are its history; no events");
        await Add("json-server", [scratch], "PATCH", "/task", "", "json-server", "1,000 tasks in a file, not waited for; no history");
        await Add("prism", [], "PATCH", "/task", "", "Prism", "keeps nothing", "@stoplight/prism-cli");

        var paces = new Dictionary<(Side, int), Pace>();
        foreach (var at in Connections)
        {
            Console.WriteLine($"a task done and not done, {at} connections");
            var middle = await Rounds.InTurns(TurnsOfEach, seconds, [.. sides.Select(side => (side.Name, (Func<TimeSpan, Task<Pace>>)(for_ => side.Run(at, for_))))]);
            foreach (var (side, pace) in sides.Zip(middle)) paces[(side, at)] = pace;
        }
        Print(sides, paces);
        var goals = new Table();
        foreach (var (name, goal) in new[] { ("Parse Server", 3.0), ("Parse Server, history by a trigger", 3.0), ("Directus", 20.0) })
            if (sides.Find(side => side.Name == name) is { } peer)
                foreach (var at in Connections) Ratio(goals, $"PostgreSQL to {name}, {at} connections", at, paces[(sides[0], at)], paces[(peer, at)], goal);
        goals.Print("Reflow", "against");

        async Task<Side> OfReflow(string name, ServerProcess reflow)
        {
            var authorization = await Workbench.Authorize(reflow);
            return new(name, reflow, wrk.DoneAndNot(reflow, authorization, (task, done) => ("POST", $"/open-apis/task/v1/tasks/{task}/{(done ? "complete" : "uncomplete")}", ""), await Workbench.MakeTasks(reflow, authorization, Tasks.Count)), "");
        }
        Side OfBare(string name, ServerProcess server) =>
            new(name, server, wrk.DoneAndNot(server, "", (task, done) => ("POST", $"/{task}/{(done ? "complete" : "uncomplete")}", ""), Tasks), "no rule, no token");
        async Task Add(string which, string[] more, string method, string path, string headers, string name, string less, string? package = null)
        {
            if (await Peer(which, package ?? which, more) is { } server)
                sides.Add(new(name, server, wrk.DoneAndNot(server, headers, (task, done) => (method, $"{path}/{task}", $$"""{"done":{{(done ? "true" : "false")}}}"""), Tasks), less));
        }
    }

    // wrk cannot ask for what only the store knows, the ids of the tasks that a step leads to: all sides of this part are driven by the client of these measurements.
    async Task Steps(ServerProcess postgres, ServerProcess sqlite, TimeSpan seconds)
    {
        var (here, there) = (await Desk(postgres, () => Stand.Connect(connection)), await Desk(sqlite, () => Stand.Connect(Path.Combine(scratch, "data"))));
        List<(string Name, ServerProcess Server)> peers = [];
        foreach (var (name, more) in new[] { ("bpmn-engine, its state in PostgreSQL", (string[])[]), ("bpmn-engine, its state in memory and saved", ["memory"]) })
            if (await Peer("bpmn-engine", "bpmn-engine", [$"{Instances}", .. more]) is { } peer) peers.Add((name, peer));
        var table = new Table();
        foreach (var at in Connections)
        {
            Console.WriteLine($"agree and roll back, {at} connections");
            // A wave shall last a while, and not for too long.
            var some = Math.Min(Instances, 64 + 16 * at);
            var paces = await Rounds.InTurns(TurnsOfEach, seconds,
            [
                ("Reflow, PostgreSQL", here.Desk.PairsInWaves([.. here.Instances.Take(some)], at)), ("Reflow, SQLite", there.Desk.PairsInWaves([.. there.Instances.Take(some)], at)),
                .. peers.Select(peer => (peer.Name, (Func<TimeSpan, Task<Pace>>)(for_ => Waves.Run(peer.Server, at, for_, () => Signals("first", some), () => Signals("second", some))))),
            ]);
            foreach (var ((name, _), pace) in peers.Zip(paces.Skip(2)))
            {
                Ratio(table, $"PostgreSQL to {name}, {at} connections", at, paces[0], pace, 10);
                Ratio(table, $"SQLite to {name}, {at} connections", at, paces[1], pace, 10);
            }
        }
        if (peers is []) return;
        foreach (var (name, peer) in peers) table.Add($"memory after load, MB: PostgreSQL to {name}", postgres.Memory, peer.Memory);
        Console.WriteLine();
        Console.WriteLine("agree and rollback beside two signals, calls/s");
        table.Print("Reflow", "bpmn-engine");
        Console.WriteLine("bpmn-engine behind a page of HTTP: no rules of who may act, no rollback but the way back that is drawn, no history, no list of anybody's tasks, no events.");
    }

    // The goals are for 64 callers.
    static void Ratio(Table table, string work, int connections, Pace measured, Pace against, double goal)
    {
        if (connections == Drive.Connections) table.AtLeast(work, measured.Rate, against.Rate, goal);
        else table.Add(work, measured.Rate, against.Rate);
    }

    static IReadOnlyList<byte[]> Signals(string task, int count) => [.. Enumerable.Range(0, count).Select(id => Connection.Request("POST", $"/{id}/{task}"))];

    static async Task<(FlowDesk Desk, IReadOnlyList<long> Instances)> Desk(ServerProcess reflow, Func<DbConnection> store)
    {
        var desk = new FlowDesk(reflow, await Workbench.Authorize(reflow), store);
        await desk.Deploy(2);
        return (desk, await desk.Start("previous", Instances));
    }

    static void Print(IReadOnlyList<Side> sides, Dictionary<(Side, int), Pace> paces)
    {
        Console.WriteLine();
        Console.WriteLine("a task done and not done: calls/s; wrk, one thread; × says how many times as fast Reflow on PostgreSQL and on SQLite is, at 64 connections");
        Console.WriteLine($"{"",-38} {string.Concat(Connections.Select(at => $"{at,9}"))} {"p50 ms",8} {"p99 ms",8} {"CPU µs",8} {"MB",6} {"×, PG",8} {"×, SQLite",9}  does less:");
        foreach (var side in sides)
        {
            var pace = paces[(side, Connections[^1])];
            string Times(Side reflow) => $"{paces[(reflow, Connections[^1])].Rate / pace.Rate:0.00}";
            Console.WriteLine($"{side.Name,-38} {string.Concat(Connections.Select(at => $"{paces[(side, at)].Rate,9:0}"))} {pace.Median.TotalMilliseconds,8:0.00} {pace.P99.TotalMilliseconds,8:0.00} {pace.Cpu,8:0} {side.Server?.Memory ?? 0,6:0} {Times(sides[0]),8} {Times(sides[1]),9}  {side.Less}");
        }
    }

    async Task<ServerProcess> Server(string program, Func<string, string[]> arguments)
    {
        var server = await ServerProcess.Start(program, arguments);
        servers.Add(server);
        return server;
    }

    // A peer that cannot be had here is left out, and that is said.
    async Task<ServerProcess?> Peer(string name, string package, string[] more)
    {
        if (!Directory.Exists(Path.Combine(folder, "node_modules", package)))
        {
            Console.WriteLine($"{name} is not installed here and is left out");
            return null;
        }
        try
        {
            return await Server(node, url => [Path.Combine(folder, name, "start.mjs"), url, .. more]);
        }
        catch (InvalidOperationException e)
        {
            Console.WriteLine($"{name} does not start here and is left out: {e.Message}");
            return null;
        }
    }

    sealed record Side(string Name, ServerProcess? Server, Func<int, TimeSpan, Task<Pace>> Run, string Less);
}
