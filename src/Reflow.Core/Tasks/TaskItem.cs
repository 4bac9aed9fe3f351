using Reflow.Core.Directory;

namespace Reflow.Core.Tasks;

/// <summary>A task of Task v1 (contracts: task §1). Moments are Unix ms; the wire has seconds.</summary>
/// <param name="Id">A lower-case UUID.</param>
/// <param name="Version">Grows by one with every event.</param>
/// <param name="Creator">The member or the app that made it.</param>
/// <param name="Source">Where it came from: 6 an app's own token, 7 a member's token.</param>
/// <param name="Content">What its author wrote.</param>
/// <param name="CreatedAt">Unix ms.</param>
/// <param name="UpdatedAt">Unix ms; equal to <paramref name="CreatedAt"/> until the first change.</param>
/// <param name="CompletedAt">Unix ms; 0 while the task is open.</param>
/// <param name="Collaborators">The <c>user_id</c>s of those who shall do it, in the order they were added.</param>
/// <param name="Followers">The <c>user_id</c>s of those who only watch, in the order they were added.</param>
public sealed record TaskItem(
    string Id, long Version, Actor Creator, int Source, TaskContent Content,
    long CreatedAt, long UpdatedAt, long CompletedAt,
    IReadOnlyList<string> Collaborators, IReadOnlyList<string> Followers)
{
    /// <summary>When to remind of it, in the order of their ids. Only the first one fires (contracts: task §2.10).</summary>
    public IReadOnlyList<TaskReminder> Reminders { get; init; } = [];

    /// <summary>The moment at which the first reminder fires, Unix ms; 0 when none will.</summary>
    public long RemindAt { get; init; }

    /// <summary>The task that was made from its repeat rule when it was completed; null when none was.</summary>
    public string? NextId { get; init; }

    /// <summary>Unix ms; 0 while it is there.</summary>
    public long DeletedAt { get; init; }

    /// <summary>True once the whole task is done; Task v1 has no completion per person (contracts: task §2.7).</summary>
    public bool IsComplete => CompletedAt != 0;

    /// <summary>Those of a role.</summary>
    public IReadOnlyList<string> Members(TaskRole role) => role switch
    {
        TaskRole.Collaborator => Collaborators,
        TaskRole.Follower => Followers,
    };

    /// <summary>What someone is to this task. The strongest relation counts: a creator who also follows is the creator.</summary>
    public Relation RelationOf(Actor actor) =>
        actor == Creator ? Relation.Creator
        : actor is not Actor.User { UserId: var user } ? Relation.None
        : Collaborators.Contains(user) ? Relation.Collaborator
        : Followers.Contains(user) ? Relation.Follower
        : Relation.None;
}

/// <summary>In what role a member stands with a task.</summary>
public enum TaskRole
{
    /// <summary>Shall do it; v2's assignee.</summary>
    Collaborator,
    /// <summary>Watches.</summary>
    Follower,
}

/// <summary>What someone is to a task; decides what they may do (contracts: task §4, access matrix).</summary>
public enum Relation
{
    /// <summary>Nothing: may not even see it.</summary>
    None,
    /// <summary>Watches: may see it.</summary>
    Follower,
    /// <summary>Does it: may see and change it.</summary>
    Collaborator,
    /// <summary>Made it: may see and change it.</summary>
    Creator,
}

/// <summary>When to remind of a task.</summary>
/// <param name="Id">Its id; the smallest of a task is its first.</param>
/// <param name="Minutes">So many minutes before the due time; after it when negative.</param>
public sealed record TaskReminder(long Id, int Minutes);

/// <summary>What the author of a task wrote (contracts: task §2.2).</summary>
/// <param name="Summary">The title, plain.</param>
/// <param name="RichSummary">The title in the markdown subset; null when only a plain one was given.</param>
/// <param name="Description">The body, plain.</param>
/// <param name="RichDescription">The body in the markdown subset; null when only a plain one was given.</param>
/// <param name="Extra">Base64, given back as it came.</param>
/// <param name="Custom">JSON text of the custom completion; empty when there is none.</param>
/// <param name="Due">When it should be done; null when not said.</param>
/// <param name="Origin">Where it came from, as its author put it.</param>
/// <param name="CanEdit">Deprecated switch of the client; never decides what the API allows.</param>
/// <param name="RepeatRule">The RRULE by which it repeats; null when it does not.</param>
public sealed record TaskContent(
    string Summary, string? RichSummary, string Description, string? RichDescription,
    string Extra, string Custom, Due? Due, Origin Origin, bool CanEdit, string? RepeatRule);

/// <summary>When a task should be done.</summary>
/// <param name="Time">Unix seconds; 00:00 UTC of the day when <paramref name="IsAllDay"/>.</param>
/// <param name="Timezone">An IANA name.</param>
/// <param name="IsAllDay">True when only the date counts.</param>
public sealed record Due(long Time, string Timezone, bool IsAllDay)
{
    /// <summary>The second of the day that a repeating task is due at on the wall, where the clocks skipped it this time; null where <see cref="Time"/> tells it.</summary>
    public long? WallTime { get; init; }

    /// <summary>The moment that reminders count from, a Unix second: a whole day begins at midnight of its timezone (contracts: task §2.10).</summary>
    public long Moment(ZoneOffset zone) => IsAllDay ? zone.Moment(Time) : Time;
}

/// <summary>Where a task came from.</summary>
/// <param name="PlatformName">The platform's name by locale, JSON text with lower-case, sorted keys.</param>
/// <param name="Url">A link back; null when none was given.</param>
/// <param name="Title">The link's text; null when none was given.</param>
public sealed record Origin(string PlatformName, string? Url, string? Title);
