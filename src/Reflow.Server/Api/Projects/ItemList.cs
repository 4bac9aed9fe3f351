using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>Items that a search found, as WorkItemInfo[] and their page (contracts: project §2.1, §2.3).</summary>
static class ItemList
{
    /// <summary>The answer of a search.</summary>
    public static async ValueTask<Reply> Answer(Session session, ProjectStore projects, ItemPage page, FoundItems found, FieldSelection fields, ItemExpand expand)
    {
        var items = await Load(session, projects, found.Ids);
        var (details, wrong) = await expand.Load(session, items);
        if (wrong is not null) return wrong;
        return page.Answer(found.Total, json =>
        {
            foreach (var item in items) WorkItemJson.Write(json, item, fields, details);
        });
    }

    /// <summary>The items with these ids, in their order; what is deleted by now is left out.</summary>
    public static async ValueTask<IReadOnlyList<FoundItem>> Load(Session session, ProjectStore projects, IReadOnlyList<long> ids)
    {
        List<FoundItem> items = [];
        foreach (var id in ids)
            if (await ProjectStore.Load(session, id) is { } item && await projects.Find(session, item.ProjectKey) is { } space)
                items.Add(new(space, item, await projects.FlowOf(session, space, item.TypeKey, item.TemplateId, item.TemplateVersion)));
        return items;
    }
}
