namespace Reflow.Core.Flows;

/// <summary>What someone wants of an instance.</summary>
public abstract record FlowCommand
{
    FlowCommand() { }

    /// <summary>Start an instance under this id, with these values of the form, a JSON object.</summary>
    public sealed record Start(long InstanceId, string Initiator, string Form = "{}") : FlowCommand;

    /// <summary>Agree; on a start task, submit again (contracts/apaas §3.6).</summary>
    public sealed record Agree(long TaskId, string By, string? Opinion) : FlowCommand;

    /// <summary>Fill the form in, or submit it again, and agree: the whole form as it is from now on, a JSON object. The context's conditions see it already.</summary>
    public sealed record Submit(long TaskId, string By, string Form, string? Opinion) : FlowCommand;

    /// <summary>Reject.</summary>
    public sealed record Reject(long TaskId, string By, string? Opinion) : FlowCommand;

    /// <summary>Roll back to an earlier task (seed 001).</summary>
    public sealed record RollBack(long TaskId, string By, long ToTaskId, string Opinion) : FlowCommand
    {
        /// <summary>Whether an administrator intervenes: no assignee, and not bound by the policy that says whether and how far back a rollback may go.</summary>
        public bool AsAdministrator { get; init; }
    }

    /// <summary>Hand the task from some assignees, the operator when none is named, to others.</summary>
    public sealed record Transfer(long TaskId, string By, IReadOnlyList<string> From, IReadOnlyList<string> To, string? Opinion) : FlowCommand
    {
        /// <summary>Whether an administrator intervenes: from all who have not voted when none is named.</summary>
        public bool AsAdministrator { get; init; }
    }

    /// <summary>Ask more people.</summary>
    public sealed record AddAssignee(long TaskId, string By, IReadOnlyList<string> Users, AddAssigneeType Type, string? Opinion) : FlowCommand;

    /// <summary>Withdraw the instance.</summary>
    public sealed record Cancel(string By, string Opinion) : FlowCommand
    {
        /// <summary>Whether an administrator intervenes instead of the initiator.</summary>
        public bool AsAdministrator { get; init; }
    }

    /// <summary>Tell people of the task.</summary>
    public sealed record Cc(long TaskId, string By, IReadOnlyList<string> Users) : FlowCommand;

    /// <summary>Urge assignees.</summary>
    public sealed record Expedite(long TaskId, string By, IReadOnlyList<string> Users, string? Opinion) : FlowCommand;

    /// <summary>Go on in another version of the flow; the context's net is the version before.</summary>
    public sealed record Migrate(FlowNet To) : FlowCommand;
}

/// <summary>Where added assignees stand.</summary>
public enum AddAssigneeType
{
    /// <summary><c>currentAndAddAssign</c>: beside the one who adds.</summary>
    Beside,
    /// <summary><c>afterAndAddAssign</c>: after; whoever adds has agreed with it.</summary>
    After,
}
