using System.Text.Json;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests.TestControls;

/// <summary>Tenants that a test suite makes for one test each.</summary>
public class TenantScenarios
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_made_tenant_works_with_its_own_credentials_and_ids()
    {
        await using var desk = await Desk.Start();
        var made = await desk.Do("POST", "/tenants");
        var app = made.GetProperty("apps")[0];
        var token = await Token(desk, app);
        var task = (await desk.Reflow.Send(new("GET", "/open-apis/task/v1/tasks/0d38e26e-190a-49e9-93a2-35067763ed02", null, token))).Ok();
        Assert.Equal("0d38e26e-190a-49e9-93a2-35067763ed02", task.Data.GetProperty("task").GetProperty("id").GetString());
        var manager = made.GetProperty("users").EnumerateArray().Single(user => user.GetProperty("kunlun_id").GetString() == "1002");
        var pending = (await desk.Reflow.Send(new("POST", "/open-apis/apaas/v1/user_task/query",
            new { type = "pending", source = "assignMe", limit = "50", offset = "0", kunlun_user_id = "1002" }, token))).Ok();
        Assert.Equal(JsonValueKind.Object, pending.Data.ValueKind);
        Assert.StartsWith("ou_", manager.GetProperty("open_ids").GetProperty(app.GetProperty("app_id").GetString()!).GetString(), StringComparison.Ordinal);
        var plugin = made.GetProperty("plugins")[0];
        (await desk.Reflow.Send(new("POST", "/open_api/authen/plugin_token", new { plugin_id = plugin.GetProperty("plugin_id").GetString(), plugin_secret = plugin.GetProperty("plugin_secret").GetString() }))).Ok();
    }

    [Fact]
    public async Task Two_tenants_never_meet()
    {
        await using var desk = await Desk.Start();
        var (one, other) = (await desk.Do("POST", "/tenants"), await desk.Do("POST", "/tenants"));
        Assert.NotEqual(one.GetProperty("tenant_key").GetString(), other.GetProperty("tenant_key").GetString());
        var made = (await desk.Reflow.Send(new("POST", "/open-apis/task/v1/tasks", new { summary = "mine", origin = new { platform_i18n_name = "{}" } }, await Token(desk, one.GetProperty("apps")[0])))).Ok();
        var id = made.Data.GetProperty("task").GetProperty("id").GetString();
        Assert.NotEqual(0, (await desk.Reflow.Send(new("GET", $"/open-apis/task/v1/tasks/{id}", null, await Token(desk, other.GetProperty("apps")[0])))).Code);
        Assert.NotEqual(0, (await desk.Reflow.Get($"/open-apis/task/v1/tasks/{id}")).Code);
    }

    [Fact]
    public async Task Without_work_nothing_has_been_done_in_it()
    {
        await using var desk = await Desk.Start();
        var tenant = (await desk.Do("POST", "/tenants", new { with_work = false })).GetProperty("tenant_key").GetString()!;
        Assert.Equal((0L, true), await desk.Reflow.Db.Read(tenant, async s => (
            await s.Find("select count(*) from task where tenant = $1", r => r.GetInt64(0)), await s.Find("select 1 from flow where tenant = $1", r => true)), Ct));
    }

    // What is made first at a server is played.
    [Theory]
    [InlineData("{}", """{"with_work":false}""")]
    [InlineData("""{"with_work":false}""", "{}")]
    [InlineData("""{"like":"736588c9260f175e"}""", "{}")]
    public async Task A_tenant_that_is_copied_is_row_for_row_one_that_was_played_whatever_was_made_before(string asked, string before)
    {
        await using var fresh = await Desk.Start();
        var played = await Rows(fresh, await fresh.Do("POST", "/tenants", asked));
        await using var desk = await Desk.Start();
        await desk.Do("POST", "/tenants", before);
        await desk.Do("POST", "/tenants", asked);
        Assert.Equal(played, await Rows(desk, await desk.Do("POST", "/tenants", asked)));
    }

    [Fact]
    public async Task Tenants_of_one_second_have_their_work_from_its_first_and_the_next_second_has_its_own()
    {
        await using var desk = await Desk.Start();
        var now = (await desk.Do("GET", "/clock")).GetProperty("now").GetInt64();
        await desk.Do("POST", "/clock/set", new { now = now = (now / 1000 + 1) * 1000 });
        Assert.Equal(now, await Deployed(desk));
        await desk.Do("POST", "/clock/advance", new { by_ms = 999 });
        Assert.Equal(now, await Deployed(desk));
        await desk.Do("POST", "/clock/advance", new { by_ms = 1 });
        Assert.Equal(now + 1000, await Deployed(desk));
    }

    [Fact]
    public async Task A_tenant_that_is_taken_out_leaves_not_one_row_and_the_others_stay_as_they_were()
    {
        await using var desk = await Desk.Start();
        await desk.Reflow.Token();
        var before = await desk.Reflow.State();
        var made = await desk.Do("POST", "/tenants");
        var token = await Token(desk, made.GetProperty("apps")[0]);
        await desk.Do("DELETE", $"/tenants/{made.GetProperty("tenant_key").GetString()}");
        Assert.Equal(before, await desk.Reflow.State());
        Assert.Equal(99991663, (await desk.Reflow.Send(new("GET", "/open-apis/task/v1/tasks/x", null, token))).Code);
        Assert.Equal(404, (await desk.Control("DELETE", $"/tenants/{made.GetProperty("tenant_key").GetString()}")).Status);
    }

    [Fact]
    public async Task A_tenant_of_the_workspace_is_not_taken_out()
    {
        await using var desk = await Desk.Start();
        Assert.Equal(404, (await desk.Control("DELETE", $"/tenants/{Demo.Tenant}")).Status);
        (await desk.Reflow.Get("/open-apis/task/v1/tasks/0d38e26e-190a-49e9-93a2-35067763ed02")).Ok();
    }

    [Fact]
    public async Task When_its_time_is_over_it_goes_by_the_real_clock_and_not_by_the_one_that_is_moved()
    {
        await using var desk = await Desk.Start();
        var tenant = (await desk.Do("POST", "/tenants", new { ttl_s = 60 })).GetProperty("tenant_key").GetString();
        await desk.Do("POST", "/clock/advance", new { by_ms = 3_600_000 });
        Assert.Equal([tenant], await Listed(desk));
        desk.Reflow.Clock.Advance(TimeSpan.FromSeconds(61));
        await Held.Until(async () => await Listed(desk) is [], "the tenant is gone");
        Assert.DoesNotContain(tenant!, await desk.Reflow.State(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"ttl_s":0}""", "ttl_s")]
    [InlineData("""{"ttl_s":604801}""", "ttl_s")]
    [InlineData("""{"like":"0000000000000000"}""", "like")]
    public async Task What_cannot_be_is_refused_by_the_member_that_says_it(string body, string member)
    {
        await using var desk = await Desk.Start();
        var before = await desk.Reflow.State();
        var refused = await desk.Control("POST", "/tenants", body);
        Assert.Equal((400, member), (refused.Status, refused.Json.GetProperty("error").GetProperty("field_violations")[0].GetProperty("field").GetString()));
        Assert.Equal(before, await desk.Reflow.State());
    }

    static async Task<long> Deployed(Desk desk)
    {
        var made = await desk.Do("POST", "/tenants");
        return await desk.Reflow.Db.Read(made.GetProperty("tenant_key").GetString()!, s => s.Find("select deployed_at from flow where tenant = $1", r => r.GetInt64(0)), Ct);
    }

    // Every row of a tenant, with names in the place of all that is made up for it.
    static Task<string> Rows(Desk desk, JsonElement made) => desk.Reflow.Db.ReadSystem(async session =>
    {
        var tenant = made.GetProperty("tenant_key").GetString()!;
        var names = new List<(string Is, string Called)> { (tenant, "TENANT") };
        names.AddRange(made.GetProperty("apps").EnumerateArray().Select((app, i) => (app.GetProperty("app_id").GetString()!, $"APP {i}")));
        names.AddRange(made.GetProperty("plugins").EnumerateArray().Select((plugin, i) => (plugin.GetProperty("plugin_id").GetString()!, $"PLUGIN {i}")));
        var apps = names.ToDictionary(name => name.Is, name => name.Called);
        names.AddRange((await session.Query("select id from flow_task where tenant = $1 order by id", r => $"{r.GetInt64(0)}", tenant)).Select((id, i) => (id, $"TASK {i}")));
        names.AddRange(await session.Query("select id, app_id, user_id from identity where tenant = $1", r => (r.GetString(0), $"ID OF {r.GetString(2)} FOR {apps.GetValueOrDefault(r.GetString(1))}"), tenant));
        var lines = new List<string>();
        foreach (var table in (await session.Query(session.Engine.Columns(), r => (Table: r.GetString(0), Column: r.GetString(1)))).Where(column => column.Column == "tenant"))
            lines.AddRange(await session.Query($"select * from {table.Table} where tenant = $1", r => $"{table.Table}: {string.Join('|', Enumerable.Range(0, r.FieldCount).Where(i => !Secret.Contains(r.GetName(i))).Select(i => r.IsDBNull(i) ? "null" : r.GetValue(i)))}", tenant));
        return string.Join('\n', lines.Select(line => names.Aggregate(line, (text, name) => text.Replace(name.Is, name.Called, StringComparison.Ordinal))).Order(StringComparer.Ordinal));
    }, Ct);

    static readonly string[] Secret = ["secret_hash", "hash"];

    static async Task<IReadOnlyList<string?>> Listed(Desk desk) =>
        [.. (await desk.Do("GET", "/tenants")).GetProperty("tenants").EnumerateArray().Select(tenant => tenant.GetProperty("tenant_key").GetString())];

    static async Task<string> Token(Desk desk, JsonElement app) =>
        (await desk.Reflow.Send(new("POST", "/open-apis/auth/v3/tenant_access_token/internal", new { app_id = app.GetProperty("app_id").GetString(), app_secret = app.GetProperty("app_secret").GetString() })))
            .Json.GetProperty("tenant_access_token").GetString()!;
}
