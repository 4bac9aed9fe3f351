using Reflow.Core;

namespace Reflow.Server.Gateway;

/// <summary>What the newer token endpoints refuse (contracts: platform §1.4). The text is <c>error_description</c>; RFC 6749 §5.2 has a word for each as well.</summary>
static class OAuthErrors
{
    public static readonly Error Missing = new(20001, 400, "The request is missing a required parameter.");
    public static readonly Error SecretWrong = new(20002, 400, "The client secret is invalid.");
    public static readonly Error CodeUnknown = new(20003, 400, "The authorization code is not found. Please note that an authorization code can only be used once.");
    public static readonly Error CodeExpired = new(20004, 400, "The authorization code has expired.");
    public static readonly Error UserGone = new(20008, 400, "The user does not exist.");
    public static readonly Error NotInstalled = new(20009, 400, "The specified app is not installed.");
    public static readonly Error NotAvailable = new(20010, 400, "The user does not have permission to use this app.");
    public static readonly Error OtherApp = new(20024, 400, "The provided authorization code or refresh token does not match the provided client ID.");
    public static readonly Error RefreshUnknown = new(20026, 400, "The refresh token passed is invalid. Please check the value.");
    public static readonly Error GrantType = new(20036, 400, "The specified grant_type is not supported.");
    public static readonly Error RefreshExpired = new(20037, 400, "The refresh token passed has expired. Please generate a new one.");
    public static readonly Error AppUnknown = new(20048, 400, "The specified app does not exist.");
    public static readonly Error Challenge = new(20049, 400, "PKCE code challenge failed.");
    public static readonly Error Broken = new(20050, 500, "An unexpected server error occurred. Please retry your request.");
    public static readonly Error Malformed = new(20063, 400, "The request is malformed. Please check your request.");
    public static readonly Error RefreshRevoked = new(20064, 400, "The refresh token has been revoked. Please note that a refresh token can only be used once.");
    public static readonly Error CodeUsed = new(20065, 400, "The authorization code has been used. Please note that an authorization code can only be used once.");
    public static readonly Error UserStatus = new(20066, 400, "The user status is invalid.");
    public static readonly Error ScopeTwice = new(20067, 400, "The provided scope list contains duplicate scopes. Please ensure all scopes are unique.");
    public static readonly Error ScopeNotGranted = new(20068, 400, "The provided scope list contains scopes that are not permitted. Please ensure all scopes are allowed.");
    public static readonly Error AppOff = new(20069, 400, "The specified app is not enabled.");
    public static readonly Error TwoMethods = new(20070, 400, "Multiple authentication methods were provided. Please only use one to proceed.");
    public static readonly Error RedirectDiffers = new(20071, 400, "The provided redirect URI does not match the one used during authorization.");
    public static readonly Error Busy = new(20072, 503, "The server is temporarily unavailable. Please retry your request.");
    public static readonly Error RefreshUsed = new(20073, 400, "The refresh token has been used. Please note that a refresh token can only be used once.");
    public static readonly Error RefreshingOff = new(20074, 400, "The specified app is not allowed to refresh token.");

    /// <summary>RFC 6749's word for a code.</summary>
    public static string Word(int code) => code switch
    {
        20002 or 20048 or 20070 => "invalid_client",
        20009 or 20010 or 20069 or 20074 => "unauthorized_client",
        20036 => "unsupported_grant_type",
        20067 or 20068 => "invalid_scope",
        20050 => "server_error",
        20072 or 99991400 => "temporarily_unavailable",
        20001 or 20063 => "invalid_request",
        _ => "invalid_grant",
    };
}
