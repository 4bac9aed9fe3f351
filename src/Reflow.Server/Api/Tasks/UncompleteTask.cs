using Reflow.Core.Tasks;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Tasks;

/// <summary>POST /open-apis/task/v1/tasks/:task_id/uncomplete (seed 004): the task is open again; an open one stays as it is.</summary>
static class UncompleteTask
{
    static readonly TaskCommand Uncomplete = new TaskCommand.Uncomplete();

    public static void Serve(Routes routes, TaskStore tasks) => routes.Serve("task.v1.task.uncomplete", call => TasksApi.Change(call, tasks, Uncomplete));
}
