using Reflow.Core.Tasks;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Tasks;

/// <summary>DELETE /open-apis/task/v1/tasks/:task_id/collaborators/:collaborator_id and …/followers/:follower_id (contracts: task §2.8, §2.9): the member must be there.</summary>
static class RemoveMember
{
    public static void Serve(Routes routes, TaskStore tasks)
    {
        routes.Serve("task.v1.task.collaborator.delete", call => Handle(call, tasks, TaskRole.Collaborator, "collaborator_id"));
        routes.Serve("task.v1.task.follower.delete", call => Handle(call, tasks, TaskRole.Follower, "follower_id"));
    }

    static async ValueTask<Reply> Handle(Call call, TaskStore tasks, TaskRole role, string parameter)
    {
        var (ids, refusal) = UserIds.Of(call);
        if (refusal is not null) return refusal;
        var (_, _, error) = await tasks.Change(call.Caller.Tenant, call.Path("task_id"), async session =>
        {
            var (userIds, unknown) = await DirectoryStore.Resolve(session, call.Caller, ids!.Type, [call.Path(parameter)]);
            return (unknown is null ? new TaskCommand.RemoveMember(role, userIds[0]) : null, unknown);
        }, call.Caller.Actor, call.Now, call.Operation.Name, call.Aborted);
        return error is not null ? error : Reply.Empty;
    }
}
