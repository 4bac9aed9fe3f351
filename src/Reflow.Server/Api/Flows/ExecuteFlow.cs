using System.Text;
using System.Text.Json;
using Reflow.Core;
using Reflow.Core.Flows;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Flows;

/// <summary>
/// POST /open-apis/apaas/v1/applications/:namespace/flows/:flow_id/execute (contracts: apaas §1.3): starts an instance. <c>params</c> and <c>operator</c> are texts that hold JSON;
/// the id comes back twice, as text and, inside <c>out_params</c>, as a number.
/// </summary>
static class ExecuteFlow
{
    const int MostLoopMasks = 20, DeepestOperator = 8;

    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("apaas.v1.application.flow.execute", call => Handle(call, db, flows));

    static async ValueTask<Reply> Handle(Call call, Db db, FlowStore flows)
    {
        var body = call.Body;
        var isAsync = body.Flag("is_async");
        var (key, form, sent) = (body.Text("idempotent_key"), body.Text("params"), body.RequiredText("operator"));
        body.Texts("loop_masks", MostLoopMasks);
        if (body.Refusal is { } refusal) return refusal;
        var (id, email, why) = ReadOperator(sent);
        if (why is not null) return FlowErrors.ParamInvalid.Because(why);
        var start = new FlowStart(call.Path("namespace"), call.Path("flow_id"), call.Caller.AppId, id, email, string.IsNullOrEmpty(form) ? "{}" : form) { Key = string.IsNullOrEmpty(key) ? null : key };
        var (instance, error) = await db.Change(call.Caller.Tenant, session => flows.Start(session, start, call.Operation.Name, call.Now), call.Aborted);
        if (error is not null) return error;
        var ended = !isAsync && instance!.Stored.Instance.Status is not InstanceStatus.InProcess;
        return Reply.Object(json =>
        {
            json.WriteString("status"u8, ended ? "end"u8 : "running"u8);
            json.WriteString("out_params"u8, $$"""[{"api_name":"_flowExecutionID","value":{{instance!.Stored.Instance.Id}}}]""");
            json.WriteString("execution_id"u8, $"{instance.Stored.Instance.Id}");
            json.WriteString("error_msg"u8, ""u8);
            json.WriteString("code"u8, "0"u8);
        });
    }

    /// <summary>Reads <c>{"_id":number,"email":string}</c>, of which one is enough; the id may be a text.</summary>
    static (string? Id, string? Email, string? Why) ReadOperator(string sent)
    {
        try
        {
            var bytes = Encoding.UTF8.GetBytes(sent);
            if (!JsonText.EscapesAreText(bytes, DeepestOperator)) return (null, null, "operator escapes what is no text.");
            using var json = JsonDocument.Parse(bytes, new() { MaxDepth = DeepestOperator });
            if (json.RootElement.ValueKind is not JsonValueKind.Object) return (null, null, "operator is not a JSON object.");
            var input = Input.Of(json.RootElement);
            var (id, email) = (input.Id("_id"), input.Text("email"));
            return input.Refusal is not null || (string.IsNullOrEmpty(id) && string.IsNullOrEmpty(email))
                ? (null, null, "operator holds neither a numeric _id nor an email.")
                : (string.IsNullOrEmpty(id) ? null : id, email, null);
        }
        catch (JsonException)
        {
            return (null, null, "operator is not JSON.");
        }
    }
}
