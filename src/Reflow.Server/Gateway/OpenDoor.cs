using System.Text.Json;
using Reflow.Core;
using Reflow.Core.Tasks;

namespace Reflow.Server.Gateway;

/// <summary>The open platform's manners: Authorization, token, scopes, rate limit, body; <c>{code, msg, data, error}</c> (contracts: platform §1.5, §2).</summary>
public sealed class OpenDoor(Tokens tokens, RateLimits limits) : Door
{
    /// <inheritdoc/>
    public override async ValueTask<Refusal?> Admit(Call call)
    {
        var operation = call.Operation;
        if (operation.Tokens is not TokenKinds.None)
        {
            var (caller, error) = await Identify(call);
            if (error is not null) return error;
            call.Caller = caller!;
            if (!caller!.Scopes.AnyOf(operation.Scopes)) return ScopeMissing(call, caller);
            if (limits.Spend(caller, operation) is { } limited) return limited;
        }
        var (read, why) = await call.ReadBody();
        return read ? null : Unreadable(why);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json, Call call, in Reply reply)
    {
        json.WriteStartObject();
        if (reply.Refusal is { } refusal) WriteRefusal(json, call, refusal);
        else
        {
            json.WriteNumber("code"u8, 0);
            json.WriteString("msg"u8, reply.Message);
            if (reply.IsTopLevel) reply.Members!(json);
            else
            {
                json.WritePropertyName("data"u8);
                if (reply.Members is { } data) data(json);
                else
                {
                    json.WriteStartObject();
                    json.WriteEndObject();
                }
            }
        }
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override Refusal Unreadable(string why) => GatewayErrors.BadRequest.Because(why);

    /// <inheritdoc/>
    public override Error Busy(Operation operation) => operation.Family switch
    {
        Family.Tasks => TaskErrors.TooManyRequests(operation.Name),
        Family.Flows or Family.Platform or Family.Reports or Family.Control or Family.Projects => GatewayErrors.RateLimited,
    };

    /// <inheritdoc/>
    public override Error Broken(Operation operation) => operation.Family switch
    {
        Family.Tasks => TaskErrors.Failed(operation.Name),
        Family.Flows => new(2320002, 500, "internal error"),
        Family.Platform or Family.Reports or Family.Control or Family.Projects => GatewayErrors.Internal,
    };

    async ValueTask<(Caller?, Error?)> Identify(Call call)
    {
        var header = call.Http.Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return (null, GatewayErrors.MissingToken);
        var token = header["Bearer ".Length..].Trim();
        var accepted = call.Operation.Tokens;
        if (token.StartsWith("t-", StringComparison.Ordinal))
        {
            var caller = await tokens.Find(token, TokenKinds.Tenant, call.Aborted);
            return caller is null || caller.ExpiresAt <= call.Now || !accepted.HasFlag(TokenKinds.Tenant) ? (null, GatewayErrors.BadTenantToken) : (caller, null);
        }
        if (token.StartsWith("u-", StringComparison.Ordinal) || token.StartsWith("eyJ", StringComparison.Ordinal))
        {
            var caller = await tokens.Find(token, TokenKinds.User, call.Aborted);
            return caller is null ? (null, GatewayErrors.BadUserToken)
                : caller.ExpiresAt <= call.Now ? (null, GatewayErrors.UserTokenExpired)
                : !accepted.HasFlag(TokenKinds.User) ? (null, GatewayErrors.UserTokenNotSupported)
                : (caller, null);
        }
        if (token.StartsWith("a-", StringComparison.Ordinal))
        {
            // Task v1 names this case itself: neither a user nor a tenant, whatever the token is worth (contracts: task §4 step 2).
            if (call.Operation.Family is Family.Tasks) return (null, TaskErrors.WrongTokenKind(call.Operation.Name));
            var caller = await tokens.Find(token, TokenKinds.App, call.Aborted);
            return caller is null || caller.ExpiresAt <= call.Now || !accepted.HasFlag(TokenKinds.App) ? (null, GatewayErrors.BadAppToken) : (caller, null);
        }
        return (null, GatewayErrors.TokenPrefix);
    }

    static Refusal ScopeMissing(Call call, Caller caller)
    {
        var scopes = call.Operation.Scopes;
        var named = string.Join(", ", scopes);
        var page = AppPage(call, caller.AppId, scopes);
        var message = $"Access denied. One of the following scopes is required: [{named}].应用尚未开通所需的应用身份权限：[{named}]，点击链接申请并开通任一权限即可：{page}";
        return new(GatewayErrors.AppScopeMissing(message)) { Scopes = scopes };
    }

    static string AppPage(Call call, string appId, IReadOnlyList<string> scopes) =>
        $"{Origin(call)}/app/{appId}/auth?q={string.Join(',', scopes)}&op_from=openapi&token_type=tenant";

    static string Origin(Call call) => $"{call.Http.Request.Scheme}://{call.Http.Request.Host}";

    static void WriteRefusal(Utf8JsonWriter json, Call call, Refusal refusal)
    {
        var error = refusal.Error;
        json.WriteNumber("code"u8, error.Code);
        json.WriteString("msg"u8, error.Message);
        // The two kinds of refusal that the real gateway answers with empty data: unreadable bodies, and token endpoints with their HTTP 200.
        if (error.Code == GatewayErrors.BadRequest.Code || error.Http == 200)
        {
            json.WriteStartObject("data"u8);
            json.WriteEndObject();
        }
        json.WriteStartObject("error"u8);
        if (error.Reason is { } reason) json.WriteString("message"u8, reason);
        json.WriteString("log_id"u8, call.LogId);
        json.WriteString("logid"u8, call.LogId);
        if (refusal.Scopes is { Count: > 0 } scopes) WriteScopes(json, call, scopes);
        if (refusal.Fields is { Count: > 0 } fields) WriteFields(json, fields);
        json.WriteEndObject();
    }

    static void WriteScopes(Utf8JsonWriter json, Call call, IReadOnlyList<string> scopes)
    {
        json.WriteString("troubleshooter"u8, $"排查建议查看(Troubleshooting suggestions): {Origin(call)}/search?from=openapi&log_id={call.LogId}&code=99991672&method_id={call.Operation.Name}");
        json.WriteStartArray("permission_violations"u8);
        foreach (var scope in scopes)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "action_scope_required"u8);
            json.WriteString("subject"u8, scope);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("helps"u8);
        json.WriteStartObject();
        json.WriteString("url"u8, AppPage(call, call.Caller.AppId, scopes));
        json.WriteString("description"u8, $"Learn more about scopes and how to add them: [{string.Join(", ", scopes)}]");
        json.WriteEndObject();
        json.WriteEndArray();
    }

    static void WriteFields(Utf8JsonWriter json, IReadOnlyList<FieldViolation> fields)
    {
        json.WriteStartArray("field_violations"u8);
        foreach (var field in fields)
        {
            json.WriteStartObject();
            json.WriteString("field"u8, field.Field);
            json.WriteString("value"u8, field.Value);
            json.WriteString("description"u8, field.Description);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
