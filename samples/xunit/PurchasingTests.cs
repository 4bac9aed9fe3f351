using System.Text.Json;
using Xunit;

namespace Purchases.Tests;

public sealed class PurchasingTests(Reflow reflow) : IAsyncLifetime
{
    const string Execute = "apaas.v1.application.flow.execute";
    const long Buyer = 1001, Manager = 1002;

    readonly HttpClient http = new() { BaseAddress = reflow.Address };
    Tenant tenant = null!;
    Purchasing purchasing = null!;

    public async ValueTask InitializeAsync()
    {
        tenant = await reflow.Tenant();
        purchasing = new(new Feishu(http, tenant.AppId, tenant.AppSecret));
    }

    public async ValueTask DisposeAsync()
    {
        await reflow.Control(HttpMethod.Delete, "/faults");
        await reflow.Control(HttpMethod.Post, "/clock/resume");
        http.Dispose();
    }

    [Fact]
    public async Task An_answer_that_is_lost_after_its_work_was_done_asks_for_approval_once()
    {
        var before = await purchasing.WaitingFor(Manager);
        await Arm(new { operation = Execute, app_id = tenant.AppId, lost_answer = true, count = 1 });
        await purchasing.Ask("order-1", 20_000, Buyer);
        await reflow.Control(HttpMethod.Post, "/requests/expect", new { operation = Execute, app_id = tenant.AppId, times = 2 });
        Assert.Equal(before.Count + 1, (await purchasing.WaitingFor(Manager)).Count);
    }

    [Fact]
    public async Task A_call_that_never_arrived_is_tried_again()
    {
        var before = await purchasing.WaitingFor(Manager);
        await Arm(new { operation = Execute, app_id = tenant.AppId, drop = true, count = 2 });
        await purchasing.Ask("order-2", 20_000, Buyer);
        await reflow.Control(HttpMethod.Post, "/requests/expect", new { operation = Execute, app_id = tenant.AppId, times = 3 });
        Assert.Equal(before.Count + 1, (await purchasing.WaitingFor(Manager)).Count);
    }

    [Fact]
    public async Task A_refusal_is_not_tried_again()
    {
        await Arm(new { operation = Execute, app_id = tenant.AppId, error = new { code = 2320001 } });
        Assert.Equal(2320001, (await Assert.ThrowsAsync<FeishuException>(() => purchasing.Ask("order-3", 1, Buyer))).Code);
        await reflow.Control(HttpMethod.Post, "/requests/expect", new { operation = Execute, app_id = tenant.AppId, times = 1 });
    }

    [Fact]
    public async Task A_reminder_fires_at_its_moment_and_a_token_that_expired_meanwhile_is_replaced()
    {
        var now = (await reflow.Control(HttpMethod.Post, "/clock/freeze")).GetProperty("now").GetInt64();
        var task = await purchasing.Remind("order-4", DateTimeOffset.FromUnixTimeMilliseconds(now).AddHours(24));
        Assert.DoesNotContain(task, await Fired(23));
        Assert.Contains(task, await Fired(2));
        Assert.NotEqual(task, await purchasing.Remind("order-4, again", DateTimeOffset.FromUnixTimeMilliseconds(now).AddHours(48)));
    }

    [Fact]
    public async Task Each_test_has_a_tenant_of_its_own()
    {
        await purchasing.Ask("order-5", 20_000, Buyer);
        var other = await reflow.Tenant();
        var elsewhere = new Purchasing(new Feishu(http, other.AppId, other.AppSecret));
        Assert.Equal((await purchasing.WaitingFor(Manager)).Count - 1, (await elsewhere.WaitingFor(Manager)).Count);
    }

    Task<JsonElement> Arm(object fault) => reflow.Control(HttpMethod.Post, "/faults", fault);

    async Task<IReadOnlyList<string?>> Fired(int hours) => [.. (await reflow.Control(HttpMethod.Post, "/clock/advance", new { by_ms = hours * 3_600_000L }))
        .GetProperty("fired").EnumerateArray().Select(work => work.GetProperty("id").GetString())];
}
