namespace Reflow.Core.Flows;

/// <summary>A node of a flow.</summary>
public abstract record FlowNode
{
    FlowNode(string key) => Key = key;

    /// <summary>The node's name within its flow; it never changes meaning between versions.</summary>
    public string Key { get; init; }

    /// <summary>What the node is called: <c>activity_label</c> of the rollback points (seed 000).</summary>
    public IReadOnlyList<Label> Label { get; init; } = [];

    /// <summary>Where an instance begins: a task of the initiator, born agreed (contracts/apaas §3.6).</summary>
    public sealed record Start(string Key) : FlowNode(Key);

    /// <summary>Where an instance is agreed.</summary>
    public sealed record End(string Key) : FlowNode(Key);

    /// <summary>Waits for people. One activation is one task with many assignees (contracts/apaas §1.5).</summary>
    public sealed record Human(string Key, TaskKind Kind = TaskKind.Approval) : FlowNode(Key)
    {
        /// <summary>How many of the assignees it takes.</summary>
        public Mode Mode { get; init; }

        /// <summary>With <see cref="Mode.Ratio"/>, the share of the assignees that must agree, in percent, 1 to 100.</summary>
        public int Percent { get; init; } = 100;

        /// <summary>Who is asked: the users of all rules in this order, each once.</summary>
        public IReadOnlyList<AssigneeRule> Assignees { get; init; } = [];

        /// <summary>What happens when the rules find nobody.</summary>
        public WhenNobody Nobody { get; init; }

        /// <summary>Where this node's rollbacks differ from the flow's.</summary>
        public RollbackOverride? Rollback { get; init; }

        /// <summary>What a rejection does.</summary>
        public RejectPolicy Reject { get; init; } = new RejectPolicy.EndInstance();

        /// <summary>How long after its opening a task is due, in milliseconds; null for never.</summary>
        public long? Due { get; init; }

        /// <summary>How long after its opening the assignees are reminded, in milliseconds; null for never.</summary>
        public long? Remind { get; init; }
    }

    /// <summary>Tells people and goes on.</summary>
    public sealed record Cc(string Key) : FlowNode(Key)
    {
        /// <summary>Who is told.</summary>
        public IReadOnlyList<AssigneeRule> Readers { get; init; } = [];
    }

    /// <summary>A step without people; it runs again on every round (contracts/apaas §3.14).</summary>
    public sealed record Automatic(string Key) : FlowNode(Key);

    /// <summary>A fork when several edges leave it, a join when several enter it. Only an exclusive one may be both.</summary>
    public sealed record Gateway(string Key, Gate Gate) : FlowNode(Key);
}

/// <summary>How a gateway chooses.</summary>
public enum Gate
{
    /// <summary>The first edge whose condition holds.</summary>
    Exclusive,
    /// <summary>Every edge.</summary>
    Parallel,
    /// <summary>Every edge whose condition holds.</summary>
    Inclusive,
}

/// <summary>How many of the assignees a task takes.</summary>
public enum Mode
{
    /// <summary>Every one agrees.</summary>
    All,
    /// <summary>The first vote decides.</summary>
    Any,
    /// <summary>A share of them agrees.</summary>
    Ratio,
    /// <summary>Every one agrees, one after the other.</summary>
    Sequential,
}

/// <summary>What happens when the assignee rules of a node find nobody.</summary>
public enum WhenNobody
{
    /// <summary>The flow's administrators get the task.</summary>
    Administrators,
    /// <summary>The node passes by itself.</summary>
    Pass,
    /// <summary>What would lead there is refused.</summary>
    Refuse,
}

/// <summary>Who is asked.</summary>
public abstract record AssigneeRule
{
    AssigneeRule() { }

    /// <summary>These users.</summary>
    public sealed record Fixed(IReadOnlyList<string> Users) : AssigneeRule;

    /// <summary>Who started the instance.</summary>
    public sealed record Initiator : AssigneeRule;

    /// <summary>The initiator's leader: 1 the direct one, 2 the leader's leader, and so on.</summary>
    public sealed record Leader(int Level) : AssigneeRule;

    /// <summary>The owner of a department; of the initiator's own when it is null.</summary>
    public sealed record DepartmentOwner(string? Department) : AssigneeRule;

    /// <summary>Everyone who has a role.</summary>
    public sealed record Role(string Key) : AssigneeRule;

    /// <summary>Whoever the form field names.</summary>
    public sealed record FromField(string Field) : AssigneeRule;

    /// <summary>The rules of the first case whose condition holds, else the others.</summary>
    public sealed record ByCondition(IReadOnlyList<AssigneeCase> Cases, IReadOnlyList<AssigneeRule> Otherwise) : AssigneeRule;
}

/// <summary>Whom to ask while a condition holds.</summary>
/// <param name="When">The condition over the form.</param>
/// <param name="Assignees">The rules.</param>
public sealed record AssigneeCase(string When, IReadOnlyList<AssigneeRule> Assignees);
