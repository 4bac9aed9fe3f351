using Reflow.Core;

namespace Reflow.Server.Api.Platform;

/// <summary>What contact v3 refuses (contracts: platform §3.2). Operations spell the same code differently.</summary>
static class ContactErrors
{
    public static readonly Error UserParameter = new(40001, 400, "invalid parameter");
    public static readonly Error DepartmentParameter = new(40001, 400, "param error");
    public static readonly Error DepartmentsParameter = new(40001, 400, "param is invalid");
    public static readonly Error DepartmentNotSeen = new(40004, 403, "no dept authority error");
    public static readonly Error ParentUnknown = new(40008, 400, "dept Info is null error");
    public static readonly Error PageSize = new(40011, 400, "page size is invalid");
    public static readonly Error PageToken = new(40012, 400, "page token is invalid error");
    public static readonly Error DepartmentUnknown = new(40015, 400, "department not exist");
    public static readonly Error UserUnknown = new(41012, 400, "user id invalid error");
    public static readonly Error UserNotSeen = new(41050, 400, "no user authority");
    public static readonly Error TooManyBelow = new(43010, 400, "big dept forbid recursion error");
}
