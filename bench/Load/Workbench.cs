using System.Text.Json;

namespace Reflow.Bench.Load;

/// <summary>The demo workspace as the measurements use it: an app's token, tasks, and the requests that act on them.</summary>
static class Workbench
{
    public const string Tenant = "736588c9260f175d", AdminToken = "bench";
    const string App = """{"app_id":"cli_a1b2c3d4e5f60001","app_secret":"ReflowDemoAppSecret00000000000001"}""";
    const string NewTask = """{"summary":"Load","origin":{"platform_i18n_name":"{\"en_us\":\"Bench\"}"}}""";

    /// <summary>The arguments of a Reflow on this directory.</summary>
    public static Func<string, string[]> Reflow(string data) => url => ["--urls", url, "--data", data, "--rate-limits", "off", "--admin-token", AdminToken];

    /// <summary>The arguments of a Reflow on a PostgreSQL.</summary>
    public static Func<string, string[]> ReflowOn(string connection) => url => ["--urls", url, "--store", connection, "--rate-limits", "off", "--admin-token", AdminToken];

    /// <summary>The header with a tenant token.</summary>
    public static async Task<string> Authorize(ServerProcess reflow)
    {
        using var connection = await Connection.Open(reflow.Address);
        using var token = JsonDocument.Parse(await connection.Send(Connection.Request("POST", "/open-apis/auth/v3/tenant_access_token/internal", body: App)));
        return $"Authorization: Bearer {token.RootElement.GetProperty("tenant_access_token").GetString()}\r\n";
    }

    /// <summary>New tasks of Task v1.</summary>
    public static async Task<IReadOnlyList<string>> MakeTasks(ServerProcess reflow, string authorization, int count)
    {
        var tasks = new string[count];
        await Drive.Each(reflow, Enumerable.Range(0, count).ToList(), async (i, client) =>
        {
            using var made = JsonDocument.Parse(await client.Call(Connection.Request("POST", "/open-apis/task/v1/tasks", authorization, NewTask)));
            tasks[i] = made.RootElement.GetProperty("data").GetProperty("task").GetProperty("id").GetString()!;
        });
        return tasks;
    }

    /// <summary>Completes and uncompletes two tasks of its own for each connection, so that no call waits for another of the same task.</summary>
    public static Func<int, IReadOnlyList<byte[]>> CompleteAndBack(string authorization, IReadOnlyList<string> tasks)
    {
        byte[] Act(string task, string act) => Connection.Request("POST", $"/open-apis/task/v1/tasks/{task}/{act}", authorization);
        return connection => [.. tasks.Skip(connection * 2).Take(2).SelectMany(task => new[] { Act(task, "complete"), Act(task, "uncomplete") })];
    }
}
