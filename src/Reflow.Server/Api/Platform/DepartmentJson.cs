using System.Text.Json;
using Reflow.Core.Directory;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Platform;

/// <summary>The department object of contact v3 (contracts: platform §3.2). Both of its ids are always there.</summary>
/// <param name="Department">Which.</param>
/// <param name="Parent">The wire id of the one above it.</param>
sealed record DepartmentJson(Department Department, string Parent)
{
    /// <summary>Reads what the objects need beside the departments.</summary>
    public static async ValueTask<IReadOnlyList<DepartmentJson>> Of(Session session, IEnumerable<Department> departments, DepartmentIds ids)
    {
        var written = new List<DepartmentJson>();
        foreach (var department in departments) written.Add(new(department, await ids.Of(session, department.ParentId)));
        return written;
    }

    /// <summary>Writes the object.</summary>
    public void Write(Utf8JsonWriter json, Caller reader, UserIds ids)
    {
        json.WriteStartObject();
        if (reader.Scopes.AnyOf(FieldScopes.DepartmentBase)) WriteNames(json);
        json.WriteString("department_id"u8, Department.Id);
        json.WriteString("open_department_id"u8, Department.OpenId);
        if (reader.Scopes.AnyOf(FieldScopes.DepartmentTree)) WritePlace(json, ids);
        json.WriteEndObject();
    }

    void WriteNames(Utf8JsonWriter json)
    {
        json.WriteString("name"u8, Department.Name);
        json.WriteStartObject("i18n_name"u8);
        foreach (var (language, name) in Department.I18nName) json.WriteString(language, name);
        json.WriteEndObject();
        json.WriteStartObject("status"u8);
        json.WriteBoolean("is_deleted"u8, false);
        json.WriteEndObject();
    }

    void WritePlace(Utf8JsonWriter json, UserIds ids)
    {
        json.WriteString("parent_department_id"u8, Parent);
        var leader = Department.LeaderId is { } id ? ids.Of(id) : null;
        if (leader is not null) json.WriteString("leader_user_id"u8, leader);
        json.WriteString("order"u8, "0"u8);
        json.WriteStartArray("unit_ids"u8);
        json.WriteEndArray();
        json.WriteNumber("member_count"u8, Department.MemberCount);
        json.WriteStartArray("leaders"u8);
        if (leader is not null)
        {
            // Camel case, unlike everything around it: so it is on the wire.
            json.WriteStartObject();
            json.WriteNumber("leaderType"u8, 1);
            json.WriteString("leaderID"u8, leader);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
