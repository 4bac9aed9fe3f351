using Reflow.Core.Tasks;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Tasks;

/// <summary>GET /open-apis/task/v1/tasks/:task_id (contracts: task §2.4).</summary>
static class GetTask
{
    public static void Serve(Routes routes, TaskStore tasks) => routes.Serve("task.v1.task.get", call => Handle(call, tasks));

    static async ValueTask<Reply> Handle(Call call, TaskStore tasks)
    {
        var (ids, refusal) = UserIds.Of(call);
        if (refusal is not null) return refusal;
        if (await tasks.Get(call.Caller.Tenant, call.Path("task_id"), call.Aborted) is not { } task) return TaskErrors.InvalidTaskId;
        return task.RelationOf(call.Caller.Actor) is Relation.None
            ? TaskErrors.NotReadable(call.Operation.Name).Because($"{call.Caller.Actor} is neither creator, collaborator nor follower of task {task.Id}")
            : TaskJson.Reply(task, ids!);
    }
}
