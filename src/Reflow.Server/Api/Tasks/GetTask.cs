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
        var (task, error) = TaskAccess.Readable(await tasks.Get(call.Caller.Tenant, call.Path("task_id"), call.Aborted), call.Caller.Actor, call.Operation.Name);
        return error is not null ? error : TaskJson.Reply(task!, ids!);
    }
}
