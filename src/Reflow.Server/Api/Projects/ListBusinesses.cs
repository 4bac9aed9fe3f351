using System.Text.Json;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>GET /open_api/:project_key/business/all (contracts: project §2.4): the business lines as a forest.</summary>
static class ListBusinesses
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.business.all", call =>
        new(SpaceCall.Read(call, projects, call.Path("project_key"), (_, space) =>
            new(Reply.Data(json => Write(json, space.Project, space.Project.Businesses, parent: "", level: 1))))));

    static void Write(Utf8JsonWriter json, Project project, IReadOnlyList<Business> businesses, string parent, long level)
    {
        json.WriteStartArray();
        for (var i = 0; i < businesses.Count; i++)
        {
            var business = businesses[i];
            json.WriteStartObject();
            json.WriteString("id"u8, business.Id);
            json.WriteString("name"u8, business.Name);
            json.WriteString("project"u8, project.Key);
            NodeJson.Write(json, "labels", business.Labels);
            json.WriteStartObject("role_owners"u8);
            foreach (var role in business.RoleOwners)
            {
                json.WriteStartObject(role.Role);
                json.WriteString("role"u8, role.Role);
                json.WriteString("name"u8, project.Types.Select(t => t.RoleOf(role.Role)?.Name).FirstOrDefault(n => n is not null) ?? role.Role);
                NodeJson.Write(json, "owners", role.Owners ?? []);
                json.WriteEndObject();
            }
            json.WriteEndObject();
            NodeJson.Write(json, "watchers", business.Watchers);
            json.WriteNumber("order"u8, i + 1);
            NodeJson.Write(json, "super_masters", business.Masters);
            json.WriteString("parent"u8, parent);
            json.WriteBoolean("disabled"u8, business.Disabled);
            json.WriteNumber("level_id"u8, level);
            json.WritePropertyName("children"u8);
            Write(json, project, business.Children, business.Id, level + 1);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
