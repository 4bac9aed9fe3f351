using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Reflow.Core.Directory;
using Reflow.Server.Gateway;

namespace Reflow.Server.Api.Platform;

/// <summary>What scopes mean to the person who is asked for them.</summary>
static partial class ScopeWords
{
    static readonly FrozenDictionary<string, (string Chinese, string English)> Words = new Dictionary<string, (string, string)>
    {
        [RefreshToken.Scope] = ("在你离开后继续访问已授权的数据", "keep access to what you allow while you are away"),
        ["auth:user.id:read"] = ("识别你的身份", "know who you are"),
        ["contact:contact.base:readonly"] = ("读取通讯录基本信息", "read basic information of the directory"),
        ["contact:contact:access_as_app"] = ("以应用身份访问通讯录", "use the directory as the app"),
        ["contact:contact:readonly"] = ("读取通讯录", "read the directory"),
        ["contact:contact:readonly_as_app"] = ("以应用身份读取通讯录", "read the directory as the app"),
        ["contact:department.base:readonly"] = ("读取部门名称", "read the names of departments"),
        ["contact:department.organize:readonly"] = ("读取部门组织架构", "read how departments are organised"),
        ["contact:user.base:readonly"] = ("读取用户的姓名和头像", "read users' names and pictures"),
        ["contact:user.department:readonly"] = ("读取用户所在部门和上级", "read users' departments and leaders"),
        ["contact:user.email:readonly"] = ("读取用户邮箱", "read users' e-mail addresses"),
        ["contact:user.employee:readonly"] = ("读取用户受雇信息", "read how users are employed"),
        ["contact:user.employee_id:readonly"] = ("读取用户 ID", "read users' IDs in your company"),
        ["contact:user.employee_number:read"] = ("读取用户工号", "read users' employee numbers"),
        ["contact:user.gender:readonly"] = ("读取用户性别", "read users' genders"),
        ["contact:user.id:readonly"] = ("通过手机号或邮箱查找用户", "find users by mobile number or e-mail"),
        ["contact:user.phone:readonly"] = ("读取用户手机号", "read users' mobile numbers"),
        ["report:report"] = ("管理汇报", "manage reports"),
        ["report:rule:readonly"] = ("读取汇报规则", "read the rules of reports"),
        ["report:task:readonly"] = ("读取汇报", "read reports"),
        ["task:comment"] = ("读写任务评论", "read and write comments on tasks"),
        ["task:comment:readonly"] = ("读取任务评论", "read comments on tasks"),
        ["task:task"] = ("查看、创建和修改任务", "see, create and change tasks"),
        ["task:task:readonly"] = ("查看任务", "see tasks"),
    }.ToFrozenDictionary();

    /// <summary>All that a user can grant: the scopes of operations that take user tokens, and those that show single fields.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Contract.Operations.Where(operation => operation.Tokens.HasFlag(TokenKinds.User)).SelectMany(operation => operation.Scopes)
            .Concat([RefreshToken.Scope, "auth:user.id:read", Identities.UserIdScope])
            .Concat([.. FieldScopes.UserBase, .. FieldScopes.Email, .. FieldScopes.Phone, .. FieldScopes.Gender, .. FieldScopes.UserDepartment, .. FieldScopes.EmployeeNumber, .. FieldScopes.DepartmentBase])
            .Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>What the scope means; its name where nothing better is known.</summary>
    public static string Of(string scope, bool chinese) => Words.TryGetValue(scope, out var words) ? chinese ? words.Chinese : words.English : scope;

    /// <summary>True for what a scope's name can be.</summary>
    public static bool IsScope(string name) => Name().IsMatch(name);

    [GeneratedRegex(@"^(offline_access|[a-z0-9_]+(:[a-z0-9_.\-]+)+)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Name();
}
