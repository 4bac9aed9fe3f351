using System.Text.Json;
using Reflow.Core.Directory;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Platform;

/// <summary>The user object of contact v3 (contracts: platform §3.2). A member without its field scope is left out, and so is one that the workspace does not say.</summary>
/// <param name="Member">Who.</param>
/// <param name="Departments">The wire ids of their departments.</param>
sealed record UserJson(Member Member, IReadOnlyList<string> Departments)
{
    /// <summary>Reads what the object needs beside the member.</summary>
    public static async ValueTask<UserJson> Of(Session session, Member member, DepartmentIds departments)
    {
        var ids = new List<string>(member.DepartmentIds.Count);
        foreach (var id in member.DepartmentIds) ids.Add(await departments.Of(session, id));
        return new(member, ids);
    }

    /// <summary>As <see cref="Of(Session, Member, DepartmentIds)"/>, for several.</summary>
    public static async ValueTask<IReadOnlyList<UserJson>> Of(Session session, IEnumerable<Member> members, DepartmentIds departments)
    {
        var users = new List<UserJson>();
        foreach (var member in members) users.Add(await Of(session, member, departments));
        return users;
    }

    /// <summary>Writes the object.</summary>
    public void Write(Utf8JsonWriter json, Caller reader, UserIds ids)
    {
        var (scopes, details, actor) = (reader.Scopes, Member.Details, new Actor.User(Member.UserId));
        json.WriteStartObject();
        json.WriteString("union_id"u8, Identities.UnionId(reader.Tenant, reader.Owner, actor));
        if (scopes.Has(Identities.UserIdScope)) json.WriteString("user_id"u8, Member.UserId);
        json.WriteString("open_id"u8, Identities.OpenId(reader.Tenant, reader.AppId, actor));
        if (scopes.AnyOf(FieldScopes.UserBase)) WriteNames(json);
        if (scopes.AnyOf(FieldScopes.Email)) WriteSaid(json, "email", Member.Email);
        if (scopes.AnyOf(FieldScopes.Phone)) WriteSaid(json, "mobile", Member.Mobile);
        json.WriteBoolean("mobile_visible"u8, true);
        if (scopes.AnyOf(FieldScopes.Gender)) json.WriteNumber("gender"u8, details.Gender);
        if (scopes.AnyOf(FieldScopes.UserDepartment)) WriteDepartments(json, ids);
        if (scopes.AnyOf(FieldScopes.Employment)) WriteEmployment(json);
        if (scopes.AnyOf(FieldScopes.EmployeeNumber)) WriteSaid(json, "employee_no", details.EmployeeNo);
        json.WriteEndObject();
    }

    /// <summary>Writes <c>status</c>.</summary>
    public static void WriteStatus(Utf8JsonWriter json, MemberDocument details)
    {
        json.WriteStartObject("status"u8);
        json.WriteBoolean("is_frozen"u8, details.IsFrozen);
        json.WriteBoolean("is_resigned"u8, details.IsResigned);
        json.WriteBoolean("is_activated"u8, !details.IsFrozen && !details.IsResigned);
        json.WriteBoolean("is_exited"u8, false);
        json.WriteBoolean("is_unjoin"u8, false);
        json.WriteEndObject();
    }

    void WriteNames(Utf8JsonWriter json)
    {
        json.WriteString("name"u8, Member.Name);
        json.WriteString("en_name"u8, Member.EnName);
        json.WriteString("nickname"u8, Member.Details.Nickname ?? "");
        json.WriteStartObject("avatar"u8);
        foreach (var size in (ReadOnlySpan<string>)["avatar_72", "avatar_240", "avatar_640", "avatar_origin"]) json.WriteString(size, Member.Details.AvatarUrl ?? "");
        json.WriteEndObject();
    }

    void WriteDepartments(Utf8JsonWriter json, UserIds ids)
    {
        json.WriteStartArray("department_ids"u8);
        foreach (var id in Departments) json.WriteStringValue(id);
        json.WriteEndArray();
        if (Member.LeaderId is { } leader) WriteSaid(json, "leader_user_id", ids.Of(leader));
        json.WriteStartArray("orders"u8);
        for (var i = 0; i < Departments.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("department_id"u8, Departments[i]);
            json.WriteNumber("user_order"u8, 0);
            // The larger stands further in front.
            json.WriteNumber("department_order"u8, Departments.Count - i);
            json.WriteBoolean("is_primary_dept"u8, i == 0);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    void WriteEmployment(Utf8JsonWriter json)
    {
        var details = Member.Details;
        WriteStatus(json, details);
        WriteSaid(json, "city", details.City);
        WriteSaid(json, "country", details.Country);
        WriteSaid(json, "work_station", details.WorkStation);
        if (details.JoinTime > 0) json.WriteNumber("join_time"u8, details.JoinTime);
        json.WriteBoolean("is_tenant_manager"u8, details.IsTenantManager);
        if (details.EmployeeType > 0) json.WriteNumber("employee_type"u8, details.EmployeeType);
        json.WriteStartArray("custom_attrs"u8);
        json.WriteEndArray();
        WriteSaid(json, "enterprise_email", details.EnterpriseEmail);
        WriteSaid(json, "job_title", details.JobTitle);
    }

    static void WriteSaid(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null) json.WriteString(name, value);
    }
}
