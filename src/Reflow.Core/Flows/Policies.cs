namespace Reflow.Core.Flows;

/// <summary>What a rollback may do and how. A rollback follows the policy of the node that it starts from (contracts/apaas §3.1-§3.7).</summary>
public sealed record RollbackPolicy
{
    /// <summary>Whether there is a rollback at all; without it a task has no rollback points.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>How far back it may go.</summary>
    public RollbackScope Scope { get; init; } = RollbackScope.Any;

    /// <summary>Where the work goes on once the task rolled back to is done again.</summary>
    public Resume Resume { get; init; }

    /// <summary>What becomes of finished branches when a join is undone.</summary>
    public Siblings Siblings { get; init; }

    /// <summary>Who gets the task rolled back to.</summary>
    public LastAssignees Assignees { get; init; }

    /// <summary>Whether assignees who were added on the way are asked again.</summary>
    public bool Inherit { get; init; }

    /// <summary>Whether the flow's administrators may roll back as well as the assignees (contracts/apaas §3.8).</summary>
    public bool Administrators { get; init; }
}

/// <summary>What of a <see cref="RollbackPolicy"/> a node sets for itself; null where it follows the flow.</summary>
public sealed record RollbackOverride
{
    /// <summary>See <see cref="RollbackPolicy.Enabled"/>. A flow without rollback has none at any node.</summary>
    public bool? Enabled { get; init; }

    /// <summary>See <see cref="RollbackPolicy.Scope"/>.</summary>
    public RollbackScope? Scope { get; init; }

    /// <summary>See <see cref="RollbackPolicy.Resume"/>.</summary>
    public Resume? Resume { get; init; }

    /// <summary>See <see cref="RollbackPolicy.Siblings"/>.</summary>
    public Siblings? Siblings { get; init; }

    /// <summary>See <see cref="RollbackPolicy.Assignees"/>.</summary>
    public LastAssignees? Assignees { get; init; }

    /// <summary>See <see cref="RollbackPolicy.Inherit"/>.</summary>
    public bool? Inherit { get; init; }

    /// <summary>See <see cref="RollbackPolicy.Administrators"/>.</summary>
    public bool? Administrators { get; init; }

    /// <summary>The flow's policy with this node's own settings.</summary>
    public RollbackPolicy Over(RollbackPolicy flow) => new()
    {
        Enabled = flow.Enabled && (Enabled ?? true),
        Scope = Scope ?? flow.Scope,
        Resume = Resume ?? flow.Resume,
        Siblings = Siblings ?? flow.Siblings,
        Assignees = Assignees ?? flow.Assignees,
        Inherit = Inherit ?? flow.Inherit,
        Administrators = Administrators ?? flow.Administrators,
    };
}

/// <summary>How far back a rollback may go.</summary>
public enum RollbackScope
{
    /// <summary>To the start only.</summary>
    Initiator,
    /// <summary>To the nearest earlier task on each causal path; several after a join.</summary>
    Previous,
    /// <summary>To every earlier task.</summary>
    Any,
}

/// <summary>Where the work goes on once the task rolled back to is done again.</summary>
public enum Resume
{
    /// <summary>Every node in between again.</summary>
    Walk,
    /// <summary>Straight back to where the rollback came from.</summary>
    Direct,
}

/// <summary>What becomes of finished branches when a join is undone.</summary>
public enum Siblings
{
    /// <summary>They wait at the join; only the target's branch is done again.</summary>
    Keep,
    /// <summary>All branches are done again, from the fork; always node by node.</summary>
    Rerun,
}

/// <summary>Who gets the task rolled back to.</summary>
public enum LastAssignees
{
    /// <summary>Those who had it when it was finished, after transfers.</summary>
    Last,
    /// <summary>Whoever the rules name now.</summary>
    Resolve,
}

/// <summary>What a rejection does (contracts/apaas §3.10).</summary>
public abstract record RejectPolicy
{
    RejectPolicy() { }

    /// <summary>The instance ends as rejected.</summary>
    public sealed record EndInstance : RejectPolicy;

    /// <summary>Only the branch ends and its join goes on without it; when every branch has ended, so has what the fork stands in.</summary>
    public sealed record EndBranch : RejectPolicy;

    /// <summary>Back to the initiator.</summary>
    public sealed record ToStart : RejectPolicy;

    /// <summary>Back to the latest task of a node that led here; to the initiator if none did.</summary>
    public sealed record ToNode(string Node) : RejectPolicy;

    /// <summary>On along an edge of its own.</summary>
    public sealed record Follow(string To) : RejectPolicy;
}
