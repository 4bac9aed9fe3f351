using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Reflow.Bench.Load;

/// <summary>
/// What the length of a template costs: confirm and rollback of a node of Feishu Project that carries all nodes after it along, in a template of six nodes
/// and in one of sixty, in turns on one server.
/// </summary>
static class Projects
{
    const int Rounds = 5, Short = 6, Long = 60, ByHand = 7;
    const double Goal = 3;
    public const string Tenant = "736588c9260f1760";
    const string Space = "66f11218c3b4a0b423340006", Plugin = "MII_BENCH", Secret = "ReflowBenchPluginSecret0000000001", User = "7000000000000009001";

    /// <summary>Measures, and prints one line.</summary>
    public static async Task Run(string program, TimeSpan seconds, string scratch)
    {
        var file = Path.Combine(scratch, "workspace.yaml");
        await File.WriteAllTextAsync(file, Workspace());
        using var reflow = await ServerProcess.Start(program, url => ["--urls", url, "--data", Path.Combine(scratch, "data"), "--rate-limits", "off", "--workspace", file]);
        using var connection = await Connection.Open(reflow.Address);
        var headers = await Authorize(connection);
        var (few, many) = (await Pair(connection, headers, Short), await Pair(connection, headers, Long));
        await Time(connection, few, seconds / 4);
        await Time(connection, many, seconds / 4);
        var (ofFew, ofMany) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            ofFew.Add(await Time(connection, few, seconds / 2));
            ofMany.Add(await Time(connection, many, seconds / 2));
        }
        var (fast, slow) = (Median(ofFew), Median(ofMany));
        Console.WriteLine($"node operate, confirm + rollback, SQLite FULL: {Short} nodes {fast:0} µs a pair, {Long} nodes {slow:0} µs a pair, ratio {slow / fast:0.00}; goal at most {Goal:0}: {(slow <= Goal * fast ? "met" : "missed")}");
    }

    /// <summary>Applies the workspace to a server that runs, and answers the headers of its plugin.</summary>
    public static async Task<string> Apply(ServerProcess reflow)
    {
        using var connection = await Connection.Open(reflow.Address);
        await connection.Send(Connection.Request("POST", "/reflow/v1/workspace/apply", $"Authorization: Bearer {Workbench.AdminToken}\r\n", JsonSerializer.Serialize(new { yaml = Workspace() })));
        return await Authorize(connection);
    }

    /// <summary>Items of the template whose nodes, but for the first, wait for people.</summary>
    public static async Task<IReadOnlyList<long>> MakeItems(ServerProcess reflow, string headers, int count)
    {
        var items = new long[count];
        await Drive.Each(reflow, Enumerable.Range(0, count).ToList(), async (i, client) => items[i] = Made(await client.Call(Create(headers, ByHand))));
        return items;
    }

    /// <summary>Confirm and rollback of a node.</summary>
    public static (byte[] Confirm, byte[] RollBack) Operate(string headers, long item, string node)
    {
        var path = $"/open_api/{Space}/workflow/story/{item}/node/{node}/operate";
        return (Connection.Request("POST", path, headers, """{"action":"confirm"}"""), Connection.Request("POST", path, headers, """{"action":"rollback","rollback_reason":"again"}"""));
    }

    /// <summary>The nodes of an item.</summary>
    public static byte[] Query(string headers, long item) => Connection.Request("POST", $"/open_api/{Space}/work_item/story/{item}/workflow/query", headers, """{"flow_type":0}""");

    static async Task<string> Authorize(Connection connection)
    {
        using var issued = JsonDocument.Parse(await connection.Send(Connection.Request("POST", "/open_api/authen/plugin_token", body: $$"""{"plugin_id":"{{Plugin}}","plugin_secret":"{{Secret}}"}""")));
        return $"X-PLUGIN-TOKEN: {issued.RootElement.GetProperty("data").GetProperty("token").GetString()}\r\nX-USER-KEY: {User}\r\n";
    }

    static byte[] Create(string headers, int template) => Connection.Request("POST", $"/open_api/{Space}/work_item/create", headers, $$"""{"work_item_type_key":"story","template_id":{{template}},"name":"Load"}""");

    static long Made(ReadOnlyMemory<byte> answer)
    {
        using var made = JsonDocument.Parse(answer);
        return made.RootElement.GetProperty("data").GetInt64();
    }

    static async Task<(byte[] Confirm, byte[] RollBack)> Pair(Connection connection, string headers, int nodes) => Operate(headers, Made(await connection.Send(Create(headers, nodes))), "n1");

    // Half of the pairs took at most this long, µs.
    static async Task<double> Time(Connection connection, (byte[] Confirm, byte[] RollBack) pair, TimeSpan duration)
    {
        List<double> took = [];
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < duration;)
        {
            var begun = watch.Elapsed;
            await connection.Send(pair.Confirm);
            await connection.Send(pair.RollBack);
            took.Add((watch.Elapsed - begun).TotalMicroseconds);
        }
        return Median(took);
    }

    static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    // n0 passes by itself, n1 is confirmed, and everything after it passes by itself, but for one template in which nothing does.
    static string Workspace()
    {
        var yaml = new StringBuilder($"""
            tenants:
              - tenant_key: {Tenant}
                name: Bench
                plugins: [{"{"}plugin_id: {Plugin}, name: Bench, secret: {Secret}, projects: "*"{"}"}]
                users: [{"{"}user_id: bench, name: Bench, user_key: "{User}"{"}"}]
                projects:
                  - project_key: {Space}
                    simple_name: bench
                    name: Bench
                    types:
                      - type_key: story
                        name: Story
                        templates:

            """);
        foreach (var (template, nodes) in new[] { (Short, Short), (Long, Long), (ByHand, Short) })
        {
            yaml.Append("              - template_id: ").Append(template).Append("\n                name: Nodes ").Append(template).Append("\n                nodes:\n");
            for (var i = 0; i < nodes; i++) yaml.Append("                  - {state_key: n").Append(i).Append(", name: N").Append(i).Append(i == 1 || (template == ByHand && i > 1) ? "}\n" : ", pass_mode: auto}\n");
            yaml.Append("                connections:\n");
            for (var i = 1; i < nodes; i++) yaml.Append("                  - {from: n").Append(i - 1).Append(", to: n").Append(i).Append("}\n");
        }
        return yaml.ToString();
    }
}
