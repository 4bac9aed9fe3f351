using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>GET /reflow/v1/tenants/:tenant/flows/:namespace/:name/versions/:version: one version with its definition.</summary>
static class GetFlow
{
    public static void Serve(Routes routes, Db db) => routes.Serve("control.flow.definition.get", call => call.Read(db, async session =>
    {
        if (await FlowControl.Version(call, session) is not var (row, doc)) return FlowControl.MissingVersion(call);
        return Reply.Object(json =>
        {
            FlowShapes.Version(json, row);
            json.WritePropertyName("definition"u8);
            json.WriteRawValue(doc);
        });
    }));
}
