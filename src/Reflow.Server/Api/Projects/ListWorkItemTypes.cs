using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>GET /open_api/:project_key/work_item/all-types (contracts: project §2.4).</summary>
static class ListWorkItemTypes
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.work_item_type.all", call =>
        new(SpaceCall.Read(call, projects, call.Path("project_key"), (_, space) => new(Reply.Data(json =>
        {
            json.WriteStartArray();
            foreach (var type in space.Project.Types)
            {
                json.WriteStartObject();
                json.WriteString("type_key"u8, type.Key);
                json.WriteString("name"u8, type.Name);
                json.WriteString("api_name"u8, type.ApiName);
                json.WriteNumber("is_disable"u8, type.Disabled ? 1 : 2);
                json.WriteBoolean("enable_model_resource_lib"u8, false);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        })))));
}
