using Reflow.Core;
using Reflow.Core.Directory;
using Reflow.Server.Gateway;

namespace Reflow.Server.Api.Platform;

/// <summary>What the older <c>authen/v1</c> operations refuse, with HTTP 200 (contracts: platform §1.4).</summary>
static class AuthenErrors
{
    public static readonly Error Missing = new(20001, 200, "Invalid request. Please check request param");
    public static readonly Error Broken = new(20050, 500, "System error");
    public static readonly Error GrantType = new(20036, 200, "The grant_type passed is not supported");

    static readonly Error CodeInvalid = new(20003, 200, "The code passed is invalid. Please note that the code could only be used once");
    static readonly Error CodeExpired = new(20004, 200, "The code passed has expired. Please generate a new one");
    static readonly Error UserTokenInvalid = new(20005, 200, "The user access token passed is invalid. Please check the value");
    static readonly Error Failed = new(20007, 200, "Failed to generate a user access token. Please try again");
    static readonly Error UserGone = new(20008, 200, "User not exist");
    static readonly Error NotInstalled = new(20009, 200, "Tenant does not install app");
    static readonly Error TenantTokenInvalid = new(20013, 200, "The tenant access token passed is invalid. Please check the value");
    static readonly Error AppTokenInvalid = new(20014, 200, "The app access token passed is invalid. Please check the value");
    static readonly Error UserResigned = new(20021, 200, "User resigned");
    static readonly Error UserFrozen = new(20022, 200, "User frozen");
    static readonly Error OtherApp = new(20024, 200, "App id in user_access_token or refresh_token diff with app id in app_access_token or tenant_access_token. Please keep the app id consistent");
    static readonly Error RefreshInvalid = new(20026, 200, "The refresh token passed is invalid. Please check the value");
    static readonly Error RefreshExpired = new(20037, 200, "The refresh token passed has expired. Please generate a new one");
    static readonly Error AppOff = new(20042, 200, "App disabled");

    /// <summary>What a bearer that does not do is called in this operation: of its own where it has a code for it, otherwise as everywhere.</summary>
    public static Error OfBearer(string operation, Error error, Standing standing) => operation switch
    {
        "authen.v1.user_info.get" => standing switch
        {
            Standing.UserGone => UserGone,
            Standing.UserFrozen => UserFrozen,
            Standing.UserResigned => UserResigned,
            Standing.Revoked => UserTokenInvalid,
            Standing.AppOff or Standing.AppNotInstalled => error,
            Standing.Good => error == GatewayErrors.BadUserToken || error == GatewayErrors.UserTokenExpired ? UserTokenInvalid : error,
        },
        "authen.v1.oidc_access_token.create" or "authen.v1.oidc_refresh_access_token.create" =>
            error == GatewayErrors.BadTenantToken ? TenantTokenInvalid : error == GatewayErrors.BadAppToken ? AppTokenInvalid : error == GatewayErrors.AppOff ? AppOff : error,
        _ => error,
    };

    /// <summary>Why there is no token, in the words of the two <c>oidc</c> operations.</summary>
    public static Error OfOidc(GrantFault fault) => fault switch
    {
        GrantFault.CodeUnknown or GrantFault.CodeUsed or GrantFault.RedirectDiffers or GrantFault.ChallengeFailed => CodeInvalid,
        GrantFault.CodeExpired => CodeExpired,
        GrantFault.RefreshUnknown or GrantFault.RefreshUsed or GrantFault.RefreshRevoked or GrantFault.RefreshingOff => RefreshInvalid,
        GrantFault.RefreshExpired => RefreshExpired,
        GrantFault.OtherApp => OtherApp,
        GrantFault.UserGone => UserGone,
        GrantFault.UserFrozen => UserFrozen,
        GrantFault.UserResigned => UserResigned,
        GrantFault.AppOff or GrantFault.AppNotInstalled or GrantFault.AppNotAvailable => AppOff,
        GrantFault.ScopeTwice or GrantFault.ScopeNotGranted => Missing,
    };

    /// <summary>Why there is no token, in the words of the two oldest operations, which tell least.</summary>
    public static Error OfLegacy(GrantFault fault) => fault switch
    {
        GrantFault.CodeUnknown or GrantFault.CodeUsed or GrantFault.RedirectDiffers or GrantFault.ChallengeFailed or GrantFault.CodeExpired
            or GrantFault.RefreshUnknown or GrantFault.RefreshUsed or GrantFault.RefreshRevoked or GrantFault.RefreshingOff or GrantFault.RefreshExpired => Failed,
        GrantFault.OtherApp => OtherApp,
        GrantFault.UserGone => UserGone,
        GrantFault.UserFrozen => UserFrozen,
        GrantFault.UserResigned => UserResigned,
        GrantFault.AppOff or GrantFault.AppNotInstalled or GrantFault.AppNotAvailable => NotInstalled,
        GrantFault.ScopeTwice or GrantFault.ScopeNotGranted => Missing,
    };
}
