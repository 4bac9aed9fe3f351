using System.Data.Common;
using System.Globalization;
using Reflow.Core.Directory;
using Reflow.Core.Tasks;

namespace Reflow.Server.Store;

/// <summary>The comments on tasks (contracts: task §2.11).</summary>
static class TaskComments
{
    const string Columns = "id, version, parent_id, author, content, rich, created_at";

    /// <summary>A comment of a task; null when it has none of this id.</summary>
    public static async ValueTask<TaskComment?> Find(Session session, string taskId, string id) =>
        long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? await session.Find($"select {Columns} from task_comment where tenant = $1 and task_id = $2 and id = $3", Read, taskId, number) : null;

    /// <summary>A page in the order of time, one comment more than asked for when more follow.</summary>
    public static ValueTask<List<TaskComment>> Page(Session session, string taskId, bool newestFirst, (long CreatedAt, long Id)? after, int size)
    {
        var (createdAt, id) = after ?? (newestFirst ? (long.MaxValue, long.MaxValue) : (long.MinValue, long.MinValue));
        var order = newestFirst ? "< ($3, $4) order by created_at desc, id desc" : "> ($3, $4) order by created_at, id";
        return session.Query(
            $"select {Columns} from task_comment{session.Engine.By("task_comment_in_order")} where tenant = $1 and task_id = $2 and (created_at, id) {order} limit $5",
            Read, taskId, createdAt, id, size + 1);
    }

    /// <summary>All comments of a tenant with the ids of their tasks, each task's in the order of time. Whoever asks keeps them all in memory.</summary>
    public static ValueTask<List<(string TaskId, TaskComment Comment)>> All(Session session) =>
        session.Query($"/* export */ select {Columns}, task_id from task_comment where tenant = $1 order by task_id, created_at, id", r => (r.GetString(7), Read(r)));

    /// <summary>Writes a new comment.</summary>
    public static async ValueTask Insert(Session session, TaskItem task, TaskComment comment, string operation)
    {
        await session.Write(
            "insert into task_comment (tenant, task_id, id, version, parent_id, author, content, rich, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            task.Id, comment.Id, comment.Version, comment.ParentId, comment.Author.ToString(), comment.Text.Plain, comment.Text.Rich, comment.CreatedAt);
        await Record(session, task, comment, comment.ParentId == 0 ? CommentAct.Created : CommentAct.Replied, comment.CreatedAt, operation);
    }

    /// <summary>Writes what a comment says now.</summary>
    public static async ValueTask<TaskComment> Update(Session session, TaskItem task, TaskComment comment, CommentText text, long now, string operation)
    {
        var updated = comment with { Text = text, Version = comment.Version + 1 };
        await session.Write("update task_comment set version = $4, content = $5, rich = $6 where tenant = $1 and task_id = $2 and id = $3",
            task.Id, comment.Id, updated.Version, text.Plain, text.Rich);
        await Record(session, task, updated, CommentAct.Updated, now, operation);
        return updated;
    }

    /// <summary>Deletes a comment; its replies stay.</summary>
    public static async ValueTask Delete(Session session, TaskItem task, TaskComment comment, long now, string operation)
    {
        await session.Write("delete from task_comment where tenant = $1 and task_id = $2 and id = $3", task.Id, comment.Id);
        await Record(session, task, comment with { Version = comment.Version + 1 }, CommentAct.Deleted, now, operation);
    }

    static async ValueTask Record(Session session, TaskItem task, TaskComment comment, CommentAct act, long now, string operation)
    {
        var id = comment.Id.ToString(CultureInfo.InvariantCulture);
        await History.Append(session, "task_comment", id, comment.Version, now, comment.Author.ToString()!, operation, $"[\"{act.ToString().ToLowerInvariant()}\"]");
        if (task.Creator is Actor.App app) await TaskOutbox.Append(session, task.Id, now, [new TaskNotice.Commented(app.AppId, task.Id, comment.Id, comment.ParentId, act)]);
    }

    static TaskComment Read(DbDataReader r) =>
        new(r.GetInt64(0), r.GetInt64(1), r.GetInt64(2), Actor.Parse(r.GetString(3)), new(r.GetString(4), r.GetString(5)), r.GetInt64(6));
}
