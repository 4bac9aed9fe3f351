using Reflow.Core;
using Reflow.Core.Directory;

namespace Reflow.Server.Gateway;

/// <summary>What the open platform's gateway refuses before an operation runs (contracts: platform §1.5, §2.4). Texts are the wire's.</summary>
static class GatewayErrors
{
    /// <summary>The code of a scope that the app lacks: of the operation, or of the kind of id that the request uses.</summary>
    public const int FieldScopeCode = 99991672;

    /// <summary>The code of a scope that the user has not granted.</summary>
    public const int UserScopeCode = 99991679;

    const string Attach = "Invalid access token for authorization. Please make a request with token attached.";

    public static readonly Error MissingToken = new(99991661, 400, "Missing access token for authorization. Please make a request with token attached.");
    public static readonly Error TokenPrefix = new(99991671, 400, "Invalid token: must start with t-/u-");
    public static readonly Error BadTenantToken = new(99991663, 400, Attach);
    public static readonly Error BadAppToken = new(99991664, 400, "invalid app token");
    public static readonly Error BadUserToken = new(99991668, 400, Attach);
    public static readonly Error UserTokenNotSupported = new(99991668, 400, "user access token not support");
    public static readonly Error UserTokenExpired = new(99991677, 400, "token expire");
    public static readonly Error AppOff = new(99991662, 400, "app not in use");
    public static readonly Error AppNotInstalled = new(99991673, 400, "unauthorized app");
    public static readonly Error RateLimited = new(99991400, 429, "request trigger frequency limit");
    public static readonly Error BadRequest = new(9499, 400, "Bad Request");
    public static readonly Error FieldValidation = new(99992402, 400, "field validation failed");

    /// <summary>The app has none of the scopes that would do.</summary>
    public static Error AppScopeMissing(string message) => new(FieldScopeCode, 400, message);

    /// <summary>The request names people by <c>user_id</c>, which the app may not see (contracts: platform §1.5).</summary>
    public static Error UserIdScopeMissing(string appId) => AppScopeMissing(
        $"Access denied. One of the following scopes is required: [{Identities.UserIdScope}].应用尚未开通所需的应用身份权限：[{Identities.UserIdScope}]，点击链接申请并开通任一权限即可：/app/{appId}/auth?q={Identities.UserIdScope}&op_from=openapi&token_type=tenant");

    /// <summary>The user has granted the app none of the scopes that would do.</summary>
    public static Error UserScopeMissing(IReadOnlyList<string> scopes) =>
        new(UserScopeCode, 400, $"Unauthorized. You do not have permission to perform the requested operation on the resource. Please request user re-authorization and try again. required one of these privileges: [{string.Join(", ", scopes)}]");

    /// <summary>A JSON value of the wrong type (contracts: task §0.4).</summary>
    public static Error WrongType(string path, string raw) =>
        new(9499, 400, $"Invalid parameter type in json: {path}. Invalid parameter value: {raw}. Please check and modify accordingly.");

    /// <summary>Ids of a kind that name nobody.</summary>
    public static Error UnknownOpenIds(IEnumerable<string> ids) => new(99992351, 400, $"these open ids not existed: [{string.Join(' ', ids)}]");

    /// <inheritdoc cref="UnknownOpenIds"/>
    public static Error UnknownUserIds(IEnumerable<string> ids) => new(99992360, 400, $"these ids not existed: [{string.Join(' ', ids)}]");

    /// <inheritdoc cref="UnknownOpenIds"/>
    public static Error UnknownUnionIds(IEnumerable<string> ids) => new(99992364, 400, $"these ids not existed: [{string.Join(' ', ids)}]");

    /// <summary>Ids of a kind that name no department.</summary>
    public static Error UnknownOpenDepartmentIds(IEnumerable<string> ids) => new(99992357, 400, $"these open_department ids not existed: [{string.Join(' ', ids)}]");

    /// <inheritdoc cref="UnknownOpenDepartmentIds"/>
    public static Error UnknownDepartmentIds(IEnumerable<string> ids) => new(99992380, 400, $"these ids not existed: [{string.Join(' ', ids)}]");

    /// <summary>An open_id that another app knows its user by.</summary>
    public static readonly Error OpenIdOfAnotherApp = new(99992361, 400, "open_id cross app");

    /// <summary>The store failed and the family has no code of its own for that.</summary>
    public static readonly Error Internal = new(2200, 500, "internal error");
}
