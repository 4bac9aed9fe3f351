using Reflow.Core.Tasks;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Tasks;

/// <summary>POST /open-apis/task/v1/tasks/:task_id/comments (contracts: task §2.11): whoever may read a task may comment on it, and reply to a comment.</summary>
static class CreateComment
{
    public static void Serve(Routes routes, TaskStore tasks, Ids ids) => routes.Serve("task.v1.task.comment.create", call => Handle(call, tasks, ids));

    static async ValueTask<Reply> Handle(Call call, TaskStore tasks, Ids ids)
    {
        var (names, _) = UserIds.Of(call);
        var (plain, rich) = CommentJson.Read(call.Body);
        var parentId = call.Body.Id("parent_id") is { Length: > 0 } id ? id : "0";
        if (call.Body.Refusal is { } bad) return bad;
        return await tasks.ChangeBeside<Reply>(call.Caller.Tenant, async session =>
        {
            var (task, error) = await call.Readable(session);
            if (error is not null) return error;
            (var text, error) = CommentText.Check(plain, rich);
            if (error is not null) return error;
            var parent = parentId is "0" ? null : await TaskComments.Find(session, task!.Id, parentId);
            if (parentId is not "0" && parent is null) return TaskErrors.NoSuchComment.Because($"task {task!.Id} has no comment {parentId} to reply to");
            var comment = new TaskComment(ids.Snowflake(call.Now / 1000), Version: 1, parent?.Id ?? 0, call.Caller.Actor, text!, call.Now);
            await TaskComments.Insert(session, task!, comment, call.Operation.Name);
            return CommentJson.Reply(comment, names!);
        }, call.Aborted);
    }
}
