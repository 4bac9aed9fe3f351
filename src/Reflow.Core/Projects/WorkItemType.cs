namespace Reflow.Core.Projects;

/// <summary>A space (the wire's project) and what its items are made of.</summary>
/// <param name="Key">The wire's <c>project_key</c>, 24 hex digits by habit.</param>
/// <param name="SimpleName">The name in addresses, accepted wherever the key is.</param>
/// <param name="Name">What people read.</param>
public sealed record Project(string Key, string SimpleName, string Name)
{
    /// <summary>User keys of <see cref="Permission.SpaceManager"/>.</summary>
    public IReadOnlyList<string> Administrators { get; init; } = [];
    /// <summary>User keys of <see cref="Permission.SpaceEditor"/>; empty = everybody whom the tenant knows.</summary>
    public IReadOnlyList<string> Members { get; init; } = [];
    /// <summary>The types of work item.</summary>
    public IReadOnlyList<WorkItemType> Types { get; init; } = [];
    /// <summary>The teams.</summary>
    public IReadOnlyList<Team> Teams { get; init => field = value ?? []; } = [];
    /// <summary>The business lines, those at the top; the others stand below them.</summary>
    public IReadOnlyList<Business> Businesses { get; init => field = value ?? []; } = [];
    /// <summary>The rules that veto changes (row 15).</summary>
    public IReadOnlyList<Interceptor> Interceptors { get; init; } = [];

    /// <summary>Whether the user works in this space.</summary>
    public bool Has(string user) => Members.Count == 0 || Members.Contains(user) || Administrators.Contains(user);
}

/// <summary>A rule that vetoes a change of a node or an item (contract project §6.2).</summary>
/// <param name="Events">The plugin events that it stops.</param>
public sealed record Interceptor(IReadOnlyList<PluginEvent> Events)
{
    /// <summary>Only items of this type; null = any.</summary>
    public string? Type { get; init; }
    /// <summary>Only items of this template; null = any.</summary>
    public long? Template { get; init; }
    /// <summary>Only these nodes; empty = any, and changes of no node too.</summary>
    public IReadOnlyList<string> Nodes { get; init; } = [];

    /// <summary>Whether the rule stops this change.</summary>
    public bool Stops(PluginEvent change, string type, long template, string? node) => Events.Contains(change)
        && (Type is null || Type == type) && (Template is null || Template == template) && (Nodes.Count == 0 || node is not null && Nodes.Contains(node));
}

/// <summary>What a plugin may listen to and stop; the numbers are the wire's (contract project §6.2).</summary>
public enum PluginEvent
{
    /// <summary>An item is created.</summary>
    Create = 1001,
    /// <summary>An item is deleted.</summary>
    Delete = 1002,
    /// <summary>An item is restored.</summary>
    Restore = 1004,
    /// <summary>An item is terminated.</summary>
    Terminate = 1005,
    /// <summary>Fields change.</summary>
    FieldChange = 1009,
    /// <summary>A node is completed.</summary>
    CompleteNode = 2001,
    /// <summary>A node is rolled back.</summary>
    RollBackNode = 2004,
    /// <summary>A node's points or schedule change.</summary>
    Schedule = 2005,
    /// <summary>A node's owners change.</summary>
    Owners = 2006,
    /// <summary>Actual hours change.</summary>
    ActualHours = 2007,
    /// <summary>One of several owners confirms.</summary>
    MultiConfirm = 2009,
    /// <summary>An item goes to another state.</summary>
    ChangeState = 3001,
    /// <summary>A subtask is created.</summary>
    CreateSubTask = 4001,
    /// <summary>A subtask is deleted.</summary>
    DeleteSubTask = 4002,
    /// <summary>A subtask is completed.</summary>
    CompleteSubTask = 4003,
    /// <summary>A subtask is opened again.</summary>
    ReopenSubTask = 4004,
    /// <summary>A subtask's fields, owners or schedule change.</summary>
    ChangeSubTask = 4009,
}

/// <summary>A type of work item: its fields, roles, statuses and templates.</summary>
/// <param name="Key">The wire's <c>work_item_type_key</c>.</param>
/// <param name="Name">What people read.</param>
public sealed record WorkItemType(string Key, string Name)
{
    /// <summary>The wire's <c>api_name</c>.</summary>
    public string ApiName { get; init; } = Key;
    /// <summary>Whether no new item may be made and no old one read.</summary>
    public bool Disabled { get; init; }
    /// <summary>How its items move.</summary>
    public FlowMode Flow { get; init; } = FlowMode.Node;
    /// <summary>What it is for, in words.</summary>
    public string Description { get; init => field = value ?? ""; } = "";
    /// <summary>Whether it stands in the space's navigation.</summary>
    public bool Pinned { get; init; }
    /// <summary>The field that is an item's schedule; null when it has none.</summary>
    public string? ScheduleField { get; init; }
    /// <summary>The field that is an item's estimate.</summary>
    public string? EstimateField { get; init; }
    /// <summary>The field that is an item's actual time.</summary>
    public string? ActualTimeField { get; init; }
    /// <summary>The roles to which an item belongs: whose work it counts as.</summary>
    public IReadOnlyList<string> BelongRoles { get; init => field = value ?? []; } = [];
    /// <summary>The fields.</summary>
    public IReadOnlyList<Field> Fields { get; init; } = [];
    /// <summary>The roles.</summary>
    public IReadOnlyList<Role> Roles { get; init; } = [];
    /// <summary>What <c>work_item_status</c> may be; the first is that of a new item.</summary>
    public IReadOnlyList<ItemStatus> Statuses { get; init; } = [new("started", "Started"), new("end", "Ended") { Archived = true }];
    /// <summary>The templates, newest version of each.</summary>
    public IReadOnlyList<Template> Templates { get; init; } = [];

    /// <summary>The field with this key, or else with this alias; null when there is none.</summary>
    public Field? FieldOf(string? key, string? alias) =>
        (string.IsNullOrEmpty(key) ? null : Fields.FirstOrDefault(f => f.Key == key) ?? Fields.FirstOrDefault(f => f.Alias == key))
        ?? (string.IsNullOrEmpty(alias) ? null : Fields.FirstOrDefault(f => f.Alias == alias));

    /// <summary>The role with this key; null when there is none.</summary>
    public Role? RoleOf(string key) => Roles.FirstOrDefault(r => r.Key == key);
}

/// <summary>A value of <c>work_item_status</c>.</summary>
/// <param name="Key">The wire's <c>state_key</c>; not a node's, though it may look like one.</param>
/// <param name="Name">What people read.</param>
public sealed record ItemStatus(string Key, string Name)
{
    /// <summary>Whether an item with it is over.</summary>
    public bool Archived { get; init; }
}
