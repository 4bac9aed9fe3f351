using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>POST /open_api/projects/detail (contracts: project §2.5): spaces by key or simple name, as an object by key; those that the caller may not see are left out.</summary>
static class GetSpaces
{
    const int Most = 100;

    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.space.detail", async call =>
    {
        IReadOnlyList<string> keys = call.Body.Says("project_keys") ? call.Body.Texts("project_keys", 10_000) : [];
        IReadOnlyList<string> names = call.Body.Says("simple_names") ? call.Body.Texts("simple_names", 10_000) : [];
        if (call.Body.Fault() is { } fault) return fault;
        if (keys.Count + names.Count > Most) return ProjectErrors.TooManySpaces;
        return await projects.Read<Reply>(call.Caller.Tenant, async session =>
        {
            List<Project> found = [];
            foreach (var name in keys.Concat(names).Distinct())
                if (await ItemCall.Space(session, projects, call, name) is { Error: null, Space: { } space } && !found.Contains(space.Project)) found.Add(space.Project);
            return Reply.Object(json =>
            {
                foreach (var project in found)
                {
                    json.WriteStartObject(project.Key);
                    json.WriteString("project_key"u8, project.Key);
                    json.WriteString("name"u8, project.Name);
                    json.WriteString("simple_name"u8, project.SimpleName);
                    NodeJson.Write(json, "administrators", project.Administrators);
                    json.WriteEndObject();
                }
            });
        }, call.Aborted);
    });
}
