using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>GET …/:work_item_id/wbs_view (contracts: project §2.2). No type of Reflow's is WBS, so every item that is there answers 20089.</summary>
static class ViewWbs
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.workflow.wbs_view", call =>
        new(ItemCall.Read(call, projects, ItemPath.Of(call), null, (_, _) => new(ProjectErrors.NotWbs))));
}
