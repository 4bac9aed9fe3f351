using Reflow.Core.Flows;

namespace Reflow.Core.Tests.Flows;

/// <summary>Another version of a flow, drawn at random, and whether an instance may go on in it, where that is plain to see without the engine.</summary>
/// <param name="Flow">The version.</param>
/// <param name="What">What is different.</param>
/// <param name="Fits">Whether a state goes on in it; null where that is not plain.</param>
sealed record Mutation(FlowDefinition Flow, string What, Func<FlowState, bool?> Fits)
{
    /// <summary>Draws one; the same numbers give the same version.</summary>
    public static Mutation Of(FlowDefinition flow, int salt)
    {
        var random = new Random(salt);
        var drawn = Draw(flow, random);
        for (var more = random.Next(4) == 0 ? 2 : 0; more > 0; more--)
            drawn = Draw(drawn.Flow, random) is var next ? next with { What = $"{drawn.What}, {next.What}", Fits = _ => null } : drawn;
        if (FlowValidation.Faults(drawn.Flow).Count > 0)
            drawn = new(flow, "nothing", Always);
        return drawn with { Flow = drawn.Flow with { Version = flow.Version + 1 } };
    }

    static Mutation Draw(FlowDefinition flow, Random random) => random.Next(15) switch
    {
        0 or 1 => Insert(flow, random),
        2 => InsertFork(flow, random),
        3 => Remove(flow, random),
        4 => Rename(flow, random),
        5 => Reorder(flow, random),
        6 => AddBranch(flow, random),
        7 => RemoveBranch(flow, random),
        8 => ChangeGate(flow, random),
        9 or 10 => Ask(flow, random, "mode", _ => null, h => h with { Mode = (Mode)random.Next(4), Percent = random.Next(1, 101) }),
        11 => Ask(flow, random, "rejection", _ => null, h => h with { Reject = random.Next(3) switch { 0 => new RejectPolicy.EndInstance(), 1 => new RejectPolicy.EndBranch(), _ => new RejectPolicy.ToStart() } }),
        12 => Ask(flow, random, "times and people", Always, h => h with
        {
            Due = random.Next(2) == 0 ? null : random.Next(1, 5000),
            Remind = random.Next(2) == 0 ? null : random.Next(1, 5000),
            Assignees = [new AssigneeRule.Fixed([$"u{random.Next(BlockGen.People)}"])],
            Rollback = random.Next(2) == 0 ? null : new() { Scope = (RollbackScope)random.Next(3), Resume = (Resume)random.Next(2), Siblings = (Siblings)random.Next(2), Inherit = random.Next(2) == 0 },
        }),
        13 => random.Next(2) == 0
            ? new(flow with { Rollback = flow.Rollback with { Resume = (Resume)random.Next(2), Siblings = (Siblings)random.Next(2), Inherit = random.Next(2) == 0 } }, "policies", Always)
            : new(flow with { SamePerson = (SamePerson)random.Next(3) }, "same person", Always),
        _ => random.Next(2) == 0
            ? Ask(flow, random, "kind", _ => null, h => h with { Kind = h.Kind is TaskKind.Fill ? TaskKind.Approval : TaskKind.Fill })
            : new(flow with { Form = [.. flow.Form.Select(f => f.Key == "note" ? f with { Type = f.Type is FieldType.Number ? FieldType.Text : FieldType.Number } : f)] }, "the form",
                state => !state.Instance.Form.Contains("note")),
    };

    static bool? Always(FlowState state) => true;

    static Mutation Insert(FlowDefinition flow, Random random)
    {
        var (edge, key) = (flow.Edges[random.Next(flow.Edges.Count)], New(flow, "new"));
        FlowNode node = random.Next(3) switch
        {
            0 => new FlowNode.Automatic(key),
            1 => new FlowNode.Cc(key) { Readers = [new AssigneeRule.Fixed(["reader"])] },
            _ => new FlowNode.Human(key) { Assignees = [new AssigneeRule.Fixed(["u2"])] },
        };
        return new(Replace(flow, edge, [edge with { To = key }, new(key, edge.To)], node), $"{key} on {edge.From}-{edge.To}", state => Walked(flow, state, edge));
    }

    static Mutation InsertFork(FlowDefinition flow, Random random)
    {
        var (edge, key, gate) = (flow.Edges[random.Next(flow.Edges.Count)], New(flow, "fork"), (Gate)random.Next(1, 3));
        var when = gate is Gate.Inclusive ? $"{key}_0" : null;
        var changed = Replace(flow, edge, [edge with { To = key }, new(key, $"{key}-a", when), new(key, $"{key}-b"), new($"{key}-a", $"{key}-join"), new($"{key}-b", $"{key}-join"), new($"{key}-join", edge.To)],
            new FlowNode.Gateway(key, gate), new FlowNode.Gateway($"{key}-join", gate), Samples.Ask($"{key}-a", "u3"), Samples.Ask($"{key}-b", "u4", "u5"));
        return new(Fields(changed, when), $"{key} on {edge.From}-{edge.To}", state => Walked(flow, state, edge));
    }

    static Mutation Remove(FlowDefinition flow, Random random)
    {
        FlowNode[] nodes = [.. flow.Nodes.Where(n => n is FlowNode.Human or FlowNode.Cc or FlowNode.Automatic)];
        if (nodes is [])
            return new(flow, "nothing", Always);
        var node = nodes[random.Next(nodes.Length)];
        var next = flow.Edges.Single(e => e.From == node.Key).To;
        // A gateway that takes several edges to the same node is another matter.
        if (flow.Edges.Any(e => e.To == node.Key && flow.Edges.Any(o => o.From == e.From && o.To == next)))
            return new(flow, "nothing", Always);
        return new(flow with
        {
            Nodes = [.. flow.Nodes.Where(n => n != node)],
            Edges = [.. flow.Edges.Where(e => e.From != node.Key).Select(e => e.To == node.Key ? e with { To = next } : e)],
        }, $"no {node.Key}", state => !Reached(state, node.Key));
    }

    static Mutation Rename(FlowDefinition flow, Random random)
    {
        var node = flow.Nodes[random.Next(flow.Nodes.Count)];
        var key = New(flow, "other");
        string To(string old) => old == node.Key ? key : old;
        return new(flow with
        {
            Nodes = [.. flow.Nodes.Select(n => n == node ? n with { Key = key } : n).Select(n => n is FlowNode.Human human ? human with
            {
                Reject = human.Reject switch
                {
                    RejectPolicy.ToNode to => new RejectPolicy.ToNode(To(to.Node)),
                    RejectPolicy.Follow to => new RejectPolicy.Follow(To(to.To)),
                    var other => other,
                },
            } : n)],
            Edges = [.. flow.Edges.Select(e => e with { From = To(e.From), To = To(e.To) })],
        }, $"{node.Key} is {key}", state => !Reached(state, node.Key));
    }

    static Mutation Reorder(FlowDefinition flow, Random random) => new(flow with { Edges = [.. flow.Edges.OrderBy(_ => random.Next())] }, "the order of edges", Always);

    static Mutation AddBranch(FlowDefinition flow, Random random)
    {
        FlowNode.Gateway[] forks = [.. flow.Nodes.OfType<FlowNode.Gateway>().Where(n => flow.Nodes.Any(j => j.Key == $"{n.Key}-join"))];
        if (forks is [])
            return new(flow, "nothing", Always);
        var (fork, key) = (forks[random.Next(forks.Length)], New(flow, "branch"));
        var when = fork.Gate is Gate.Parallel ? null : $"{key}_0";
        return new(Fields(flow with
        {
            Nodes = [.. flow.Nodes, Samples.Ask(key, "u1")],
            Edges = [new(fork.Key, key, when), .. flow.Edges, new(key, $"{fork.Key}-join")],
        }, when), $"{key} out of {fork.Key}", state => fork.Gate is not Gate.Parallel || !state.Firings.Values.Any(f => f.Live && f.Node == fork.Key));
    }

    static Mutation RemoveBranch(FlowDefinition flow, Random random)
    {
        FlowEdge[] edges = [.. flow.Edges.Where(e => flow.Edges.Count(o => o.From == e.From) > 2)];
        if (edges is [])
            return new(flow, "nothing", Always);
        var edge = edges[random.Next(edges.Length)];
        var changed = flow with { Edges = [.. flow.Edges.Where(e => !ReferenceEquals(e, edge))] };
        for (var gone = true; gone;)
        {
            var kept = changed.Nodes.Where(n => n is FlowNode.Start || changed.Nodes.SelectMany(m => Ways(changed, m)).Contains(n.Key)).ToArray();
            gone = kept.Length < changed.Nodes.Count;
            changed = changed with { Nodes = kept, Edges = [.. changed.Edges.Where(e => kept.Any(n => n.Key == e.From))] };
        }
        return new(changed, $"no {edge.From}-{edge.To}", _ => null);
    }

    static Mutation ChangeGate(FlowDefinition flow, Random random)
    {
        FlowNode.Gateway[] forks = [.. flow.Nodes.OfType<FlowNode.Gateway>().Where(n => n.Gate is not Gate.Exclusive && flow.Nodes.Any(j => j.Key == $"{n.Key}-join"))];
        if (forks is [])
            return new(flow, "nothing", Always);
        var fork = forks[random.Next(forks.Length)];
        var gate = fork.Gate is Gate.Parallel ? Gate.Inclusive : Gate.Parallel;
        var (count, key) = (flow.Edges.Count(e => e.From == fork.Key), New(flow, "gate"));
        string[] names = [.. Enumerable.Range(0, count - 1).Select(i => $"{key}_{i}")];
        var at = 0;
        return new(Fields(flow with
        {
            Nodes = [.. flow.Nodes.Select(n => n.Key == fork.Key || n.Key == $"{fork.Key}-join" ? new FlowNode.Gateway(n.Key, gate) : n)],
            Edges = [.. flow.Edges.Select(e => e.From == fork.Key ? e with { When = gate is Gate.Parallel ? null : names.ElementAtOrDefault(at++) } : e)],
        }, names), $"{fork.Key} is {gate}", _ => null);
    }

    static Mutation Ask(FlowDefinition flow, Random random, string what, Func<FlowState, bool?> fits, Func<FlowNode.Human, FlowNode.Human> change)
    {
        FlowNode.Human[] asks = [.. flow.Nodes.OfType<FlowNode.Human>()];
        if (asks is [])
            return new(flow, "nothing", Always);
        var ask = asks[random.Next(asks.Length)];
        return new(flow.With(ask.Key, change), $"{what} of {ask.Key}", fits);
    }

    static IEnumerable<string> Ways(FlowDefinition flow, FlowNode node) =>
        flow.Edges.Where(e => e.From == node.Key).Select(e => e.To).Concat(node is FlowNode.Human { Reject: RejectPolicy.Follow to } ? [to.To] : []);

    static FlowDefinition Replace(FlowDefinition flow, FlowEdge edge, FlowEdge[] edges, params FlowNode[] nodes) =>
        flow with { Nodes = [.. flow.Nodes, .. nodes], Edges = [.. flow.Edges.SelectMany(e => ReferenceEquals(e, edge) ? edges : [e])] };

    static FlowDefinition Fields(FlowDefinition flow, params string?[] names) =>
        flow with { Form = [.. flow.Form, .. names.OfType<string>().Select(n => new FormField(n, FieldType.Boolean))] };

    // The version tells apart what mutations of mutations call their nodes.
    static string New(FlowDefinition flow, string what) => Enumerable.Range(1, int.MaxValue).Select(n => $"{what}{flow.Version}_{n}").First(key => flow.Nodes.All(n => n.Key != key));

    static bool Reached(FlowState state, string key) =>
        state.Firings.Values.Any(f => f.Live && f.Node == key) || state.Present.Any(id => state.Tokens[id].Node == key);

    /// <summary>Whether nothing that holds went along an edge; null where two edges run side by side.</summary>
    static bool? Walked(FlowDefinition flow, FlowState state, FlowEdge edge) => flow.Edges.Count(e => e.From == edge.From && e.To == edge.To) > 1 ? null
        : !state.Firings.Values.Any(f => f.Live && f.Node == edge.From && f.Kind is not FiringKind.Kill && (f.Kind is not FiringKind.TaskDone || f.Choice == 0)
            && f.Outputs.Any(id => state.Tokens[id].Node == edge.To && !(f.Kind is FiringKind.Join && state.Tokens[id].Dead)));
}
