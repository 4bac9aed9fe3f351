using System.Globalization;
using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>What administrators see of items: the operations that are served. The tenant stands in the path.</summary>
static class ProjectControl
{
    public static void Serve(Routes routes, Db db, ProjectStore projects)
    {
        GetItem.Serve(routes, db, projects);
        PreviewNodeRollback.Serve(routes, db, projects);
    }

    /// <summary>An item and its rules, or that there is none.</summary>
    public static async ValueTask<(WorkItem? Item, NodeFlow? Flow, Error? Missing)> Item(Session session, ProjectStore projects, string id)
    {
        if (!long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || await ProjectStore.Load(session, number) is not { } item
            || await projects.Find(session, item.ProjectKey) is not { } space
            || await projects.FlowOf(session, space, item.TypeKey, item.TemplateId, item.TemplateVersion) is not { } flow)
            return (null, null, FlowControl.Missing($"There is no item {id}."));
        return (item, flow, null);
    }
}
