namespace Reflow.Server.Store;

/// <summary>The part of a member that is only read whole: what contact v3 shows beside ids and name (contracts: platform §3.2).</summary>
/// <param name="Nickname">The wire's <c>nickname</c>.</param>
/// <param name="Gender">0 not said, 1 male, 2 female, 3 other.</param>
/// <param name="EnterpriseEmail">The company's address beside the private one.</param>
/// <param name="JobTitle">The wire's <c>job_title</c>.</param>
/// <param name="EmployeeNo">The wire's <c>employee_no</c>.</param>
/// <param name="EmployeeType">1 regular, 2 intern, 3 outsourcing, 4 contractor, 5 consultant; 0 not said.</param>
/// <param name="City">The wire's <c>city</c>.</param>
/// <param name="Country">The wire's <c>country</c>.</param>
/// <param name="WorkStation">The wire's <c>work_station</c>.</param>
/// <param name="JoinTime">Unix seconds; 0 not said.</param>
/// <param name="IsTenantManager">The wire's <c>is_tenant_manager</c>.</param>
/// <param name="IsFrozen">The wire's <c>status.is_frozen</c>.</param>
/// <param name="IsResigned">The wire's <c>status.is_resigned</c>.</param>
/// <param name="AvatarUrl">One picture for all of the wire's sizes.</param>
public sealed record MemberDocument(
    string? Nickname, int Gender, string? EnterpriseEmail, string? JobTitle, string? EmployeeNo, int EmployeeType, string? City, string? Country,
    string? WorkStation, long JoinTime, bool IsTenantManager, bool IsFrozen, bool IsResigned, string? AvatarUrl);
