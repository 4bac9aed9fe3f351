using Reflow.Core.Projects;
using Reflow.Core.Projects.Search;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>POST …/work_item/:work_item_type_key/search/params (contracts: project §2.3): items of a type by nested conditions on whatever they are made of.</summary>
static class SearchWorkItems
{
    const int Page = 10, LargestPage = 50, Most = 5000;

    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.work_item.search_params", async call =>
    {
        var (group, page, expand) = (call.Body.Group("search_group"), ItemPage.Of(call.Body, Page, LargestPage), ItemExpand.Of(call.Body));
        var (fields, mixed) = FieldSelection.Of(call.Body);
        if (call.Body.Fault() is { } fault) return fault;
        return await SpaceCall.Read(call, projects, call.Path("project_key"), async (session, space) =>
        {
            if (space.Project.Types.FirstOrDefault(t => t.Key == call.Path("work_item_type_key")) is not { } type) return ProjectErrors.TypeNotFound;
            if ((page.Wrong ?? mixed) is { } wrong) return wrong;
            var (plan, error) = SearchParams.Read(type, group);
            if (error is not null) return error;
            var found = await ProjectSearch.Page(session, [new(space.Project.Key, type.Key, plan!)], page.Skip, page.Size, Most + 1);
            return found.Total > Most ? ProjectErrors.TooManyMatches : await ItemList.Answer(session, projects, page, found, fields, expand);
        });
    });
}
