using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>GET /open_api/:project_key/teams/all (contracts: project §2.4).</summary>
static class ListTeams
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.team.all", call =>
        new(SpaceCall.Read(call, projects, call.Path("project_key"), (_, space) => new(Reply.Data(json =>
        {
            json.WriteStartArray();
            foreach (var team in space.Project.Teams)
            {
                json.WriteStartObject();
                json.WriteNumber("team_id"u8, team.Id);
                json.WriteString("team_name"u8, team.Name);
                NodeJson.Write(json, "user_keys", team.Members);
                NodeJson.Write(json, "administrators", team.Administrators);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        })))));
}
