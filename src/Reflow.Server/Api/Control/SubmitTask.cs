using System.Text.Json;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>
/// POST /reflow/v1/tenants/:tenant/tasks/:task_id/submit: an assignee of a fill node, or the initiator of a start that is submitted again, hands in values for members of the form and
/// agrees with it. Feishu's agree has no parameter for that (contracts: apaas §1.3, §3.6).
/// </summary>
static class SubmitTask
{
    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("control.flow.task.submit", call =>
    {
        var (by, opinion, form) = (call.Body.RequiredId("operator_user_id"), call.Body.Text("opinion"), call.Body.Raw("params"));
        if (form.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) call.Body.Violation("params", "", "is missing");
        else if (form.ValueKind is not JsonValueKind.Object) call.Body.WrongType("params", form);
        return call.Change(db, session => Handle(session, flows, call.Path("task_id"), form, by, opinion, call.Operation.Name, call.Now));
    });

    static async ValueTask<Reply> Handle(Session session, FlowStore flows, string task, JsonElement form, string by, string? opinion, string operation, long now)
    {
        if (await FlowControl.MissingTask(session, task) is { } missing) return missing;
        if (await FlowControl.Stranger(session, flows, by) is { } stranger) return stranger;
        var (faults, error) = await flows.Submit(session, task, form, by, opinion, operation, now);
        return faults is [var first, ..] ? FlowControl.Faulty(first.Sentence, faults) : error is not null ? error : Reply.Empty;
    }
}
