using System.Diagnostics;
using System.Text.Json;
using Reflow.Bench.Load;
using Reflow.Core.Directory;
using Reflow.Core.Tasks;
using Reflow.Server.Store;

namespace Reflow.Bench.Tasks;

/// <summary>
/// Complete and un-complete through the gateway beside the same changes in the store alone, in turns, each over a file of its own with SQLite FULL:
/// what the store can do is the limit of what the gateway can.
/// </summary>
static class Changes
{
    const int Rounds = 5, TasksPerCaller = 2;
    const string NewTask = """{"summary":"Load","origin":{"platform_i18n_name":"{\"en_us\":\"Bench\"}"}}""";
    static readonly TimeSpan Seconds = TimeSpan.FromSeconds(3);
    static readonly Actor By = new Actor.App(Demo.App);

    public static async Task Run(string program)
    {
        var scratch = Directory.CreateTempSubdirectory("reflow-bench-tasks-").FullName;
        try
        {
            using var reflow = await ServerProcess.Start(program, Demo.Arguments(Path.Combine(scratch, "gateway")));
            (await ServerProcess.Start(program, Demo.Arguments(Path.Combine(scratch, "store")))).Dispose();
            await using var db = await Db.OpenSqlite(Path.Combine(scratch, "store", "reflow.db"), new(), default);
            var store = new TaskStore(db, new(TimeProvider.System), new(static _ => null), TimeProvider.System);
            var (calls, tasks) = (await Calls(reflow.Address), await Made(store));
            await Drive.Run(reflow, caller => calls[caller], Seconds / 2);
            await InStore(store, tasks, Seconds / 2);
            var (gateway, alone) = (new List<Cost>(), new List<Cost>());
            for (var round = 0; round < Rounds; round++)
            {
                var begun = reflow.Cpu;
                var pace = await Drive.Run(reflow, caller => calls[caller], Seconds);
                gateway.Add(new(pace.Rate, (reflow.Cpu - begun).TotalMicroseconds / pace.Calls));
                alone.Add(await InStore(store, tasks, Seconds));
                Console.WriteLine($"complete/uncomplete, {Drive.Connections} callers: gateway {gateway[^1]}; store {alone[^1]}");
            }
            var (ours, limit) = (Cost.Median(gateway), Cost.Median(alone));
            Console.WriteLine();
            Console.WriteLine($"{"complete/uncomplete, SQLite FULL",-40} {"gateway",10} {"store",10} {"ratio",7}");
            Console.WriteLine($"{"calls/s",-40} {ours.Rate,10:0} {limit.Rate,10:0} {ours.Rate / limit.Rate,7:0.00}");
            Console.WriteLine($"{"CPU µs per call",-40} {ours.Cpu,10:0.0} {limit.Cpu,10:0.0} {ours.Cpu / limit.Cpu,7:0.00}");
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    // Tasks of its own for each caller, so that no change waits for another of the same task.
    static async Task<IReadOnlyList<byte[][]>> Calls(Uri address)
    {
        var authorization = await Demo.TenantToken(address);
        using var connection = await Connection.Open(address);
        var calls = new List<byte[][]>();
        for (var caller = 0; caller < Drive.Connections; caller++)
        {
            var own = new List<byte[]>();
            for (var i = 0; i < TasksPerCaller; i++)
            {
                using var made = JsonDocument.Parse(await connection.Send(Connection.Request("POST", "/open-apis/task/v1/tasks", authorization, NewTask)));
                var id = made.RootElement.GetProperty("data").GetProperty("task").GetProperty("id").GetString();
                own.AddRange(new[] { "complete", "uncomplete" }.Select(act => Connection.Request("POST", $"/open-apis/task/v1/tasks/{id}/{act}", authorization)));
            }
            calls.Add([.. own]);
        }
        return calls;
    }

    static async Task<IReadOnlyList<string>> Made(TaskStore store)
    {
        var ids = new List<string>();
        for (var i = 0; i < Drive.Connections * TasksPerCaller; i++)
        {
            var (task, error) = await store.Create(Demo.Tenant, By, Now, "task.v1.task.create", _ => new((new TaskDraft { Summary = "Load", PlatformName = """{"en_us":"Bench"}""" }, null)), default);
            ids.Add(task?.Id ?? throw new InvalidOperationException(error!.Message));
        }
        return ids;
    }

    static async Task<Cost> InStore(TaskStore store, IReadOnlyList<string> tasks, TimeSpan duration)
    {
        using var process = Process.GetCurrentProcess();
        var (begun, watch) = (process.TotalProcessorTime, Stopwatch.StartNew());
        var done = await Task.WhenAll(Enumerable.Range(0, Drive.Connections).Select(caller => Task.Run(() => Circle(store, tasks, caller, watch, duration))));
        var elapsed = watch.Elapsed;
        process.Refresh();
        return new(done.Sum() / elapsed.TotalSeconds, (process.TotalProcessorTime - begun).TotalMicroseconds / done.Sum());
    }

    static async Task<int> Circle(TaskStore store, IReadOnlyList<string> tasks, int caller, Stopwatch watch, TimeSpan duration)
    {
        var done = 0;
        while (watch.Elapsed < duration)
        {
            foreach (var id in tasks.Skip(caller * TasksPerCaller).Take(TasksPerCaller))
            {
                await Change(store, id, new TaskCommand.Complete(), "task.v1.task.complete");
                await Change(store, id, new TaskCommand.Uncomplete(), "task.v1.task.uncomplete");
                done += 2;
            }
        }
        return done;
    }

    static async Task Change(TaskStore store, string id, TaskCommand command, string operation)
    {
        var change = await store.Change(Demo.Tenant, id, command, By, Now, operation, default);
        if (change.Events is []) throw new InvalidOperationException(change.Error?.Message ?? "nothing to do");
    }

    static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    readonly record struct Cost(double Rate, double Cpu)
    {
        public static Cost Median(List<Cost> all) => new(all.Select(one => one.Rate).Order().ElementAt(all.Count / 2), all.Select(one => one.Cpu).Order().ElementAt(all.Count / 2));

        public override string ToString() => $"{Rate:0} calls/s, {Cpu:0.0} µs";
    }
}
