using Reflow.Core.Tasks;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Tasks;

/// <summary>GET /open-apis/task/v1/tasks/:task_id/collaborators and …/followers (contracts: task §2.8, §2.9): in the order in which they were added.</summary>
static class ListMembers
{
    public static void Serve(Routes routes, TaskStore tasks)
    {
        routes.Serve("task.v1.task.collaborator.list", call => Handle(call, tasks, TaskRole.Collaborator));
        routes.Serve("task.v1.task.follower.list", call => Handle(call, tasks, TaskRole.Follower));
    }

    static async ValueTask<Reply> Handle(Call call, TaskStore tasks, TaskRole role)
    {
        var (ids, _) = UserIds.Of(call);
        var list = $"{call.Operation.Name} {call.Caller.Tenant} {call.Path("task_id")}";
        var size = Paging.Size(call);
        var (place, user) = Paging.Place(call, list) ?? (-1, "");
        if (call.Body.Refusal is { } bad) return bad;
        return await tasks.Read<Reply>(call.Caller.Tenant, async session =>
        {
            var (task, error) = await call.Readable(session);
            if (error is not null) return error;
            var members = await TaskRows.Members(session, task!.Id, role, place, user, size);
            return Paging.Reply(members, size, member => PageToken.Write(list, member.Place, member.UserId), (json, member) =>
            {
                if (ids!.Of(member.UserId) is { } id) json.WriteString("id"u8, id);
            });
        }, call.Aborted);
    }
}
