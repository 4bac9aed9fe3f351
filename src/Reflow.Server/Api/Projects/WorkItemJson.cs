using System.Text.Json;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;

namespace Reflow.Server.Api.Projects;

/// <summary>A work item as the wire has it (contracts: project §2.1 WorkItemInfo).</summary>
static class WorkItemJson
{
    public static void Write(Utf8JsonWriter json, FoundItem found, FieldSelection fields, ItemDetails details)
    {
        var (space, item, flow) = found;
        json.WriteStartObject();
        json.WriteNumber("id"u8, item.Id);
        json.WriteString("name"u8, item.Name);
        json.WriteString("work_item_type_key"u8, item.TypeKey);
        json.WriteString("project_key"u8, item.ProjectKey);
        json.WriteString("simple_name"u8, space.Project.SimpleName);
        json.WriteNumber("template_id"u8, item.TemplateId);
        json.WriteString("template_type"u8, flow?.Template.Name ?? "");
        json.WriteString("pattern"u8, flow is { Template.IsStateFlow: true } ? "State"u8 : "Node"u8);
        json.WriteString("sub_stage"u8, item.Status);
        json.WriteStartArray("current_nodes"u8);
        foreach (var node in item.Nodes)
            if (node.Status is NodeStatus.InProgress && flow?.Find(item, node.Key) is { } conf) Current(json, conf.Key, conf.Name, node.Owners, conf.Milestone);
        if (flow?.Template.StateOf(item.Status) is { } state) Current(json, state.Key, state.Name, [], milestone: false);
        json.WriteEndArray();
        json.WriteString("created_by"u8, item.CreatedBy);
        json.WriteString("updated_by"u8, item.UpdatedBy);
        json.WriteNumber("created_at"u8, item.CreatedAt);
        json.WriteNumber("updated_at"u8, item.UpdatedAt);
        json.WriteString("deleted_by"u8, "");
        json.WriteNumber("deleted_at"u8, 0);
        json.WriteStartArray("fields"u8);
        Fields(json, found, fields);
        json.WriteEndArray();
        Status(json, found);
        json.WriteStartArray("state_times"u8);
        foreach (var node in item.Nodes)
            if (node.BeganAt is { } began && flow?.NodeOf(node.Key) is { } conf) Time(json, conf.Key, conf.Name, began, node.FinishedAt ?? 0);
        foreach (var passed in flow?.Template.States ?? [])
            if (StateJson.Times(item, passed.Key) is ({ } from, var to)) Time(json, passed.Key, passed.Name, from, to ?? 0);
        json.WriteEndArray();
        details.Write(json, found);
        json.WriteEndObject();
    }

    static void Current(Utf8JsonWriter json, string key, string name, IReadOnlyList<string> owners, bool milestone)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, key);
        json.WriteString("name"u8, name);
        NodeJson.Write(json, "owners", owners);
        json.WriteBoolean("milestone"u8, milestone);
        json.WriteEndObject();
    }

    /// <summary>The fields of an item, its own and those that every item has.</summary>
    public static void Fields(Utf8JsonWriter json, FoundItem found, FieldSelection fields)
    {
        var (_, item, flow) = found;
        foreach (var field in flow?.Type.Fields ?? [])
            if (fields.Has(field.Key, field.Alias)) NodeJson.Write(json, field, item.Fields.GetValueOrDefault(field.Key));
        if (flow is not null && fields.Has("role_owners"))
            Pseudo("role_owners", () =>
            {
                json.WriteStartArray();
                foreach (var role in flow.Type.Roles) NodeJson.Write(json, flow, role.Key, item.OwnersOf(role.Key));
                json.WriteEndArray();
            });
        if (fields.Has("aborted"))
            Pseudo("aborted", () =>
            {
                json.WriteStartObject();
                json.WriteBoolean("is_aborted"u8, item.Aborted is not null);
                json.WriteString("reason"u8, item.Aborted?.Reason ?? "");
                json.WriteEndObject();
            });
        if (fields.Has("owner")) Pseudo("owner", () => json.WriteStringValue(item.CreatedBy));
        if (fields.Has("template")) Pseudo("template", () => json.WriteNumberValue(item.TemplateId));
        if (fields.Has("start_time")) Pseudo("start_time", () => json.WriteNumberValue(item.CreatedAt));
        if (fields.Has("finish_time")) Pseudo("finish_time", () => json.WriteNumberValue(item.FinishedAt ?? 0));
        if (fields.Has("current_status_operator"))
            Pseudo("current_status_operator", () =>
            {
                json.WriteStartArray();
                foreach (var owner in item.Nodes.Where(n => n.Status is NodeStatus.InProgress).SelectMany(n => n.Owners).Distinct()) json.WriteStringValue(owner);
                json.WriteEndArray();
            });

        void Pseudo(string key, Action value)
        {
            json.WriteStartObject();
            json.WriteString("field_key"u8, key);
            json.WriteString("field_alias"u8, "");
            json.WriteString("field_type_key"u8, key);
            json.WritePropertyName("field_value"u8);
            value();
            json.WriteEndObject();
        }
    }

    // State keys of the status are the type's, not those of nodes, though they may look alike.
    static void Status(Utf8JsonWriter json, FoundItem found)
    {
        var (_, item, flow) = found;
        json.WriteStartObject("work_item_status"u8);
        if (item.Statuses.Count > 0) One(item.Statuses[^1]);
        json.WriteObjects("history"u8, item.Statuses.SkipLast(1), change =>
        {
            One(change);
        });
        json.WriteEndObject();

        void One(StatusChange change)
        {
            json.WriteString("state_key"u8, change.Key);
            json.WriteBoolean("is_archived_state"u8, flow?.Template.StateOf(change.Key) is { } state ? state.Kind is StateKind.Archived : flow?.Type.Statuses.FirstOrDefault(s => s.Key == change.Key)?.Archived ?? false);
            json.WriteBoolean("is_init_state"u8, flow?.Template.StateOf(change.Key) is { } kind ? kind.Kind is StateKind.Start : flow?.Type.Statuses.FirstOrDefault()?.Key == change.Key);
            json.WriteNumber("updated_at"u8, change.At);
            json.WriteString("updated_by"u8, change.By);
        }
    }

    static void Time(Utf8JsonWriter json, string key, string name, long start, long end)
    {
        json.WriteStartObject();
        json.WriteString("state_key"u8, key);
        json.WriteString("name"u8, name);
        json.WriteNumber("start_time"u8, start);
        json.WriteNumber("end_time"u8, end);
        json.WriteEndObject();
    }
}
