using Reflow.Core.Tasks;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Tasks;

/// <summary>DELETE /open-apis/task/v1/tasks/:task_id (contracts: task §2.7): the task is gone for good; from then on nobody finds it.</summary>
static class DeleteTask
{
    static readonly TaskCommand Delete = new TaskCommand.Delete();

    public static void Serve(Routes routes, TaskStore tasks) => routes.Serve("task.v1.task.delete", call => TasksApi.Change(call, tasks, Delete));
}
