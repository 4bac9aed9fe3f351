using System.Text.Json;
using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Server.Store;

namespace Reflow.Server.Gateway;

/// <summary>
/// Feishu Project's manners (contracts: project §1.2, §1.5, §3.3 steps 1–3): the body's JSON, <c>X-PLUGIN-TOKEN</c>, <c>X-USER-KEY</c>, the rate limit per
/// token, <c>X-IDEM-UUID</c>. Which space is meant, and whether the caller may be there, the operation asks itself: some paths do not name it.
/// </summary>
sealed class ProjectDoor(Tokens tokens, RateLimits limits, ProjectCallers callers, ProjectStore projects) : Door
{
    const string TokenHeader = "X-PLUGIN-TOKEN", UserHeader = "X-USER-KEY", IdempotencyHeader = "X-IDEM-UUID";

    static readonly Error Internal = new(50006, 500, "RPC Call Error") { Detail = "openapi system err, please try again later" };

    public override async ValueTask<Refusal?> Admit(Call call)
    {
        var (read, why) = await call.ReadBody();
        if (!read || call.Body.Refusal is not null) return Unreadable(why);
        if (call.Operation.Tokens is TokenKinds.None) return null;
        var (caller, error) = await Identify(call);
        if (error is not null) return error;
        call.Caller = caller!;
        var token = call.Http.Request.Headers[TokenHeader].ToString();
        // The limit is a token's, not a plugin's.
        if (await limits.Spend(caller! with { AppId = token }, call.Operation, call.Aborted) is { } limited) return limited with { Error = ProjectErrors.TooManyRequests };
        if (call.Operation.Method is "GET" || call.Http.Request.Headers[IdempotencyHeader].ToString() is not { Length: > 0 } uuid) return null;
        if (await projects.First(caller!.Tenant, Secrets.Hash(token), call.Operation.Name, uuid, call.Now, call.Aborted)) return null;
        return ProjectErrors.Duplicate;
    }

    public override void Write(Utf8JsonWriter json, Call call, in Reply reply) => ProjectEnvelope.Write(json, call, reply);

    public override Refusal Unreadable(string why) => ProjectErrors.InvalidJson.Because(why);

    public override Error Busy(Operation operation) => ProjectErrors.TooManyRequests;

    public override Error Broken(Operation operation) => Internal;

    /// <summary>The user key that an admitted call acts for.</summary>
    public static string UserKey(Call call) => call.Caller.UserKey;

    /// <summary>The user key that a call names, admitted or not; empty when it names none.</summary>
    public static string NamedUser(Call call) => call.Http.Request.Headers[UserHeader].ToString();

    async ValueTask<(Caller?, Error?)> Identify(Call call)
    {
        var headers = call.Http.Request.Headers;
        if (headers[TokenHeader].ToString() is not { Length: > 0 } token) return (null, ProjectErrors.TokenMissing);
        if (await tokens.Find(token, KindOf(token), call.Aborted) is not { } caller) return (null, ProjectErrors.TokenInvalid);
        if (caller.ExpiresAt <= call.Now) return (null, ProjectErrors.TokenExpired);
        // A user's token says whom it stands for; the header counts for nothing then.
        var key = NamedUser(call);
        if (caller.UserId is null && key.Length == 0) return NeedsUser(call.Operation) ? (null, ProjectErrors.UserKeyMissing) : (caller, null);
        var user = await callers.Find(caller.Tenant, caller.UserId, key, call.Aborted);
        if (user is null) return (null, caller.UserId is null ? ProjectErrors.UserKeyWrong : ProjectErrors.TokenInvalid);
        return user.IsGone ? (null, ProjectErrors.UserResigned) : (caller with { UserId = user.UserId, UserKey = user.Key }, null);
    }

    static TokenKinds KindOf(string token) => token.StartsWith("u-", StringComparison.Ordinal) ? TokenKinds.PluginUser
        : token.StartsWith("v-", StringComparison.Ordinal) ? TokenKinds.Virtual
        : TokenKinds.Plugin;

    // Whoever looks people up or exchanges tokens acts for nobody yet (contracts: project §1.1, §1.2).
    static bool NeedsUser(Operation operation) => operation.Name is not ("project.user.query" or "project.authen.user_plugin_token" or "project.authen.refresh_token");
}
