using System.Globalization;
using Reflow.Core.Tasks;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Tasks;

/// <summary>GET /open-apis/task/v1/tasks/:task_id/comments (contracts: task §2.11): in the order of time, or the other way round.</summary>
static class ListComments
{
    public static void Serve(Routes routes, TaskStore tasks) => routes.Serve("task.v1.task.comment.list", call => Handle(call, tasks));

    static async ValueTask<Reply> Handle(Call call, TaskStore tasks)
    {
        var (ids, _) = UserIds.Of(call);
        var size = Paging.Size(call, Paging.MostItems, out var tooLarge);
        var direction = call.Query("list_direction") ?? "0";
        if (direction is not ("0" or "1")) call.Body.Violation("list_direction", direction, "list_direction is optional, options: [0,1]");
        if (call.Body.Refusal is { } bad) return bad;
        var list = $"{call.Operation.Name} {call.Caller.Tenant} {call.Path("task_id")} {direction}";
        return await tasks.Read<Reply>(call.Caller.Tenant, async session =>
        {
            var (task, error) = await call.Readable(session);
            if (error is not null) return error;
            if (tooLarge) return TaskErrors.PageTooLarge;
            (long, long)? after = null;
            if (call.Query("page_token") is { } token)
            {
                if (PageToken.Read(list, token) is not var (createdAt, id)) return TaskErrors.BadPageToken;
                after = (createdAt, long.Parse(id, CultureInfo.InvariantCulture));
            }
            var comments = await TaskComments.Page(session, task!.Id, newestFirst: direction is "1", after, size);
            return Paging.Reply(comments, size, comment => PageToken.Write(list, comment.CreatedAt, comment.Id.ToString(CultureInfo.InvariantCulture)),
                (json, comment) => CommentJson.Write(json, comment, ids!));
        }, call.Aborted);
    }
}
