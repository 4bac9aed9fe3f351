using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Flows;

/// <summary>POST /open-apis/apaas/v1/approval_instances/:approval_instance_id/cancel (contracts: apaas §3.13): the initiator withdraws the whole instance.</summary>
static class CancelInstance
{
    public static void Serve(Routes routes, FlowStore flows) => routes.Serve("apaas.v1.approval_instance.cancel", async call =>
    {
        var (by, opinion) = (call.Body.RequiredId("user_id"), call.Body.RequiredText("opinion"));
        return call.Body.Refusal is { } refusal ? refusal
            : await flows.Cancel(call.Caller.Tenant, call.Path("approval_instance_id"), by, opinion, call.Operation.Name, call.Now, call.Aborted) is { } error ? error
            : Reply.Empty;
    });
}
