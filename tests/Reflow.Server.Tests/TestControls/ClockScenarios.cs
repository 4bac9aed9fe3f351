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

    static async Task<long> Now(Desk desk) => (await desk.Do("GET", "/clock")).GetProperty("now").GetInt64();
}
