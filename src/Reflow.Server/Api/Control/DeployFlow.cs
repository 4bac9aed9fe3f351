using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>
/// POST /reflow/v1/tenants/:tenant/flows: deploys a definition as the next version of its flow and lets new instances start on it. What is the active version already is not deployed again.
/// </summary>
static class DeployFlow
{
    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("control.flow.definition.deploy", call => call.Change(db, async session =>
    {
        var (definition, faults) = await FlowBody.Read(call, session, flows);
        if (faults is [var first, ..])
            return FlowControl.Faulty($"{first.Path}: {first.Sentence}", faults);
        var (version, changed) = await FlowVersions.Deploy(session, definition!, call.Now, call.Operation.Name);
        return Reply.Object(json =>
        {
            json.WriteString("namespace"u8, version.Namespace);
            json.WriteString("name"u8, version.Name);
            json.WriteNumber("version"u8, version.Version);
            json.WriteBoolean("changed"u8, changed);
        });
    }));
}
