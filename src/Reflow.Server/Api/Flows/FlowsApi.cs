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
        ListRollbackPoints.Serve(routes, flows);
        RollBackTask.Serve(routes, flows);
        CopyTask.Serve(routes, flows);
        ExpediteTask.Serve(routes, flows);
        ChatAboutTask.Serve(routes, flows);
        AgreeToTask.Serve(routes, flows);
        RejectTask.Serve(routes, flows);
        TransferTask.Serve(routes, flows);
        AddAssignees.Serve(routes, flows);
        CancelInstance.Serve(routes, flows);
        ExecuteFlow.Serve(routes, flows);
    }

    /// <summary>Does something with the task that the path names, unless the body is refused.</summary>
    public static async ValueTask<Reply> Act(Call call, FlowStore flows, string taskId, string by, Func<long, FlowCommand> command) =>
        call.Body.Refusal is { } refusal ? refusal
        : await flows.Act(call.Caller.Tenant, taskId, command, by, call.Operation.Name, call.Now, call.Aborted) is { } error ? error
        : Reply.Empty;
}
