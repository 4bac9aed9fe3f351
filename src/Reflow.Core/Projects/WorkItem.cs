namespace Reflow.Core.Projects;

/// <summary>An item on its way through a node flow, as it is stored. Changed only by <see cref="WorkItems.Apply"/>.</summary>
/// <param name="Id">The wire's <c>work_item_id</c>.</param>
/// <param name="ProjectKey">The space.</param>
/// <param name="TypeKey">The type.</param>
/// <param name="TemplateId">The template …</param>
/// <param name="TemplateVersion">… and its version, kept for life.</param>
/// <param name="Name">The title.</param>
/// <param name="CreatedBy">A user key.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
public sealed record WorkItem(long Id, string ProjectKey, string TypeKey, long TemplateId, int TemplateVersion, string Name, string CreatedBy, long CreatedAt)
{
    /// <summary>Who changed it last, a user key.</summary>
    public string UpdatedBy { get; init; } = CreatedBy;
    /// <summary>When it changed last, Unix milliseconds.</summary>
    public long UpdatedAt { get; init; } = CreatedAt;
    /// <summary>The nodes in the order of the template, hidden ones too.</summary>
    public IReadOnlyList<Node> Nodes { get; init; } = [];
    /// <summary>Field values by field key; a cleared field is absent.</summary>
    public IReadOnlyDictionary<string, FieldValue> Fields { get; init; } = new Dictionary<string, FieldValue>();
    /// <summary>Who has which role, in the order of the type's roles; user keys.</summary>
    public IReadOnlyList<RoleOwner> RoleOwners { get; init; } = [];
    /// <summary>The wire's <c>work_item_status</c>, oldest first; the last is the present one.</summary>
    public IReadOnlyList<StatusChange> Statuses { get; init; } = [];
    /// <summary>Why it was terminated; null while it is not.</summary>
    public Termination? Aborted { get; init; }
    /// <summary>Whether nobody may change it.</summary>
    public bool Frozen { get; init; }
    /// <summary>Whether it is gone: calls answer as if it had never been.</summary>
    public bool Deleted { get; init; }
    /// <summary>When its last node was done, Unix milliseconds; null while it is not finished.</summary>
    public long? FinishedAt { get; init; }
    /// <summary>Optimistic version, kept by the store.</summary>
    public long Version { get; init; } = 1;

    /// <summary>The present <c>work_item_status</c>.</summary>
    public string Status => Statuses.Count == 0 ? "" : Statuses[^1].Key;

    /// <summary>The node with this state key; null when the item has none.</summary>
    public Node? NodeOf(string key)
    {
        foreach (var node in Nodes) if (node.Key == key) return node;
        return null;
    }

    /// <summary>Who has this role; empty when nobody has.</summary>
    public IReadOnlyList<string> OwnersOf(string role)
    {
        foreach (var owners in RoleOwners) if (owners.Role == role) return owners.Owners ?? [];
        return [];
    }
}

/// <summary>A value that <c>work_item_status</c> took.</summary>
/// <param name="Key">The status.</param>
/// <param name="At">Since when, Unix milliseconds.</param>
/// <param name="By">By whose act, a user key.</param>
public sealed record StatusChange(string Key, long At, string By);

/// <summary>The end of an item before its time.</summary>
/// <param name="Reason">In words.</param>
/// <param name="Option">The wire's <c>reason_option</c>.</param>
/// <param name="At">Unix milliseconds.</param>
/// <param name="By">A user key.</param>
public sealed record Termination(string Reason, string? Option, long At, string By);

/// <summary>Where a node stands; the numbers are the wire's.</summary>
public enum NodeStatus
{
    /// <summary>Not started.</summary>
    NotStarted = 1,
    /// <summary>In progress.</summary>
    InProgress = 2,
    /// <summary>Completed.</summary>
    Completed = 3,
}

/// <summary>A node of an item (the wire's WorkflowNode).</summary>
/// <param name="Key">The state key.</param>
public sealed record Node(string Key)
{
    /// <summary>Where it stands.</summary>
    public NodeStatus Status { get; init; } = NodeStatus.NotStarted;
    /// <summary>Who owns it; for a node bound to roles, whoever has them.</summary>
    public IReadOnlyList<string> Owners { get; init; } = [];
    /// <summary>The one schedule.</summary>
    public Schedule Schedule { get; init; } = Schedule.None;
    /// <summary>Each owner's own schedule, in differential scheduling.</summary>
    public IReadOnlyList<Schedule> Schedules { get; init; } = [];
    /// <summary>Who has confirmed, in a multi-person node; empty while it has not arrived.</summary>
    public IReadOnlyList<Checker> Checkers { get; init; } = [];
    /// <summary>The subtasks in their order.</summary>
    public IReadOnlyList<SubTask> SubTasks { get; init; } = [];
    /// <summary>Values that belong to the node, not to the item, by field key.</summary>
    public IReadOnlyDictionary<string, FieldValue> Fields { get; init; } = new Dictionary<string, FieldValue>();
    /// <summary>Review opinions, one per user.</summary>
    public IReadOnlyList<Review> Reviews { get; init; } = [];
    /// <summary>The review opinion of the node as a whole; null while nobody has given one.</summary>
    public Review? Summary { get; init; }
    /// <summary>Actual hours recorded for the node and its subtasks.</summary>
    public IReadOnlyList<HourRecord> Hours { get; init; } = [];
    /// <summary>When it arrived, Unix milliseconds; null while it has not.</summary>
    public long? BeganAt { get; init; }
    /// <summary>When it was done, Unix milliseconds; null while it is not.</summary>
    public long? FinishedAt { get; init; }

    /// <summary>Points of the one schedule, or the sum over the owners' own.</summary>
    public decimal Points => Schedules.Count == 0 ? Schedule.Points : Schedules.Sum(s => s.Points);
}

/// <summary>An estimate and its time (the wire's Schedule); 0 = unset.</summary>
public sealed record Schedule
{
    /// <summary>Nothing set.</summary>
    public static Schedule None { get; } = new();
    /// <summary>The estimate.</summary>
    public decimal Points { get; init; }
    /// <summary>The planned start, Unix milliseconds.</summary>
    public long EstimateStart { get; init; }
    /// <summary>The planned end, Unix milliseconds.</summary>
    public long EstimateEnd { get; init; }
    /// <summary>Whose it is, in differential scheduling; null for the node's one.</summary>
    public string? Owner { get; init; }
    /// <summary>Whether points that nobody gives come from the number of days.</summary>
    public bool IsAuto { get; init; } = true;

    /// <summary>Whether points, start and end are all there.</summary>
    public bool IsComplete => Points > 0 && EstimateStart > 0 && EstimateEnd > 0;
}

/// <summary>One owner's word in a multi-person node.</summary>
/// <param name="Owner">A user key.</param>
/// <param name="CheckedAt">When the owner confirmed, Unix milliseconds; null while not.</param>
public sealed record Checker(string Owner, long? CheckedAt);

/// <summary>A subtask of a node.</summary>
/// <param name="Id">The wire's <c>task_id</c>.</param>
/// <param name="Name">What people read.</param>
public sealed record SubTask(long Id, string Name)
{
    /// <summary>The subtask of the template it was made from; null for one that somebody added.</summary>
    public string? ConfId { get; init; }
    /// <summary>User keys of those it is assigned to.</summary>
    public IReadOnlyList<string> Assignee { get; init; } = [];
    /// <summary>Roles it is assigned to.</summary>
    public IReadOnlyList<RoleOwner> RoleAssignee { get; init; } = [];
    /// <summary>The schedule.</summary>
    public Schedule Schedule { get; init; } = Schedule.None;
    /// <summary>Free text.</summary>
    public string Note { get; init; } = "";
    /// <summary>Values of its own fields by field key, the deliverable among them.</summary>
    public IReadOnlyDictionary<string, FieldValue> Fields { get; init; } = new Dictionary<string, FieldValue>();
    /// <summary>Whether it is done.</summary>
    public bool Passed { get; init; }
    /// <summary>When it was made, Unix milliseconds.</summary>
    public long CreatedAt { get; init; }
    /// <summary>When it was done, Unix milliseconds; null while it is not.</summary>
    public long? FinishedAt { get; init; }
}

/// <summary>A review opinion (the wire's <c>finished_infos</c>).</summary>
/// <param name="User">Whose.</param>
/// <param name="Conclusion">The conclusion's option.</param>
/// <param name="Opinion">In words.</param>
/// <param name="At">Unix milliseconds.</param>
public sealed record Review(string User, string Conclusion, string Opinion, long At)
{
    /// <summary>Whether nothing is left of it.</summary>
    public bool IsEmpty => Conclusion.Length == 0 && Opinion.Length == 0;
}

/// <summary>Actual hours of one person.</summary>
/// <param name="Id">The record's id.</param>
/// <param name="User">Whose.</param>
/// <param name="Hours">How many.</param>
/// <param name="Description">What was done.</param>
/// <param name="At">Unix milliseconds.</param>
public sealed record HourRecord(long Id, string User, decimal Hours, string Description, long At)
{
    /// <summary>The subtask that they were worked on; null for the node itself.</summary>
    public long? SubTask { get; init; }
    /// <summary>The day they were worked on, Unix milliseconds; null = when they were recorded.</summary>
    public long? WorkDate { get; init; }
    /// <summary>When they changed last, Unix milliseconds; null = never.</summary>
    public long? UpdatedAt { get; init; }
}
