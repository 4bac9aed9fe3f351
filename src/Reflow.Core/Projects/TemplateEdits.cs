namespace Reflow.Core.Projects;

/// <summary>What an edit does; the numbers are the wire's <c>action</c> (contract project §2.4).</summary>
public enum EditAction
{
    /// <summary>Adds it.</summary>
    Add = 1,
    /// <summary>Takes it away.</summary>
    Delete = 2,
    /// <summary>Changes what is given of it.</summary>
    Modify = 3,
}

/// <summary>An edit of a node of a template; what is null stays as it is.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Key">The node's state key.</param>
public sealed record NodeEdit(EditAction Action, string Key)
{
    /// <summary>What people read.</summary>
    public string? Name { get; init; }
    /// <summary>The nodes that lead to it.</summary>
    public IReadOnlyList<string>? From { get; init; }
    /// <summary>Where its owners come from.</summary>
    public OwnerUsage? OwnerUsage { get; init; }
    /// <summary>The roles that own it.</summary>
    public IReadOnlyList<string>? OwnerRoles { get; init; }
    /// <summary>Its owners, user keys.</summary>
    public IReadOnlyList<string>? Owners { get; init; }
    /// <summary>Whether it shows a schedule.</summary>
    public bool? NeedSchedule { get; init; }
    /// <summary>Whether each owner has an own schedule.</summary>
    public bool? DifferentSchedule { get; init; }
    /// <summary>Who completes it.</summary>
    public PassMode? PassMode { get; init; }
    /// <summary>Who may complete it.</summary>
    public IReadOnlyList<string>? DoneOperationRoles { get; init; }
    /// <summary>Gate: points and schedule.</summary>
    public bool? DoneSchedule { get; init; }
    /// <summary>Gate: an owner.</summary>
    public bool? DoneAllocateOwner { get; init; }
    /// <summary>Gate: actual hours.</summary>
    public bool? DoneActualPoint { get; init; }
    /// <summary>Gate: a due time.</summary>
    public bool? DoneFinishTime { get; init; }
    /// <summary>Whether it is a milestone.</summary>
    public bool? Milestone { get; init; }
    /// <summary>The item's status from its arrival on.</summary>
    public string? BelongStatus { get; init; }
    /// <summary>Edits of its subtasks.</summary>
    public IReadOnlyList<TaskEdit> Tasks { get; init; } = [];
}

/// <summary>An edit of a subtask of a template's node; what is null stays as it is.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Id">The subtask's id in the template.</param>
public sealed record TaskEdit(EditAction Action, string Id)
{
    /// <summary>What people read.</summary>
    public string? Name { get; init; }
    /// <summary>How it is done.</summary>
    public TaskPassMode? PassMode { get; init; }
    /// <summary>Whether the node waits for it.</summary>
    public bool? Blocking { get; init; }
    /// <summary>The field that holds what it delivers.</summary>
    public string? DeliverableField { get; init; }
}

/// <summary>An edit of a state of a state flow; what is null stays as it is.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Key">The state's key.</param>
public sealed record StateEdit(EditAction Action, string Key)
{
    /// <summary>What people read.</summary>
    public string? Name { get; init; }
    /// <summary>What it is for.</summary>
    public StateKind? Kind { get; init; }
    /// <summary>Who may move an item on from it.</summary>
    public IReadOnlyList<string>? AuthorizedRoles { get; init; }
}

/// <summary>Changes of templates by calls. A changed template must be as faultless as one that a workspace file brings.</summary>
public static class TemplateEdits
{
    /// <summary>The template of a create that copies none: one thing to do, or one way from start to end.</summary>
    public static Template New(WorkItemType type, long id, string name) => type.Flow is FlowMode.State
        ? new(id, name, [], [])
        {
            States = [new("started", "开始") { Kind = StateKind.Start }, new("ended", "结束") { Kind = StateKind.Archived }],
            Transitions = [new(1, "started", "ended")],
        }
        : new(id, name,
            [new("started", "开始") { PassMode = PassMode.Auto }, new("doing", "进行中"), new("ended", "结束") { PassMode = PassMode.Auto }],
            [new("started", "doing"), new("doing", "ended")]);

    /// <summary>The template after the edits, or the error for the first that cannot be done (20006).</summary>
    public static (Template? Template, Error? Error) Edit(WorkItemType type, Template template, IReadOnlyList<NodeEdit> nodes, IReadOnlyList<StateEdit> states)
    {
        foreach (var edit in nodes)
        {
            var (edited, why) = Apply(template, edit);
            if (edited is null) return (null, Invalid(why));
            template = edited;
        }
        foreach (var edit in states)
        {
            var (edited, why) = Apply(template, edit);
            if (edited is null) return (null, Invalid(why));
            template = edited;
        }
        return TemplateFaults.Of(type, template) is [var fault, ..] ? (null, Invalid($"{fault.Path}: {fault.Message}")) : (template, null);
    }

    static (Template?, string) Apply(Template template, NodeEdit edit)
    {
        var known = template.Nodes.FirstOrDefault(n => n.Key == edit.Key);
        switch (edit.Action)
        {
            case EditAction.Add when known is not null: return (null, $"There is a node {edit.Key} already.");
            case EditAction.Delete or EditAction.Modify when known is null: return (null, $"There is no node {edit.Key}.");
            case EditAction.Delete: return (Without(template, edit.Key), "");
        }
        var (node, why) = Changed(known ?? new(edit.Key, edit.Key), edit);
        if (node is null) return (null, why);
        template = template with { Nodes = known is null ? [.. template.Nodes, node] : [.. template.Nodes.Select(n => n.Key == edit.Key ? node : n)] };
        if (edit.From is { } from) template = template with { Connections = [.. template.Connections.Where(c => c.To != edit.Key), .. from.Distinct().Select(f => new Connection(f, edit.Key))] };
        return (template, "");
    }

    // What led to the node leads past it.
    static Template Without(Template template, string key)
    {
        var (before, after) = (template.Connections.Where(c => c.To == key).Select(c => c.From), template.Connections.Where(c => c.From == key).Select(c => c.To));
        var past = before.SelectMany(from => after.Select(to => new Connection(from, to)));
        return template with
        {
            Nodes = [.. template.Nodes.Where(n => n.Key != key)],
            Connections = [.. template.Connections.Where(c => c.From != key && c.To != key).Concat(past).Distinct()],
        };
    }

    static (TemplateNode?, string) Changed(TemplateNode node, NodeEdit edit)
    {
        node = node with
        {
            Name = edit.Name ?? node.Name,
            OwnerUsage = edit.OwnerUsage ?? node.OwnerUsage,
            OwnerRoles = edit.OwnerRoles ?? node.OwnerRoles,
            Owners = edit.Owners ?? node.Owners,
            NeedSchedule = edit.NeedSchedule ?? node.NeedSchedule,
            DifferentSchedule = edit.DifferentSchedule ?? node.DifferentSchedule,
            PassMode = edit.PassMode ?? node.PassMode,
            DoneOperationRoles = edit.DoneOperationRoles ?? node.DoneOperationRoles,
            DoneSchedule = edit.DoneSchedule ?? node.DoneSchedule,
            DoneAllocateOwner = edit.DoneAllocateOwner ?? node.DoneAllocateOwner,
            DoneActualPoint = edit.DoneActualPoint ?? node.DoneActualPoint,
            DoneFinishTime = edit.DoneFinishTime ?? node.DoneFinishTime,
            Milestone = edit.Milestone ?? node.Milestone,
            BelongStatus = edit.BelongStatus ?? node.BelongStatus,
        };
        foreach (var task in edit.Tasks)
        {
            var known = node.Tasks.FirstOrDefault(t => t.Id == task.Id);
            if (task.Action is EditAction.Add == known is not null) return (null, known is null ? $"Node {node.Key} has no subtask {task.Id}." : $"Node {node.Key} has a subtask {task.Id} already.");
            var changed = task.Action is EditAction.Delete ? null : (known ?? new(task.Id, task.Id)) with
            {
                Name = task.Name ?? known?.Name ?? task.Id,
                PassMode = task.PassMode ?? known?.PassMode ?? TaskPassMode.Manual,
                Blocking = task.Blocking ?? known?.Blocking ?? false,
                DeliverableField = task.DeliverableField ?? known?.DeliverableField,
            };
            node = node with { Tasks = known is null ? [.. node.Tasks, changed!] : [.. node.Tasks.Select(t => t.Id == task.Id ? changed : t).OfType<TaskConf>()] };
        }
        return (node, "");
    }

    static (Template?, string) Apply(Template template, StateEdit edit)
    {
        var known = template.StateOf(edit.Key);
        switch (edit.Action)
        {
            case EditAction.Add when known is not null: return (null, $"There is a state {edit.Key} already.");
            case EditAction.Delete or EditAction.Modify when known is null: return (null, $"There is no state {edit.Key}.");
            case EditAction.Delete:
                return (template with { States = [.. template.States.Where(s => s.Key != edit.Key)], Transitions = [.. template.Transitions.Where(t => t.From != edit.Key && t.To != edit.Key)] }, "");
        }
        var state = (known ?? new(edit.Key, edit.Key)) with
        {
            Name = edit.Name ?? known?.Name ?? edit.Key,
            Kind = edit.Kind ?? known?.Kind ?? StateKind.Process,
            AuthorizedRoles = edit.AuthorizedRoles ?? known?.AuthorizedRoles ?? [Permission.Anybody],
        };
        return (template with { States = known is null ? [.. template.States, state] : [.. template.States.Select(s => s.Key == edit.Key ? state : s)] }, "");
    }

    static Error Invalid(string why) => ProjectErrors.InvalidParam("Invalid Param").Because(why);
}
