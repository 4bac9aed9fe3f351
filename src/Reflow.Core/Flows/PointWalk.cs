namespace Reflow.Core.Flows;

/// <summary>
/// Walks back from a task to what it can be rolled back to (contracts/apaas §4.3). It is shown firings from the latest on and says when it has seen enough,
/// so that whoever reads them from a store reads no more than that.
/// </summary>
public sealed class PointWalk
{
    readonly string own;
    readonly RollbackScope scope;
    readonly HashSet<string>? missing;
    // The firings that led to the task and have not been shown yet; true for those with no point between them and the task.
    readonly Dictionary<int, bool> open = [];
    readonly HashSet<string> met = [];
    readonly List<Firing> found = [];
    int near;

    /// <summary>A walk from a task of a running instance.</summary>
    /// <param name="task">The task.</param>
    /// <param name="token">The task's token.</param>
    /// <param name="scope">How far it may be rolled back.</param>
    /// <param name="nodes">The nodes at which people finished something that still holds, as far as that is known: beyond the last of them nothing is left to find.</param>
    /// <param name="start">The firing of the start that holds, as far as it is known: it led to everything.</param>
    public PointWalk(FlowTask task, FlowToken token, RollbackScope scope, IEnumerable<string>? nodes = null, Firing? start = null)
    {
        (own, this.scope) = (task.Node, scope);
        missing = nodes is null ? null : [.. nodes.Where(node => node != own)];
        if (scope is RollbackScope.Any && start is not null) Find(start, isNear: false);
        Await(token.ProducedBy, isNear: true);
    }

    /// <summary>Whether no firing that has not been shown can be a point.</summary>
    public bool IsDone => scope switch
    {
        RollbackScope.Previous => near == 0 || missing is { Count: 0 },
        RollbackScope.Any or RollbackScope.Initiator => open.Count == 0 || missing is { Count: 0 },
    };

    /// <summary>Whether the firing of this number led to the task; asked after all later ones have been shown.</summary>
    public bool Wants(int seq) => open.ContainsKey(seq);

    /// <summary>Shows the next firing, always a lower one than before; those that the walk does not want may be left out.</summary>
    public void Meet(Firing firing)
    {
        if (!open.Remove(firing.Seq, out var isNear)) return;
        if (isNear) near--;
        var isPoint = Find(firing, isNear);
        foreach (var cause in firing.Causes) Await(cause, isNear && !isPoint);
    }

    /// <summary>What was found: start first, then in the order of their completion.</summary>
    public IEnumerable<Firing> Points => found
        .Where(firing => scope is not RollbackScope.Initiator || firing.Kind is FiringKind.StartDone)
        .OrderBy(firing => firing.Kind is not FiringKind.StartDone).ThenBy(firing => firing.Seq);

    // Of each node only the latest counts, and the latest is shown first.
    bool Find(Firing firing, bool isNear)
    {
        if (!firing.ByPerson || firing.Node == own || !met.Add(firing.Node)) return false;
        missing?.Remove(firing.Node);
        if (isNear || scope is not RollbackScope.Previous) found.Add(firing);
        return true;
    }

    void Await(int seq, bool isNear)
    {
        if (seq == 0) return;
        if (open.TryGetValue(seq, out var known)) isNear |= known;
        open[seq] = isNear;
        if (isNear && !known) near++;
    }
}
