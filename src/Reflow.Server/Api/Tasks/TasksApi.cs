using Reflow.Core.Tasks;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Tasks;

/// <summary>Task v1: the operations that are served (contracts: task §2).</summary>
static class TasksApi
{
    public static void Serve(Routes routes, TaskStore tasks, Ids ids)
    {
        CreateTask.Serve(routes, tasks);
        GetTask.Serve(routes, tasks);
        ListTasks.Serve(routes, tasks);
        PatchTask.Serve(routes, tasks);
        DeleteTask.Serve(routes, tasks);
        CompleteTask.Serve(routes, tasks);
        UncompleteTask.Serve(routes, tasks);
        AddMembers.Serve(routes, tasks);
        ListMembers.Serve(routes, tasks);
        RemoveMember.Serve(routes, tasks);
        RemoveMembers.Serve(routes, tasks);
        AddReminder.Serve(routes, tasks, ids);
        ListReminders.Serve(routes, tasks);
        RemoveReminder.Serve(routes, tasks);
        CreateComment.Serve(routes, tasks, ids);
        ListComments.Serve(routes, tasks);
        GetComment.Serve(routes, tasks);
        UpdateComment.Serve(routes, tasks);
        DeleteComment.Serve(routes, tasks);
    }

    /// <summary>Does something with the task that the path names.</summary>
    public static async ValueTask<Reply> Change(Call call, TaskStore tasks, TaskCommand command) =>
        (await tasks.Change(call.Caller.Tenant, call.Path("task_id"), command, call.Caller.Actor, call.Now, call.Operation.Name, call.Aborted)).Error is { } error
            ? error
            : Reply.Empty;
}
