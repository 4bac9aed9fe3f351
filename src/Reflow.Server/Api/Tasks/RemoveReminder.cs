using System.Globalization;
using Reflow.Core.Tasks;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Tasks;

/// <summary>DELETE /open-apis/task/v1/tasks/:task_id/reminders/:reminder_id (contracts: task §2.10).</summary>
static class RemoveReminder
{
    public static void Serve(Routes routes, TaskStore tasks) => routes.Serve("task.v1.task.reminder.delete", call =>
        // No reminder has the id -1; a text that is no number is the id of none.
        TasksApi.Change(call, tasks, new TaskCommand.RemoveReminder(long.TryParse(call.Path("reminder_id"), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : -1)));
}
