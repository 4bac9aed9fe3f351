using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Tasks;

/// <summary>Task v1: the operations that are served (contracts: task §2).</summary>
static class TasksApi
{
    public static void Serve(Routes routes, TaskStore tasks)
    {
        CreateTask.Serve(routes, tasks);
        GetTask.Serve(routes, tasks);
        CompleteTask.Serve(routes, tasks);
        UncompleteTask.Serve(routes, tasks);
    }
}
