namespace Reflow.Core.Projects;

/// <summary>How items of a type move: the wire's <c>flow_mode</c>.</summary>
public enum FlowMode
{
    /// <summary>Through a graph of nodes, several of them at a time.</summary>
    Node,
    /// <summary>From state to state, one at a time.</summary>
    State,
}

/// <summary>What a state is for; the numbers are the wire's <c>state_type</c>.</summary>
public enum StateKind
{
    /// <summary>Where a new item is.</summary>
    Start = 1,
    /// <summary>On the way.</summary>
    Process = 2,
    /// <summary>Where an item is over.</summary>
    Archived = 3,
}

/// <summary>A state of a state flow (the wire's state_flow_confs, contract project §2.4). Its key is the <c>work_item_status</c> of the items that are in it.</summary>
/// <param name="Key">The wire's <c>state_key</c>.</param>
/// <param name="Name">What people read.</param>
public sealed record TemplateState(string Key, string Name)
{
    /// <summary>Names in further languages, by language tag.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    /// <summary>What it is for.</summary>
    public StateKind Kind { get; init; } = StateKind.Process;
    /// <summary>Who may move an item on from here: words and role keys of <see cref="Permission"/>.</summary>
    public IReadOnlyList<string> AuthorizedRoles { get; init; } = [Permission.Anybody];
    /// <summary>What has to be filled before an item gets here, in order.</summary>
    public IReadOnlyList<FormItem> Form { get; init; } = [];
}

/// <summary>A way from one state to another.</summary>
/// <param name="Id">The wire's <c>transition_id</c>, never 0.</param>
/// <param name="From">The state that it leaves.</param>
/// <param name="To">The state that it reaches.</param>
public sealed record Transition(long Id, string From, string To);

/// <summary>What people do to an item of a state flow: take it from its state to another (contract project §2.2, §4.2).</summary>
public static class StateActs
{
    internal static Error? ChangeState(this Change change, ProjectCommand.ChangeState command)
    {
        var template = change.Flow.Template;
        if (!template.IsStateFlow) return ProjectErrors.IsNodeFlow;
        if (template.Transitions.FirstOrDefault(t => t.Id == command.Transition) is not { } way || template.StateOf(change.Item.Status) is not { } from)
            return ProjectErrors.StateNotInFlow.Because($"The flow has no transition {command.Transition}.");
        if (way.From != from.Key) return ProjectErrors.IllegalOperation.Because($"Transition {way.Id} leads from {way.From}; the item is in {from.Key}.");
        if (!change.Flow.Allows(from.AuthorizedRoles, change.Item, null, change.By))
            return ProjectErrors.IllegalOperation.Because($"{change.By} is none of {string.Join(", ", from.AuthorizedRoles)}.");
        foreach (var role in command.RoleOwners)
            if (change.SetRole(role) is { } wrong) return wrong;
        if (change.SetFields(command.Fields) is { } illegal) return illegal;
        var to = template.StateOf(way.To)!;
        foreach (var need in NodeNeeds.OfState(change.Flow, change.Item, to))
            if (!need.Met) return need.Refusal;
        change.ToStatus(to.Key);
        if (to.Kind is StateKind.Archived && change.Item.FinishedAt is null) change.Emit(new ProjectEvent.Finished(change.At));
        else if (to.Kind is not StateKind.Archived && change.Item.FinishedAt is not null) change.Emit(new ProjectEvent.Reopened());
        return change.Intercept(PluginEvent.ChangeState, to.Key);
    }

    /// <summary>Where each state of an item stands: the present one is in progress, those that it was in before are done.</summary>
    public static NodeStatus StandingOf(this WorkItem item, TemplateState state) =>
        item.Status == state.Key ? NodeStatus.InProgress
        : item.Statuses.Any(s => s.Key == state.Key) ? NodeStatus.Completed
        : NodeStatus.NotStarted;
}
