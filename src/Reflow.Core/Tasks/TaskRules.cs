using System.Diagnostics;
using Reflow.Core.Directory;

namespace Reflow.Core.Tasks;

/// <summary>The rules of tasks: what a command leads to, and what an event changes.</summary>
public static class TaskRules
{
    /// <summary>The task that a draft becomes, or why the draft is refused.</summary>
    /// <param name="draft">What was sent.</param>
    /// <param name="id">The new task's id.</param>
    /// <param name="call">Who creates it, when.</param>
    public static Decision<TaskEvent> Create(TaskDraft draft, string id, in TaskCall call)
    {
        var (content, error) = draft.Check(call);
        if (error is not null) return error;
        const int tenantToken = 6, userToken = 7;
        return [new TaskEvent.Created(new(id, Version: 1, call.By, call.By is Actor.App ? tenantToken : userToken, content!, call.Now, call.Now, CompletedAt: 0,
            [.. draft.Collaborators.Distinct()], [.. draft.Followers.Distinct()]))];
    }

    /// <summary>
    /// What the command means for this task, or why it is refused. Completing and un-completing what already is so succeeds and changes nothing:
    /// the first completion's moment stays (contracts: task §2.7).
    /// </summary>
    /// <param name="task">The task.</param>
    /// <param name="command">What is asked for.</param>
    /// <param name="call">Who asks, when.</param>
    public static Decision<TaskEvent> Decide(this TaskItem task, TaskCommand command, in TaskCall call) => task.RelationOf(call.By) switch
    {
        Relation.None => NoRelation(task, command, call),
        Relation.Follower when !LeavesBy(command, call.By) =>
            TaskErrors.NotEditable(call.Operation).Because($"{call.By} only follows task {task.Id}; its creator and collaborators may change it"),
        Relation.Follower or Relation.Collaborator or Relation.Creator => task.DeletedAt != 0 ? TaskErrors.Deleted : Allowed(task, command, call),
    };

    /// <summary>The task after the event; only <see cref="TaskEvent.Created"/> may come without a task before it.</summary>
    public static TaskItem Apply(this TaskItem? task, TaskEvent happened) => (happened, task) switch
    {
        (TaskEvent.Created e, null) => e.Task,
        (TaskEvent.Completed e, not null) => task with { CompletedAt = e.At, RemindAt = 0, UpdatedAt = e.At, Version = task.Version + 1 },
        (TaskEvent.Repeated e, not null) => task with { Content = task.Content with { RepeatRule = null }, NextId = e.Copy?.Id, Version = task.Version + 1 },
        (TaskEvent.Uncompleted e, not null) => task with { CompletedAt = 0, RemindAt = e.RemindAt, UpdatedAt = e.At, Version = task.Version + 1 },
        (TaskEvent.Edited e, not null) => task with { Content = e.Content, RemindAt = e.RemindAt, UpdatedAt = e.At, Version = task.Version + 1 },
        (TaskEvent.MembersAdded e, not null) => task.With(e.Role, [.. task.Members(e.Role), .. e.UserIds], e.At),
        (TaskEvent.MembersRemoved e, not null) => task.With(e.Role, [.. task.Members(e.Role).Except(e.UserIds)], e.At),
        (TaskEvent.ReminderAdded e, not null) => task with { Reminders = [.. task.Reminders, e.Reminder], RemindAt = e.RemindAt, UpdatedAt = e.At, Version = task.Version + 1 },
        (TaskEvent.ReminderRemoved e, not null) => task with
        {
            Reminders = [.. task.Reminders.Where(reminder => reminder.Id != e.Reminder.Id)],
            RemindAt = e.RemindAt,
            UpdatedAt = e.At,
            Version = task.Version + 1,
        },
        (TaskEvent.Reminded, not null) => task with { RemindAt = 0, Version = task.Version + 1 },
        (TaskEvent.Deleted e, not null) => task with { DeletedAt = e.At, RemindAt = 0, Version = task.Version + 1 },
        _ => throw new UnreachableException($"{happened} cannot happen to {task}"),
    };

    static Decision<TaskEvent> Allowed(TaskItem task, TaskCommand command, in TaskCall call) => command switch
    {
        TaskCommand.Complete => task.IsComplete ? [] : Complete(task, ((TaskCommand.Complete)command).CopyId, call),
        TaskCommand.Uncomplete => task.IsComplete ? [Uncomplete(task, call)] : [],
        TaskCommand.Patch patch => Patch(task, patch.What, call),
        TaskCommand.Delete => [new TaskEvent.Deleted(call.Now)],
        TaskCommand.AddMembers add => AddMembers(task, add, call),
        TaskCommand.RemoveMember remove => task.Members(remove.Role).Contains(remove.UserId)
            ? [new TaskEvent.MembersRemoved(call.Now, remove.Role, [remove.UserId])]
            : NoSuchMember(remove.Role),
        TaskCommand.RemoveMembers remove => task.Members(remove.Role).Intersect(remove.UserIds).ToList() is { Count: > 0 } there
            ? [new TaskEvent.MembersRemoved(call.Now, remove.Role, there)]
            : [],
        TaskCommand.AddReminder add => AddReminder(task, new(add.Id, add.Minutes), call),
        TaskCommand.RemoveReminder remove => RemoveReminder(task, remove.Id, call),
        _ => throw new UnreachableException(),
    };

    // Where the documented answers of an operation do not say "may not read", they say "may not change" (contracts: task §4 step 6).
    static Error NoRelation(TaskItem task, TaskCommand command, in TaskCall call) =>
        (command is TaskCommand.Complete or TaskCommand.Uncomplete ? TaskErrors.NotReadable(call.Operation) : TaskErrors.NotEditable(call.Operation))
            .Because($"{call.By} is neither creator, collaborator nor follower of task {task.Id}");

    // A follower may always stop following (contracts: task §2.9).
    static bool LeavesBy(TaskCommand command, Actor by) => by is Actor.User { UserId: var self } && command switch
    {
        TaskCommand.RemoveMember { Role: TaskRole.Follower } remove => remove.UserId == self,
        TaskCommand.RemoveMembers { Role: TaskRole.Follower } remove => remove.UserIds is not [] && remove.UserIds.All(userId => userId == self),
        _ => false,
    };

    static Decision<TaskEvent> Complete(TaskItem task, string? copyId, in TaskCall call) => task.Content.RepeatRule is not { } rule
        ? [new TaskEvent.Completed(call.Now)]
        : [new TaskEvent.Completed(call.Now), new TaskEvent.Repeated(copyId is null ? null : Following(task, copyId, rule, call))];

    // A reminder whose moment had come when the task was completed has been sent: within one millisecond it would be sent twice.
    static TaskEvent.Uncompleted Uncomplete(TaskItem task, in TaskCall call)
    {
        var remindAt = (task with { CompletedAt = 0 }).FiresAt(call);
        return new(call.Now, remindAt > task.CompletedAt ? remindAt : 0);
    }

    // The copy keeps all that was written and everybody; what was said about this one stays with it (contracts: task §2.7).
    static TaskItem? Following(TaskItem task, string id, string text, in TaskCall call)
    {
        if (task.Content.Due is not { } due || RepeatRule.Parse(text) is not { } rule || call.Settings.Zones(due.Timezone) is not { } zone || rule.Next(due, zone) is not { } next) return null;
        var copy = task with
        {
            Id = id,
            Version = 1,
            Content = task.Content with { Due = next, RepeatRule = rule.Rest },
            CreatedAt = call.Now,
            UpdatedAt = call.Now,
            CompletedAt = 0,
        };
        return copy with { RemindAt = copy.FiresAt(call) };
    }

    static Decision<TaskEvent> Patch(TaskItem task, TaskPatch patch, in TaskCall call)
    {
        var (draft, error) = patch.Onto(task);
        if (error is not null) return error;
        (var content, error) = draft!.Check(call, task);
        if (error is not null) return error;
        var events = new List<TaskEvent>();
        if (patch.ChangesDetails)
        {
            // A due time that stays, named or not, keeps what only Reflow knows of it, and its reminder as it stands: sent, or about to be.
            var stays = !patch.Fields.Contains("due") || content!.Due == (task.Content.Due is { } due ? due with { WallTime = null } : null);
            var edited = content! with { Due = stays ? task.Content.Due : content.Due };
            events.Add(new TaskEvent.Edited(call.Now, edited, stays ? task.RemindAt : (task with { Content = edited }).FiresAt(call)));
        }
        if (patch.Fields.Contains("collaborator_ids")) Replace(TaskRole.Collaborator, draft.Collaborators, call.Now);
        if (patch.Fields.Contains("follower_ids")) Replace(TaskRole.Follower, draft.Followers, call.Now);
        return new(events, null);

        void Replace(TaskRole role, IReadOnlyList<string> userIds, long now)
        {
            if (task.Members(role).Except(userIds).ToList() is { Count: > 0 } gone) events.Add(new TaskEvent.MembersRemoved(now, role, gone));
            if (userIds.Distinct().Except(task.Members(role)).ToList() is { Count: > 0 } added) events.Add(new TaskEvent.MembersAdded(now, role, added));
        }
    }

    static Decision<TaskEvent> AddMembers(TaskItem task, TaskCommand.AddMembers add, in TaskCall call)
    {
        var isFollowers = add.Role is TaskRole.Follower;
        if (isFollowers && (add.NamesNobody || add.UserIds is [])) return TaskErrors.BadFollower;
        if (add.UserIds is []) return TaskErrors.BadParameters.Because("nobody is named");
        var added = add.UserIds.Distinct().Except(task.Members(add.Role)).ToList();
        if (added is []) return isFollowers ? TaskErrors.AllFollowers : TaskErrors.AllCollaborators;
        var count = task.Members(add.Role).Count + added.Count;
        if (isFollowers && count > call.Settings.MostFollowers) return TaskErrors.TooManyFollowers;
        if (!isFollowers && count > TaskSettings.MostCollaborators) return TaskErrors.TooManyCollaborators;
        return [new TaskEvent.MembersAdded(call.Now, add.Role, added)];
    }

    static Error NoSuchMember(TaskRole role) => role switch
    {
        TaskRole.Collaborator => TaskErrors.NoSuchCollaborator,
        TaskRole.Follower => TaskErrors.NoSuchFollower,
    };

    static Decision<TaskEvent> AddReminder(TaskItem task, TaskReminder reminder, in TaskCall call)
    {
        if (task.Content.Due is null) return TaskErrors.NoDue;
        if (task.Reminders.Any(other => other.Minutes == reminder.Minutes)) return TaskErrors.SameReminder;
        if (task.Reminders.Count >= TaskSettings.MostReminders) return TaskErrors.TooManyReminders;
        if (task.FiresAt(reminder, call) < call.Now) return TaskErrors.BadParameters.Because("the reminder would fire in the past");
        // Only the first fires: one more changes nothing for those that are there.
        var remindAt = task.Reminders is [] ? (task with { Reminders = [reminder] }).FiresAt(call) : task.RemindAt;
        return [new TaskEvent.ReminderAdded(call.Now, reminder, remindAt)];
    }

    static Decision<TaskEvent> RemoveReminder(TaskItem task, long id, in TaskCall call)
    {
        if (task.Reminders.FirstOrDefault(reminder => reminder.Id == id) is not { } gone) return TaskErrors.NoSuchReminder;
        var remindAt = gone == task.Reminders[0] ? (task with { Reminders = [.. task.Reminders.Skip(1)] }).FiresAt(call) : task.RemindAt;
        return [new TaskEvent.ReminderRemoved(call.Now, gone, remindAt)];
    }

    /// <summary>When the first reminder fires, Unix ms; 0 when none does: the task is done, has no due time or no reminder, or the moment is past.</summary>
    static long FiresAt(this TaskItem task, in TaskCall call) =>
        !task.IsComplete && task.Reminders is [var first, ..] && task.FiresAt(first, call) is { } at && at >= call.Now ? at : 0;

    static long? FiresAt(this TaskItem task, TaskReminder reminder, in TaskCall call) =>
        task.Content.Due is { } due && call.Settings.Zones(due.Timezone) is { } zone ? (due.Moment(zone) - reminder.Minutes * 60L) * 1000 : null;

    static TaskItem With(this TaskItem task, TaskRole role, IReadOnlyList<string> userIds, long at) => role switch
    {
        TaskRole.Collaborator => task with { Collaborators = userIds, UpdatedAt = at, Version = task.Version + 1 },
        TaskRole.Follower => task with { Followers = userIds, UpdatedAt = at, Version = task.Version + 1 },
    };
}
