using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>
/// POST /open_api/projects (contracts: project §2.5): the keys, and nothing but the keys, of the spaces that a user works in and the plugin is installed in.
/// </summary>
static class ListSpaces
{
    public static void Serve(Routes routes, ProjectStore projects, ProjectCatalog catalog) => routes.Serve("project.space.list", async call =>
    {
        var user = call.Body.Word("user_key") ?? ProjectDoor.UserKey(call);
        IReadOnlyList<string> order = call.Body.Says("order") ? call.Body.Texts("order", 10) : [];
        if (call.Body.Fault() is { } fault) return fault;
        return await projects.Read<Reply>(call.Caller.Tenant, async session =>
        {
            if (await ProjectPeople.ByKey(session, user) is not { } member) return ProjectErrors.UserNotFound.Because($"Nobody has the user key {user}.");
            if (member.IsGone) return ProjectErrors.UserResigned;
            var keys = (await catalog.Installed(session, call.Caller.Spaces)).Where(s => s.Project.Has(user)).Select(s => s.Project.Key);
            // Reflow keeps no visits: the one order that there is can only be turned round.
            if (order.Contains("-last_visited")) keys = keys.Reverse();
            return Reply.Data(json =>
            {
                json.WriteStartArray();
                foreach (var key in keys) json.WriteStringValue(key);
                json.WriteEndArray();
            });
        }, call.Aborted);
    });
}
