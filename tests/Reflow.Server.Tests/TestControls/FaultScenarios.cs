using System.Text.Json;
using Xunit;

namespace Reflow.Server.Tests.TestControls;

/// <summary>Faults that strike calls: what the caller sees, and what the data says.</summary>
public class FaultScenarios
{
    const string Complete = "task.v1.task.complete";

    [Fact]
    public async Task A_row_of_the_contract_is_answered_and_nothing_is_done()
    {
        await using var desk = await Desk.Start();
        var task = await desk.NewTask();
        await desk.Do("POST", "/faults", new { operation = Complete, error = new { code = 1470450 } });
        var before = await desk.Reflow.State();
        var answer = await desk.Complete(task);
        Assert.Equal(1470450, answer.Code);
        Assert.Equal(before, await desk.Reflow.State());
        (await desk.Reflow.Get($"/open-apis/task/v1/tasks/{task}")).Ok();
        await desk.Do("DELETE", "/faults");
        (await desk.Complete(task)).Ok();
    }

    [Theory]
    [InlineData(429)]
    [InlineData(400)]
    public async Task A_rate_limit_has_the_shape_that_was_asked_for(int status)
    {
        await using var desk = await Desk.Start();
        await desk.Do("POST", "/faults", new { operation = "task.*", rate_limit = new { status, limit = 100, reset_s = 52 } });
        var answer = await desk.Complete("0d38e26e-190a-49e9-93a2-35067763ed02");
        Assert.Equal((status, 99991400, "100", "52"), (answer.Status, answer.Code, answer.Headers["x-ogw-ratelimit-limit"], answer.Headers["x-ogw-ratelimit-reset"]));
    }

    [Fact]
    public async Task A_lost_answer_has_done_its_work_and_a_dropped_call_has_not()
    {
        await using var desk = await Desk.Start();
        var (lost, dropped) = (await desk.NewTask(), await desk.NewTask());
        await desk.Do("POST", "/faults", new { operation = Complete, lost_answer = true, count = 1 });
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => desk.Complete(lost));
        await desk.Do("POST", "/faults", new { operation = Complete, drop = true, count = 1 });
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => desk.Complete(dropped));
        Assert.NotEqual("0", await desk.Completed(lost));
        Assert.Equal("0", await desk.Completed(dropped));
        Assert.Equal(["lost", "dropped"], (await desk.Do("GET", $"/requests?operation={Complete}")).GetProperty("requests").EnumerateArray().Select(r => r.GetProperty("outcome").GetString()));
    }

    [Fact]
    public async Task A_slow_answer_is_whole_at_its_end()
    {
        await using var desk = await Desk.Start();
        await desk.Do("POST", "/faults", new { operation = Complete, slow_answer = new { ms = 20 }, latency_ms = 1 });
        (await desk.Complete(await desk.NewTask())).Ok();
    }

    [Fact]
    public void Waiting_times_of_several_rules_add_up_and_the_first_other_effect_happens()
    {
        var faults = new Server.Control.Faults(0);
        faults.Add(new(Complete, null, null, 1, null, 200, null));
        faults.Add(new("task.*", null, null, 1, null, 0, new Server.Control.FaultEffect.Drop()));
        faults.Add(new("*", null, null, 1, null, 40, null));
        faults.Add(new("*", null, null, 1, null, 1_000, new Server.Control.FaultEffect.LoseAnswer()));
        var strike = faults.Try(Gateway.Contract.Operations.Single(operation => operation.Name == Complete), Demo.App)!;
        Assert.Equal((240, new Server.Control.FaultEffect.Drop()), (strike.Latency, strike.Effect));
        Assert.Equal(["1", "2", "3"], strike.Ids);
    }

    [Fact]
    public async Task A_call_that_a_fault_holds_up_does_not_hold_up_a_reset_and_finds_the_data_after_it()
    {
        await using var desk = await Desk.Start();
        var task = await desk.NewTask();
        await desk.Do("POST", "/faults", new { operation = Complete, latency_ms = 60_000 });
        using var waiting = new HttpClient();
        using var call = new HttpRequestMessage(HttpMethod.Post, new Uri(desk.Reflow.Address, $"/open-apis/task/v1/tasks/{task}/complete"));
        call.Headers.TryAddWithoutValidation("Authorization", $"Bearer {await desk.Reflow.Token()}");
        using var gone = new CancellationTokenSource();
        var held = waiting.SendAsync(call, gone.Token);
        await Until(async () => (await Rules(desk))[0].GetProperty("hits").GetInt32() == 1);
        // A reset waits ten seconds for calls that are under way, and refuses after that.
        await desk.Do("POST", "/reset");
        Assert.False(held.IsCompleted);
        Assert.NotEqual(0, (await desk.Reflow.Get($"/open-apis/task/v1/tasks/{task}")).Code);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => held);
    }

    [Fact]
    public async Task A_slow_answer_does_not_hold_up_a_reset_either()
    {
        await using var desk = await Desk.Start();
        var task = await desk.NewTask();
        await desk.Do("POST", "/faults", new { operation = Complete, slow_answer = new { ms = 60_000 } });
        using var waiting = new HttpClient();
        using var call = new HttpRequestMessage(HttpMethod.Post, new Uri(desk.Reflow.Address, $"/open-apis/task/v1/tasks/{task}/complete"));
        call.Headers.TryAddWithoutValidation("Authorization", $"Bearer {await desk.Reflow.Token()}");
        using var answer = await waiting.SendAsync(call, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)answer.StatusCode);
        await desk.Do("POST", "/reset");
    }

    [Fact]
    public async Task The_nth_call_is_struck_and_no_other()
    {
        await using var desk = await Desk.Start();
        await desk.Do("POST", "/faults", new { operation = Complete, nth = 2, error = new { code = 1470450 } });
        var task = await desk.NewTask();
        Assert.Equal("0 1470450 0", await Codes(desk, task, 3));
        var rule = Assert.Single(await Rules(desk));
        Assert.Equal((3, 1), (rule.GetProperty("seen").GetInt32(), rule.GetProperty("hits").GetInt32()));
    }

    [Fact]
    public async Task A_rule_strikes_as_often_as_it_may_and_only_whom_it_is_for()
    {
        await using var desk = await Desk.Start();
        await desk.Do("POST", "/faults", new { operation = Complete, app_id = Demo.ReportApp, drop = true });
        await desk.Do("POST", "/faults", new { operation = Complete, app_id = Demo.App, count = 2, error = new { code = 1470450 } });
        var task = await desk.NewTask();
        Assert.Equal("1470450 1470450 0", await Codes(desk, task, 3));
        Assert.Equal([0, 2], (await Rules(desk)).Select(rule => rule.GetProperty("hits").GetInt32()));
    }

    [Fact]
    public async Task Of_two_rules_that_could_strike_the_first_does_and_the_others_turn_is_still_to_come()
    {
        await using var desk = await Desk.Start();
        await desk.Reflow.Token();
        await desk.Do("POST", "/faults", new { operation = Complete, count = 1, error = new { code = 1470450 } });
        await desk.Do("POST", "/faults", new { operation = "*", count = 1, rate_limit = new { } });
        Assert.Equal("1470450 99991400 0", await Codes(desk, "0d38e26e-190a-49e9-93a2-35067763ed02", 3));
    }

    [Fact]
    public async Task Chance_is_the_same_in_every_run_of_a_seed()
    {
        var runs = new List<string>();
        for (var run = 0; run < 2; run++)
        {
            await using var desk = await Desk.Start();
            await desk.Do("POST", "/faults", new { operation = Complete, probability = 0.5, error = new { code = 1470450 } });
            runs.Add(await Codes(desk, await desk.NewTask(), 20));
        }
        Assert.Equal(runs[0], runs[1]);
        Assert.Contains("1470450", runs[0], StringComparison.Ordinal);
        Assert.Contains(" 0", runs[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Feishu_project_hears_of_a_fault_in_its_own_envelope()
    {
        await using var desk = await Desk.Start();
        await desk.Do("POST", "/faults", new { operation = "project.authen.plugin_token", rate_limit = new { } });
        var answer = await desk.Reflow.Send(new("POST", "/open_api/authen/plugin_token", new { plugin_id = "MII_DEMO00000000001", plugin_secret = "ReflowDemoPluginSecret00000000001" }));
        Assert.Equal((429, 10429), (answer.Status, answer.Code));
        Assert.Equal(10429, answer.Json.GetProperty("err").GetProperty("code").GetInt32());
    }

    [Theory]
    [InlineData("""{"operation":"no.such","drop":true}""", "operation")]
    [InlineData("""{"operation":"control.healthz","drop":true}""", "operation")]
    [InlineData("""{"operation":"task.v1.task.complete"}""", "latency_ms")]
    [InlineData("""{"operation":"task.v1.task.complete","drop":false}""", "latency_ms")]
    [InlineData("""{"operation":"task.v1.task.complete","latency_ms":60001}""", "latency_ms")]
    [InlineData("""{"operation":"task.v1.task.complete","error":{"code":2320001}}""", "error")]
    [InlineData("""{"operation":"task.v1.task.complete","error":{}}""", "error.code")]
    [InlineData("""{"operation":"task.v1.task.complete","error":{"code":1470450},"drop":true}""", "drop")]
    [InlineData("""{"operation":"task.v1.task.complete","drop":true,"nth":0}""", "nth")]
    [InlineData("""{"operation":"task.v1.task.complete","drop":true,"count":0}""", "count")]
    [InlineData("""{"operation":"task.v1.task.complete","drop":true,"probability":1.5}""", "probability")]
    [InlineData("""{"operation":"task.v1.task.complete","rate_limit":{"status":418}}""", "rate_limit.status")]
    [InlineData("""{"operation":"task.v1.task.complete","slow_answer":{"ms":0}}""", "slow_answer.ms")]
    public async Task A_rule_that_makes_no_sense_is_refused_by_the_member_that_does_not(string rule, string member)
    {
        await using var desk = await Desk.Start();
        var refused = await desk.Control("POST", "/faults", rule);
        Assert.Equal(400, refused.Status);
        Assert.Equal(member, refused.Json.GetProperty("error").GetProperty("field_violations")[0].GetProperty("field").GetString());
        Assert.Empty(await Rules(desk));
    }

    [Fact]
    public async Task A_rule_is_taken_back_by_its_id()
    {
        await using var desk = await Desk.Start();
        var first = (await desk.Do("POST", "/faults", new { operation = Complete, drop = true })).GetProperty("fault_id").GetString();
        var second = (await desk.Do("POST", "/faults", new { operation = Complete, latency_ms = 1 })).GetProperty("fault_id").GetString();
        await desk.Do("DELETE", $"/faults/{first}");
        Assert.Equal(second, Assert.Single(await Rules(desk)).GetProperty("fault_id").GetString());
        Assert.Equal(404, (await desk.Control("DELETE", $"/faults/{first}")).Status);
    }

    [Fact]
    public async Task Every_refusal_of_a_served_operation_can_be_called_up()
    {
        await using var desk = await Desk.Start();
        foreach (var row in Gateway.Contract.Rows("errors.tsv").Where(row => desk.Reflow.Served.ContainsKey(row["operation"]) && row["family"] is not "control"))
        {
            var fault = await desk.Do("POST", "/faults", new { operation = row["operation"], error = new { code = int.Parse(row["code"]), msg = row["msg"] } });
            await desk.Do("DELETE", $"/faults/{fault.GetProperty("fault_id").GetString()}");
        }
    }

    static async Task Until(Func<Task<bool>> holds)
    {
        while (!await holds()) await Task.Yield();
    }

    static async Task<string> Codes(Desk desk, string task, int calls)
    {
        var codes = new List<int>();
        for (var call = 0; call < calls; call++) codes.Add((await desk.Complete(task)).Code);
        return string.Join(' ', codes);
    }

    static async Task<IReadOnlyList<JsonElement>> Rules(Desk desk) => [.. (await desk.Do("GET", "/faults")).GetProperty("faults").EnumerateArray()];
}
