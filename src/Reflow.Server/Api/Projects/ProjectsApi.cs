using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>Feishu Project: the operations that are served (contracts: project §2).</summary>
static class ProjectsApi
{
    public static void Serve(Routes routes, Db db, Tokens tokens, ProjectStore projects, Ids ids, Chance chance)
    {
        IssuePluginToken.Serve(routes, db, tokens);
        IssueUserTokens.Serve(routes, db, tokens, chance);
        OperateNode.Serve(routes, projects);
        UpdateNode.Serve(routes, projects);
        QueryWorkflow.Serve(routes, projects);
        GetTransitionRequiredInfo.Serve(routes, projects);
        CreateWorkItem.Serve(routes, projects);
        QueryWorkItems.Serve(routes, projects);
        UpdateWorkItem.Serve(routes, projects);
        AbortWorkItem.Serve(routes, projects);
        DeleteWorkItem.Serve(routes, projects);
        FreezeWorkItem.Serve(routes, projects);
        CreateSubTask.Serve(routes, projects);
        UpdateSubTask.Serve(routes, projects);
        ModifySubTask.Serve(routes, projects);
        DeleteSubTask.Serve(routes, projects);
        CreateWorkHours.Serve(routes, projects);
        ListWorkHours.Serve(routes, projects);
        UpdateWorkHours.Serve(routes, projects);
        DeleteWorkHours.Serve(routes, projects);
        ListSubTasks.Serve(routes, projects);
        SearchSubTasks.Serve(routes, projects);
        Comments.Serve(routes, projects);
        Reviews.Serve(routes, projects);
        UpdateActualTime.Serve(routes, projects);
        BatchUpdateItems.Serve(routes, projects);
        ListOpRecords.Serve(routes, projects);
        ChangeState.Serve(routes, projects);
        ViewWbs.Serve(routes, projects);
        CatalogueApi.Serve(routes, db, projects, ids);
    }
}
