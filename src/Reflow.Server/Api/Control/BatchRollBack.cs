using System.Globalization;
using Reflow.Core.Flows;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>POST /reflow/v1/tenants/:tenant/tasks/batch_rollback: someone rolls several tasks back. Each is a change of its own with a result of its own.</summary>
static class BatchRollBack
{
    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("control.flow.task.batch_rollback", call =>
    {
        var (by, opinion) = (call.Body.RequiredId("operator_user_id"), call.Body.Why());
        var sent = call.Body.Objects("items");
        if (sent.Count is 0 or > Batch.MostItems) call.Body.Violation("items", $"{sent.Count}", $"has 1 to {Batch.MostItems} items");
        Batch.Item[] items = [.. sent.Select(item =>
        {
            var (task, to) = (item.RequiredId("task_id"), item.RequiredId("to_task_id"));
            var target = long.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
            return new Batch.Item(task, source => new FlowCommand.RollBack(source, by, target, opinion));
        })];
        return Batch.Run(call, db, flows, by, items);
    });
}
