using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>
/// POST /reflow/v1/tenants/:tenant/flows/:namespace/:name/versions/:version/retire: no instance starts on this version any more; those that run on it go on. Nothing to do for a retired one.
/// </summary>
static class RetireFlow
{
    public static void Serve(Routes routes, Db db) => routes.Serve("control.flow.definition.retire", call => call.Change(db, async session =>
    {
        if (await FlowControl.Version(call, session) is not var (row, _)) return FlowControl.MissingVersion(call);
        if (row.State is not "retired") await FlowVersions.Retire(session, row.Version, call.Now, call.Operation.Name);
        return Reply.Empty;
    }));
}
