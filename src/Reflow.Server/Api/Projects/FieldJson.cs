using System.Text.Json;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>Definitions of fields as the wire has them (contracts: project §2.4).</summary>
static class FieldJson
{
    /// <summary>SimpleField, what field/all answers.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="field">The field.</param>
    /// <param name="types">The types that have it.</param>
    /// <param name="isCustom">Whether the space made it.</param>
    public static void Simple(Utf8JsonWriter json, Field field, IEnumerable<string> types, bool isCustom)
    {
        json.WriteStartObject();
        Names(json, field);
        json.WriteBoolean("is_custom_field"u8, isCustom);
        json.WriteBoolean("is_obsoleted"u8, false);
        NodeJson.Write(json, "work_item_scopes", types);
        json.WriteString("value_generate_mode"u8, field.Type is FieldType.Calculated ? "Calculate"u8 : "Default"u8);
        json.WriteString("relation_id"u8, field.Type is FieldType.WorkItemRelatedSelect or FieldType.WorkItemRelatedMultiSelect ? field.Key : "");
        Options(json, field.Options);
        json.WriteStartArray("compound_fields"u8);
        foreach (var below in field.Fields) Simple(json, below, types, isCustom);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>FieldConf, what meta answers.</summary>
    public static void Conf(Utf8JsonWriter json, WorkItemType type, Field field)
    {
        json.WriteStartObject();
        Names(json, field);
        json.WriteNumber("is_required"u8, (int)(field.RequiredIf is not null ? Requirement.Conditional : field.Required ? Requirement.Yes : Requirement.No));
        json.WriteNumber("is_visibility"u8, field.Visible is null ? 1 : 2);
        json.WriteNumber("is_validity"u8, 1);
        json.WriteString("label"u8, "");
        json.WriteStartObject("default_value"u8);
        json.WriteNumber("default_appear"u8, field.ReadOnly ? 2 : field.Visible is null ? 1 : 3);
        json.WritePropertyName("value"u8);
        ProjectJson.Write(json, field.Default);
        json.WriteEndObject();
        Options(json, field.Options);
        json.WriteStartArray("compound_fields"u8);
        foreach (var below in field.Fields) Conf(json, type, below);
        json.WriteEndArray();
        json.WriteObjects("role_assign"u8, field.Type is FieldType.RoleOwners ? type.Roles : [], role =>
        {
            json.WriteString("role"u8, role.Key);
            json.WriteString("name"u8, role.Name);
            json.WriteNumber("default_appear"u8, 1);
            json.WriteNumber("deletable"u8, role.Required ? 2 : 1);
            json.WriteNumber("member_assign"u8, (int)role.Assign);
            NodeJson.Write(json, "members", role.Members);
        });
        json.WriteEndObject();
    }

    static void Names(Utf8JsonWriter json, Field field)
    {
        json.WriteString("field_key"u8, field.Key);
        json.WriteString("field_alias"u8, field.Alias ?? "");
        json.WriteString("field_name"u8, field.Name);
        json.WriteString("field_type_key"u8, field.Type.Wire());
    }

    static void Options(Utf8JsonWriter json, IReadOnlyList<Option> options, string name = "options")
    {
        json.WriteStartArray(name);
        foreach (var option in options)
        {
            json.WriteStartObject();
            json.WriteString("label"u8, option.Label);
            json.WriteString("value"u8, option.Value);
            json.WriteNumber("is_disabled"u8, option.Disabled ? 1 : 2);
            json.WriteNumber("is_visibility"u8, 1);
            Options(json, option.Children, "children");
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
