using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Reflow.Server.Gateway;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>
/// Throws malformed requests at every served operation: whatever is sent, there is no 5xx, no hang, no other tenant's data, and a refusal changes nothing.
/// The seed of a failing request is in its message; REFLOW_FUZZ sets how many are sent.
/// </summary>
public class MalformedRequests
{
    static readonly int Requests = int.Parse(Environment.GetEnvironmentVariable("REFLOW_FUZZ") ?? "20000");

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_a_refusal_and_change_nothing()
    {
        await using var reflow = await TestReflow.Start(settings => settings with { AdminToken = Pool.Admin });
        var pool = await Pool.Of(reflow);
        var operations = reflow.Served.Values.OrderBy(operation => operation.Name, StringComparer.Ordinal).ToArray();
        using var changes = await reflow.Store.Count();
        var refused = 0;
        for (var seed = 0; seed < Requests; seed++)
        {
            var operation = operations[seed % operations.Length];
            var request = new Mutant(new Random(seed), operation, pool).Request();
            var before = changes.Now;
            var answer = await reflow.Send(request);
            var what = $"seed {seed}: {request.Method} {request.Path}: {answer.Status} {answer.Text[..Math.Min(answer.Text.Length, 400)]}";
            Assert.True(answer.Status < 500, what);
            if (answer.Status == 404 && answer.Text == "404 page not found") continue;
            if (answer.Status == 200 && answer.Headers.ContainsKey("Content-Disposition")) continue;
            Assert.True(answer.IsPage || answer.Headers["Content-Type"].StartsWith("application/json", StringComparison.Ordinal), what);
            Assert.True(answer.IsPage || answer.Json.ValueKind is JsonValueKind.Object, what);
            Assert.DoesNotContain(pool.OthersMark, answer.Text, StringComparison.Ordinal);
            if (answer.Code == 0) continue;
            refused++;
            // What the contact family tells of the server's own faults, at 400.
            Assert.False(answer.Code == 40003, what);
            Assert.True(before == changes.Now, $"changed something: {what}");
        }
        Assert.True(refused > Requests / 2, $"only {refused} of {Requests} were refused: the generator has lost its teeth");
    }

    [Theory]
    [InlineData("POST /open-apis/task/v1/tasks HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("POST /open-apis/task/v1/tasks HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nxxxxx")]
    [InlineData("POST /open-apis/task/v1/tasks HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n")]
    [InlineData("GET /open-apis/task/v1/tasks/%zz HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /open-apis/task/v1/tasks/%00 HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /open-apis/task/v1/tasks/%C3%28 HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("\x16\x03\x01\x02 nonsense\r\n\r\n")]
    public async Task Broken_http_is_answered_or_hung_up_on_and_never_a_5xx(string sent)
    {
        await using var reflow = await TestReflow.Start();
        using var client = new TcpClient();
        await client.ConnectAsync(reflow.Address.Host, reflow.Address.Port, Ct);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(sent), Ct);
        client.Client.Shutdown(SocketShutdown.Send);
        var answer = await new StreamReader(stream, Encoding.Latin1).ReadToEndAsync(Ct);
        Assert.DoesNotMatch("^HTTP/1.1 5", answer);
        Assert.Equal(200, (await reflow.Get("/healthz")).Status);
    }

    /// <summary>Values that make a request look right: ids of this tenant, of the other one, and of nobody.</summary>
    sealed record Pool(IReadOnlyList<string> Ids, IReadOnlyList<string> Tokens, string OthersMark)
    {
        public const string Admin = "the-admin-token";

        public static async Task<Pool> Of(TestReflow reflow)
        {
            var ids = await reflow.Db.ReadSystem(s => s.Query("select id from history union select cast(instance as text) from flow_history", r => r.GetString(0)), Ct);
            var others = (await reflow.Send(new("POST", "/open-apis/task/v1/tasks", new { summary = "belongs-to-the-other-tenant", origin = new { platform_i18n_name = "{}" } }, await reflow.Token(Demo.OtherTenantsApp)))).Ok();
            return new(
                [.. ids, others.Data.GetProperty("task").GetProperty("id").GetString()!, "1001", "1002", "demo", "66f11218c3b4a0b423340001", "story", "100001", "doing", "package_demo__c", "purchase"],
                [await reflow.Token(), await reflow.Token(), await reflow.Token(Demo.ReportApp), await reflow.UserToken("1001"), "t-g1" + new string('a', 40), "u-x", "a-x", "", "Bearer", "eyJ"],
                "belongs-to-the-other-tenant");
        }
    }

    /// <summary>One request that is wrong in some way, all of it decided by the random source.</summary>
    sealed class Mutant(Random random, Operation operation, Pool pool)
    {
        static readonly string[] Members =
        [
            "summary", "rich_summary", "description", "due", "time", "timezone", "is_all_day", "origin", "platform_i18n_name", "href", "url", "collaborator_ids", "follower_ids", "repeat_rule", "custom", "extra",
            "operator_user_id", "to_task_id", "opinion", "user_id", "kunlun_user_id", "type", "source", "limit", "offset", "start_time", "end_time", "api_ids", "operator", "params", "is_async", "idempotent_key",
            "commit_start_time", "commit_end_time", "page_token", "page_size", "rule_id", "app_id", "app_secret", "plugin_id", "plugin_secret",
            "action", "rollback_reason", "node_owners", "node_schedule", "schedules", "fields", "role_assignee", "field_key", "field_alias", "field_value", "role", "owners", "points", "estimate_start_date",
            "estimate_end_date", "work_item_type_key", "template_id", "name", "field_value_pairs", "work_item_ids", "flow_type", "expand", "project_key", "work_item_id", "state_key",
            "grant_type", "code", "client_id", "client_secret", "refresh_token", "redirect_uri", "code_verifier", "scope", "state", "code_challenge", "code_challenge_method", "prompt", "lang",
            "act", "form", "account", "password", "app_ticket", "app_access_token", "tenant_key", "emails", "mobiles", "include_resigned", "user_ids", "department_id", "department_ids", "fetch_child",
            "update_fields", "task", "id", "id_list", "relative_fire_minute", "content", "rich_content", "parent_id", "list_direction", "items", "task_id", "task_ids", "to_user_ids", "namespace", "flow", "status", "text", "initiator", "at", "nodes", "edges", "key", "version",
            "contents", "cycle", "schedule", "cc", "to", "need_report", "managers", "user_ids", "client_token", "format",
        ];

        public Request Request() => new(operation.Method, Path(), Body(), Token()) { Headers = Headers() };

        string Path()
        {
            var path = string.Join('/', operation.Path.Split('/').Select(segment => segment is ":tenant" && random.Next(8) > 0 ? Demo.Tenant : segment.StartsWith(':') ? Uri.EscapeDataString(Text()) : segment));
            // A page without an app's name is one page only.
            if (operation.Name.StartsWith("authen.v1.authorize", StringComparison.Ordinal) && random.Next(4) > 0)
                path += $"?client_id={Demo.App}&redirect_uri={Uri.EscapeDataString(Pick("http://localhost:3000/callback", "http://127.0.0.1:3000/callback?x=1#y", Text()))}&scope={Uri.EscapeDataString(Pick("task:task", "", Text()))}&state={Uri.EscapeDataString(Text())}&lang={Uri.EscapeDataString(Pick("zh", "en", Text()))}";
            else return random.Next(4) switch
            {
                0 => path + "?user_id_type=" + Uri.EscapeDataString(Pick("open_id", "user_id", "union_id", "", "x", Text())),
                1 => path + "?" + Uri.EscapeDataString(Pick(Members)) + "=" + Uri.EscapeDataString(Text()),
                _ => path,
            };
            return path;
        }

        string? Token() => operation.Tokens.HasFlag(TokenKinds.Admin) && random.Next(8) > 0 ? Pool.Admin : random.Next(5) == 0 ? null : pool.Tokens[random.Next(random.Next(2) == 0 ? 2 : pool.Tokens.Count)];

        IReadOnlyList<(string, string)> Headers() => random.Next(3) switch
        {
            0 => [("X-USER-KEY", Pick("7000000000000001001", "", "nobody", new string('9', 300))), ("X-PLUGIN-TOKEN", Pick("", "p-x", "t-x"))],
            1 when operation.Family is Family.Platform => [("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", Pick("", "same-origin", "cross-site")), ("Cookie", "reflow_visit=" + Pick("", "x", new string('a', 64))), ("Accept-Language", Pick("", "zh;q=2", ";;;", "en, zh"))],
            1 => [("X-IDEM-UUID", Pick("", "x")), ("Accept", "text/html"), ("Cookie", "a=b"), ("X-Forwarded-For", "10.0.0.1")],
            _ => [],
        };

        object? Body() => random.Next(12) switch
        {
            0 => null,
            1 => "",
            2 => Bytes(),
            3 => new string('[', random.Next(1, 3000)),
            4 => $"{{\"{Pick(Members)}\":{new string('9', random.Next(1, 400))}}}",
            5 => "\"" + Text() + "\"",
            6 => "{\"" + Pick(Members) + "\":\"\\ud800\"}",
            7 => "{\"\\ud800" + Pick(Members) + "\":1}",
            _ => Object(0),
        };

        byte[] Bytes()
        {
            var bytes = new byte[random.Next(64)];
            random.NextBytes(bytes);
            return bytes;
        }

        string Object(int depth)
        {
            var members = Enumerable.Range(0, random.Next(8)).Select(_ => $"\"{Pick(Members)}\":{Value(depth + 1)}").ToList();
            // A member may come twice.
            if (members.Count > 0 && random.Next(6) == 0) members.Add(members[0]);
            return "{" + string.Join(',', members) + (random.Next(20) == 0 ? "," : "") + "}";
        }

        string Value(int depth) => random.Next(depth > 4 ? 9 : 12) switch
        {
            0 => "null",
            1 => Pick("true", "false"),
            2 => Pick("0", "-1", "1", "20", "21", "1e400", "9223372036854775808", "-9223372036854775809", "1.5", "99999999999999999999999999", "1772438400000"),
            3 => Pick("\"confirm\"", "\"rollback\"", "\"pending\"", "\"assignMe\"", "\"open_id\"", "\"{}\"", "\"[\""),
            4 => "\"\\u0000\"",
            5 => Pick("tru", "NaN", "'x'", "01", ""),
            6 or 7 or 8 => JsonSerializer.Serialize(Text()),
            9 => "[" + string.Join(',', Enumerable.Range(0, random.Next(5)).Select(_ => Value(depth + 1))) + "]",
            10 => "[" + string.Join(',', Enumerable.Repeat("\"ou_x\"", random.Next(300))) + "]",
            _ => Object(depth),
        };

        string Text() => random.Next(8) switch
        {
            0 or 1 or 2 or 3 => pool.Ids[random.Next(pool.Ids.Count)],
            4 => Pick("0", "-1", "9007199254740993", "18446744073709551616", "1e9", "٣", "１２"),
            5 => Pick("../../etc/passwd", "a/b", "' or 1=1 --", "$1", "%", "\u202e", "𝔘𝔫𝔦", "\ud83d\ude00", " ", "\t"),
            6 => new string(Pick("x", "长", "😀")[0], random.Next(2000)).Replace("\ud83d", "é"),
            _ => Pick("", "null", "undefined", "{}", "ou_", "on_", "cli_", "00000000-0000-0000-0000-000000000000"),
        };

        string Pick(params string[] options) => options[random.Next(options.Length)];
    }
}
