using Reflow.Core.Conditions;

namespace Reflow.Core.Flows;

/// <summary>Why a definition cannot be deployed.</summary>
/// <param name="Path">Where: <c>nodes[2].assignees</c>.</param>
/// <param name="Sentence">What is wrong there.</param>
public sealed record FlowFault(string Path, string Sentence);

/// <summary>
/// What a definition must keep so that no instance of it can get stuck (contracts/apaas §4.2): every fork has one join, branches nest,
/// no edge crosses the border of a branch, every node has a way from the start and to the end, and every loop asks somebody.
/// </summary>
public static class FlowValidation
{
    /// <summary>Branches of one fork: a set of them has to fit a number that JSON carries exactly.</summary>
    const int MostBranches = 50;

    /// <summary>Everything that is wrong with a definition, each fault with its place; empty when it can be deployed.</summary>
    public static IReadOnlyList<FlowFault> Faults(FlowDefinition definition)
    {
        List<FlowFault> faults = [.. Names(definition)];
        if (faults.Count > 0)
            return faults;
        faults.AddRange(definition.Nodes.SelectMany((node, i) => Degrees(definition, node, $"nodes[{i}]")));
        faults.AddRange(definition.Nodes.SelectMany((node, i) => People(definition, node, $"nodes[{i}]")));
        faults.AddRange(Conditions(definition));
        faults.AddRange(Ways(definition));
        if (faults.Count == 0)
            faults.AddRange(FlowRegions.Find(definition).Faults);
        if (faults.Count == 0)
            faults.AddRange(Branches(definition));
        return faults;
    }

    static IEnumerable<FlowFault> Names(FlowDefinition definition)
    {
        if (string.IsNullOrWhiteSpace(definition.Namespace))
            yield return new("namespace", "A flow belongs to an application.");
        if (string.IsNullOrWhiteSpace(definition.Name))
            yield return new("name", "A flow has an API name.");
        if (string.IsNullOrWhiteSpace(definition.ApiId))
            yield return new("api_id", "A flow has an API id.");
        if (definition.Summary.Count > 20)
            yield return new("summary", "The summary has at most twenty lines.");
        for (var i = 0; i < definition.Summary.Count; i++)
            if (definition.Form.All(f => f.Key != definition.Summary[i].Field))
                yield return new($"summary[{i}]", $"The form has no field '{definition.Summary[i].Field}'.");
        for (var i = 0; i < definition.Form.Count; i++)
            if (definition.Form.Take(i).Any(f => f.Key == definition.Form[i].Key))
                yield return new($"form[{i}]", $"Two fields are called '{definition.Form[i].Key}'.");
        var keys = new HashSet<string>();
        for (var i = 0; i < definition.Nodes.Count; i++)
            if (string.IsNullOrWhiteSpace(definition.Nodes[i].Key))
                yield return new($"nodes[{i}]", "A node has a key.");
            else if (!keys.Add(definition.Nodes[i].Key))
                yield return new($"nodes[{i}]", $"Two nodes are called '{definition.Nodes[i].Key}'.");
        if (definition.Nodes.Count(n => n is FlowNode.Start) is not 1)
            yield return new("nodes", "A flow has exactly one start.");
        if (definition.Nodes.Count(n => n is FlowNode.End) is not 1)
            yield return new("nodes", "A flow has exactly one end.");
        for (var i = 0; i < definition.Edges.Count; i++)
        {
            if (!keys.Contains(definition.Edges[i].From))
                yield return new($"edges[{i}].from", $"There is no node '{definition.Edges[i].From}'.");
            if (!keys.Contains(definition.Edges[i].To))
                yield return new($"edges[{i}].to", $"There is no node '{definition.Edges[i].To}'.");
        }
        for (var i = 0; i < definition.Nodes.Count; i++)
            if (definition.Nodes[i] is FlowNode.Human { Reject: RejectPolicy.Follow follow } && !keys.Contains(follow.To))
                yield return new($"nodes[{i}].reject", $"There is no node '{follow.To}'.");
    }

    static IEnumerable<FlowFault> Degrees(FlowDefinition definition, FlowNode node, string path)
    {
        var into = definition.Nodes.SelectMany(n => FlowRegions.Ways(definition, n)).Count(w => w.To == node.Key);
        var from = definition.Edges.Count(e => e.From == node.Key);
        if (node is FlowNode.Start && into > 0)
            yield return new(path, "No edge enters the start.");
        if (node is FlowNode.End && from > 0)
            yield return new(path, "No edge leaves the end.");
        if (node is not (FlowNode.End or FlowNode.Gateway) && from != 1)
            yield return new(path, $"One edge leaves '{node.Key}', not {from}; forks and choices are gateways.");
        if (node is FlowNode.Gateway gateway)
        {
            if (from == 0)
                yield return new(path, $"No edge leaves '{node.Key}'.");
            if (from > MostBranches)
                yield return new(path, $"At most {MostBranches} edges leave a gateway.");
            if (gateway.Gate is not Gate.Exclusive && into > 1 && from > 1)
                yield return new(path, $"'{node.Key}' is a join and a fork at once; give each its own gateway.");
            if (gateway.Gate is not Gate.Exclusive && into == 1 && from == 1)
                yield return new(path, $"'{node.Key}' is neither a fork nor a join.");
        }
    }

    static IEnumerable<FlowFault> People(FlowDefinition definition, FlowNode node, string path)
    {
        if (node is FlowNode.Cc cc)
        {
            foreach (var fault in cc.Readers is [] ? [new(path + ".readers", "A cc node names its readers.")] : cc.Readers.SelectMany((r, i) => Rule(definition, r, $"{path}.readers[{i}]")))
                yield return fault;
        }
        if (node is not FlowNode.Human human)
            yield break;
        if (human.Kind is not (TaskKind.Approval or TaskKind.Fill))
            yield return new(path + ".kind", "People approve or fill.");
        if (human.Assignees is [])
            yield return new(path + ".assignees", $"'{human.Key}' names its assignees.");
        foreach (var fault in human.Assignees.SelectMany((r, i) => Rule(definition, r, $"{path}.assignees[{i}]")))
            yield return fault;
        if (human.Nobody is WhenNobody.Administrators && definition.Administrators is [] && human.Assignees.Any(r => r is not AssigneeRule.Fixed and not AssigneeRule.Initiator))
            yield return new(path + ".nobody", "The flow has no administrators who could stand in.");
        if (human.Percent is < 1 or > 100)
            yield return new(path + ".percent", "The share is from 1 to 100 percent.");
        if (human.Due is <= 0)
            yield return new(path + ".due", "A due time is some milliseconds after the opening.");
        if (human.Remind is <= 0)
            yield return new(path + ".remind", "A reminder is some milliseconds after the opening.");
        if (human.Reject is RejectPolicy.ToNode to && (to.Node == human.Key || !definition.Nodes.Any(n => n.Key == to.Node && n is FlowNode.Human or FlowNode.Start)))
            yield return new(path + ".reject", $"A rejection goes back to another node of people; '{to.Node}' is none.");
    }

    static IEnumerable<FlowFault> Rule(FlowDefinition definition, AssigneeRule rule, string path) => rule switch
    {
        AssigneeRule.Fixed { Users: [] } => [new(path, "It names no user.")],
        AssigneeRule.Fixed or AssigneeRule.Initiator or AssigneeRule.DepartmentOwner => [],
        AssigneeRule.Leader { Level: < 1 } => [new(path, "The direct leader is level 1.")],
        AssigneeRule.Leader => [],
        AssigneeRule.Role { Key: "" } => [new(path, "It names no role.")],
        AssigneeRule.Role => [],
        AssigneeRule.FromField from => definition.Form.Any(f => f.Key == from.Field && f.Type is FieldType.User or FieldType.Users)
            ? [] : [new(path, $"The form has no field '{from.Field}' that holds users.")],
        AssigneeRule.ByCondition by => by.Cases.SelectMany((c, i) => Condition(Schema(definition), c.When, $"{path}.cases[{i}].when"))
            .Concat(by.Cases.SelectMany((c, i) => c.Assignees.SelectMany((r, j) => Rule(definition, r, $"{path}.cases[{i}].assignees[{j}]"))))
            .Concat(by.Otherwise.SelectMany((r, i) => Rule(definition, r, $"{path}.otherwise[{i}]"))),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The fields that conditions of a definition may name, and their types.</summary>
    public static ConditionSchema Schema(FlowDefinition definition) => new(definition.Form.Select(f => KeyValuePair.Create<string, ConditionType>(f.Key, f.Type switch
    {
        FieldType.Text or FieldType.User => new ConditionType.Text(),
        FieldType.Number => new ConditionType.Number(),
        FieldType.Boolean => new ConditionType.Bool(),
        FieldType.Time => new ConditionType.Time(),
        FieldType.Users or FieldType.Texts => new ConditionType.List(new ConditionType.Text()),
    })));

    static IEnumerable<FlowFault> Condition(ConditionSchema schema, string text, string path) =>
        Reflow.Core.Conditions.Condition.Parse(text, schema).Fault is { } fault ? [new(path, $"Column {fault.Column}: {fault.Sentence}")] : [];

    static IEnumerable<FlowFault> Conditions(FlowDefinition definition)
    {
        var schema = Schema(definition);
        for (var i = 0; i < definition.Edges.Count; i++)
        {
            var edge = definition.Edges[i];
            var node = definition.Nodes.First(n => n.Key == edge.From);
            var siblings = definition.Edges.Where(e => e.From == edge.From).ToArray();
            var chooses = node is FlowNode.Gateway { Gate: Gate.Exclusive or Gate.Inclusive } && siblings.Length > 1;
            if (!chooses && edge.When is not null)
                yield return new($"edges[{i}].when", $"'{edge.From}' has nothing to choose; only forks of exclusive and inclusive gateways have conditions.");
            else if (edge.When is { } when)
                foreach (var fault in Condition(schema, when, $"edges[{i}].when"))
                    yield return fault;
            if (chooses && ReferenceEquals(edge, siblings[0]) && siblings.Count(e => e.When is null) is not 1)
                yield return new($"edges[{i}]", $"Exactly one edge out of '{edge.From}' has no condition: the one taken when no other is.");
        }
    }

    static IEnumerable<FlowFault> Ways(FlowDefinition definition)
    {
        var ways = definition.Nodes.ToDictionary(n => n.Key, n => FlowRegions.Ways(definition, n).Select(w => w.To).ToArray());
        var back = ways.SelectMany(w => w.Value.Select(to => (to, From: w.Key))).ToLookup(w => w.to, w => w.From);
        var reached = Reach([definition.Nodes.First(n => n is FlowNode.Start).Key], key => ways[key]);
        var ending = Reach([definition.Nodes.First(n => n is FlowNode.End).Key], key => back[key]);
        for (var i = 0; i < definition.Nodes.Count; i++)
        {
            var node = definition.Nodes[i];
            if (!reached.Contains(node.Key))
                yield return new($"nodes[{i}]", $"Nothing leads to '{node.Key}'.");
            else if (!ending.Contains(node.Key))
                yield return new($"nodes[{i}]", $"Nothing leads from '{node.Key}' to the end.");
            if (node is FlowNode.Human { Reject: RejectPolicy.ToNode to } && ways.ContainsKey(to.Node) && !Reach([to.Node], key => ways[key]).Contains(node.Key))
                yield return new($"nodes[{i}].reject", $"'{to.Node}' does not lead to '{node.Key}', so a rejection cannot go back to it.");
            if (node is not FlowNode.Human && Reach(ways[node.Key].Where(Silent), key => ways[key].Where(Silent)).Contains(node.Key))
                yield return new($"nodes[{i}]", $"A loop through '{node.Key}' asks nobody and would never rest.");
        }
        bool Silent(string key) => definition.Nodes.First(n => n.Key == key) is not FlowNode.Human;
    }

    static IEnumerable<FlowFault> Branches(FlowDefinition definition)
    {
        var regions = FlowRegions.Find(definition);
        for (var i = 0; i < definition.Nodes.Count; i++)
            if (definition.Nodes[i] is FlowNode.Human { Reject: RejectPolicy.EndBranch } human && regions.Of[human.Key] is null)
                yield return new($"nodes[{i}].reject", $"'{human.Key}' is on the trunk: no branch can end there.");
    }

    static HashSet<string> Reach(IEnumerable<string> from, Func<string, IEnumerable<string>> next)
    {
        var seen = from.ToHashSet();
        var open = new Queue<string>(seen);
        while (open.TryDequeue(out var key))
            foreach (var to in next(key))
                if (seen.Add(to))
                    open.Enqueue(to);
        return seen;
    }
}
