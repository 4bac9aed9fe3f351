using Reflow.Core.Tasks;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Tasks;

/// <summary>POST /open-apis/task/v1/tasks/:task_id/batch_delete_collaborator and …/batch_delete_follower (contracts: task §2.8, §2.9): answers who was removed; those who are not there are passed over.</summary>
static class RemoveMembers
{
    const int MostIds = 500;

    public static void Serve(Routes routes, TaskStore tasks)
    {
        routes.Serve("task.v1.task.batch_delete_collaborator", call => Handle(call, tasks, TaskRole.Collaborator));
        routes.Serve("task.v1.task.batch_delete_follower", call => Handle(call, tasks, TaskRole.Follower));
    }

    static async ValueTask<Reply> Handle(Call call, TaskStore tasks, TaskRole role)
    {
        var (ids, _) = UserIds.Of(call);
        var asked = call.Body.Texts("id_list", MostIds);
        if (call.Body.Refusal is { } bad) return bad;
        var (_, events, error) = await tasks.Change(call.Caller.Tenant, call.Path("task_id"), async session =>
        {
            var (userIds, unknown) = await DirectoryStore.Resolve(session, call.Caller, ids!.Type, asked);
            return (new TaskCommand.RemoveMembers(role, userIds), unknown);
        }, call.Caller.Actor, call.Now, call.Operation.Name, call.Aborted);
        if (error is not null) return error;
        return Reply.Object(json =>
        {
            TaskJson.WriteIds(json, role switch { TaskRole.Collaborator => "collaborators", TaskRole.Follower => "followers" },
                events.OfType<TaskEvent.MembersRemoved>().SelectMany(removed => removed.UserIds), ids!);
        });
    }
}
