using System.Text.Json;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;

namespace Reflow.Server.Api.Projects;

/// <summary>A template as the wire has it (contracts: project §2.4 TemplateDetail, WorkflowConf).</summary>
static class TemplateJson
{
    public static void Write(Utf8JsonWriter json, WorkItemType type, Template template)
    {
        json.WriteStartObject();
        json.WriteNumber("template_id"u8, template.Id);
        json.WriteString("template_name"u8, template.Name);
        json.WriteNumber("version"u8, template.Version);
        json.WriteNumber("is_disabled"u8, template.Disabled ? 1 : 2);
        json.WriteStartArray("workflow_confs"u8);
        foreach (var node in template.Nodes) Node(json, type, template, node);
        json.WriteEndArray();
        json.WriteStartArray("state_flow_confs"u8);
        foreach (var state in template.States) State(json, state);
        json.WriteEndArray();
        json.WriteStartArray("connections"u8);
        foreach (var connection in template.Connections) Way(json, connection.From, connection.To, 0);
        foreach (var way in template.Transitions) Way(json, way.From, way.To, way.Id);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Way(Utf8JsonWriter json, string from, string to, long transition)
    {
        json.WriteStartObject();
        json.WriteString("source_state_key"u8, from);
        json.WriteString("target_state_key"u8, to);
        json.WriteNumber("transition_id"u8, transition);
        json.WriteEndObject();
    }

    static void State(Utf8JsonWriter json, TemplateState state)
    {
        json.WriteStartObject();
        json.WriteString("state_key"u8, state.Key);
        json.WriteString("name"u8, state.Name);
        json.WriteNumber("state_type"u8, (int)state.Kind);
        NodeJson.Write(json, "authorized_roles", state.AuthorizedRoles);
        json.WriteObjects("confirm_form_list"u8, state.Form, line =>
        {
            json.WriteString("state_key"u8, line.Key);
            json.WriteNumber("action"u8, 0);
        });
        json.WriteNumber("action"u8, 0);
        json.WriteEndObject();
    }

    static void Node(Utf8JsonWriter json, WorkItemType type, Template template, TemplateNode node)
    {
        json.WriteStartObject();
        json.WriteString("state_key"u8, node.Key);
        json.WriteString("name"u8, node.Name);
        NodeJson.Write(json, "tags", []);
        NodeJson.Write(json, "pre_node_state_key", template.Connections.Where(c => c.To == node.Key).Select(c => c.From));
        json.WriteNumber("owner_usage_mode"u8, (int)node.OwnerUsage);
        NodeJson.Write(json, "owner_roles", node.OwnerRoles);
        NodeJson.Write(json, "owners", node.Owners);
        json.WriteBoolean("need_schedule"u8, node.NeedSchedule);
        json.WriteBoolean("different_schedule"u8, node.DifferentSchedule);
        json.WriteNumber("visibility_usage_mode"u8, node.Visible is null ? 1 : 2);
        json.WriteString("completion_tips"u8, "");
        json.WriteBoolean("deletable"u8, false);
        NodeJson.Write(json, "deletable_operation_role", []);
        json.WriteNumber("pass_mode"u8, (int)node.PassMode);
        json.WriteBoolean("is_limit_node"u8, false);
        NodeJson.Write(json, "done_operation_role", node.DoneOperationRoles);
        json.WriteBoolean("done_schedule"u8, node.DoneSchedule);
        json.WriteBoolean("done_allocate_owner"u8, node.DoneAllocateOwner);
        json.WriteBoolean("done_actual_point"u8, node.DoneActualPoint);
        json.WriteBoolean("done_finish_time"u8, node.DoneFinishTime);
        json.WriteBoolean("is_milestone"u8, node.Milestone);
        json.WriteString("belong_status"u8, node.BelongStatus ?? "");
        json.WriteObjects("task_confs"u8, node.Tasks, task =>
        {
            json.WriteString("id"u8, task.Id);
            json.WriteString("name"u8, task.Name);
            json.WriteString("deliverable_field_id"u8, task.DeliverableField ?? "");
            json.WriteNumber("pass_mode"u8, (int)task.PassMode);
            json.WriteNumber("node_pass_required_mode"u8, task.Blocking ? 1 : 2);
            json.WriteNumber("action"u8, 0);
        });
        json.WriteStartArray("fields"u8);
        foreach (var line in node.Form)
            if (line is FormItem.OfField && type.FieldOf(line.Key, null) is { } field) Line(json, field, line);
        json.WriteEndArray();
        json.WriteNumber("action"u8, 0);
        json.WriteEndObject();
    }

    static void Line(Utf8JsonWriter json, Field field, FormItem line)
    {
        json.WriteStartObject();
        json.WriteString("field_key"u8, field.Key);
        json.WriteString("field_alias"u8, field.Alias ?? "");
        json.WriteString("field_name"u8, field.Name);
        json.WriteString("field_type_key"u8, field.Type.Wire());
        json.WriteNumber("is_required"u8, (int)line.Required);
        json.WriteNumber("is_visibility"u8, line.Visible is null ? 1 : 2);
        json.WriteEndObject();
    }
}
