using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Reflow.Bench.Load;

/// <summary>
/// What a page of 20 reports costs among few and among many: two servers with the same rule, one with 10,000 reports and one with as many as were asked for, measured in turns.
/// The reports are written straight into the store: what is measured is how they are found.
/// </summary>
static class ReportPages
{
    const int Few = 10_000, Rounds = 5, Connections = 4, Pages = 256, Between = 20;
    public const int Many = 1_000_000;
    const long First = 1_600_000_000;
    const string App = """{"app_id":"cli_a1b2c3d4e5f60001","app_secret":"ReflowDemoAppSecret00000000000001"}""", Tenant = "736588c9260f175d", Rule = "7591675959233997056";

    /// <summary><c>./bench.sh reports [REPORTS]</c>.</summary>
    public static async Task Run(string program, int many, string scratch)
    {
        using var few = await Filled(program, Path.Combine(scratch, "few"), Few);
        using var lots = await Filled(program, Path.Combine(scratch, "many"), many);
        var (small, large) = (await Requests(few, Few), await Requests(lots, many));
        await Drive(few, small, 1);
        await Drive(lots, large, 1);
        var (of, among) = (new List<Pace>(), new List<Pace>());
        for (var round = 0; round < Rounds; round++)
        {
            of.Add(await Drive(few, small, 3));
            among.Add(await Drive(lots, large, 3));
            Console.WriteLine($"{Few:N0} reports: {Said(of[^1])}; {many:N0}: {Said(among[^1])}");
        }
        Console.WriteLine();
        Console.WriteLine($"{"tasks/query, page of 20",-32} {$"{Few:N0}",12} {$"{many:N0}",12} {"ratio",7}  goal");
        Row("p50, ms", of, among, pace => pace.Median.TotalMilliseconds, null);
        Row("p99, ms", of, among, pace => pace.P99.TotalMilliseconds, 1.5);
    }

    static Task<Pace> Drive(ServerProcess server, IReadOnlyList<byte[]> requests, int seconds) =>
        Load.Drive.Run(server, connection => [.. requests.Skip(connection * Pages / Connections).Take(Pages / Connections)], TimeSpan.FromSeconds(seconds), Connections);

    /// <summary>Each asks for the rule's reports from a second on that is anywhere in the whole.</summary>
    public static async Task<IReadOnlyList<byte[]>> Requests(ServerProcess reflow, int reports)
    {
        using var connection = await Connection.Open(reflow.Address);
        using var token = JsonDocument.Parse(await connection.Send(Connection.Request("POST", "/open-apis/auth/v3/tenant_access_token/internal", body: App)));
        var authorization = $"Authorization: Bearer {token.RootElement.GetProperty("tenant_access_token").GetString()}\r\n";
        var random = new Random(1);
        return [.. Enumerable.Range(0, Pages).Select(_ => Connection.Request("POST", "/open-apis/report/v1/tasks/query", authorization,
            $$"""{"rule_id":"{{Rule}}","commit_start_time":{{First + random.NextInt64(reports - 20) * Between}},"commit_end_time":2000000000,"page_token":"","page_size":20}"""))];
    }

    static async Task<ServerProcess> Filled(string program, string data, int reports)
    {
        string[] Arguments(string url) => ["--urls", url, "--data", data, "--rate-limits", "off"];
        (await ServerProcess.Start(program, Arguments)).Dispose();
        using (var store = BulkRows.Open(Path.Combine(data, "reflow.db"))) Fill(store, reports);
        return await ServerProcess.Start(program, Arguments);
    }

    /// <summary>Reports of the rule, one each twenty seconds.</summary>
    public static void Fill(DbConnection store, int reports)
    {
        const string Content = $$"""{"rule_id":{{Rule}},"from":"initiator","rule_name":"日报","from_name":"林一","department_name":"销售部","department_ids":["od-00000000000000000000000000000001"],"to":[{"user_id":"manager","name":"王二"}],"cc":["legal"]}""";
        var contentId = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Content)).AsSpan(0, 16));
        BulkRows.Fill(store, "reports", reports,
            rows => $"insert into report_content (tenant, content_id, doc) select '{Tenant}', '{contentId}', '{Content}' from {rows} as rows where n = 0",
            rows => $$"""
                insert into report (tenant, report_id, rule_id, user_id, content_id, form)
                select '{{Tenant}}', ((({{First}} + n * {{Between}}) << 32) | n), {{Rule}}, 'initiator', '{{contentId}}',
                    '[{"field_id":"7591675959233997057","field_name":"今日工作","field_value":"拜访华南区客户三家，整理反馈 ' || n || '"},{"field_id":"7591675959233997059","field_name":"工时","field_value":"8"}]'
                from {{rows}} as rows
                """);
        BulkRows.Settle(store);
    }

    static string Said(Pace pace) => $"p50 {pace.Median.TotalMilliseconds:0.00} ms, p99 {pace.P99.TotalMilliseconds:0.00} ms";

    static void Row(string what, List<Pace> of, List<Pace> among, Func<Pace, double> value, double? most)
    {
        var (few, many) = (of.Select(value).Order().ElementAt(Rounds / 2), among.Select(value).Order().ElementAt(Rounds / 2));
        Console.WriteLine($"{what,-32} {few,12:0.00} {many,12:0.00} {many / few,7:0.00}  {(most is { } goal ? $"at most {goal:0.0}: {(many / few <= goal ? "met" : "missed")}" : "")}");
    }
}
