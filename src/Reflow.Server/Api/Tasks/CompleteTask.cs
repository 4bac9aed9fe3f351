using Reflow.Core.Tasks;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Tasks;

/// <summary>POST /open-apis/task/v1/tasks/:task_id/complete (contracts: task §2.7): the whole task is done; a done one keeps its moment.</summary>
static class CompleteTask
{
    static readonly TaskCommand Complete = new TaskCommand.Complete();

    public static void Serve(Routes routes, TaskStore tasks) => routes.Serve("task.v1.task.complete", call => TasksApi.Change(call, tasks, Complete));
}
