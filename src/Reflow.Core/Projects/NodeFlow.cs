using System.Diagnostics;
using Reflow.Core.Projects.Search;

namespace Reflow.Core.Projects;

/// <summary>
/// The rules of one template version in its space (contract project §3.3, §4.2): which change of an item is allowed and what follows
/// from it. Holds definitions only, so one instance serves every item and every thread.
/// </summary>
public sealed class NodeFlow
{
    readonly Dictionary<string, TemplateNode> nodes;
    readonly ILookup<string, TemplateNode> above;
    readonly ILookup<string, TemplateNode> below;

    /// <summary>Prepares a template that <see cref="TemplateFaults.Of"/> finds no fault with.</summary>
    public NodeFlow(Project project, WorkItemType type, Template template)
    {
        (Project, Type, Template) = (project, type, template);
        nodes = template.Nodes.ToDictionary(n => n.Key);
        above = template.Connections.ToLookup(c => c.To, c => nodes[c.From]);
        below = template.Connections.ToLookup(c => c.From, c => nodes[c.To]);
        InOrder = Topological();
        Names = NodeName.Of(template);
    }

    /// <summary>The space.</summary>
    public Project Project { get; }
    /// <summary>The type of its items.</summary>
    public WorkItemType Type { get; }
    /// <summary>The template version.</summary>
    public Template Template { get; }
    /// <summary>The nodes, each after all its predecessors.</summary>
    public IReadOnlyList<TemplateNode> InOrder { get; }
    /// <summary>The names of the nodes, as searches see them.</summary>
    internal IReadOnlyList<NodeName> Names { get; }

    /// <summary>The node with this state key; null when the template has none.</summary>
    public TemplateNode? NodeOf(string key) => nodes.GetValueOrDefault(key);

    /// <summary>The nodes with an arrow into this one.</summary>
    public IEnumerable<TemplateNode> Above(TemplateNode node) => above[node.Key];

    /// <summary>The nodes that this one has an arrow to.</summary>
    public IEnumerable<TemplateNode> Below(TemplateNode node) => below[node.Key];

    /// <summary>Whether the node is there for the item as it is; a conditional node whose condition does not hold is passed through.</summary>
    public static bool Applies(WorkItem item, TemplateNode node) => node.Visible is null || node.Visible.Holds(item);

    /// <summary>Everything that can be reached from the node, each with its distance in connections; not the node itself.</summary>
    public IReadOnlyList<(TemplateNode Node, int Distance)> Descendants(TemplateNode node)
    {
        Dictionary<string, int> distance = new() { [node.Key] = 0 };
        List<(TemplateNode Node, int Distance)> found = [(node, 0)];
        for (var i = 0; i < found.Count; i++)
            foreach (var next in Below(found[i].Node))
                if (distance.TryAdd(next.Key, found[i].Distance + 1)) found.Add((next, found[i].Distance + 1));
        found.RemoveAt(0);
        return found;
    }

    /// <summary>
    /// What can be refused before the item is locked (§3.3 steps 7–9): rows 14, 18 and 3. <see cref="Decide"/> checks the same again, with
    /// row 7 for a termination that happened in between.
    /// </summary>
    public Error? Precheck(WorkItem item, string? node) =>
        !Fits(item) ? ProjectErrors.WorkflowBroken
        : node is not null && Template.IsStateFlow ? ProjectErrors.WorkflowBroken.Because("The item follows a state flow: it has no nodes.")
        : item.Aborted is not null ? ProjectErrors.AbortedAlready
        : node is not null && Find(item, node) is null ? ProjectErrors.NodeNotInWorkflow
        : null;

    /// <summary>
    /// What the command leads to: events for <see cref="WorkItems.Apply"/>, or the first reason against it in the order of §3.3.
    /// Patches, gates, transition and propagation are one decision: a refusal leaves nothing behind.
    /// </summary>
    /// <param name="item">The item as it is; null for <see cref="ProjectCommand.Create"/>.</param>
    /// <param name="command">What is wanted.</param>
    /// <param name="knows">Whether the tenant has a user with this key.</param>
    public Decision<ProjectEvent> Decide(WorkItem? item, ProjectCommand command, Func<string, bool> knows)
    {
        if (command is ProjectCommand.Create create) return ItemActs.Create(this, create, knows);
        if (item is null || item.Deleted) return ProjectErrors.WorkItemNotFound;
        if (!Fits(item)) return ProjectErrors.WorkflowBroken;
        var change = new Change(this, item, command, knows);
        var error = command switch
        {
            ProjectCommand.Abort c => change.Abort(c),
            ProjectCommand.Restore c => change.Restore(c),
            ProjectCommand.Delete => change.Delete(),
            _ when item.Aborted is not null => ProjectErrors.Terminated,
            ProjectCommand.Freeze c => change.Freeze(c),
            _ when item.Frozen => ProjectErrors.IllegalOperation.Because("The item is frozen."),
            ProjectCommand.UpdateFields c => change.UpdateFields(c),
            ProjectCommand.Confirm c => change.On(c.Node, n => change.Confirm(n, c)),
            ProjectCommand.RollBack c => change.On(c.Node, n => change.RollBack(n, c)),
            ProjectCommand.UpdateNode c => change.On(c.Node, n => change.Update(n, c)),
            ProjectCommand.RecordHours c => change.RecordHours(c),
            ProjectCommand.UpdateHours c => change.UpdateHours(c),
            ProjectCommand.RemoveHours c => change.RemoveHours(c),
            ProjectCommand.SetTimes c => change.On(c.Node, n => change.SetTimes(n, c)),
            ProjectCommand.Review c => change.On(c.Node, n => change.Review(n, c)),
            ProjectCommand.BatchField c => change.BatchField(c),
            ProjectCommand.CreateSubTask c => change.On(c.Node, n => change.CreateSubTask(n, c)),
            ProjectCommand.UpdateSubTask c => change.On(c.Node, n => change.UpdateSubTask(n, c)),
            ProjectCommand.ConfirmSubTask c => change.On(c.Node, n => change.ConfirmSubTask(n, c)),
            ProjectCommand.RollBackSubTask c => change.On(c.Node, n => change.RollBackSubTask(n, c)),
            ProjectCommand.ChangeState c => change.ChangeState(c),
            ProjectCommand.DeleteSubTask c => change.DeleteSubTask(c),
            _ => throw new UnreachableException(),
        };
        return error is null ? change.Decided() : error;
    }

    /// <summary>
    /// Everything that the node would still need for this confirm, after its patch; the first is what <see cref="Decide"/> answers. Empty where
    /// nothing is missing, and where the confirm is refused for what is wrong with it rather than for what is missing.
    /// </summary>
    public IReadOnlyList<Need> Unmet(WorkItem item, ProjectCommand.Confirm command, Func<string, bool> knows) =>
        item.Deleted || item.Frozen || Precheck(item, command.Node) is not null ? [] : NodeActs.Unmet(new(this, item, command, knows), NodeOf(command.Node)!, command);

    /// <summary>The node that a caller may name: of the template, and there for the item as it is.</summary>
    public TemplateNode? Find(WorkItem item, string key) => NodeOf(key) is { } node && Applies(item, node) ? node : null;

    /// <summary>Whether the user is one of those whom words and role keys of <see cref="Permission"/> name.</summary>
    public bool Allows(IReadOnlyList<string> who, WorkItem item, Node? node, string user)
    {
        foreach (var word in who)
            if (word switch
            {
                Permission.Anybody => true,
                Permission.NodeOwner => node is not null && node.Owners.Contains(user),
                Permission.SpaceManager => Project.Administrators.Contains(user),
                Permission.Creator => item.CreatedBy == user,
                Permission.SpaceEditor => Project.Has(user),
                var role => item.OwnersOf(role).Contains(user),
            }) return true;
        return false;
    }

    bool Fits(WorkItem item) => item.TemplateId == Template.Id && item.TemplateVersion == Template.Version
        && item.Nodes.Count == Template.Nodes.Count && item.Nodes.All(n => nodes.ContainsKey(n.Key));

    List<TemplateNode> Topological()
    {
        var open = Template.Nodes.ToDictionary(n => n.Key, n => above[n.Key].Count());
        List<TemplateNode> order = [.. Template.Nodes.Where(n => open[n.Key] == 0)];
        for (var i = 0; i < order.Count; i++)
            foreach (var next in below[order[i].Key])
                if (--open[next.Key] == 0) order.Add(next);
        return order;
    }
}
