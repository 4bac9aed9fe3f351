using Reflow.Core;
using Reflow.Core.Directory;
using Reflow.Core.Tasks;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Tasks;

/// <summary>Who may read a task and what hangs on it: its creator, its collaborators and its followers (contracts: task §4).</summary>
static class TaskAccess
{
    /// <summary>The task, or why it is not shown.</summary>
    public static (TaskItem? Task, Error? Error) Readable(TaskItem? task, Actor by, string operation) =>
        task is null ? (null, TaskErrors.InvalidTaskId)
        : task.RelationOf(by) is Relation.None ? (null, TaskErrors.NotReadable(operation).Because($"{by} is neither creator, collaborator nor follower of task {task.Id}"))
        : (task, null);

    /// <summary>The task that the path names, or why it is not shown.</summary>
    public static async ValueTask<(TaskItem? Task, Error? Error)> Readable(this Call call, Session session) =>
        Readable(await TaskRows.Load(session, call.Path("task_id")), call.Caller.Actor, call.Operation.Name);
}
