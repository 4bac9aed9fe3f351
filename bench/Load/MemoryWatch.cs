using System.Diagnostics;
using System.Text.Json;

namespace Reflow.Bench.Load;

/// <summary>Whether a server that is kept busy, with the request log on, stays as large as it is: what it holds after a fifth of the time, and the most that it holds from then on.</summary>
static class MemoryWatch
{
    const int Connections = 16, Tasks = 64;
    const double Goal = 1.1;
    const string App = """{"app_id":"cli_a1b2c3d4e5f60001","app_secret":"ReflowDemoAppSecret00000000000001"}""";

    /// <summary><c>./bench.sh memory [MINUTES]</c>; answers whether it stayed within a tenth.</summary>
    public static async Task<bool> Run(string program, TimeSpan duration, string scratch)
    {
        using var server = await ServerProcess.Start(program, url => ["--urls", url, "--data", scratch, "--rate-limits", "off", "--request-log", "on"]);
        var requests = await Requests(server);
        var load = Drive.Run(server, connection => requests[connection], duration, Connections);
        var (watch, settled, most) = (Stopwatch.StartNew(), 0.0, 0.0);
        Console.WriteLine($"{"minute",6} {"MB",8}");
        while (!load.IsCompleted)
        {
            await Task.WhenAny(load, Task.Delay(duration / 20));
            if (load.IsCompleted) break;
            var memory = server.Memory;
            Console.WriteLine($"{watch.Elapsed.TotalMinutes,6:0.0} {memory,8:0.0}");
            if (watch.Elapsed < duration / 5) continue;
            if (settled == 0) settled = memory;
            most = Math.Max(most, memory);
        }
        var pace = await load;
        Console.WriteLine($"{pace.Calls:N0} calls, {pace}");
        Console.WriteLine($"after a fifth of the time {settled:0.0} MB, at most {most:0.0} MB from then on: {most / settled:0.00}, at most {Goal}: {(most <= Goal * settled ? "met" : "missed")}");
        return most <= Goal * settled;
    }

    // Each connection completes, reads and reopens tasks of its own, so that what is asked for does not grow.
    static async Task<IReadOnlyList<IReadOnlyList<byte[]>>> Requests(ServerProcess server)
    {
        using var connection = await Connection.Open(server.Address);
        using var token = JsonDocument.Parse(await connection.Send(Connection.Request("POST", "/open-apis/auth/v3/tenant_access_token/internal", body: App)));
        var headers = $"Authorization: Bearer {token.RootElement.GetProperty("tenant_access_token").GetString()}\r\n";
        var all = new List<IReadOnlyList<byte[]>>();
        for (var own = 0; own < Connections; own++)
        {
            var requests = new List<byte[]>();
            for (var task = 0; task < Tasks / Connections; task++)
            {
                using var made = JsonDocument.Parse(await connection.Send(Connection.Request("POST", "/open-apis/task/v1/tasks", headers, """{"summary":"bench","origin":{"platform_i18n_name":"{}"}}""")));
                var path = $"/open-apis/task/v1/tasks/{made.RootElement.GetProperty("data").GetProperty("task").GetProperty("id").GetString()}";
                requests.AddRange([Connection.Request("POST", $"{path}/complete", headers), Connection.Request("GET", path, headers), Connection.Request("POST", $"{path}/uncomplete", headers)]);
            }
            all.Add(requests);
        }
        return all;
    }
}
