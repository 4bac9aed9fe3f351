namespace Reflow.Core.Flows;

/// <summary>One activation of a node: a task with many assignees (contracts/apaas §1.5). Votes live in it and die with it.</summary>
/// <param name="Id">Sixteen decimal digits below 2^53, the same under <c>/user_tasks/</c> and <c>/approval_tasks/</c>.</param>
/// <param name="Node">The key of its node.</param>
/// <param name="Kind">What is asked.</param>
/// <param name="Token">The token that it belongs to.</param>
/// <param name="OpenedAt">When it began, in Unix milliseconds.</param>
public sealed record FlowTask(long Id, string Node, TaskKind Kind, int Token, long OpenedAt)
{
    /// <summary>Who is asked, in order, no user twice.</summary>
    public IReadOnlyList<Assignee> Assignees { get; init; } = [];

    /// <summary>How it stands.</summary>
    public UserTaskStatus Status { get; init; }

    /// <summary>Whether it was finished in a round that has been undone since.</summary>
    public bool Superseded { get; init; }

    /// <summary>When it left <see cref="UserTaskStatus.Pending"/>, in Unix milliseconds.</summary>
    public long? ClosedAt { get; init; }

    /// <summary>The firing that finished it; null while pending and when it was not finished.</summary>
    public int? DoneBy { get; init; }

    /// <summary>When it is due, in Unix milliseconds; null once it is closed.</summary>
    public long? DueAt { get; init; }

    /// <summary>When its assignees are reminded, in Unix milliseconds; null once it is closed.</summary>
    public long? RemindAt { get; init; }

    /// <summary>When its assignees were reminded, in Unix milliseconds; null while they were not.</summary>
    public long? RemindedAt { get; init; }

    /// <summary>When it came due, in Unix milliseconds; null while it has not.</summary>
    public long? CameDueAt { get; init; }

    /// <summary>Whom it was copied to, in ordinal order; null when nobody.</summary>
    public IReadOnlyList<string>? Copied { get; init; }

    /// <summary>What agreeing brings back at once; null when the work walks on.</summary>
    public ResumePoint? Resume { get; init; }
}

/// <summary>Where a rollback with <see cref="Resume.Direct"/> came from.</summary>
/// <param name="By">The task whose rollback undid the work: <see cref="Firing.UndoneBy"/> of all of it.</param>
/// <param name="Firing">The undone firing of the task rolled back to.</param>
public sealed record ResumePoint(long By, int Firing);

/// <summary>One who is asked.</summary>
/// <param name="User">The user id.</param>
/// <param name="Stage">0 for those asked first; each "after me" opens the next.</param>
/// <param name="Added">Whether an assignee brought this one in.</param>
/// <param name="Vote">The vote; null before it is cast.</param>
public sealed record Assignee(string User, int Stage = 0, bool Added = false, Vote? Vote = null);

/// <summary>A vote.</summary>
/// <param name="Agree">Agreed or rejected.</param>
/// <param name="Automatic">Cast by the rules instead of the person.</param>
/// <param name="At">When, in Unix milliseconds.</param>
/// <param name="Opinion">What the person said.</param>
public sealed record Vote(bool Agree, bool Automatic, long At, string? Opinion);

/// <summary>What a task asks for. Numbers are stored.</summary>
public enum TaskKind
{
    /// <summary>A decision.</summary>
    Approval = 0,
    /// <summary>Form data.</summary>
    Fill = 1,
    /// <summary>Nothing: the record of those told by a cc node.</summary>
    Cc = 2,
    /// <summary>The initiator's own task.</summary>
    Start = 3,
}

/// <summary>How a task stands (contracts/apaas §2). Numbers are stored.</summary>
public enum UserTaskStatus
{
    /// <summary>It waits for someone.</summary>
    Pending = 0,
    /// <summary>It passed.</summary>
    Agreed = 1,
    /// <summary>It was rejected.</summary>
    Rejected = 2,
    /// <summary>Its assignee rolled back.</summary>
    RolledBack = 3,
    /// <summary>It went away because of another task.</summary>
    Closed = 4,
    /// <summary>The initiator withdrew the instance.</summary>
    Canceled = 5,
    /// <summary>The rules passed it without asking anyone.</summary>
    Skipped = 6,
}
