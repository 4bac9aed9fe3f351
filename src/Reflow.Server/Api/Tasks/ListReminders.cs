using Reflow.Core.Tasks;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Tasks;

/// <summary>GET /open-apis/task/v1/tasks/:task_id/reminders (contracts: task §2.10): in the order of their ids; the first is the one that fires.</summary>
static class ListReminders
{
    public static void Serve(Routes routes, TaskStore tasks) => routes.Serve("task.v1.task.reminder.list", call => Handle(call, tasks));

    static async ValueTask<Reply> Handle(Call call, TaskStore tasks)
    {
        var list = $"{call.Operation.Name} {call.Caller.Tenant} {call.Path("task_id")}";
        var size = Paging.Size(call);
        var (after, _) = Paging.Place(call, list) ?? (0, "");
        if (call.Body.Refusal is { } bad) return bad;
        var (task, error) = TaskAccess.Readable(await tasks.Get(call.Caller.Tenant, call.Path("task_id"), call.Aborted), call.Caller.Actor, call.Operation.Name);
        if (error is not null) return error;
        IReadOnlyList<TaskReminder> found = [.. task!.Reminders.Where(reminder => reminder.Id > after)];
        return Paging.Reply(found, size, reminder => PageToken.Write(list, reminder.Id, ""), AddReminder.Write);
    }
}
