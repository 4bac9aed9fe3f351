using Reflow.Core.Flows;

namespace Reflow.Core.Tests.Flows;

/// <summary>The law of contracts/apaas §4.1, checked from the rows alone and without the engine's own helpers.</summary>
static class Invariants
{
    public static void Check(FlowState state, FlowNet net)
    {
        FlowToken[] present = [.. state.Tokens.Values.Where(t => t.Live && t.ConsumedBy is null)];
        FlowTask[] pending = [.. state.Tasks.Values.Where(t => t.Status is UserTaskStatus.Pending)];
        Holds("marking", state.Present.SetEquals(present.Select(t => t.Id)) && state.Pending.SetEquals(pending.Select(t => t.Id)));
        Holds("I1", state.Instance.Status is InstanceStatus.InProcess == pending.Length > 0);
        Holds("I1", state.Instance.Status is InstanceStatus.InProcess || present.Length == 0);
        Rest(present, pending, net);
        Forks(state, present, net);
        Reachable(state, present, net);
        foreach (var task in state.Tasks.Values)
            Holds("I17", task.Status is UserTaskStatus.Pending || task is { DueAt: null, RemindAt: null, Resume: null });
        foreach (var task in pending)
            Activation(task, net);
    }

    static void Rest(FlowToken[] present, FlowTask[] pending, FlowNet net)
    {
        foreach (var task in pending)
            Holds("I2", present.Count(t => t.Id == task.Token && t.Node == task.Node) == 1);
        foreach (var token in present)
        {
            var human = net[token.Node] is FlowNode.Human or FlowNode.Start;
            Holds("I2", human ? pending.Count(t => t.Token == token.Id) == 1 : net.IsJoin(token.Node));
            Holds("approvers", net.Definition.SamePerson is not SamePerson.AskAgain || token.Approvers.Count == 0);
            Holds("I2", !token.Dead || net.IsJoin(token.Node));
        }
    }

    static void Forks(FlowState state, FlowToken[] present, FlowNet net)
    {
        var joined = state.Firings.Values.Where(f => f.Live && f.Kind is FiringKind.Join).Select(f => state.Tokens[f.Inputs[0]].Frame!.Split).ToArray();
        Holds("I4", joined.Distinct().Count() == joined.Length);
        var frames = present.SelectMany(t => Frames(t.Frame)).ToLookup(f => f.Split);
        foreach (var split in state.Firings.Values.Where(f => f.Live && f.Kind is FiringKind.Split))
        {
            var inside = frames[split.Seq];
            var open = !joined.Contains(split.Seq) && state.Instance.Status is InstanceStatus.InProcess;
            Holds("I3", open ? inside.Aggregate(0L, (m, f) => m | 1L << f.Branch) == split.Choice : !inside.Any());
            var directly = present.Where(t => t.Frame?.Split == split.Seq).ToArray();
            Holds("I3", directly.Select(t => t.Frame!.Branch).Distinct().Count() == directly.Length);
            Holds("I3", directly.All(d => present.Count(t => Frames(t.Frame).Any(f => f.Split == split.Seq && f.Branch == d.Frame!.Branch)) == 1));
            Holds("I4", !open || directly.Where(t => net.IsJoin(t.Node) && net[t.Node] != net[split.Node]).Aggregate(0L, (m, t) => m | 1L << t.Frame!.Branch) != split.Choice);
        }
        var ends = state.Firings.Values.Count(f => f.Live && f.Kind is FiringKind.End);
        Holds("I4", ends == (state.Instance.Status is InstanceStatus.Agreed ? 1 : 0));
    }

    static IEnumerable<Frame> Frames(Frame? frame)
    {
        for (; frame is not null; frame = frame.Outer)
            yield return frame;
    }

    /// <summary>I5 and I6: what holds, fired in order from the first token and only along the definition's edges, gives this marking.</summary>
    static void Reachable(FlowState state, FlowToken[] present, FlowNet net)
    {
        HashSet<int> marking = [1];
        foreach (var firing in state.Firings.Values.Where(f => f.Live))
        {
            foreach (var id in firing.Inputs)
                Holds("I6", marking.Remove(id));
            foreach (var id in firing.Outputs)
                Holds("I5", marking.Add(id) && state.Tokens[id].ProducedBy == firing.Seq);
            Holds("I5", firing.Inputs.All(id => (firing is { Kind: FiringKind.Kill, Outputs: [] } || state.Tokens[id].Node == firing.Node) && state.Tokens[id].ConsumedBy == firing.Seq));
            var to = firing.Outputs.Select(id => state.Tokens[id].Node).ToArray();
            Holds("I5", firing.Inputs.Count == 0 || firing.Outputs.All(id => Inside(firing, state.Tokens[firing.Inputs[0]], state.Tokens[id], net)));
            Holds("I5", firing.Kind switch
            {
                FiringKind.StartDone or FiringKind.Auto or FiringKind.TaskDone when firing.Choice == 0 => to.SequenceEqual([net.After(firing.Node)]) && Does(firing, state, net),
                FiringKind.TaskDone => to.SequenceEqual([((RejectPolicy.Follow)((FlowNode.Human)net[firing.Node]).Reject).To]),
                FiringKind.Decide or FiringKind.Split => to.SequenceEqual(net.Leaving(firing.Node).Where((_, i) => (firing.Choice >> i & 1) != 0).Select(e => e.To)) && Chooses(firing, net),
                FiringKind.Join => net.IsJoin(firing.Node) && to.SequenceEqual([firing.Inputs.All(id => state.Tokens[id].Dead) ? net.JoinAround(firing.Node)! : net.After(firing.Node)]),
                FiringKind.Kill => to.Length == 0 || (to.SequenceEqual([net.JoinAround(firing.Node)!]) && net[firing.Node] is FlowNode.Human { Reject: RejectPolicy.EndBranch }),
                FiringKind.End => to.Length == 0 && marking.Count == 0,
                _ => false,
            });
        }
        Holds("I5", marking.SetEquals(present.Select(t => t.Id)));
    }

    static bool Does(Firing firing, FlowState state, FlowNet net) => net[firing.Node] switch
    {
        FlowNode.Human human => firing.Kind is FiringKind.TaskDone && state.Tasks[firing.Task!.Value].Kind == human.Kind,
        FlowNode.Start => firing.Kind is FiringKind.StartDone,
        FlowNode.Cc => firing is { Kind: FiringKind.Auto, Task: not null },
        FlowNode.Automatic => firing is { Kind: FiringKind.Auto, Task: null },
        _ => false,
    };

    static bool Chooses(Firing firing, FlowNet net)
    {
        var (gate, edges) = (((FlowNode.Gateway)net[firing.Node]).Gate, net.Leaving(firing.Node));
        var taken = edges.Where((_, i) => (firing.Choice >> i & 1) != 0).ToArray();
        return firing.Kind is FiringKind.Decide ? gate is Gate.Exclusive && taken.Length == 1
            : gate is Gate.Parallel ? taken.Length == edges.Count : gate is Gate.Inclusive && (taken.All(e => e.When is not null) ? taken.Length > 0 : taken.Length == 1);
    }

    static bool Inside(Firing firing, FlowToken input, FlowToken output, FlowNet net) => firing.Kind switch
    {
        FiringKind.Split => output.Frame is { } frame && frame.Split == firing.Seq && frame.Taken == firing.Choice && frame.Outer == input.Frame && net.Leaving(firing.Node)[frame.Branch].To == output.Node,
        FiringKind.Join => output.Frame == input.Frame!.Outer,
        _ => output.Frame == input.Frame,
    };

    static void Activation(FlowTask task, FlowNet net)
    {
        Holds("I13", task.Assignees.Count > 0 && task.Assignees.Select(a => a.User).Distinct().Count() == task.Assignees.Count);
        var (mode, percent) = net.ModeOf(task.Node);
        var turn = Votes.Turn(task, mode, percent).ToArray();
        Holds("I14", turn.Length > 0 && turn.All(a => a.Vote is null));
        Holds("I14", mode is not Mode.Sequential || turn[0].Stage > 0 || turn.Length == 1);
        Holds("I14", mode is not Mode.Sequential || !task.Assignees.Where(a => a.Stage == 0).SkipWhile(a => a.Vote is not null).Any(a => a.Vote is { Automatic: false }));
        Holds("I14", !task.Assignees.Any(a => a.Stage > turn[0].Stage && a.Vote is not null));
        var first = task.Assignees.Where(a => a.Stage == 0).ToArray();
        var (yes, no) = (first.Count(a => a.Vote is { Agree: true }), first.Count(a => a.Vote is { Agree: false }));
        var later = task.Assignees.Any(a => a.Stage > 0);
        Holds("I14", mode switch
        {
            Mode.All or Mode.Sequential => no == 0 && (later || yes < first.Length),
            Mode.Any => no == 0 && (later || yes == 0),
            Mode.Ratio => (later || yes * 100 < percent * first.Length) && (first.Length - no) * 100 >= percent * first.Length,
        });
    }

    public static void Holds(string invariant, bool holds)
    {
        if (!holds)
            throw new BrokenException(invariant);
    }
}

/// <summary>An invariant is broken.</summary>
sealed class BrokenException(string invariant) : Exception($"{invariant} is broken.");
