using Reflow.Server.Gateway;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

public class RateLimitsTests
{
    readonly ManualClock clock = new();

    [Theory]
    [InlineData("apaas.v1.user_task.rollback", 100, 60)]
    [InlineData("report.v1.task.query", 10, 1)]
    [InlineData("task.v1.task.uncomplete", 50, 1)]
    public async Task The_contracts_cap_holds_and_the_next_window_is_free(string operation, int calls, int seconds)
    {
        var limits = new RateLimits(new LocalQuotas(), clock, enabled: true);
        for (var i = 0; i < calls; i++) Assert.Null(await Spend(limits, Caller("cli_1"), Row(operation)));
        var refusal = await Spend(limits, Caller("cli_1"), Row(operation));
        Assert.Equal(GatewayErrors.RateLimited, refusal?.Error);
        Assert.Equal([new("x-ogw-ratelimit-limit", $"{calls}"), new("x-ogw-ratelimit-reset", $"{seconds}")], refusal!.Headers);
        clock.Advance(TimeSpan.FromSeconds(seconds));
        Assert.Null(await Spend(limits, Caller("cli_1"), Row(operation)));
    }

    [Fact]
    public async Task Both_limits_of_an_operation_hold()
    {
        var limits = new RateLimits(new LocalQuotas(), clock, enabled: true);
        var passed = 0;
        for (var second = 0; second < 30; second++, clock.Advance(TimeSpan.FromSeconds(1)))
            for (var i = 0; i < 50; i++)
                if (await Spend(limits, Caller("cli_1"), Row("task.v1.task.get")) is null) passed++;
        Assert.Equal(1000, passed);
    }

    [Fact]
    public async Task Apps_and_operations_are_counted_apart()
    {
        var limits = new RateLimits(new LocalQuotas(), clock, enabled: true);
        for (var i = 0; i < 10; i++) await Spend(limits, Caller("cli_1"), Row("report.v1.task.query"));
        Assert.NotNull(await Spend(limits, Caller("cli_1"), Row("report.v1.task.query")));
        Assert.Null(await Spend(limits, Caller("cli_2"), Row("report.v1.task.query")));
        Assert.Null(await Spend(limits, Caller("cli_1"), Row("report.v1.rule.query")));
    }

    [Fact]
    public async Task Switched_off_nothing_is_counted()
    {
        var limits = new RateLimits(new LocalQuotas(), clock, enabled: false);
        for (var i = 0; i < 1000; i++) Assert.Null(await Spend(limits, Caller("cli_1"), Row("report.v1.task.query")));
    }

    // What the quotas of one process answer is there at once.
    static ValueTask<Refusal?> Spend(RateLimits limits, Caller caller, Operation operation)
    {
        var spent = limits.Spend(caller, operation, CancellationToken.None);
        Assert.True(spent.IsCompletedSuccessfully);
        return spent;
    }

    static Operation Row(string name) => Contract.Operations.Single(operation => operation.Name == name);

    static Caller Caller(string app) => new("736588c9260f175d", TokenKinds.Tenant, app, "owner", null, new(["*"]), long.MaxValue);
}
