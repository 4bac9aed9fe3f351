using System.Text.Json;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>POST /reflow/v1/tenants/:tenant/instances: starts an instance of a flow's active version for someone.</summary>
static class StartInstance
{
    // An idempotent key belongs to whoever asks; administrators ask as one.
    const string Asker = "admin";

    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("control.flow.instance.start", call =>
    {
        var body = call.Body;
        var (space, name, by, key) = (body.RequiredText("namespace"), body.RequiredText("flow"), body.RequiredId("operator_user_id"), body.Text("idempotent_key"));
        var form = body.Has("params") ? body.Raw("params") : default;
        if (form.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined)) body.WrongType("params", form);
        var start = new FlowStart(space, name, Asker, by, null, form.ValueKind is JsonValueKind.Object ? form.GetRawText() : "{}") { Key = string.IsNullOrEmpty(key) ? null : key };
        return call.Change(db, session => Handle(session, flows, start, call.Operation.Name, call.Now));
    });

    static async ValueTask<Reply> Handle(Session session, FlowStore flows, FlowStart start, string operation, long now)
    {
        if (!await flows.HasActive(session, start.Namespace, start.Name)) return FlowControl.Missing($"There is no active version of flow {start.Name} in {start.Namespace}.");
        if (await FlowControl.Stranger(session, flows, start.Initiator!) is { } stranger) return stranger;
        var (instance, error) = await flows.Start(session, start, operation, now);
        if (error is not null) return error;
        var people = await flows.People(session);
        return Reply.Object(json =>
        {
            FlowShapes.Instance(json, instance!.Stored.Instance, instance.Stored.Flow, people);
        });
    }
}
