using System.Runtime.CompilerServices;

namespace Reflow.Core.Projects;

/// <summary>A command on its way through the rules: the item as it would be so far, and the events that made it so.</summary>
sealed class Change(NodeFlow flow, WorkItem item, ProjectCommand command, Func<string, bool> knows)
{
    readonly List<ProjectEvent> events = [];

    public NodeFlow Flow => flow;
    public WorkItem Item { get; private set; } = item;
    public string By => command.By;
    public long At => command.At;

    public bool Knows(string user) => knows(user);

    public void Emit(ProjectEvent e)
    {
        events.Add(e);
        Item = Item.Apply(e);
    }

    /// <summary>The node as it would be so far.</summary>
    [IndexerName("NodeOf")]
    public Node this[TemplateNode node] => Item.NodeOf(node.Key)!;

    /// <summary>Goes on with the node, or refuses an item without nodes (row 14) and a key that is none of the item's (row 3).</summary>
    public Error? On(string key, Func<TemplateNode, Error?> then) =>
        flow.Template.IsStateFlow ? ProjectErrors.WorkflowBroken
        : flow.Find(Item, key) is { } node ? then(node)
        : ProjectErrors.NodeNotInWorkflow;

    /// <summary>The veto of an interceptor (row 15).</summary>
    public Error? Intercept(PluginEvent what, string? node = null) =>
        flow.Project.Interceptors.Any(i => i.Stops(what, Item.TypeKey, Item.TemplateId, node)) ? ProjectErrors.Intercepted : null;

    public Error? UserKnown(IEnumerable<string> users) => users.FirstOrDefault(u => !knows(u)) is { } nobody
        ? ProjectErrors.UserNotFound.Because($"Nobody has the user key \"{nobody}\".")
        : null;

    public Decision<ProjectEvent> Decided()
    {
        if (events.Count > 0) Emit(new ProjectEvent.Touched(By, At));
        return new(events, null);
    }
}
