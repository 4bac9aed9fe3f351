using Reflow.Core.Tasks;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Tasks;

/// <summary>GET /open-apis/task/v1/tasks/:task_id/comments/:comment_id (contracts: task §2.11).</summary>
static class GetComment
{
    public static void Serve(Routes routes, TaskStore tasks) => routes.Serve("task.v1.task.comment.get", call => Handle(call, tasks));

    static async ValueTask<Reply> Handle(Call call, TaskStore tasks)
    {
        var (ids, refusal) = UserIds.Of(call);
        if (refusal is not null) return refusal;
        return await tasks.Read<Reply>(call.Caller.Tenant, async session =>
        {
            var (task, error) = await call.Readable(session);
            if (error is not null) return error;
            return await TaskComments.Find(session, task!.Id, call.Path("comment_id")) is { } comment ? CommentJson.Reply(comment, ids!) : TaskErrors.NoSuchComment;
        }, call.Aborted);
    }
}
