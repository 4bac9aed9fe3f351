namespace Reflow.Core.Flows;

/// <summary>What led to a task and what came of a firing, read off the causes (contracts/apaas §4.3, §4.4).</summary>
static class Earlier
{
    /// <summary>The firing and every one that happened because of it. Causes are lower than their effects, so one pass upwards finds all.</summary>
    public static HashSet<int> Because(FlowState state, Firing cause)
    {
        HashSet<int> found = [cause.Seq];
        foreach (var firing in state.Firings.Values)
            if (firing.Seq > cause.Seq && firing.Live && firing.Causes.Any(found.Contains))
                found.Add(firing.Seq);
        return found;
    }

    /// <summary>The firing that finished the start task of this round.</summary>
    public static Firing Started(FlowState state) => state.Firings.Values.Last(f => f.Kind is FiringKind.StartDone && f.Live);

    /// <summary>The latest firing of a node, decided by a person, that led to a task; null if none did.</summary>
    public static Firing? Latest(FlowState state, FlowTask task, string node) =>
        Ancestors(state, task).Where(f => f.ByPerson && f.Node == node).MaxBy(f => f.Seq);

    /// <summary>The firings that a task may be rolled back to, start first and then in the order of their completion, as far as the state reaches.</summary>
    public static IEnumerable<Firing> Points(FlowState state, FlowTask task, RollbackScope scope)
    {
        if (scope is RollbackScope.Initiator)
            return state.Firings.Values.Where(f => f.Kind is FiringKind.StartDone && f.Live);
        var walk = new PointWalk(task, state.Tokens[task.Token], scope);
        foreach (var firing in state.Firings.Values.Reverse())
            if (firing.Live && !walk.IsDone)
                walk.Meet(firing);
        return walk.Points;
    }

    static HashSet<Firing> Ancestors(FlowState state, FlowTask task)
    {
        HashSet<Firing> met = new(ReferenceEqualityComparer.Instance);
        var open = new Stack<int>([state.Tokens[task.Token].ProducedBy]);
        while (open.TryPop(out var seq))
            if (state.Firings.TryGetValue(seq, out var firing) && met.Add(firing))
                foreach (var cause in firing.Causes)
                    open.Push(cause);
        return met;
    }
}
