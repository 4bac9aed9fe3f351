using Reflow.Core.Flows;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Flows;

/// <summary>Human tasks of aPaaS: the operations that are served (contracts: apaas §1.2).</summary>
static class FlowsApi
{
    public static void Serve(Routes routes, Db db, FlowStore flows)
    {
        QueryUserTasks.Serve(routes, db, flows);
        ListRollbackPoints.Serve(routes, db, flows);
        RollBackTask.Serve(routes, db, flows);
        CopyTask.Serve(routes, db, flows);
        ExpediteTask.Serve(routes, db, flows);
        ChatAboutTask.Serve(routes, db, flows);
        AgreeToTask.Serve(routes, db, flows);
        RejectTask.Serve(routes, db, flows);
        TransferTask.Serve(routes, db, flows);
        AddAssignees.Serve(routes, db, flows);
        CancelInstance.Serve(routes, db, flows);
        ExecuteFlow.Serve(routes, db, flows);
    }

    /// <summary>Does something with the task that the path names, unless the body is refused.</summary>
    public static async ValueTask<Reply> Act(Call call, Db db, FlowStore flows, string taskId, string by, Func<long, FlowCommand> command)
    {
        if (call.Body.Refusal is { } refusal) return refusal;
        return await db.ChangeGuarded(call.Caller.Tenant, session => flows.Act(session, taskId, command, by, call.Operation.Name, call.Now), call.Aborted) is { } error ? error : Reply.Empty;
    }
}
