using System.Text.Json;
using Reflow.Core;
using Reflow.Core.Tasks;
using Reflow.Server.Api.Platform;

namespace Reflow.Server.Gateway;

/// <summary>The open platform's manners: Authorization, token, scopes, rate limit, body; <c>{code, msg, data, error}</c> (contracts: platform §1.5, §2).</summary>
sealed class OpenDoor(Tokens tokens, RateLimits limits) : Door
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
            if (!caller!.AppScopes.AnyOf(operation.Scopes)) return AppScopeMissing(call, operation.Scopes);
            if (!caller.Scopes.AnyOf(operation.Scopes)) return new Refusal(GatewayErrors.UserScopeMissing(operation.Scopes)) { Scopes = operation.Scopes };
            if (await limits.Spend(caller, operation, call.Aborted) is { } limited) return limited;
        }
        var (read, why) = await call.ReadBody();
        return read ? null : Unreadable(why);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json, Call call, in Reply reply) => OpenEnvelope.Write(json, call, reply);

    /// <inheritdoc/>
    public override Refusal Unreadable(string why) => GatewayErrors.BadRequest.Because(why);

    /// <inheritdoc/>
    public override Error Busy(Operation operation) => operation.Family switch
    {
        Family.Tasks => TaskErrors.TooManyRequests(operation.Name),
        _ => GatewayErrors.RateLimited,
    };

    /// <inheritdoc/>
    public override Error Broken(Operation operation) => operation.Family switch
    {
        Family.Tasks => TaskErrors.Failed(operation.Name) ?? GatewayErrors.Internal,
        Family.Flows => new(2320002, 500, "internal error"),
        Family.Platform when operation.Name.StartsWith("contact.", StringComparison.Ordinal) => new(40003, 400, "internal error"),
        Family.Platform when operation.Name.StartsWith("authen.", StringComparison.Ordinal) => AuthenErrors.Broken,
        _ => GatewayErrors.Internal,
    };

    /// <summary>The app holds none of these scopes; the texts name them and where to ask for them.</summary>
    public static Refusal AppScopeMissing(Call call, IReadOnlyList<string> scopes)
    {
        var named = string.Join(", ", scopes);
        var page = OpenEnvelope.AppPage(call, call.Caller.AppId, scopes);
        var message = $"Access denied. One of the following scopes is required: [{named}].应用尚未开通所需的应用身份权限：[{named}]，点击链接申请并开通任一权限即可：{page}";
        return new(GatewayErrors.AppScopeMissing(message)) { Scopes = scopes };
    }

    async ValueTask<(Caller?, Error?)> Identify(Call call)
    {
        var (caller, error) = await Bearer(call);
        // The older authen operations have texts of their own for what their bearer lacks.
        return (caller, error is null ? null : AuthenErrors.OfBearer(call.Operation.Name, error, caller?.Standing ?? Standing.Good));
    }

    async ValueTask<(Caller?, Error?)> Bearer(Call call)
    {
        var header = call.Http.Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return (null, GatewayErrors.MissingToken);
        var token = header["Bearer ".Length..].Trim();
        var accepted = call.Operation.Tokens;
        if (token.StartsWith("t-", StringComparison.Ordinal))
        {
            var caller = await tokens.Find(token, TokenKinds.Tenant, call.Aborted);
            return caller is null || caller.ExpiresAt <= call.Now || !accepted.HasFlag(TokenKinds.Tenant) ? (null, GatewayErrors.BadTenantToken) : (caller, Unfit(caller, GatewayErrors.BadTenantToken));
        }
        if (token.StartsWith("u-", StringComparison.Ordinal) || token.StartsWith("eyJ", StringComparison.Ordinal))
        {
            var caller = await tokens.Find(token, TokenKinds.User, call.Aborted);
            return caller is null ? (null, GatewayErrors.BadUserToken)
                : caller.ExpiresAt <= call.Now ? (null, GatewayErrors.UserTokenExpired)
                : !accepted.HasFlag(TokenKinds.User) ? (null, GatewayErrors.UserTokenNotSupported)
                : (caller, Unfit(caller, GatewayErrors.BadUserToken));
        }
        if (token.StartsWith("a-", StringComparison.Ordinal))
        {
            // Task v1 names this case itself: neither a user nor a tenant, whatever the token is worth (contracts: task §4 step 2).
            if (call.Operation.Family is Family.Tasks) return (null, TaskErrors.WrongTokenKind(call.Operation.Name));
            var caller = await tokens.Find(token, TokenKinds.App, call.Aborted);
            return caller is null || caller.ExpiresAt <= call.Now || !accepted.HasFlag(TokenKinds.App) ? (null, GatewayErrors.BadAppToken) : (caller, Unfit(caller, GatewayErrors.BadAppToken));
        }
        return (null, GatewayErrors.TokenPrefix);
    }

    static Error? Unfit(Caller caller, Error bad) => caller.Standing switch
    {
        Standing.Good => null,
        Standing.AppOff => GatewayErrors.AppOff,
        Standing.AppNotInstalled => GatewayErrors.AppNotInstalled,
        Standing.UserGone or Standing.UserFrozen or Standing.UserResigned or Standing.Revoked => bad,
    };
}
