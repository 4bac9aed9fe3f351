namespace Reflow.Core.Directory;

/// <summary>Which scopes show which members of people and departments; a member without its scope is left out (contracts: platform §3.2, §6).</summary>
public static class FieldScopes
{
    static readonly string[] WholeDirectory = ["contact:contact:access_as_app", "contact:contact:readonly", "contact:contact:readonly_as_app"];

    /// <summary>A user's names and picture.</summary>
    public static IReadOnlyList<string> UserBase { get; } = ["contact:user.base:readonly", .. WholeDirectory];

    /// <summary>A user's private address.</summary>
    public static IReadOnlyList<string> Email { get; } = ["contact:user.email:readonly"];

    /// <summary>A user's telephone number.</summary>
    public static IReadOnlyList<string> Phone { get; } = ["contact:user.phone:readonly"];

    /// <summary>A user's gender.</summary>
    public static IReadOnlyList<string> Gender { get; } = ["contact:user.gender:readonly", .. WholeDirectory];

    /// <summary>A user's departments and leader.</summary>
    public static IReadOnlyList<string> UserDepartment { get; } = ["contact:user.department:readonly", .. WholeDirectory];

    /// <summary>How a user is employed: status, place, title, company address.</summary>
    public static IReadOnlyList<string> Employment { get; } = ["contact:user.employee:readonly", .. WholeDirectory];

    /// <summary>A user's employee number.</summary>
    public static IReadOnlyList<string> EmployeeNumber { get; } = ["contact:user.employee_number:read", "contact:user.employee:readonly", .. WholeDirectory];

    /// <summary>A user's company address in <c>user_info</c>, where the wider scopes do not show it.</summary>
    public static IReadOnlyList<string> EmploymentOnly { get; } = ["contact:user.employee:readonly"];

    /// <summary>A department's names and state.</summary>
    public static IReadOnlyList<string> DepartmentBase { get; } = ["contact:department.base:readonly", .. WholeDirectory];

    /// <summary>A department's place in the tree, its leader and its members' number.</summary>
    public static IReadOnlyList<string> DepartmentTree { get; } = ["contact:department.organize:readonly", .. WholeDirectory];
}
