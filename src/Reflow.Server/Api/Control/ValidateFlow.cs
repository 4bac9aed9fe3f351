using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>POST /reflow/v1/tenants/:tenant/flows/validate: every fault of a definition, with the path to it. Stores nothing; faults are the answer, no refusal.</summary>
static class ValidateFlow
{
    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("control.flow.definition.validate", call => call.Read(db, async session =>
    {
        var (_, faults) = await FlowBody.Read(call, session, flows);
        return Reply.Object(json =>
        {
            json.WriteBoolean("valid"u8, faults is []);
            FlowShapes.Faults(json, "faults", faults);
        });
    }));
}
