using Reflow.Server.Api.Platform;
using Reflow.Server.Gateway;
using Reflow.Server.Store;
using Reflow.Server.Tests.Identity;
using Reflow.Server.Tests.Projects;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>What may happen only so often happens only so often on all nodes together.</summary>
[Trait("Engine", "PostgreSQL")]
public sealed class QuotasTests : IAsyncLifetime
{
    readonly ManualClock clock = new();
    TestStore store = null!;
    Db one = null!, two = null!;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        store = await TestStore.Demo();
        (one, two) = (await store.Open(new()), await store.Open(new()));
    }

    public async ValueTask DisposeAsync()
    {
        await one.DisposeAsync();
        await two.DisposeAsync();
        await store.DisposeAsync();
    }

    [Theory]
    [InlineData("apaas.v1.user_task.rollback", 100, 60)]
    [InlineData("report.v1.task.query", 10, 1)]
    [InlineData("task.v1.task.uncomplete", 50, 1)]
    public async Task Callers_of_all_nodes_together_have_the_contracts_cap_in_each_window(string operation, int cap, int seconds)
    {
        var nodes = Nodes(clock, clock);
        for (var window = 0; window < 3; window++, clock.Advance(TimeSpan.FromSeconds(seconds)))
        {
            var spent = await Task.WhenAll(Enumerable.Range(0, 3 * cap).Select(i => Task.Run(() => Spend(nodes[i % 2], operation), Ct)));
            Assert.Equal(cap, spent.Count(refusal => refusal is null));
            Assert.All(spent.OfType<Refusal>(), refusal => Assert.Equal([new("x-ogw-ratelimit-limit", $"{cap}"), new("x-ogw-ratelimit-reset", $"{seconds}")], refusal.Headers));
        }
    }

    [Fact]
    public async Task Both_limits_of_an_operation_hold_on_all_nodes_together()
    {
        var nodes = Nodes(clock, clock);
        var passed = new List<int>();
        for (var second = 0; second < 30; second++, clock.Advance(TimeSpan.FromSeconds(1)))
            passed.Add((await Task.WhenAll(Enumerable.Range(0, 120).Select(i => Task.Run(() => Spend(nodes[i % 2], "task.v1.task.get"), Ct)))).Count(refusal => refusal is null));
        Assert.All(passed, count => Assert.InRange(count, 0, 50));
        Assert.Equal(1000, passed.Sum());
    }

    [Fact]
    public async Task A_node_that_needs_few_calls_leaves_the_others_most_of_a_window()
    {
        var nodes = Nodes(clock, clock);
        Assert.Null(await Spend(nodes[0], "apaas.v1.user_task.rollback"));
        var passed = 0;
        while (await Spend(nodes[1], "apaas.v1.user_task.rollback") is null) passed++;
        Assert.InRange(passed, 100 - 100 / 8, 99);
    }

    [Fact]
    public async Task Nodes_whose_clocks_differ_by_seconds_share_their_windows()
    {
        var ahead = new ManualClock();
        ahead.Advance(TimeSpan.FromSeconds(20));
        var nodes = Nodes(clock, ahead);
        for (var second = 0; second < 5; second++)
        {
            var passed = await Task.WhenAll(Enumerable.Range(0, 150).Select(i => Task.Run(() => Spend(nodes[i % 2], "task.v1.task.uncomplete"), Ct)));
            // The first calls of the clock that is behind may come before a window of the other has begun.
            Assert.InRange(passed.Count(refusal => refusal is null), 1, second == 0 ? 100 : 50);
            clock.Advance(TimeSpan.FromSeconds(1));
            ahead.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task A_window_of_a_clock_that_was_far_ahead_holds_up_nobody()
    {
        var wrong = new ManualClock();
        wrong.Advance(TimeSpan.FromDays(400));
        var nodes = Nodes(clock, wrong);
        while (await Spend(nodes[1], "report.v1.task.query") is null) { }
        var passed = 0;
        while (await Spend(nodes[0], "report.v1.task.query") is null) passed++;
        Assert.Equal(10, passed);
    }

    [Fact]
    public async Task What_is_counted_takes_one_row_and_goes_an_hour_after_its_window()
    {
        var nodes = Nodes(clock, clock);
        for (var window = 0; window < 5; window++, clock.Advance(TimeSpan.FromMinutes(1)))
            while (await Spend(nodes[window % 2], "apaas.v1.user_task.rollback") is null) { }
        Assert.Equal(1, await Rows());
        clock.Advance(TimeSpan.FromHours(2));
        await Spend(nodes[0], "apaas.v1.user_task.rollback_points");
        Assert.Equal(1, await Rows());

        Task<long> Rows() => one.ReadSystem(session => session.Find("select count(*) from quota", r => r.GetInt64(0)), Ct);
    }

    [Fact]
    public async Task Nobody_calls_for_nothing_while_the_database_is_gone()
    {
        await using var gone = new PostgresQuotas(new("Host=127.0.0.1;Port=1;Username=x;Database=x", new DbOptions()), TimeSpan.FromSeconds(1.5));
        await Assert.ThrowsAsync<StoreGoneException>(async () => await Spend(new RateLimits(gone, clock, enabled: true), "report.v1.task.query"));
        await Assert.ThrowsAsync<StoreGoneException>(async () => await new SignInThrottle(gone, clock).Begin(Demo.Tenant, "a", "b"));
    }

    [Fact]
    public async Task A_connection_that_was_lost_while_nobody_called_is_replaced()
    {
        var nodes = Nodes(clock, clock);
        await Spend(nodes[0], "report.v1.task.query");
        await TestStore.EndConnections(store);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await Spend(nodes[0], "report.v1.task.query"));
    }

    [Fact]
    public async Task Over_HTTP_every_kind_of_limit_holds_on_two_nodes_as_on_one()
    {
        await using var first = await TestReflow.StartOn(store, clock, settings => settings with { RateLimits = true });
        await using var second = await TestReflow.StartOn(store, clock, settings => settings with { RateLimits = true });
        TestReflow[] nodes = [first, second];
        foreach (var (cap, request) in new (int, Request)[]
        {
            (50, new("POST", "/open-apis/task/v1/tasks/none/uncomplete", null, await first.Token())),
            (15, await DemoSpace.Call(first, DemoSpace.Item(1, "/workflow/query"), new { })),
            (50, Grants.Exchange("none")),
        })
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 3 * cap).Select(i => nodes[i % 2].Send(request)));
            Assert.All(answers, answer => Assert.InRange(answer.Status, 200, 499));
            Assert.Equal(cap, answers.Count(answer => answer.Status != 429));
        }
        var pages = await Task.WhenAll(Enumerable.Range(0, 3 * SignInThrottle.PerAccount).Select(async i =>
        {
            var guesser = new Browser(nodes[i % 2]);
            return await guesser.SignIn(await guesser.Get(Browser.Url()), "Initiator", "guess");
        }));
        Assert.Equal(SignInThrottle.PerAccount, pages.Count(page => page.Status == 400));
        var owner = new Browser(second);
        var page = await owner.Get(Browser.Url());
        var late = await owner.SignIn(page);
        Assert.Equal((429, "900"), (late.Status, late.Headers["Retry-After"]));
        clock.Advance(TimeSpan.FromMilliseconds(SignInThrottle.Length));
        Assert.Equal(303, (await owner.SignIn(page)).Status);
        // Neither tokens nor accounts are told to whoever reads the table.
        var stored = await TestStore.State(one, []);
        var quotas = stored[stored.IndexOf("# quota", StringComparison.Ordinal)..];
        Assert.DoesNotContain("nitiator", quotas[..quotas.IndexOf("# r", StringComparison.Ordinal)], StringComparison.Ordinal);
        Assert.DoesNotContain(await DemoSpace.Token(first), stored, StringComparison.Ordinal);
    }

    RateLimits[] Nodes(ManualClock first, ManualClock second) => [new(one.Quotas, first, enabled: true), new(two.Quotas, second, enabled: true)];

    static async Task<Refusal?> Spend(RateLimits node, string operation) =>
        await node.Spend(new(Demo.Tenant, TokenKinds.Tenant, "cli_1", "owner", null, new(["*"]), long.MaxValue), Contract.Operations.Single(row => row.Name == operation), Ct);
}
