using Reflow.Core;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>
/// POST /reflow/v1/tenants/:tenant/flows/:namespace/:name/versions/:version/activate: new instances start on this version from now on; those that run stay on theirs. Nothing to do for the active one.
/// </summary>
static class ActivateFlow
{
    public static void Serve(Routes routes, Db db) => routes.Serve("control.flow.definition.activate", call => call.Change(db, async session =>
    {
        if (await FlowControl.Version(call, session) is not var (row, _)) return FlowControl.MissingVersion(call);
        if (row.State is "retired") return new Error(400, 400, $"Version {row.Version.Version} of flow {row.Version.Name} is retired; deploy its definition again.");
        if (row.State is not "active") await FlowVersions.Activate(session, row.Version, call.Now, call.Operation.Name);
        return Reply.Empty;
    }));
}
