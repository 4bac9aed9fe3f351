using Reflow.Core;
using Reflow.Core.Tasks;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Tasks;

/// <summary>PUT /open-apis/task/v1/tasks/:task_id/comments/:comment_id (contracts: task §2.11): only its author says something else.</summary>
static class UpdateComment
{
    public static void Serve(Routes routes, TaskStore tasks) => routes.Serve("task.v1.task.comment.update", call => Handle(call, tasks));

    static async ValueTask<Reply> Handle(Call call, TaskStore tasks)
    {
        var (ids, _) = UserIds.Of(call);
        var (plain, rich) = CommentJson.Read(call.Body);
        if (call.Body.Refusal is { } bad) return bad;
        return await tasks.ChangeBeside<Reply>(call.Caller.Tenant, async session =>
        {
            var (task, comment, error) = await Own(call, session);
            if (error is not null) return error;
            (var text, error) = CommentText.Check(plain, rich);
            if (error is not null) return error;
            return CommentJson.Reply(await TaskComments.Update(session, task!, comment!, text!, call.Now, call.Operation.Name), ids!);
        }, call.Aborted);
    }

    /// <summary>The comment that the path names, or why the caller may not change it.</summary>
    public static async ValueTask<(TaskItem? Task, TaskComment? Comment, Error? Error)> Own(Call call, Session session)
    {
        var (task, error) = await call.Readable(session);
        if (error is not null) return (null, null, error);
        if (await TaskComments.Find(session, task!.Id, call.Path("comment_id")) is not { } comment) return (null, null, TaskErrors.NoSuchComment);
        return comment.Author == call.Caller.Actor
            ? (task, comment, null)
            : (null, null, TaskErrors.NotEditable(call.Operation.Name).Because($"{comment.Author} wrote comment {comment.Id}; only its author may change it"));
    }
}
