namespace Reflow.Core.Tasks;

/// <summary>What may be done to a task that exists.</summary>
public abstract record TaskCommand
{
    TaskCommand() { }

    /// <summary>Marks the whole task done for everybody (contracts: task §2.7).</summary>
    /// <param name="CopyId">The id for the task that follows when it repeats; null to let none follow.</param>
    public sealed record Complete(string? CopyId = null) : TaskCommand;

    /// <summary>Takes the completed state back (seed 004).</summary>
    public sealed record Uncomplete : TaskCommand;

    /// <summary>Changes what its author wrote, or who its members are.</summary>
    /// <param name="What">What changes.</param>
    public sealed record Patch(TaskPatch What) : TaskCommand;

    /// <summary>Deletes it for good.</summary>
    public sealed record Delete : TaskCommand;

    /// <summary>Adds members; those who are there already are passed over.</summary>
    /// <param name="Role">In which role.</param>
    /// <param name="UserIds">Who.</param>
    /// <param name="NamesNobody">True when the call also named what is no member: nothing, or an app.</param>
    public sealed record AddMembers(TaskRole Role, IReadOnlyList<string> UserIds, bool NamesNobody = false) : TaskCommand;

    /// <summary>Takes one member away, who must be there.</summary>
    public sealed record RemoveMember(TaskRole Role, string UserId) : TaskCommand;

    /// <summary>Takes members away; those who are not there are passed over.</summary>
    public sealed record RemoveMembers(TaskRole Role, IReadOnlyList<string> UserIds) : TaskCommand;

    /// <summary>Adds a reminder.</summary>
    /// <param name="Id">The id for it, above all that the task has.</param>
    /// <param name="Minutes">So many minutes before the due time; after it when negative.</param>
    public sealed record AddReminder(long Id, int Minutes) : TaskCommand;

    /// <summary>Takes a reminder away.</summary>
    public sealed record RemoveReminder(long Id) : TaskCommand;
}

/// <summary>What happened to a task. Moments are Unix ms.</summary>
public abstract record TaskEvent
{
    TaskEvent() { }

    /// <summary>It is there.</summary>
    public sealed record Created(TaskItem Task) : TaskEvent;

    /// <summary>It is done.</summary>
    public sealed record Completed(long At) : TaskEvent;

    /// <summary>It repeats no more, and the task that follows is there; none when its rule had ended.</summary>
    public sealed record Repeated(TaskItem? Copy) : TaskEvent;

    /// <summary>It is open again, and reminds then.</summary>
    public sealed record Uncompleted(long At, long RemindAt) : TaskEvent;

    /// <summary>Its content is another, and it reminds then.</summary>
    public sealed record Edited(long At, TaskContent Content, long RemindAt) : TaskEvent;

    /// <summary>They are its members now.</summary>
    public sealed record MembersAdded(long At, TaskRole Role, IReadOnlyList<string> UserIds) : TaskEvent;

    /// <summary>They are its members no more.</summary>
    public sealed record MembersRemoved(long At, TaskRole Role, IReadOnlyList<string> UserIds) : TaskEvent;

    /// <summary>It has a reminder more, and reminds then.</summary>
    public sealed record ReminderAdded(long At, TaskReminder Reminder, long RemindAt) : TaskEvent;

    /// <summary>It has a reminder less, and reminds then.</summary>
    public sealed record ReminderRemoved(long At, TaskReminder Reminder, long RemindAt) : TaskEvent;

    /// <summary>Its first reminder fired.</summary>
    public sealed record Reminded(long At) : TaskEvent;

    /// <summary>It is gone.</summary>
    public sealed record Deleted(long At) : TaskEvent;
}
