using System.Data.Common;
using Npgsql;

namespace Reflow.Bench.Load;

/// <summary>A Reflow on a store, with work of its own in it, and the calls that are measured.</summary>
sealed class Stand : IDisposable
{
    const int Steps = 10, FewReports = 10_000;

    readonly string authorization, plugin;
    readonly IReadOnlyList<string> tasks;
    readonly IReadOnlyList<long> instances, items;
    readonly FlowDesk desk;
    readonly Func<TimeSpan, Task<Pace>> points;
    IReadOnlyList<byte[]> reports = [];

    Stand(ServerProcess server, string authorization, string plugin, IReadOnlyList<string> tasks, FlowDesk desk, IReadOnlyList<long> instances, IReadOnlyList<long> items, Func<TimeSpan, Task<Pace>> points) =>
        (Server, this.authorization, this.plugin, this.tasks, this.desk, this.instances, this.items, this.points) = (server, authorization, plugin, tasks, desk, instances, items, points);

    public ServerProcess Server { get; }

    /// <summary>Resident memory after the start and a first call, MB.</summary>
    public double Idle { get; private init; }

    /// <summary>Starts a Reflow and gives it work: two tasks and an item for each of 64 callers, and instances of a loop of two approvals with ten finished steps.</summary>
    /// <param name="program">The path of Reflow.</param>
    /// <param name="store">A connection string of PostgreSQL, or the directory of a SQLite.</param>
    /// <param name="fill">What else shall be in the store, which is told a task, an instance and an item to copy. The server is stopped meanwhile.</param>
    public static async Task<Stand> Open(string program, string store, Action<DbConnection, string, long, long>? fill = null)
    {
        Task<ServerProcess> Start() => ServerProcess.Start(program, IsPostgres(store) ? Workbench.ReflowOn(store) : Workbench.Reflow(store));
        var server = await Start();
        var authorization = await Workbench.Authorize(server);
        var idle = await server.MemoryAtRest();
        FlowDesk Desk() => new(server, authorization, () => Connect(store));
        var desk = Desk();
        await desk.Deploy(2);
        var plugin = await Projects.Apply(server);
        if (fill is not null)
        {
            var (task, instance, item) = ((await Workbench.MakeTasks(server, authorization, 1))[0], (await desk.Start("previous", 1))[0], (await Projects.MakeItems(server, plugin, 1))[0]);
            server.Dispose();
            using (var filled = Connect(store))
            {
                fill(filled, task, instance, item);
                BulkRows.Settle(filled);
            }
            server = await Start();
            authorization = await Workbench.Authorize(server);
            desk = Desk();
            idle = await server.MemoryAtRest();
        }
        var stand = new Stand(server, authorization, plugin, await Workbench.MakeTasks(server, authorization, 2 * Drive.Connections), desk,
            await desk.WithLiveSteps("previous", 16 * Drive.Connections, Steps), await Projects.MakeItems(server, plugin, Drive.Connections), await desk.Points("previous", Steps))
        { Idle = idle };
        if (!IsPostgres(store)) return stand;
        // As it does by itself once a minute.
        using var settled = Connect(store);
        BulkRows.Settle(settled);
        return stand;
    }

    /// <summary>A database of that name on the PostgreSQL of a connection.</summary>
    public static string Database(string connection, string name)
    {
        using var server = new NpgsqlConnection(connection);
        server.Open();
        using var make = new NpgsqlCommand($"create database {name}", server);
        make.ExecuteNonQuery();
        return new NpgsqlConnectionStringBuilder(connection) { Database = name }.ConnectionString;
    }

    /// <summary>A stand for one kind of work; for any when none is named.</summary>
    public static Task<Stand> For(string? work, string program, string store) => Open(program, store, work is "reports" or null ? (filled, _, _, _) => ReportPages.Fill(filled, FewReports) : null);

    /// <summary>A connection to what a store is kept in.</summary>
    public static DbConnection Connect(string store)
    {
        if (!IsPostgres(store)) return BulkRows.Open(Path.Combine(store, "reflow.db"));
        var connection = new NpgsqlConnection(store);
        connection.Open();
        return connection;
    }

    static bool IsPostgres(string store) => store.Contains('=', StringComparison.Ordinal);

    public Task<Pace> Complete(TimeSpan duration) => Drive.Run(Server, Workbench.CompleteAndBack(authorization, tasks), duration);

    /// <summary>Agree and rollback.</summary>
    public Task<Pace> Step(TimeSpan duration) => desk.PairsInWaves(instances, Drive.Connections)(duration);

    /// <summary>Confirm and rollback of a node whose next one waits for people, too.</summary>
    public Task<Pace> Node(TimeSpan duration) => Drive.Run(Server, Drive.Connections, i =>
    {
        var (confirm, back) = Projects.Operate(plugin, items[i], "n1");
        return async client =>
        {
            await client.Call(confirm);
            await client.Call(back);
        };
    }, duration);

    public Task<Pace> GetTask(TimeSpan duration) => Drive.Run(Server, i => [.. tasks.Skip(2 * i).Take(2).Select(task => Connection.Request("GET", $"/open-apis/task/v1/tasks/{task}", authorization))], duration);

    /// <summary>rollback_points with scope <c>previous</c>, ten finished steps.</summary>
    public Task<Pace> Points(TimeSpan duration) => points(duration);

    /// <summary>workflow/query: the nodes of an item.</summary>
    public Task<Pace> Graph(TimeSpan duration) => Drive.Run(Server, i => [Projects.Query(plugin, items[i])], duration);

    /// <summary>user_task/query: the first pending tasks of someone.</summary>
    public Task<Pace> Pending(TimeSpan duration) => FlowDesk.List(Server, authorization)(duration);

    /// <summary>A page of 20 of the app's tasks.</summary>
    public Task<Pace> TaskPage(TimeSpan duration) => Drive.Run(Server, _ => [Connection.Request("GET", "/open-apis/task/v1/tasks?page_size=20", authorization)], duration);

    /// <summary>A page of 20 reports, out of so many that the store was filled with.</summary>
    public async Task<Pace> ReportPage(TimeSpan duration, int among = FewReports)
    {
        if (reports is []) reports = await ReportPages.Requests(Server, among);
        return await Drive.Run(Server, i => [.. reports.Skip(4 * i).Take(4)], duration);
    }

    /// <summary>A kind of call by its name.</summary>
    public Func<TimeSpan, Task<Pace>> Work(string name) => name switch
    {
        "complete" => Complete,
        "step" => Step,
        "node" => Node,
        "task" => GetTask,
        "points" => Points,
        "graph" => Graph,
        "pending" => Pending,
        "page" => TaskPage,
        "reports" => duration => ReportPage(duration),
        _ => throw new ArgumentException($"There is no work {name}: complete, step, node, task, points, graph, pending, page or reports"),
    };

    public void Dispose() => Server.Dispose();
}
