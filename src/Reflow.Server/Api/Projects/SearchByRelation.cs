using Reflow.Core.Projects;
using Reflow.Core.Projects.Search;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>
/// POST …/:work_item_id/search_by_relation (contracts: project §2.3): the items of a type that a field links with an item, whichever of the two has the field.
/// </summary>
static class SearchByRelation
{
    const int Page = 50, LargestPage = 50, Most = 5000;

    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.work_item.search_by_relation", async call =>
    {
        var (key, related) = (call.Body.Word("relation_key"), call.Body.Word("relation_work_item_type_key"));
        var (page, expand) = (ItemPage.Of(call.Body, Page, LargestPage), ItemExpand.Of(call.Body));
        if (call.Body.Fault() is { } fault) return fault;
        return await ItemCall.Read(call, projects, ItemPath.Of(call), page.Wrong, async (session, found) =>
        {
            var project = found.Space.Project;
            if (project.Types.FirstOrDefault(t => t.Key == related) is not { } type) return ProjectErrors.TypeNotFound.Because($"The space has no type \"{related}\".");
            var own = project.Types.FirstOrDefault(t => t.Key == found.Item.TypeKey)?.FieldOf(key, key);
            ItemQuery query;
            if (own is not null && IsRelation(own)) query = new ItemQuery.Has("work_item_id", new ItemTest.NumberIn([.. Ids(found.Item.Fields.GetValueOrDefault(own.Key))]));
            else if (type.FieldOf(key, key) is { } theirs && IsRelation(theirs)) query = new ItemQuery.Has(theirs.Key, new ItemTest.NumberIn([found.Item.Id]));
            else return ProjectErrors.RelationNotFound.Because($"Neither type has a field \"{key}\" that links items.");
            var items = await ProjectSearch.Page(session, [new(project.Key, type.Key, new(query, Terminated: false))], page.Skip, page.Size, Most);
            return await ItemList.Answer(session, projects, page, items, FieldSelection.All, expand);
        });
    });

    static bool IsRelation(Field field) => field.Type is FieldType.WorkItemRelatedSelect or FieldType.WorkItemRelatedMultiSelect;

    static IEnumerable<double> Ids(FieldValue? value) => value switch
    {
        FieldValue.Number number => [(double)number.Value],
        FieldValue.Items items => items.Values.SelectMany(Ids),
        _ => [],
    };
}
