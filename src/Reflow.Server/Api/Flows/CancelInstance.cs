using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Flows;

/// <summary>POST /open-apis/apaas/v1/approval_instances/:approval_instance_id/cancel (contracts: apaas §3.13): the initiator withdraws the whole instance.</summary>
static class CancelInstance
{
    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("apaas.v1.approval_instance.cancel", async call =>
    {
        var (by, opinion) = (call.Body.RequiredId("user_id"), call.Body.RequiredText("opinion"));
        return call.Body.Refusal is { } refusal ? refusal
            : await db.Change(call.Caller.Tenant, session => flows.Cancel(session, call.Path("approval_instance_id"), by, opinion, call.Operation.Name, call.Now), call.Aborted) is { } error ? error
            : Reply.Empty;
    });
}
