using System.Text.Json;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>GET /open_api/:project_key/work_item/type/:work_item_type_key (contracts: project §2.4).</summary>
static class GetWorkItemType
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.work_item_type.get", call =>
        new(SpaceCall.ReadType(call, projects, call.Path("work_item_type_key"), ProjectErrors.TypeNotFound, (_, type) => Reply.Data(json => Write(json, type)))));

    static void Write(Utf8JsonWriter json, WorkItemType type)
    {
        json.WriteStartObject();
        json.WriteString("type_key"u8, type.Key);
        json.WriteString("name"u8, type.Name);
        json.WriteString("flow_mode"u8, type.Flow is FlowMode.Node ? "workflow"u8 : "stateflow"u8);
        json.WriteString("api_name"u8, type.ApiName);
        json.WriteString("description"u8, type.Description);
        json.WriteBoolean("is_disabled"u8, type.Disabled);
        json.WriteBoolean("is_pinned"u8, type.Pinned);
        json.WriteBoolean("enable_schedule"u8, type.ScheduleField is not null);
        Field("schedule", type.ScheduleField);
        Field("estimate_point", type.EstimateField);
        Field("actual_work_time", type.ActualTimeField);
        json.WriteObjects("belong_roles"u8, type.BelongRoles, key =>
        {
            json.WriteString("id"u8, key);
            json.WriteString("name"u8, type.RoleOf(key)?.Name ?? key);
            json.WriteString("key"u8, key);
        });
        json.WriteEndObject();

        void Field(string name, string? key)
        {
            json.WriteString($"{name}_field_key", key ?? "");
            json.WriteString($"{name}_field_name", key is null ? "" : type.FieldOf(key, null)?.Name ?? key);
        }
    }
}
