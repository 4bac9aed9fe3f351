using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>POST /reflow/v1/tenants/:tenant/instances/:instance_id/terminate: an administrator ends an instance as canceled. History tells who did it and why.</summary>
static class TerminateInstance
{
    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("control.flow.instance.terminate", call =>
    {
        var (by, opinion) = (call.Body.RequiredId("operator_user_id"), call.Body.Why());
        return call.Change(db, session => Handle(session, flows, call.Path("instance_id"), by, opinion, call.Operation.Name, call.Now));
    });

    static async ValueTask<Reply> Handle(Session session, FlowStore flows, string instance, string by, string opinion, string operation, long now)
    {
        if (await FlowControl.Instance(session, instance) is null) return FlowControl.Missing($"There is no instance {instance}.");
        if (await FlowControl.Stranger(session, flows, by) is { } stranger) return stranger;
        return await flows.Cancel(session, instance, by, opinion, operation, now, asAdministrator: true) is { } error ? error : Reply.Empty;
    }
}
