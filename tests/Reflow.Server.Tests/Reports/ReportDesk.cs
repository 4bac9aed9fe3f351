using System.Security.Cryptography;
using System.Text;
using Reflow.Core.Directory;
using Reflow.Core.Reports;
using Reflow.Server.Gateway;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests.Reports;

/// <summary>
/// A tenant whose people report. Three write a 日报 to their leader on the same days: 张三 (who gets nothing), 李四 (who gets a copy of 王五's) and 王五;
/// 赵六 receives them all. Ten seconds lie between two reports; two are of the same second.
/// </summary>
static class ReportDesk
{
    public const string Tenant = "5e9b0c7a11d24f01", OtherTenant = "5e9b0c7a11d24f02";
    public const string App = "cli_00000000000e0001", AppWithoutUserIds = "cli_00000000000e0002", AppWithoutScope = "cli_00000000000e0003", OtherTenantsApp = "cli_00000000000e0004";
    public const long Daily = 6_969_410_005_221_015_580, Weekly = 6_969_410_005_221_015_581, OtherTenantsRule = 6_969_410_005_221_015_582;
    public const long First = 1_622_714_908;
    const string Secret = "ReportDeskSecret", Owner = "desk";

    static readonly string[] Writers = ["zhang3", "li4", "wang5"];
    static readonly Dictionary<string, string> Names = new() { ["zhang3"] = "张三", ["li4"] = "李四", ["wang5"] = "王五", ["zhao6"] = "赵六" };

    /// <summary>All reports, oldest first: 40 by the rule 日报 and 5 by 周报.</summary>
    public static IReadOnlyList<Report> Submitted { get; } = [.. Enumerable.Range(0, 45).Select(Report)];

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Lays the tenant out, once; then posts as <paramref name="app"/>.</summary>
    public static async Task<Request> Query(TestReflow reflow, object? body, string app = App, string parameters = "")
    {
        await Open(reflow);
        return new("POST", Path + parameters, body, await Token(reflow, app));
    }

    /// <summary>Asks for rules.</summary>
    public static async Task<Request> Find(TestReflow reflow, string parameters, string app = App)
    {
        await Open(reflow);
        return new("GET", "/open-apis/report/v1/rules/query" + parameters, null, await Token(reflow, app));
    }

    /// <summary>Removes the views of a rule.</summary>
    public static async Task<Request> Remove(TestReflow reflow, string ruleId, object? body = null, string parameters = "")
    {
        await Open(reflow);
        return new("POST", $"/open-apis/report/v1/rules/{ruleId}/views/remove{parameters}", body, await Token(reflow, App));
    }

    public const string Path = "/open-apis/report/v1/tasks/query";

    /// <summary>A body that asks for everything.</summary>
    public static Dictionary<string, object?> Everything(params (string Name, object? Value)[] other)
    {
        var body = new Dictionary<string, object?> { ["commit_start_time"] = 0, ["commit_end_time"] = 2_000_000_000, ["page_token"] = "", ["page_size"] = 20 };
        foreach (var (name, value) in other) body[name] = value;
        return body;
    }

    public static string OpenId(string userId, string app = App) => Identities.OpenId(Tenant, app, new Actor.User(userId));

    public static string UnionId(string userId) => Identities.UnionId(Tenant, Owner, new Actor.User(userId));

    public static async Task<string> Token(TestReflow reflow, string app)
    {
        var answer = await reflow.Send(new("POST", "/open-apis/auth/v3/tenant_access_token/internal", new { app_id = app, app_secret = Secret }));
        return answer.Ok().Json.GetProperty("tenant_access_token").GetString()!;
    }

    /// <summary>A token by which the app acts for a member.</summary>
    public static async Task<string> UserToken(TestReflow reflow, string userId)
    {
        await Open(reflow);
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(userId))[..25];
        Convert.FromHexString(Tenant).CopyTo(bytes, 0);
        var token = "u-g1" + Base32.Write(bytes);
        await reflow.Db.Change(Tenant, s => s.Execute(
            "insert into token (tenant, hash, kind, issuer, user_id, nonce, issued_at, expires_at) values ($1, $2, 'user', $3, $4, '', 0, $5) on conflict do nothing",
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token))), App, userId, long.MaxValue), Ct);
        return token;
    }

    public static Task<int> Set(TestReflow reflow, ReportSettings settings) => reflow.Db.Change(Tenant, async s =>
    {
        await ReportStore.SetSettings(s, settings);
        return 0;
    }, Ct);

    public static async Task Open(TestReflow reflow)
    {
        if (await reflow.Db.ReadSystem(s => DirectoryStore.TenantOf(s, RouteKind.App, App), Ct) is not null) return;
        await reflow.Db.ChangeSystem(async system =>
        {
            await AddApp(system, Tenant, App, "*");
            await AddApp(system, Tenant, AppWithoutUserIds, "report:task:readonly\",\"report:rule:readonly");
            await AddApp(system, Tenant, AppWithoutScope, "task:task");
            await AddApp(system, OtherTenant, OtherTenantsApp, "*");
            var session = system.For(Tenant);
            foreach (var (userId, name) in Names) await AddMember(session, userId, name);
            await ReportStore.SetRule(session, Rule(Daily, "日报"));
            await ReportStore.SetRule(session, Rule(Weekly, "周报") with { IsDeleted = true });
            await ReportStore.SetRule(session, Rule(Daily + 10, "研发日报 Daily"));
            await ReportStore.SetRule(session, Rule(Daily + 11, "日报") with { CreatedAt = 0 });
            await ReportStore.SetRule(system.For(OtherTenant), Rule(OtherTenantsRule, "日报"));
            foreach (var (userId, rule) in new[] { ("zhao6", Daily), ("li4", Daily), ("zhao6", Daily + 10) })
                await session.Execute("insert into report_view (tenant, rule_id, user_id) values ($1, $2, $3)", rule, userId);
            foreach (var report in Submitted) await ReportStore.Insert(session, report);
            return 0;
        }, Ct);
    }

    static async ValueTask AddApp(SystemSession system, string tenant, string app, string scope)
    {
        await system.Execute("insert into route (kind, name, tenant) values ('app', $1, $2)", app, tenant);
        await system.Execute("insert into app (tenant, app_id, name, secret_hash, owner, scopes) values ($1, $2, 'desk', $3, $4, $5)", tenant, app, Secrets.Hash(Secret), Owner, $"[\"{scope}\"]");
    }

    static async ValueTask AddMember(Session session, string userId, string name)
    {
        var member = new Actor.User(userId);
        await session.Execute("insert into member (tenant, user_id, union_id, name) values ($1, $2, $3, $4)", userId, UnionId(userId), name);
        await session.Execute("insert into identity (tenant, id, app_id, user_id) values ($1, $2, '', $3)", UnionId(userId), userId);
        foreach (var app in new[] { App, AppWithoutUserIds })
            await session.Execute("insert into identity (tenant, id, app_id, user_id) values ($1, $2, $3, $4)", Identities.OpenId(Tenant, app, member), app, userId);
    }

    static Report Report(int i)
    {
        var weekly = i % 9 == 8;
        var from = Writers[i % 3];
        var second = First + (i == 1 ? 0 : i * 10);
        return new(second << 32 | (uint)(i + 1), new(
            weekly ? Weekly : Daily, from, weekly ? "周报" : "日报", Names[from], from == "li4" ? "" : "研发部", ["od-0000000000000000000000000000000a"],
            [new("zhao6", Names["zhao6"])], from == "wang5" ? ["li4"] : []), FilledField.Write([new(Daily + 1, "今日工作", $"第 {i} 件"), new(Daily + 2, "现场照片", "")]));
    }

    static ReportRule Rule(long id, string name) =>
        new(id, name, name, First * 1000, "zhao6", "zhao6", [new(Daily + 1, "今日工作", FieldType.Text), new(Daily + 2, "附件", FieldType.Attachment)],
            new([], ["0"], ["oc_1"]), new(["li4"], ["od-1"], ["oc_2"]), new(["zhao6"], [], ["oc_3"]), [0, 5], [1], ["wang5"], false);
}
