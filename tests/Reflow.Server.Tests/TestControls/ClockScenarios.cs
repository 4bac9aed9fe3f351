using Xunit;

namespace Reflow.Server.Tests.TestControls;

/// <summary>The clock that a test suite moves.</summary>
public class ClockScenarios
{
    const long Hour = 3_600_000;

    [Fact]
    public async Task It_runs_with_the_servers_own_until_it_is_frozen_and_from_there_again()
    {
        await using var desk = await Desk.Start();
        var began = await Now(desk);
        desk.Reflow.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(began + 60_000, await Now(desk));
        Assert.True((await desk.Do("POST", "/clock/freeze")).GetProperty("frozen").GetBoolean());
        desk.Reflow.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(began + 60_000, await Now(desk));
        Assert.False((await desk.Do("POST", "/clock/resume")).GetProperty("frozen").GetBoolean());
        Assert.Equal(began + 60_000, await Now(desk));
        desk.Reflow.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(began + 120_000, await Now(desk));
    }

    [Fact]
    public async Task It_goes_on_to_a_time_and_stays_frozen_or_runs_as_before()
    {
        await using var desk = await Desk.Start();
        var began = await Now(desk);
        Assert.Equal(began + Hour, (await desk.Do("POST", "/clock/set", new { now = began + Hour })).GetProperty("now").GetInt64());
        desk.Reflow.Clock.Advance(TimeSpan.FromMilliseconds(5));
        Assert.Equal(began + Hour + 5, await Now(desk));
        await desk.Do("POST", "/clock/freeze");
        Assert.Equal(began + 3 * Hour + 5, (await desk.Do("POST", "/clock/advance", new { by_ms = 2 * Hour })).GetProperty("now").GetInt64());
        desk.Reflow.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(began + 3 * Hour + 5, await Now(desk));
    }

    [Fact]
    public async Task Calls_are_stamped_with_it_and_tokens_expire_by_it()
    {
        await using var desk = await Desk.Start();
        var task = await desk.NewTask();
        await desk.Do("POST", "/clock/freeze");
        var then = (await desk.Do("POST", "/clock/advance", new { by_ms = Hour })).GetProperty("now").GetInt64();
        (await desk.Complete(task)).Ok();
        Assert.Equal($"{then / 1000}", await desk.Completed(task));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(then).ToString("R"), (await desk.Control("GET", "/clock")).Headers["Date"]);
        await desk.Do("POST", "/clock/advance", new { by_ms = Hour });
        Assert.Equal(99991663, (await desk.Complete(task)).Code);
    }

    [Fact]
    public async Task It_goes_back_only_after_a_reset_and_before_the_next_call()
    {
        await using var desk = await Desk.Start();
        var began = await Now(desk);
        await desk.NewTask();
        var refused = await desk.Control("POST", "/clock/set", new { now = began - Hour });
        Assert.Equal((400, 400), (refused.Status, refused.Code));
        Assert.Contains("goes back only after a reset", refused.Message, StringComparison.Ordinal);
        Assert.Equal(began, await Now(desk));
        await desk.Do("POST", "/reset");
        Assert.Equal(began - Hour, (await desk.Do("POST", "/clock/set", new { now = began - Hour })).GetProperty("now").GetInt64());
        await desk.NewTask();
        Assert.Equal(400, (await desk.Control("POST", "/clock/set", new { now = began - 2 * Hour })).Status);
    }

    [Fact]
    public async Task On_its_way_it_fires_what_comes_due_in_order_and_tells_it()
    {
        await using var desk = await Desk.Start();
        var now = (await desk.Do("POST", "/clock/freeze")).GetProperty("now").GetInt64();
        var (late, early) = (await Due(desk, now + 3 * Hour), await Due(desk, now + 2 * Hour));
        var fired = (await desk.Do("POST", "/clock/advance", new { by_ms = 4 * Hour })).GetProperty("fired").EnumerateArray()
            .Where(work => work.GetProperty("what").GetString() == "task.remind").Select(work => (work.GetProperty("at").GetInt64(), work.GetProperty("id").GetString())).ToList();
        Assert.Equal([(now + 2 * Hour, early), (now + 3 * Hour, late)], fired.Where(work => work.Item2 == early || work.Item2 == late));
        Assert.Equal(fired.OrderBy(work => work.Item1), fired);
        Assert.Empty((await desk.Do("POST", "/clock/set", new { now = now + 4 * Hour })).GetProperty("fired").EnumerateArray());
        Assert.Equal(now + 4 * Hour, await Now(desk));
    }

    [Fact]
    public async Task What_passes_by_itself_on_its_way_is_told_in_its_order()
    {
        await using var desk = await Desk.Start();
        // The demo's weekly rule takes reports from Friday 09:00 to Monday 10:00, in Shanghai.
        var thursday = DateTimeOffset.Parse("2026-03-05T00:00:00Z", null).ToUnixTimeMilliseconds();
        await desk.Do("POST", "/clock/freeze");
        await desk.Do("POST", "/clock/set", new { now = thursday });
        await desk.NewTask();
        var told = (await desk.Do("POST", "/clock/advance", new { by_ms = 14 * 24 * Hour })).GetProperty("fired").EnumerateArray()
            .Select(passed => (At: passed.GetProperty("at").GetInt64() - thursday, What: passed.GetProperty("what").GetString(), Id: passed.GetProperty("id").GetString())).ToList();
        Assert.Equal(told.OrderBy(passed => passed.At), told);
        Assert.Equal(
            [(25 * Hour, "report.window_open"), (98 * Hour, "report.window_close"), (193 * Hour, "report.window_open"), (266 * Hour, "report.window_close")],
            told.Where(passed => passed.What!.StartsWith("report.", StringComparison.Ordinal)).Select(passed => (passed.At, passed.What!)));
        Assert.Contains(told, passed => passed is { What: "token.expire", Id: Demo.App, At: <= 2 * Hour });
    }

    [Fact]
    public async Task What_is_due_later_than_the_time_that_it_goes_to_does_not_fire()
    {
        await using var desk = await Desk.Start();
        var now = (await desk.Do("POST", "/clock/freeze")).GetProperty("now").GetInt64();
        var task = await Due(desk, now + 2 * Hour);
        Assert.DoesNotContain(task, (await desk.Do("POST", "/clock/advance", new { by_ms = 2 * Hour - 1 })).GetProperty("fired").GetRawText(), StringComparison.Ordinal);
        Assert.Contains(task, (await desk.Do("POST", "/clock/advance", new { by_ms = 1 })).GetProperty("fired").GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flows_reminders_and_due_times_fire_on_the_way_too()
    {
        await using var desk = await Desk.Start();
        await desk.Do("POST", $"/tenants/{Demo.Tenant}/flows", """
            {"namespace":"travel","name":"timed","api_id":"travel_timed","nodes":[{"key":"start","type":"start"},
             {"key":"boss","type":"approval","assignees":[{"users":["1002"]}],"remind_seconds":3600,"due_seconds":7200},{"key":"end","type":"end"}],
             "edges":[{"from":"start","to":"boss"},{"from":"boss","to":"end"}]}
            """);
        await desk.Do("POST", "/clock/freeze");
        await desk.Do("POST", $"/tenants/{Demo.Tenant}/instances", new { @namespace = "travel", flow = "timed", operator_user_id = "1001" });
        Assert.Equal(["flow_task.remind", "flow_task.due"], (await desk.Do("POST", "/clock/advance", new { by_ms = 3 * Hour })).GetProperty("fired").EnumerateArray()
            .Select(work => work.GetProperty("what").GetString()).Where(what => what!.StartsWith("flow_task", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("set", "{}", "now")]
    [InlineData("set", """{"now":-1}""", "now")]
    [InlineData("set", """{"now":9007199254740993}""", "now")]
    [InlineData("advance", "{}", "by_ms")]
    [InlineData("advance", """{"by_ms":-1}""", "by_ms")]
    [InlineData("advance", """{"by_ms":9223372036854775807}""", "by_ms")]
    public async Task What_is_no_time_is_refused_by_name(string act, string body, string member)
    {
        await using var desk = await Desk.Start();
        var began = await Now(desk);
        var refused = await desk.Control("POST", $"/clock/{act}", body);
        Assert.Equal(400, refused.Status);
        Assert.Equal(member, refused.Json.GetProperty("error").GetProperty("field_violations")[0].GetProperty("field").GetString());
        Assert.Equal(began, await Now(desk));
    }

    /// <summary>A task whose reminder fires at its due time.</summary>
    static async Task<string> Due(Desk desk, long at)
    {
        var task = (await desk.Reflow.Post("/open-apis/task/v1/tasks", new { summary = "x", due = new { time = $"{at / 1000}" }, origin = new { platform_i18n_name = "{}" } })).Ok().Data.GetProperty("task").GetProperty("id").GetString()!;
        (await desk.Reflow.Post($"/open-apis/task/v1/tasks/{task}/reminders", new { relative_fire_minute = 0 })).Ok();
        return task;
    }

    static async Task<long> Now(Desk desk) => (await desk.Do("GET", "/clock")).GetProperty("now").GetInt64();
}
