using System.Diagnostics;
using Reflow.Core.Directory;

namespace Reflow.Core.Tasks;

/// <summary>Which aspect of a task changed: <c>obj_type</c> of <c>task.task.updated_v1</c> (contracts: task §5). The numbers are the wire's.</summary>
public enum TaskAspect
{
    /// <summary>What its author wrote.</summary>
    Details = 1,
    /// <summary>Its collaborators.</summary>
    Collaborators = 2,
    /// <summary>Its followers.</summary>
    Followers = 3,
    /// <summary>Its reminders.</summary>
    Reminders = 4,
    /// <summary>It is done.</summary>
    Completed = 5,
    /// <summary>It is open again.</summary>
    Uncompleted = 6,
    /// <summary>It is gone.</summary>
    Deleted = 7,
}

/// <summary>What happened to a comment: <c>obj_type</c> of <c>task.task.comment.updated_v1</c>. The numbers are the wire's.</summary>
public enum CommentAct
{
    /// <summary>It is there.</summary>
    Created = 1,
    /// <summary>It is there and replies to another.</summary>
    Replied = 2,
    /// <summary>It says something else.</summary>
    Updated = 3,
    /// <summary>It is gone.</summary>
    Deleted = 4,
}

/// <summary>What others are told of a task (contracts: task §5).</summary>
public abstract record TaskNotice
{
    TaskNotice() { }

    /// <summary><c>task.task.updated_v1</c>, for the app that made the task with its own token.</summary>
    public sealed record Updated(string AppId, string TaskId, TaskAspect Aspect) : TaskNotice;

    /// <summary><c>task.task.update_tenant_v1</c>, for every app that asked for it.</summary>
    /// <param name="TaskId">The task.</param>
    /// <param name="Object"><c>task</c>, <c>collaborator</c> or <c>follower</c>.</param>
    /// <param name="Act"><c>create</c>, <c>delete</c> or <c>update</c>.</param>
    /// <param name="UserIds">Its people after the change, and who was removed by it.</param>
    public sealed record InTenant(string TaskId, string Object, string Act, IReadOnlyList<string> UserIds) : TaskNotice;

    /// <summary>A reminder is due: Reflow's own, since Feishu shows it to people only.</summary>
    public sealed record Reminded(string TaskId, long ReminderId, IReadOnlyList<string> UserIds) : TaskNotice;

    /// <summary><c>task.task.comment.updated_v1</c>, for the app that made the task with its own token.</summary>
    public sealed record Commented(string AppId, string TaskId, long CommentId, long ParentId, CommentAct Act) : TaskNotice;

    /// <summary>What is told of these events: one notice for each aspect that changed, and each audience.</summary>
    /// <param name="task">The task after them.</param>
    /// <param name="happened">What happened to it in one change.</param>
    public static IReadOnlyList<TaskNotice> Of(TaskItem task, IReadOnlyList<TaskEvent> happened)
    {
        var notices = new List<TaskNotice>(2 * happened.Count);
        foreach (var one in happened)
        {
            switch (one)
            {
                case TaskEvent.Created: InTenant("task", "create", []); break;
                case TaskEvent.Completed: Tell(TaskAspect.Completed, "task", "update", []); break;
                case TaskEvent.Uncompleted: Tell(TaskAspect.Uncompleted, "task", "update", []); break;
                case TaskEvent.Edited: Tell(TaskAspect.Details, "task", "update", []); break;
                case TaskEvent.ReminderAdded or TaskEvent.ReminderRemoved: Tell(TaskAspect.Reminders, "task", "update", []); break;
                case TaskEvent.Deleted: Tell(TaskAspect.Deleted, "task", "delete", []); break;
                case TaskEvent.Reminded: notices.Add(new Reminded(task.Id, task.Reminders[0].Id, task.Collaborators is [] && task.Creator is Actor.User creator ? [creator.UserId] : task.Collaborators)); break;
                // Its copy tells of itself.
                case TaskEvent.Repeated: break;
                case TaskEvent.MembersRemoved removed when !happened.Any(other => other is TaskEvent.MembersAdded added && added.Role == removed.Role):
                    Tell(AspectOf(removed.Role), Word(removed.Role), "delete", removed.UserIds);
                    break;
                case TaskEvent.MembersRemoved: break;
                case TaskEvent.MembersAdded added:
                    var gone = happened.OfType<TaskEvent.MembersRemoved>().FirstOrDefault(other => other.Role == added.Role)?.UserIds;
                    Tell(AspectOf(added.Role), Word(added.Role), gone is null ? "create" : "update", gone ?? []);
                    break;
                default: throw new UnreachableException();
            }
        }
        return notices;

        void Tell(TaskAspect aspect, string what, string act, IReadOnlyList<string> gone)
        {
            if (task.Creator is Actor.App app) notices.Add(new Updated(app.AppId, task.Id, aspect));
            InTenant(what, act, gone);
        }

        void InTenant(string what, string act, IReadOnlyList<string> gone) => notices.Add(new InTenant(task.Id, what, act, People(task, gone)));
    }

    static IReadOnlyList<string> People(TaskItem task, IReadOnlyList<string> gone)
    {
        if (task.Creator is Actor.App && task.Followers is [] && gone is []) return task.Collaborators;
        IEnumerable<string> creator = task.Creator is Actor.User user ? [user.UserId] : [];
        return [.. creator.Concat(task.Collaborators).Concat(task.Followers).Concat(gone).Distinct()];
    }

    static TaskAspect AspectOf(TaskRole role) => role switch
    {
        TaskRole.Collaborator => TaskAspect.Collaborators,
        TaskRole.Follower => TaskAspect.Followers,
    };

    static string Word(TaskRole role) => role switch
    {
        TaskRole.Collaborator => "collaborator",
        TaskRole.Follower => "follower",
    };
}
