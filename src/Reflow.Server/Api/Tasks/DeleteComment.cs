using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Tasks;

/// <summary>DELETE /open-apis/task/v1/tasks/:task_id/comments/:comment_id (contracts: task §2.11): only its author deletes it; its replies stay.</summary>
static class DeleteComment
{
    public static void Serve(Routes routes, TaskStore tasks) => routes.Serve("task.v1.task.comment.delete", async call =>
        await tasks.ChangeBeside<Reply>(call.Caller.Tenant, async session =>
        {
            var (task, comment, error) = await UpdateComment.Own(call, session);
            if (error is not null) return error;
            await TaskComments.Delete(session, task!, comment!, call.Now, call.Operation.Name);
            return Reply.Empty;
        }, call.Aborted));
}
