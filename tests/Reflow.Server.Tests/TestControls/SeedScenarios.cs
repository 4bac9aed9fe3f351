using System.Net;
using System.Net.Sockets;
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

    static async Task<string> Log(string url, int seed)
    {
        await using var reflow = await TestReflow.StartOn(":memory:", new(), settings => settings with { Urls = url, TestDouble = true, Seed = seed, AdminToken = "a" });
        var task = (await reflow.Post("/open-apis/task/v1/tasks", new { summary = "x", origin = new { platform_i18n_name = "{}" } })).Ok().Data.GetProperty("task").GetProperty("id").GetString();
        (await reflow.Post($"/open-apis/task/v1/tasks/{task}/complete")).Ok();
        await reflow.Post($"/open-apis/task/v1/tasks/{Guid.Empty}/complete");
        (await reflow.Post("/open-apis/apaas/v1/applications/package_demo__c/flows/purchase/execute", new { is_async = false, @operator = """{"_id":1001,"email":""}""", @params = """{"amount":20000}""" })).Ok();
        var plugin = (await reflow.Send(new("POST", "/open_api/authen/plugin_token", new { plugin_id = "MII_DEMO00000000001", plugin_secret = "ReflowDemoPluginSecret00000000001" }))).Json.GetProperty("data").GetProperty("token").GetString()!;
        await reflow.Send(new("POST", "/open_api/demo/work_item/create", new { work_item_type_key = "story", template_id = 100001, name = "x" }) { Headers = [("X-PLUGIN-TOKEN", plugin), ("X-USER-KEY", "7000000000000001001")] });
        await reflow.Send(new("POST", "/reflow/v1/tenants", "{}", "a"));
        return (await reflow.Send(new("GET", "/reflow/v1/requests", null, "a"))).Data.GetRawText() + await reflow.Token() + plugin;
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
