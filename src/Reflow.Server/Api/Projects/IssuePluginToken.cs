using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>POST /open_api/authen/plugin_token (contracts: project §1.1): a plugin's token; type 1 asks for a virtual one, for a plugin in development, which is worth the same here.</summary>
static class IssuePluginToken
{
    static readonly Error CredentialsWrong = ProjectErrors.TokenInvalid with { Http = 400 };

    public static void Serve(Routes routes, Db db, Tokens tokens) => routes.Serve("project.authen.plugin_token", call => Handle(call, db, tokens));

    static async ValueTask<Reply> Handle(Call call, Db db, Tokens tokens)
    {
        var (plugin, secret, type) = (call.Body.Word("plugin_id") ?? "", call.Body.Word("plugin_secret") ?? "", call.Body.Whole("type"));
        if (call.Body.Fault() is { } fault) return fault;
        if (type is not (0 or 1)) return ProjectErrors.InvalidParam("Invalid Param").Because("A type is 0 or 1.");
        var tenant = await db.ReadSystem(session => DirectoryStore.TenantOf(session, RouteKind.Plugin, plugin), call.Aborted);
        var hash = tenant is null ? null : await db.Read(tenant, s => s.Find("select secret_hash from plugin where tenant = $1 and plugin_id = $2", r => r.GetString(0), plugin), call.Aborted);
        if (hash is null || !Secrets.Match(secret, hash)) return CredentialsWrong;
        var (token, secondsLeft) = await tokens.Issue(tenant!, type == 0 ? TokenKinds.Plugin : TokenKinds.Virtual, plugin, userId: null, call.Aborted);
        return Reply.Object(json =>
        {
            json.WriteString("token"u8, token);
            json.WriteNumber("expire_time"u8, secondsLeft);
        });
    }
}
