namespace Reflow.Core.Projects;

/// <summary>
/// A version of a node flow, an acyclic graph with one start, or of a state flow (the wire's template_detail, contract project §2.4). A running
/// item keeps the version with which it was created.
/// </summary>
/// <param name="Id">The wire's <c>template_id</c>.</param>
/// <param name="Name">What people read.</param>
/// <param name="Nodes">The nodes in the order of display; the start comes first by habit, not by rule.</param>
/// <param name="Connections">From node to node.</param>
/// <remarks>Lists that later versions of Reflow added may be absent from what is stored: they are empty then.</remarks>
public sealed record Template(long Id, string Name, IReadOnlyList<TemplateNode> Nodes, IReadOnlyList<Connection> Connections)
{
    /// <summary>Grows by one with each change of the definition.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The states of a state flow; empty for a node flow, which has nodes.</summary>
    public IReadOnlyList<TemplateState> States { get; init => field = value ?? []; } = [];

    /// <summary>From state to state.</summary>
    public IReadOnlyList<Transition> Transitions { get; init => field = value ?? []; } = [];

    /// <summary>Whether items go from state to state, and have no nodes.</summary>
    public bool IsStateFlow => States.Count > 0;

    /// <summary>The state with this key; null when there is none.</summary>
    public TemplateState? StateOf(string key) => States.FirstOrDefault(s => s.Key == key);

    /// <summary>Whether new items may not use it.</summary>
    public bool Disabled { get; init; }

    /// <summary>Whether it is gone: no call sees it, but items that run on it go on.</summary>
    public bool Deleted { get; init; }

    /// <summary>What the contract leaves to the operator.</summary>
    public FlowOptions Options { get; init; } = new();

    /// <summary>The subtasks that a new item brings along, all nodes together: so many ids a create needs.</summary>
    public int TaskCount => Nodes.Sum(n => n.Tasks.Count);
}

/// <summary>An arrow of the graph.</summary>
/// <param name="From">The wire's <c>source_state_key</c>.</param>
/// <param name="To">The wire's <c>target_state_key</c>.</param>
public sealed record Connection(string From, string To);

/// <summary>Who has to do what before a node is done; the numbers are the wire's <c>pass_mode</c>.</summary>
public enum PassMode
{
    /// <summary>Done by itself as soon as it arrives and no blocking subtask is open.</summary>
    Auto = 1,
    /// <summary>One permitted person confirms.</summary>
    Single = 2,
    /// <summary>Every owner confirms.</summary>
    Multi = 3,
}

/// <summary>Where a node's owners come from; the numbers are the wire's <c>owner_usage_mode</c>.</summary>
public enum OwnerUsage
{
    /// <summary>Added by hand.</summary>
    Manual = 1,
    /// <summary>Whoever has the bound roles.</summary>
    Role = 2,
    /// <summary>The owners that the template names.</summary>
    Default = 3,
    /// <summary>The owners of the first rule that holds when the node arrives.</summary>
    Conditional = 4,
}

/// <summary>When a form item must be filled; the numbers are the wire's <c>is_required</c>.</summary>
public enum Requirement
{
    /// <summary>Always.</summary>
    Yes = 1,
    /// <summary>Never.</summary>
    No = 2,
    /// <summary>While its condition holds.</summary>
    Conditional = 3,
}

/// <summary>A node of a template (the wire's WorkflowConf).</summary>
/// <param name="Key">The wire's <c>state_key</c>, which is also its <c>node_id</c>.</param>
/// <param name="Name">What people read; never accepted as an id.</param>
public sealed record TemplateNode(string Key, string Name)
{
    /// <summary>Names in further languages, by language tag.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    /// <summary>Who has to do what before the node is done.</summary>
    public PassMode PassMode { get; init; } = PassMode.Single;
    /// <summary>Where the owners come from.</summary>
    public OwnerUsage OwnerUsage { get; init; } = OwnerUsage.Manual;
    /// <summary>The roles that the node is bound to (<see cref="OwnerUsage.Role"/>).</summary>
    public IReadOnlyList<string> OwnerRoles { get; init; } = [];
    /// <summary>The owners of <see cref="OwnerUsage.Default"/>.</summary>
    public IReadOnlyList<string> Owners { get; init; } = [];
    /// <summary>The rules of <see cref="OwnerUsage.Conditional"/>, in order.</summary>
    public IReadOnlyList<OwnerRule> OwnerRules { get; init; } = [];
    /// <summary>Whether the node shows a schedule at all; says nothing about completion.</summary>
    public bool NeedSchedule { get; init; }
    /// <summary>Whether each owner has an own schedule (differential scheduling).</summary>
    public bool DifferentSchedule { get; init; }
    /// <summary>Gate: an owner is needed to complete.</summary>
    public bool DoneAllocateOwner { get; init; }
    /// <summary>Gate: points and schedule are needed to complete.</summary>
    public bool DoneSchedule { get; init; }
    /// <summary>Gate: actual hours are needed to complete.</summary>
    public bool DoneActualPoint { get; init; }
    /// <summary>Gate: a due time is needed to complete.</summary>
    public bool DoneFinishTime { get; init; }
    /// <summary>A milestone; needs a due time to complete.</summary>
    public bool Milestone { get; init; }
    /// <summary>Who may complete and roll back: words and role keys of <see cref="Permission"/>.</summary>
    public IReadOnlyList<string> DoneOperationRoles { get; init; } = [Permission.Anybody];
    /// <summary>Whether the node may be rolled back. A node that passes by itself never may: it would be a rollback of nothing.</summary>
    public bool EnableRollback { get; init; } = true;
    /// <summary>The node's form, in order.</summary>
    public IReadOnlyList<FormItem> Form { get; init; } = [];
    /// <summary>The subtasks that come with the node.</summary>
    public IReadOnlyList<TaskConf> Tasks { get; init; } = [];
    /// <summary>The conclusions that a review of the node may come to, in the order of display.</summary>
    public IReadOnlyList<Option> Conclusions { get; init => field = value ?? []; } = [];
    /// <summary>When the node is there; null = always.</summary>
    public When? Visible { get; init; }
    /// <summary>The item's <c>work_item_status</c> from the arrival of this node on; null = unchanged.</summary>
    public string? BelongStatus { get; init; }

    /// <summary>The roles that this node's requests may assign: bound ones, those of the form and those that may complete it.</summary>
    public IEnumerable<string> Roles => OwnerRoles
        .Concat(Form.OfType<FormItem.OfRole>().Select(f => f.Key))
        .Concat(OwnerRules.SelectMany(r => r.Roles))
        .Concat(DoneOperationRoles.Except(Permission.Words)).Distinct();
}

/// <summary>Owners of a node while a condition holds.</summary>
/// <param name="If">The condition; null = otherwise.</param>
/// <param name="Owners">User keys.</param>
/// <param name="Roles">Role keys whose members own the node as well.</param>
public sealed record OwnerRule(When? If, IReadOnlyList<string> Owners, IReadOnlyList<string> Roles);

/// <summary>A line of a node's form: a field of the item, or a role.</summary>
/// <param name="Key">The field's or role's key.</param>
public abstract record FormItem(string Key)
{
    /// <summary>When it must be filled before the node is done.</summary>
    public Requirement Required { get; init; } = Requirement.No;
    /// <summary>The condition of <see cref="Requirement.Conditional"/>.</summary>
    public When? RequiredIf { get; init; }
    /// <summary>When it is shown; null = always. A hidden one is never required.</summary>
    public When? Visible { get; init; }

    /// <summary>A field.</summary>
    public sealed record OfField(string Key) : FormItem(Key);

    /// <summary>A role.</summary>
    public sealed record OfRole(string Key) : FormItem(Key);

    /// <summary>Whether this item of the form is shown for the item as it is.</summary>
    public bool ShownFor(WorkItem item) => Visible is null || Visible.Holds(item);

    /// <summary>Whether it must be filled for the item as it is.</summary>
    public bool RequiredFor(WorkItem item) => ShownFor(item) && Required switch
    {
        Requirement.Yes => true,
        Requirement.No => false,
        Requirement.Conditional => RequiredIf is not null && RequiredIf.Holds(item),
    };
}

/// <summary>How a subtask is done; the numbers are the wire's <c>task_confs[].pass_mode</c>.</summary>
public enum TaskPassMode
{
    /// <summary>Somebody confirms it.</summary>
    Manual = 1,
    /// <summary>Done as soon as its deliverable is filled.</summary>
    Auto = 2,
}

/// <summary>A subtask that comes with a node.</summary>
/// <param name="Id">Its id in the template.</param>
/// <param name="Name">What people read.</param>
public sealed record TaskConf(string Id, string Name)
{
    /// <summary>How it is done.</summary>
    public TaskPassMode PassMode { get; init; } = TaskPassMode.Manual;
    /// <summary>Whether the node waits for it (the wire's <c>node_pass_required_mode</c> 1).</summary>
    public bool Blocking { get; init; }
    /// <summary>The field that holds what the subtask delivers; null = none.</summary>
    public string? DeliverableField { get; init; }
    /// <summary>User keys of those it is assigned to.</summary>
    public IReadOnlyList<string> Assignee { get; init; } = [];
}

/// <summary>What the contract leaves to the operator (contract project §4.2); the defaults are its recommendations.</summary>
public sealed record FlowOptions
{
    /// <summary>Whether a permitted person who is no owner may complete a multi-person node alone.</summary>
    public bool ForceComplete { get; init; }
    /// <summary>Whether subtasks of a node that has not arrived may be completed.</summary>
    public bool EarlySubTasks { get; init; }
    /// <summary>Which subtasks a rollback opens again.</summary>
    public SubTaskReset ResetSubTasks { get; init; } = SubTaskReset.None;
    /// <summary>Whether a rollback forgets the review conclusions of the nodes that it moves.</summary>
    public bool ClearReview { get; init; }
    /// <summary>How many connections a rollback may reach down; null = any.</summary>
    public int? MaxRollbackDepth { get; init; }
}

/// <summary>Which subtasks a rollback opens again.</summary>
public enum SubTaskReset
{
    /// <summary>None.</summary>
    None,
    /// <summary>Those of the node that is rolled back.</summary>
    Target,
    /// <summary>Those of the node and of all nodes that it resets.</summary>
    Downstream,
}
