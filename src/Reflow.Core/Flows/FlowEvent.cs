namespace Reflow.Core.Flows;

/// <summary>What happened to an instance, in the order of its log. Each is one simple change of rows; replaying all of them gives the state.</summary>
public abstract record FlowEvent
{
    FlowEvent() { }

    /// <summary>The instance came to be, with its first token.</summary>
    public sealed record Started(FlowInstance Instance, FlowToken Token) : FlowEvent;

    /// <summary>The net moved: the inputs are consumed, the outputs are new, the task, if any, is done by it.</summary>
    public sealed record Fired(Firing Firing, IReadOnlyList<FlowToken> Outputs) : FlowEvent;

    /// <summary>These firings hold no longer: their outputs are gone, their inputs are back, the finished tasks are superseded.</summary>
    public sealed record Undone(long By, IReadOnlyList<int> Firings, IReadOnlyList<long> Superseded) : FlowEvent;

    /// <summary>A task began. It may be born agreed (start, cc) or skipped.</summary>
    public sealed record TaskOpened(FlowTask Task) : FlowEvent;

    /// <summary>An assignee voted, or the rules did for them.</summary>
    public sealed record Voted(long TaskId, string User, Vote Vote) : FlowEvent;

    /// <summary>A task left pending, once and for all; its timers are gone.</summary>
    public sealed record TaskClosed(long TaskId, UserTaskStatus Status, string By, string? Opinion, long At) : FlowEvent;

    /// <summary>A finished task counts again, on this token: the work went straight back.</summary>
    public sealed record TaskRevived(long TaskId, int Token) : FlowEvent;

    /// <summary>Assignees handed the task over.</summary>
    public sealed record Transferred(long TaskId, string By, IReadOnlyList<string> From, IReadOnlyList<string> To, string? Opinion, long At) : FlowEvent;

    /// <summary>An assignee asked more people.</summary>
    public sealed record AssigneesAdded(long TaskId, string By, IReadOnlyList<string> Users, AddAssigneeType Type, string? Opinion, long At) : FlowEvent;

    /// <summary>People were told; by nobody when a cc node did it.</summary>
    public sealed record Copied(long TaskId, string? By, IReadOnlyList<string> Users, long At) : FlowEvent;

    /// <summary>Assignees were urged.</summary>
    public sealed record Expedited(long TaskId, string By, IReadOnlyList<string> Users, string? Opinion, long At) : FlowEvent;

    /// <summary>The clock reminded those whose turn it was; it does so once.</summary>
    public sealed record Reminded(long TaskId, string Node, IReadOnlyList<string> Users, long At) : FlowEvent;

    /// <summary>The task came due before those whose turn it was had acted; it does so once.</summary>
    public sealed record CameDue(long TaskId, string Node, IReadOnlyList<string> Users, long At) : FlowEvent;

    /// <summary>The form holds other values from now on; a rollback does not bring the old ones back (contracts/apaas §3.14).</summary>
    public sealed record FormChanged(long TaskId, string By, string Form, long At) : FlowEvent;

    /// <summary>The instance goes on in another version of its flow. Listed is what that version counts differently; everything else is as it was.</summary>
    public sealed record Migrated(int From, int To, IReadOnlyList<MigratedFiring> Firings, IReadOnlyList<MigratedToken> Tokens, IReadOnlyList<MigratedTask> Tasks, long At) : FlowEvent;

    /// <summary>The instance is over.</summary>
    public sealed record Ended(InstanceStatus Status, string? By, string? Opinion, long At) : FlowEvent;
}
