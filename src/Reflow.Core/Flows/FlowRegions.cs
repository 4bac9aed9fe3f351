namespace Reflow.Core.Flows;

/// <summary>
/// Which fork each node is inside of, found by one walk from the start. Where the walk meets a node by two ways that disagree, an edge
/// enters or leaves a branch sideways, and the net could get stuck: a fault.
/// </summary>
sealed class FlowRegions
{
    readonly FlowDefinition definition;

    FlowRegions(FlowDefinition definition) => this.definition = definition;

    /// <summary>The innermost branch around each node reached.</summary>
    public Dictionary<string, Region?> Of { get; } = [];

    /// <summary>The join of each fork.</summary>
    public Dictionary<string, string> JoinOf { get; } = [];

    /// <summary>Where the nesting breaks.</summary>
    public List<FlowFault> Faults { get; } = [];

    public static FlowRegions Find(FlowDefinition definition)
    {
        var found = new FlowRegions(definition);
        found.Walk();
        return found;
    }

    /// <summary>The edges of a node as the net may walk them: also the one that a rejection follows.</summary>
    public static IEnumerable<(string To, string Path)> Ways(FlowDefinition definition, FlowNode node)
    {
        for (var i = 0; i < definition.Edges.Count; i++)
            if (definition.Edges[i].From == node.Key)
                yield return (definition.Edges[i].To, $"edges[{i}]");
        if (node is FlowNode.Human { Reject: RejectPolicy.Follow follow })
            yield return (follow.To, $"nodes[{definition.Nodes.ToList().IndexOf(node)}].reject");
    }

    void Walk()
    {
        var nodes = definition.Nodes.ToDictionary(n => n.Key);
        var entering = definition.Nodes.SelectMany(n => Ways(definition, n)).ToLookup(w => w.To);
        var ways = definition.Nodes.ToDictionary(n => n.Key, n => Ways(definition, n).ToArray());
        bool Concurrent(string key) => nodes[key] is FlowNode.Gateway { Gate: Gate.Parallel or Gate.Inclusive };
        bool IsSplit(string key) => Concurrent(key) && ways[key].Length > 1;
        bool IsJoin(string key) => Concurrent(key) && !IsSplit(key) && entering[key].Count() > 1;

        var start = definition.Nodes.First(n => n is FlowNode.Start);
        Of[start.Key] = null;
        var open = new Queue<string>([start.Key]);
        while (open.TryDequeue(out var key))
        {
            for (var branch = 0; branch < ways[key].Length; branch++)
            {
                var (to, path) = ways[key][branch];
                var region = IsSplit(key) ? new Region(key, branch, Of[key]) : Of[key];
                if (IsJoin(to))
                {
                    if (region is null)
                    {
                        Faults.Add(new(path, $"It enters the join '{to}' from outside of any fork."));
                        continue;
                    }
                    if (JoinOf.TryGetValue(region.Split, out var other) && other != to)
                    {
                        Faults.Add(new(path, $"The branches of '{region.Split}' come together at '{other}'; this one ends at '{to}'."));
                        continue;
                    }
                    if (JoinOf.FirstOrDefault(j => j.Value == to && j.Key != region.Split).Key is { } split)
                    {
                        Faults.Add(new(path, $"'{to}' joins the branches of '{split}'; this branch is one of '{region.Split}'."));
                        continue;
                    }
                    if (JoinOf.TryAdd(region.Split, to) && ((FlowNode.Gateway)nodes[to]).Gate != ((FlowNode.Gateway)nodes[region.Split]).Gate)
                        Faults.Add(new(path, $"The fork '{region.Split}' and its join '{to}' are gateways of different kinds."));
                    region = region.Outer;
                }
                if (Of.TryAdd(to, region))
                    open.Enqueue(to);
                else if (Of[to] != region)
                    Faults.Add(new(path, $"It goes {Where(Of[key], key, IsSplit(key))} to '{to}', which is {Place(Of[to])}: an edge may not cross the border of a branch."));
            }
        }
        foreach (var node in definition.Nodes)
            if (node is FlowNode.End && Of.TryGetValue(node.Key, out var around) && around is not null)
                Faults.Add(new($"nodes[{definition.Nodes.ToList().IndexOf(node)}]", $"The end '{node.Key}' is {Place(around)}; its branches have to come together first."));
            else if (IsSplit(node.Key) && Of.ContainsKey(node.Key) && !JoinOf.ContainsKey(node.Key))
                Faults.Add(new($"nodes[{definition.Nodes.ToList().IndexOf(node)}]", $"The branches of the fork '{node.Key}' never come together."));
    }

    static string Place(Region? region) => region is null ? "on the trunk" : $"in a branch of '{region.Split}'";

    static string Where(Region? region, string key, bool split) => split ? $"from the fork '{key}'" : $"from '{key}', {Place(region)},";
}
