using System.Diagnostics;
using System.Text.Json;

namespace Reflow.Bench.Load;

/// <summary>
/// What the test controls cost on each store: resets, snapshots, restores, and tenants for tests. Each is done many times, one after the other, on a server that has nothing else to do.
/// </summary>
static class Controls
{
    const int Times = 40, Tasks = 1_000, Warm = 5;
    const string Admin = "bench", App = """{"app_id":"cli_a1b2c3d4e5f60001","app_secret":"ReflowDemoAppSecret00000000000001"}""";
    static readonly string Headers = $"Authorization: Bearer {Admin}\r\n";

    /// <summary><c>./bench.sh controls [STORE…]</c>: a store is <c>memory</c>, <c>disk</c>, or what the server's <c>--store</c> takes.</summary>
    public static async Task Run(string program, IReadOnlyList<string> stores, string scratch)
    {
        Console.WriteLine($"{"p50 / p90, ms",-44} {string.Join(' ', stores.Select(store => $"{store.Split('=')[0],-24}"))}");
        var columns = new List<IReadOnlyList<string>>();
        foreach (var store in stores) columns.Add(await Measure(program, store, scratch));
        string[] work =
        [
            "reset of the demo, after one change", $"reset of the demo, after {Tasks:N0} tasks", $"snapshot of {Tasks:N0} tasks", $"restore of {Tasks:N0} tasks", "a new tenant, with its work", "a new tenant, without work",
        ];
        for (var row = 0; row < work.Length; row++) Console.WriteLine($"{work[row],-44} {string.Join(' ', columns.Select(column => $"{column[row],-24}"))}");
    }

    static async Task<IReadOnlyList<string>> Measure(string program, string store, string scratch)
    {
        string[] where = store switch
        {
            "memory" => ["--data", ":memory:"],
            "disk" => ["--data", Path.Combine(scratch, "disk")],
            _ => ["--data", Path.Combine(scratch, "other"), "--store", store],
        };
        using var server = await ServerProcess.Start(program, url => ["--urls", url, .. where, "--rate-limits", "off", "--test-double", "--admin-token", Admin]);
        using var connection = await Connection.Open(server.Address);
        var resetGoal = store is "memory" ? 10 : 50;
        var rows = new List<string>
        {
            await Timed(connection, Post("/reset"), resetGoal, before: () => Make(connection, 1)),
            await Timed(connection, Post("/reset"), resetGoal, before: () => Make(connection, Tasks), times: 5),
        };
        await Make(connection, Tasks);
        rows.Add(await Timed(connection, Post("/snapshots/s"), null));
        rows.Add(await Timed(connection, Post("/snapshots/s/restore"), null, before: () => Make(connection, 1)));
        await connection.Send(Post("/reset"));
        rows.Add(await Timed(connection, Post("/tenants", """{"ttl_s":600}"""), 10));
        rows.Add(await Timed(connection, Post("/tenants", """{"ttl_s":600,"with_work":false}"""), 10));
        return rows;
    }

    static async Task<string> Timed(Connection connection, byte[] request, double? goal, Func<Task>? before = null, int times = Times)
    {
        var took = new List<double>();
        for (var time = 0; time < times + Warm; time++)
        {
            if (before is not null) await before();
            var begun = Stopwatch.GetTimestamp();
            await connection.Send(request);
            if (time >= Warm) took.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }
        took.Sort();
        var median = took[took.Count / 2];
        return $"{median:0.0} / {took[took.Count * 9 / 10]:0.0}{(goal is { } most ? $" (≤{most:0}: {(median <= most ? "met" : "missed")})" : "")}";
    }

    static byte[] Post(string path, string body = "") => Connection.Request("POST", $"/reflow/v1{path}", Headers, body);

    static async Task Make(Connection connection, int tasks)
    {
        using var token = JsonDocument.Parse(await connection.Send(Connection.Request("POST", "/open-apis/auth/v3/tenant_access_token/internal", body: App)));
        var request = Connection.Request("POST", "/open-apis/task/v1/tasks", $"Authorization: Bearer {token.RootElement.GetProperty("tenant_access_token").GetString()}\r\n",
            """{"summary":"bench","origin":{"platform_i18n_name":"{}"}}""");
        for (var task = 0; task < tasks; task++) await connection.Send(request);
    }
}
