using System.Globalization;
using System.Text.Json;
using Reflow.Core.Tasks;

namespace Reflow.Server.Store;

/// <summary>The notices of tasks as events (contracts: task §5).</summary>
static class TaskOutbox
{
    /// <summary>The type of a reminder that is due. Feishu shows reminders to people and tells no app of them, so the name is Reflow's own.</summary>
    public const string ReminderDue = "reflow.task.reminder_due_v1";

    /// <summary>Records notices in the change of the task that they are about.</summary>
    public static ValueTask Append(Session session, string taskId, long at, IReadOnlyList<TaskNotice> notices) => Outbox.Append(session, at, "task", taskId, [.. notices.Select(Event)]);

    static OutboxEvent Event(TaskNotice notice) => notice switch
    {
        TaskNotice.Updated n => new("task.task.updated_v1", n.AppId, $$"""{"task_id":"{{n.TaskId}}","obj_type":{{(int)n.Aspect}}}"""),
        TaskNotice.InTenant n => new("task.task.update_tenant_v1", null,
            $$"""{"task_id":"{{n.TaskId}}","object_type":"{{n.Object}}","event_type":"{{n.Act}}","user_ids":{{Texts(n.UserIds)}}}"""),
        TaskNotice.Reminded n => new(ReminderDue, null,
            $$"""{"task_id":"{{n.TaskId}}","reminder_id":"{{Id(n.ReminderId)}}","user_ids":{{Texts(n.UserIds)}}}"""),
        TaskNotice.Commented n => new("task.task.comment.updated_v1", n.AppId,
            $$"""{"task_id":"{{n.TaskId}}","comment_id":"{{Id(n.CommentId)}}","parent_id":"{{Id(n.ParentId)}}","obj_type":{{(int)n.Act}}}"""),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static string Id(long id) => id.ToString(CultureInfo.InvariantCulture);

    static string Texts(IReadOnlyList<string> texts) => texts is [] ? "[]" : JsonSerializer.Serialize([.. texts], StoreJson.Readable.StringArray);
}
