using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>POST /open_api/user/search (contracts: project §2.5): people whose name or address has a text in it; those of one space when it is named.</summary>
static class SearchUsers
{
    const int Most = 50, LongestQuery = 200;

    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.user.search", async call =>
    {
        var (query, key) = (call.Body.Word("query")?.Trim() ?? "", call.Body.Word("project_key"));
        if (call.Body.Fault() is { } fault) return fault;
        if (query.Length is 0 or > LongestQuery) return ProjectErrors.InvalidParam("Invalid Param").Because($"A query has 1 to {LongestQuery} characters.");
        return await projects.Read<Reply>(call.Caller.Tenant, async session =>
        {
            var (space, refused) = key is null ? default : await ItemCall.Space(session, projects, call, key);
            if (refused is not null) return refused;
            var found = await ProjectPeople.Matching(session, query, Most);
            return Reply.Data(json => UserJson.Write(json, found.Where(u => space is null || space.Project.Has(u.Key))));
        }, call.Aborted);
    });
}
