namespace Reflow.Core.Projects;

/// <summary>What is wrong with a template, and where.</summary>
/// <param name="Path">Where: <c>nodes[2].form[0].key</c>.</param>
/// <param name="Message">What, in words.</param>
public sealed record TemplateFault(string Path, string Message);

/// <summary>
/// Finds everything in a template that could make an item stand still or a rule meaningless: a faultless template is an acyclic graph with
/// one unconditional start from which every node is reached, and names only fields, roles and statuses of its type.
/// </summary>
public static class TemplateFaults
{
    /// <summary>All faults, in the order of the template; empty for one that <see cref="NodeFlow"/> may run.</summary>
    public static IReadOnlyList<TemplateFault> Of(WorkItemType type, Template template)
    {
        List<TemplateFault> faults = [];
        void Fault(string path, string message) => faults.Add(new(path, message));

        if (type.Flow is FlowMode.State)
        {
            StateFaults.Of(type, template, Fault);
            return faults;
        }
        if (template.States.Count > 0) Fault("states", "Items of this type go through nodes.");
        if (template.Transitions.Count > 0) Fault("transitions", "Items of this type go through nodes.");
        if (template.Nodes.Count == 0) Fault("nodes", "A template needs a node.");
        var keys = template.Nodes.Select(n => n.Key).ToList();
        for (var i = 0; i < template.Nodes.Count; i++)
        {
            if (keys[i].Length == 0) Fault($"nodes[{i}].key", "A node needs a key.");
            if (keys.IndexOf(keys[i]) < i) Fault($"nodes[{i}].key", $"The key {keys[i]} is another node's.");
            Node(type, template.Nodes[i], (path, message) => Fault($"nodes[{i}].{path}", message));
        }
        for (var i = 0; i < template.Connections.Count; i++)
        {
            var connection = template.Connections[i];
            if (!keys.Contains(connection.From)) Fault($"connections[{i}].from", $"There is no node {connection.From}.");
            if (!keys.Contains(connection.To)) Fault($"connections[{i}].to", $"There is no node {connection.To}.");
            if (connection.From == connection.To) Fault($"connections[{i}]", $"Node {connection.From} leads to itself.");
            if (template.Connections.Take(i).Contains(connection)) Fault($"connections[{i}]", $"{connection.From} to {connection.To} is there twice.");
        }
        if (faults.Count == 0) Graph(template, Fault);
        return faults;
    }

    static void Node(WorkItemType type, TemplateNode node, Action<string, string> fault)
    {
        void Roles(string path, IReadOnlyList<string> roles, bool words = false)
        {
            for (var i = 0; i < roles.Count; i++)
                if (type.RoleOf(roles[i]) is null && !(words && Permission.Words.Contains(roles[i]))) fault($"{path}[{i}]", $"The type has no role {roles[i]}.");
        }
        Roles("owner_roles", node.OwnerRoles);
        Roles("done_operation_role", node.DoneOperationRoles, words: true);
        for (var i = 0; i < node.OwnerRules.Count; i++) Roles($"owner_rules[{i}].roles", node.OwnerRules[i].Roles);
        if (node.OwnerUsage is OwnerUsage.Role && node.OwnerRoles.Count == 0) fault("owner_roles", "A node whose owners come from roles needs a role.");
        if (node.BelongStatus is { } status && type.Statuses.All(s => s.Key != status)) fault("belong_status", $"The type has no status {status}.");
        Form(type, node.Form, fault);
        for (var i = 0; i < node.Tasks.Count; i++)
        {
            if (node.Tasks.Take(i).Any(t => t.Id == node.Tasks[i].Id)) fault($"tasks[{i}].id", $"The id {node.Tasks[i].Id} is another subtask's.");
            if (node.Tasks[i].DeliverableField is { } field && type.FieldOf(field, null) is null) fault($"tasks[{i}].deliverable_field", $"The type has no field {field}.");
        }
    }

    internal static void Form(WorkItemType type, IReadOnlyList<FormItem> form, Action<string, string> fault)
    {
        for (var i = 0; i < form.Count; i++)
        {
            var item = form[i];
            if (item is FormItem.OfField && type.FieldOf(item.Key, null) is null) fault($"form[{i}].key", $"The type has no field {item.Key}.");
            if (item is FormItem.OfRole && type.RoleOf(item.Key) is null) fault($"form[{i}].key", $"The type has no role {item.Key}.");
            if (item.Required is Requirement.Conditional && item.RequiredIf is null) fault($"form[{i}].required_if", "A conditional requirement needs its condition.");
        }
    }

    static void Graph(Template template, Action<string, string> fault)
    {
        int Index(string key) => template.Nodes.Select((n, i) => (n.Key, i)).First(n => n.Key == key).i;
        var starts = template.Nodes.Where(n => template.Connections.All(c => c.To != n.Key)).ToList();
        foreach (var start in starts.Skip(1)) fault($"nodes[{Index(start.Key)}]", $"Node {start.Key} is a second start beside {starts[0].Key}.");
        foreach (var start in starts.Take(1))
            if (start.Visible is not null) fault($"nodes[{Index(start.Key)}].visible", "The start is always there.");

        var open = template.Nodes.ToDictionary(n => n.Key, n => template.Connections.Count(c => c.To == n.Key));
        List<string> order = [.. starts.Select(s => s.Key)];
        for (var i = 0; i < order.Count; i++)
            foreach (var next in template.Connections.Where(c => c.From == order[i]))
                if (--open[next.To] == 0) order.Add(next.To);
        foreach (var node in template.Nodes)
            if (!order.Contains(node.Key)) fault($"nodes[{Index(node.Key)}]", $"Node {node.Key} never arrives: it waits for itself, or for a node that does.");
    }
}
