using System.Net;
using System.Net.Sockets;
using Reflow.Server.Tests.Identity;
using Xunit;

namespace Reflow.Server.Tests.TestControls;

/// <summary>Two runs of a seed with the same calls are the same run.</summary>
public class SeedScenarios
{
    [Fact]
    public async Task Two_runs_of_a_seed_have_the_same_log_to_the_byte()
    {
        var url = $"http://127.0.0.1:{FreePort()}";
        var (one, again) = (await Log(url, 7), await Log(url, 7));
        Assert.Contains("task.v1.task.create", one, StringComparison.Ordinal);
        Assert.Equal(one, again);
        Assert.NotEqual(one, await Log(url, 8));
    }

    [Fact]
    public async Task Two_runs_of_a_seed_sign_in_agree_and_refresh_to_the_same_bytes()
    {
        var url = $"http://127.0.0.1:{FreePort()}";
        var (one, again, other) = (await SignedIn(url, 7), await SignedIn(url, 7), await SignedIn(url, 8));
        Assert.Equal(one, again);
        Assert.All(one.Zip(other), pair => Assert.NotEqual(pair.First, pair.Second));
    }

    // Every text that is random in a server without a seed.
    static async Task<IReadOnlyList<string>> SignedIn(string url, int seed)
    {
        await using var reflow = await TestReflow.StartInMemory(settings => settings with { Urls = url, TestDouble = true, Seed = seed, AdminToken = "a" });
        var browser = new Browser(reflow);
        var signIn = await browser.Get(Browser.Url("&scope=task:task%20offline_access"));
        var visit = browser.Cookies;
        var consent = await browser.Get((await browser.SignIn(signIn)).Headers["Location"]);
        var signedIn = browser.Cookies;
        var sentBack = (await browser.Press(consent, "agree")).Headers["Location"];
        var granted = (await reflow.Send(Grants.Exchange(Browser.Sent(sentBack)["code"]))).Ok();
        var refreshed = (await reflow.Send(Grants.Refresh(granted.Json.GetProperty("refresh_token").GetString()!))).Ok();
        var task = (await reflow.Send(new("POST", "/open-apis/task/v1/tasks", new { summary = "x", origin = new { platform_i18n_name = "{}" } }, refreshed.Json.GetProperty("access_token").GetString()))).Ok();
        var plugin = await Plugin("plugin_token", null, new { plugin_id = "MII_DEMO00000000001", plugin_secret = "ReflowDemoPluginSecret00000000001" });
        var virtualToken = await Plugin("plugin_token", null, new { plugin_id = "MII_DEMO00000000001", plugin_secret = "ReflowDemoPluginSecret00000000001", type = 1 });
        var code = await Plugin("auth_code", null, new { plugin_id = "MII_DEMO00000000001", state = "s" });
        var token = plugin.Data.GetProperty("token").GetString()!;
        var user = await Plugin("user_plugin_token", token, new { code = code.Data.GetProperty("code").GetString(), grant_type = "authorization_code" });
        var renewed = await Plugin("refresh_token", token, new { refresh_token = user.Data.GetProperty("refresh_token").GetString(), type = 1 });
        return [signIn.Text, visit, consent.Text, signedIn, sentBack, granted.Text, refreshed.Text, task.Text, plugin.Text, virtualToken.Text, code.Text, user.Text, renewed.Text];

        async Task<Answer> Plugin(string act, string? token, object body) => (await reflow.Send(new("POST", $"/open_api/authen/{act}", body)
        {
            Headers = [("X-USER-KEY", "7000000000000001001"), .. token is null ? Array.Empty<(string, string)>() : [("X-PLUGIN-TOKEN", token)]],
        })).Ok();
    }

    static async Task<string> Log(string url, int seed)
    {
        await using var reflow = await TestReflow.StartInMemory(settings => settings with { Urls = url, TestDouble = true, Seed = seed, AdminToken = "a" });
        var task = (await reflow.Post("/open-apis/task/v1/tasks", new { summary = "x", origin = new { platform_i18n_name = "{}" } })).Ok().Data.GetProperty("task").GetProperty("id").GetString();
        (await reflow.Post($"/open-apis/task/v1/tasks/{task}/complete")).Ok();
        await reflow.Post($"/open-apis/task/v1/tasks/{Guid.Empty}/complete");
        (await reflow.Post("/open-apis/apaas/v1/applications/package_demo__c/flows/purchase/execute", new { is_async = false, @operator = """{"_id":1001,"email":""}""", @params = """{"amount":20000}""" })).Ok();
        var plugin = (await reflow.Send(new("POST", "/open_api/authen/plugin_token", new { plugin_id = "MII_DEMO00000000001", plugin_secret = "ReflowDemoPluginSecret00000000001" }))).Json.GetProperty("data").GetProperty("token").GetString()!;
        await reflow.Send(new("POST", "/open_api/demo/work_item/create", new { work_item_type_key = "story", template_id = 100001, name = "x" }) { Headers = [("X-PLUGIN-TOKEN", plugin), ("X-USER-KEY", "7000000000000001001")] });
        await reflow.Send(new("POST", "/reflow/v1/tenants", "{}", "a"));
        await reflow.Send(new("POST", "/reflow/v1/faults", new { operation = "task.*", probability = 0.5, rate_limit = new { } }, "a"));
        for (var call = 0; call < 8; call++) await reflow.Get($"/open-apis/task/v1/tasks/{task}");
        await reflow.Send(new("POST", "/reflow/v1/clock/advance", new { by_ms = 3_600_000 }, "a"));
        await reflow.Get($"/open-apis/task/v1/tasks/{task}");
        return (await reflow.Send(new("GET", "/reflow/v1/requests", null, "a"))).Data.GetRawText() + await reflow.Token() + plugin;
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
