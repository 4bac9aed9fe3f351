using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>
/// How a plugin comes to act as a user without naming them in each call (contracts: project §1.1): <c>auth_code</c>, <c>user_plugin_token</c>, <c>refresh_token</c>.
/// Feishu knows the user of <c>auth_code</c> by a login; Reflow has none and takes whom <c>X-USER-KEY</c> names.
/// </summary>
static class IssueUserTokens
{
    static readonly Error CodeInvalid = new(10210, 403, "Code Is Invalid");

    public static void Serve(Routes routes, Db db, Tokens tokens, Chance chance)
    {
        var grants = new ProjectGrants(db, chance);
        routes.Serve("project.authen.auth_code", call => GiveCode(call, grants, db));
        routes.Serve("project.authen.user_plugin_token", call => Exchange(call, Grant.Code, grants, db, tokens));
        routes.Serve("project.authen.refresh_token", call => Exchange(call, Grant.Refresh, grants, db, tokens));
    }

    // Needs no token: a code is worth nothing without the plugin's own.
    static async ValueTask<Reply> GiveCode(Call call, ProjectGrants grants, Db db)
    {
        var (plugin, state, key) = (call.Body.Word("plugin_id") ?? "", call.Body.Word("state"), ProjectDoor.NamedUser(call));
        if (call.Body.Fault() is { } fault) return fault;
        if (await db.ReadSystem(session => DirectoryStore.TenantOf(session, RouteKind.Plugin, plugin), call.Aborted) is not { } tenant) return Invalid("No plugin has this plugin_id.");
        if (key.Length == 0) return ProjectErrors.UserKeyMissing;
        if (await db.Read(tenant, s => ProjectPeople.ByKey(s, key), call.Aborted) is not { } user) return ProjectErrors.UserKeyWrong;
        if (user.IsGone) return ProjectErrors.UserResigned;
        var code = await grants.Give(tenant, Grant.Code, plugin, user.UserId, call.Now, call.Aborted);
        return Reply.Object(json =>
        {
            json.WriteString("code"u8, code);
            json.WriteString("state"u8, state ?? "");
        });
    }

    static async ValueTask<Reply> Exchange(Call call, Grant kind, ProjectGrants grants, Db db, Tokens tokens)
    {
        var text = call.Body.Word(kind is Grant.Code ? "code" : "refresh_token") ?? "";
        var (grantType, type) = (call.Body.Word("grant_type"), call.Body.Whole("type"));
        if (call.Body.Fault() is { } fault) return fault;
        if (call.Caller.Kind is TokenKinds.PluginUser) return ProjectErrors.TokenNotPermitted;
        if (kind is Grant.Code && grantType is not (null or "authorization_code")) return Invalid("A grant_type is authorization_code.");
        if (kind is Grant.Refresh && type is not (0 or 1)) return Invalid("A type is 1.");
        var (tenant, plugin) = (call.Caller.Tenant, call.Caller.AppId);
        if (await grants.Take(tenant, kind, plugin, text, call.Now, call.Aborted) is not { } userId) return kind is Grant.Code ? CodeInvalid : ProjectErrors.TokenInvalid;
        var (token, secondsLeft) = await tokens.Issue(tenant, TokenKinds.PluginUser, plugin, userId, call.Aborted);
        var refresh = await grants.Give(tenant, Grant.Refresh, plugin, userId, call.Now, call.Aborted);
        var userKey = kind is Grant.Refresh ? null : await db.Read(tenant, s => s.Find("select user_key from member where tenant = $1 and user_id = $2", r => r.GetString(0), userId), call.Aborted);
        return Reply.Object(json =>
        {
            json.WriteString("token"u8, token);
            json.WriteNumber("expire_time"u8, secondsLeft);
            json.WriteString("refresh_token"u8, refresh);
            json.WriteNumber("refresh_token_expire_time"u8, ProjectGrants.RefreshLife / 1000);
            if (userKey is null) return;
            json.WriteString("user_key"u8, userKey);
            json.WriteString("saas_tenant_key"u8, tenant);
        });
    }

    static Error Invalid(string why) => ProjectErrors.InvalidParam("Invalid Param").Because(why);
}
