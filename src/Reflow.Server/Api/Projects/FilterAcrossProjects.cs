using Reflow.Core.Projects;
using Reflow.Core.Projects.Search;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>POST /open_api/work_items/filter_across_project (contracts: project §2.3): items of one type in several spaces; in all that the caller may enter when none is named.</summary>
static class FilterAcrossProjects
{
    const int Page = 20, LargestPage = 50, MostSpaces = 100, MostIds = 50, Most = 5000;

    public static void Serve(Routes routes, ProjectStore projects, ProjectCatalog catalog) => routes.Serve("project.work_item.filter_across_project", async call =>
    {
        var body = call.Body;
        IReadOnlyList<string> names = [.. body.Words("project_keys"), .. body.Words("simple_names")];
        var (type, page, filter, expand) = (body.Word("work_item_type_key"), ItemPage.Of(body, Page, LargestPage), ItemFilter.Of(body), ItemExpand.Of(body));
        filter.Templates(body.Wholes("template_ids"));
        if (body.Says("search_user")) SearchUser(body.Object("search_user"), filter);
        if (body.Fault() is { } fault) return fault;
        if (type is null) return ProjectErrors.TypeParamWrong;
        if ((page.Wrong ?? filter.Wrong) is { } wrong) return wrong;
        if (names.Count > MostSpaces) return ProjectErrors.TooManySpaces;
        if (filter.Ids.Count > MostIds) return ProjectErrors.TooManyWorkItems;
        return await projects.Read<Reply>(call.Caller.Tenant, async session =>
        {
            var (spaces, refused) = await ItemCall.Spaces(session, projects, catalog, call, names);
            if (refused is not null) return refused;
            var scopes = spaces.SelectMany(s => s.Project.Types.Where(t => t.Key == type).Select(t => new ItemScope(s.Project.Key, t.Key, filter.For(t)))).ToList();
            if (scopes.Count == 0) return ProjectErrors.TypeNotFound.Because($"None of the spaces has the type {type}.");
            var found = await ProjectSearch.Page(session, scopes, page.Skip, page.Size, Most + 1);
            return found.Total > Most ? ProjectErrors.TooManyMatches : await ItemList.Answer(session, projects, page, found, FieldSelection.All, expand);
        }, call.Aborted);
    });

    // Without a field or a role, whoever has to do with the item is meant.
    static void SearchUser(Input user, ItemFilter filter)
    {
        var (field, role) = (user.Word("field_key"), user.Word("role"));
        filter.Users(user.Words("user_keys"), role is not null ? ItemFacts.Role(role) : field is "owner" ? "owner" : ItemFacts.People);
    }
}
