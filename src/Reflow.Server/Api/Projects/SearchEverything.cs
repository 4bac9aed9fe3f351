using System.Text.Json;
using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Core.Projects.Search;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>
/// POST /open_api/compositive_search (contracts: project §2.3): the items of several spaces that have a text in their title or their rich texts. Members are
/// spelled as Feishu does. Reflow has no views, so a search for them finds none.
/// </summary>
static class SearchEverything
{
    const int Page = 50, Most = 200, LongestQuery = 200, MostSpaces = 100;

    static readonly Error QueryLength = new(20080, 400, "Query Length Error");
    static readonly Error QueryType = new(20081, 400, "Query Type Error");

    public static void Serve(Routes routes, ProjectStore projects, ProjectCatalog catalog) => routes.Serve("project.compositive_search.query", async call =>
    {
        var body = call.Body;
        IReadOnlyList<string> names = [.. body.Words("project_keys"), .. body.Words("simple_names")];
        var (query, type, types, page) = (body.Word("query") ?? "", body.Word("query_type"), body.Words("query_sub_type"), ItemPage.Of(body, Page));
        if (body.Fault() is { } fault) return fault;
        if (query.Length is 0 or > LongestQuery) return QueryLength;
        if (type is not ("workitem" or "view")) return QueryType;
        if (page.Wrong is { } wrong) return wrong;
        if (names.Count > MostSpaces) return ProjectErrors.TooManySpaces;
        return await projects.Read<Reply>(call.Caller.Tenant, async session =>
        {
            var (spaces, refused) = await ItemCall.Spaces(session, projects, catalog, call, names);
            if (refused is not null) return refused;
            var scopes = type is "view" ? [] : spaces.SelectMany(s => s.Project.Types.Where(t => types.Count == 0 || types.Contains(t.Key)).Select(t => new ItemScope(s.Project.Key, t.Key, Plan(t, query)))).ToList();
            var found = await ProjectSearch.Page(session, scopes, page.Skip, page.Size, Most);
            List<WorkItem> items = [];
            foreach (var id in found.Ids)
                if (await ProjectStore.Load(session, id) is { } item) items.Add(item);
            return page.Answer(found.Total, json =>
            {
                foreach (var item in items) Write(json, item);
            });
        }, call.Aborted);
    });

    static SearchPlan Plan(WorkItemType type, string query) => new(new ItemQuery.Any(
    [
        new ItemQuery.Has(ItemFacts.Name, new ItemTest.Contains(query)),
        .. type.Fields.Where(f => f.Type is FieldType.MultiText).Select(f => new ItemQuery.Has(f.Key, new ItemTest.Contains(query))),
    ]), Terminated: false);

    static void Write(Utf8JsonWriter json, WorkItem item)
    {
        json.WriteStartObject();
        json.WriteNumber("ID"u8, item.Id);
        json.WriteString("name"u8, item.Name);
        json.WriteString("WorkItemTypeKey"u8, item.TypeKey);
        json.WriteString("ProjectKey"u8, item.ProjectKey);
        json.WriteString("CreatedBy"u8, item.CreatedBy);
        json.WriteNumber("CreatedAt"u8, item.CreatedAt);
        NodeJson.Write(json, "SearchHit", []);
        json.WriteString("ViewScopeKey"u8, "");
        NodeJson.Write(json, "ProjectKeys", [item.ProjectKey]);
        json.WriteEndObject();
    }
}
