using System.Text.Json;
using Reflow.Server.Control;
using Xunit;

namespace Reflow.Server.Tests.TestControls;

/// <summary>What a test suite reads and expects of the requests that came, and the hints that refusals carry.</summary>
public class RequestLogScenarios
{
    const string Complete = "task.v1.task.complete";

    [Fact]
    public async Task A_request_is_there_with_its_answer_and_without_its_secrets()
    {
        await using var desk = await Desk.Start();
        await desk.Reflow.Token();
        var task = await desk.NewTask("Buy milk");
        var issued = await Single(desk, "operation=auth.v3.tenant_access_token.internal");
        Assert.DoesNotContain("ReflowDemoAppSecret", issued.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain(await desk.Reflow.Token(), issued.GetRawText(), StringComparison.Ordinal);
        var made = await Single(desk, "operation=task.v1.task.create");
        Assert.DoesNotContain(await desk.Reflow.Token(), made.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(("POST", 200, 0, Demo.App, Demo.Tenant, "answered"), (made.GetProperty("method").GetString(), made.GetProperty("status").GetInt32(), made.GetProperty("code").GetInt32(),
            made.GetProperty("app_id").GetString(), made.GetProperty("tenant_key").GetString(), made.GetProperty("outcome").GetString()));
        Assert.Contains("Buy milk", made.GetProperty("request").GetProperty("body").GetString(), StringComparison.Ordinal);
        Assert.Contains(task, made.GetProperty("answer").GetProperty("body").GetString(), StringComparison.Ordinal);
        Assert.Equal("Bearer t-***", made.GetProperty("request").GetProperty("headers").GetProperty("Authorization").GetString());
        Assert.Equal(made.GetProperty("log_id").GetString(), made.GetProperty("answer").GetProperty("headers").GetProperty("X-Tt-Logid").GetString());
        Assert.StartsWith($"curl -s -X POST '{desk.Reflow.Address.OriginalString.TrimEnd('/')}/open-apis/task/v1/tasks' -H", made.GetProperty("curl").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_are_found_by_operation_app_status_code_number_and_text()
    {
        await using var desk = await Desk.Start();
        var task = await desk.NewTask("needle");
        (await desk.Complete(task)).Ok();
        var refused = await desk.Complete("00000000-0000-0000-0000-000000000000");
        await desk.Reflow.Get("/nowhere");
        Assert.Equal(2, await Count(desk, $"operation={Complete}"));
        Assert.Equal(3, await Count(desk, "operation=task.*"));
        Assert.Equal(3, await Count(desk, $"app_id={Demo.App}"));
        Assert.Equal(1, await Count(desk, $"status={refused.Status}&operation=task.*"));
        Assert.Equal(1, await Count(desk, "contains=nowhere&status=404"));
        Assert.Equal(1, await Count(desk, "contains=needle"));
        var all = (await desk.Do("GET", "/requests")).GetProperty("requests");
        Assert.Equal(5, all.GetArrayLength());
        Assert.Equal(2, await Count(desk, $"after={all[2].GetProperty("number").GetInt64()}"));
        Assert.Equal(1, await Count(desk, $"code={refused.Code}"));
        var page = await desk.Do("GET", "/requests?page_size=2");
        Assert.Equal((2, true), (page.GetProperty("requests").GetArrayLength(), page.GetProperty("has_more").GetBoolean()));
        await desk.Do("DELETE", "/requests");
        Assert.Equal(0, await Count(desk, ""));
    }

    [Fact]
    public async Task An_expectation_that_holds_answers_the_requests_and_one_that_does_not_says_so()
    {
        await using var desk = await Desk.Start();
        (await desk.Complete(await desk.NewTask())).Ok();
        Assert.Equal(1, (await desk.Do("POST", "/requests/expect", new { operation = Complete })).GetProperty("count").GetInt32());
        await desk.Do("POST", "/requests/expect", new { operation = Complete, times = 1 });
        await desk.Do("POST", "/requests/expect", new { operation = Complete, at_most = 1 });
        await desk.Do("POST", "/requests/expect", new { operation = Complete, times = 0, status = 500 });
        var missed = await desk.Control("POST", "/requests/expect", new { operation = Complete, times = 2 });
        Assert.Equal((409, "expected 2 such calls, and 1 came"), (missed.Status, missed.Message));
        Assert.Equal("expected 0 such calls, and 1 came", (await desk.Control("POST", "/requests/expect", new { operation = Complete, at_most = 0 })).Message);
        Assert.Equal("expected at least 3 such calls, and 1 came", (await desk.Control("POST", "/requests/expect", new { operation = Complete, at_least = 3 })).Message);
    }

    [Fact]
    public async Task An_expectation_waits_for_what_is_still_to_come()
    {
        await using var desk = await Desk.Start();
        var task = await desk.NewTask();
        var expected = desk.Do("POST", "/requests/expect", new { operation = Complete, timeout_ms = 60_000 });
        (await desk.Complete(task)).Ok();
        Assert.Equal(1, (await expected).GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Requests_are_found_by_the_moment_at_which_they_came()
    {
        await using var desk = await Desk.Start();
        await desk.Reflow.Token();
        var now = (await desk.Do("POST", "/clock/freeze")).GetProperty("now").GetInt64();
        foreach (var summary in new[] { "first", "second", "third" })
        {
            await desk.NewTask(summary);
            await desk.Do("POST", "/clock/advance", new { by_ms = 1_000 });
        }
        Assert.Equal(2, await Count(desk, $"operation=task.*&since={now + 1_000}"));
        Assert.Equal(1, await Count(desk, $"operation=task.*&until={now + 1_000}"));
        Assert.Contains("second", (await Single(desk, $"operation=task.*&since={now + 1_000}&until={now + 2_000}")).GetRawText(), StringComparison.Ordinal);
        Assert.Equal(2, (await desk.Do("POST", "/requests/expect", new { operation = "task.*", since = now + 1_000, times = 2 })).GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task An_expectation_whose_time_is_out_says_what_came_until_then()
    {
        await using var desk = await Desk.Start();
        Assert.Equal("expected at least 1 such call, and 0 came", (await desk.Control("POST", "/requests/expect", new { operation = Complete, timeout_ms = 1 })).Message);
    }

    [Fact]
    public void The_log_of_a_server_has_a_thousand_entries_and_sixteen_mebibytes()
    {
        var (many, large) = (new RequestLog(), new RequestLog());
        for (var i = 0; i < 1_001; i++) many.Add(Entry(0));
        Assert.Equal((1_000, 2), (many.Find(Everything).Count, many.Find(Everything)[0].Number));
        for (var i = 0; i < 300; i++) large.Add(Entry(RequestLog.LongestBody));
        Assert.InRange(large.Find(Everything).Sum(entry => (long)entry.Size), (16 << 20) - 2 * RequestLog.LongestBody, 16 << 20);
    }

    [Fact]
    public async Task Without_a_log_it_says_how_to_get_one()
    {
        await using var desk = await Desk.Start(settings => settings with { RequestLog = false });
        var refused = await desk.Control("GET", "/requests");
        Assert.Equal(403, refused.Status);
        Assert.Contains("--request-log", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_log_forgets_the_oldest_first_and_stays_within_its_bytes()
    {
        var log = new RequestLog(mostEntries: 3, mostBytes: 10_000);
        for (var i = 0; i < 5; i++) log.Add(Entry(100));
        Assert.Equal([3, 4, 5], log.Find(Everything).Select(entry => entry.Number));
        log.Add(Entry(8_000));
        Assert.Equal([6], log.Find(Everything).Select(entry => entry.Number));
        log.Add(Entry(60_000));
        Assert.Equal([7], log.Find(Everything).Select(entry => entry.Number));
    }

    [Theory]
    [InlineData("""{"app_secret":"s3cret","x":1}""", """{"app_secret":"***","x":1}""")]
    [InlineData("""{"tenant_access_token":"t-g1abc","code":0}""", """{"tenant_access_token":"t-***","code":0}""")]
    [InlineData("""{"code":"oauth-code","page_token":"p"}""", """{"code":"***","page_token":"p"}""")]
    [InlineData("grant_type=x&client_secret=s3cret&code=1", "grant_type=x&client_secret=***&code=***")]
    [InlineData("""{"password":"a\"b"}""", """{"password":"***"}""")]
    public void Secrets_are_masked_by_the_names_of_their_members(string sent, string shown) => Assert.Equal(shown, Masks.Body(sent));

    [Fact]
    public async Task A_refusal_carries_a_hint_and_the_same_body_as_without()
    {
        await using var desk = await Desk.Start();
        await using var plain = await TestReflow.Start();
        var request = "/open-apis/task/v1/tasks/00000000-0000-0000-0000-000000000000/complete";
        var (hinted, bare) = (await desk.Reflow.Post(request), await plain.Post(request));
        Assert.NotEmpty(hinted.Headers["X-Reflow-Hint"]);
        Assert.False(bare.Headers.ContainsKey("X-Reflow-Hint"));
        Assert.Equal(WithoutIds(bare), WithoutIds(hinted));
        Assert.False((await desk.Complete(await desk.NewTask())).Headers.ContainsKey("X-Reflow-Hint"));
    }

    [Fact]
    public async Task A_hint_names_the_scopes_that_are_missing_and_the_members_that_are_wrong()
    {
        await using var desk = await Desk.Start();
        var scope = await desk.Reflow.Send(new("POST", "/open-apis/task/v1/tasks", new { summary = "x" }, await desk.Reflow.Token(Demo.ReportApp)));
        Assert.Contains("task:task", scope.Headers["X-Reflow-Hint"], StringComparison.Ordinal);
        Assert.Contains(Demo.ReportApp, scope.Headers["X-Reflow-Hint"], StringComparison.Ordinal);
        var members = await desk.Reflow.Post("/open-apis/apaas/v1/user_task/query", new { type = "pending" });
        Assert.Contains("kunlun_user_id", members.Headers["X-Reflow-Hint"], StringComparison.Ordinal);
    }

    static readonly RequestFilter Everything = new(null, null, null, null, null, null, null, null);

    static LoggedRequest Entry(int body) => new(0, "", null, null, null, null, "POST", "/", [], new byte[body], body, 200, 0, [], [], 0, 0, RequestOutcome.Answered, []);

    static async Task<JsonElement> Single(Desk desk, string filter) => Assert.Single((await desk.Do("GET", $"/requests?{filter}")).GetProperty("requests").EnumerateArray());

    static async Task<int> Count(Desk desk, string filter) => (await desk.Do("GET", $"/requests?{filter}")).GetProperty("requests").GetArrayLength();

    static string WithoutIds(Answer answer) => answer.Text.Replace(answer.Headers["X-Tt-Logid"], "", StringComparison.Ordinal);
}
