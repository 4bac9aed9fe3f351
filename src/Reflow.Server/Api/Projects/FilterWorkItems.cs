using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>POST /open_api/:project_key/work_item/filter (contracts: project §2.3): a page of the items of some types, those that changed last first.</summary>
static class FilterWorkItems
{
    const int Page = 20;

    /// <summary>So many items can be reached by their pages; the total is counted up to there.</summary>
    const int Most = 200_000;

    static readonly Error SearchUnknown = ProjectErrors.MissingParam.Because("Reflow keeps no searches: search_id names none.");

    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.work_item.filter", async call =>
    {
        var (types, page, filter) = (call.Body.Words("work_item_type_keys"), ItemPage.Of(call.Body, Page), ItemFilter.Of(call.Body));
        var (saved, expand) = (call.Body.Word("search_id"), ItemExpand.Of(call.Body));
        if (call.Body.Fault() is { } fault) return fault;
        return await SpaceCall.Read(call, projects, call.Path("project_key"), async (session, space) =>
        {
            if (saved is not null) return SearchUnknown;
            if (types.Count == 0) return ProjectErrors.TypeParamWrong;
            if ((page.Wrong ?? filter.Wrong) is { } wrong) return wrong;
            List<ItemScope> scopes = [];
            foreach (var key in types.Distinct())
                if (space.Project.Types.FirstOrDefault(t => t.Key == key) is { } type) scopes.Add(new(space.Project.Key, key, filter.For(type)));
                else return ProjectErrors.TypeNotFound.Because($"The space has no type {key}.");
            var found = await ProjectSearch.Page(session, scopes, page.Skip, page.Size, Most);
            return await ItemList.Answer(session, projects, page, found, FieldSelection.All, expand);
        });
    });
}
