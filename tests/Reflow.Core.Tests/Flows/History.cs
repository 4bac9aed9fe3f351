using Reflow.Core.Flows;

namespace Reflow.Core.Tests.Flows;

/// <summary>The invariants that compare a state with the one before (contracts/apaas §4.1: I8, I10, I12, I13).</summary>
static class History
{
    public static void Check(FlowState? before, FlowState after, FlowCommand command, IReadOnlyList<FlowEvent> events, FlowNet net)
    {
        if (before is null)
            return;
        Grows(before, after);
        Invariants.Holds("§3.14: only a submission changes the form", command is FlowCommand.Submit submit ? after.Instance.Form == submit.Form : ReferenceEquals(before.Instance.Form, after.Instance.Form));
        Invariants.Holds("an instance keeps its version", after.Instance.Version == (command is FlowCommand.Migrate migrate ? migrate.To.Definition.Version : before.Instance.Version));
        if (command is FlowCommand.Migrate)
            Migrated(before, after, net);
        if (command is FlowCommand.RollBack rollback && net.RollbackOf(before.Tasks[rollback.TaskId].Node).Siblings is Siblings.Keep)
            RolledBack(before, after, rollback);
        if (command is FlowCommand.Transfer { TaskId: var transferred })
            Untouched(before, after, transferred, after.Tasks[transferred].Status is UserTaskStatus.Pending);
        if (command is FlowCommand.AddAssignee { TaskId: var added })
            Untouched(before, after, added, after.Tasks[added].Status is UserTaskStatus.Pending);
        if (command is FlowCommand.Expedite)
            Invariants.Holds("I13", World.Dump(before) == World.Dump(after));
        if (command is FlowCommand.Cc { TaskId: var copied, Users: var readers })
        {
            Invariants.Holds("I13", World.Dump(before) == World.Dump(after with { Tasks = after.Tasks.SetItem(copied, after.Tasks[copied] with { Copied = before.Tasks[copied].Copied }) }));
            Invariants.Holds("copies are kept", after.Tasks[copied].Copied!.SequenceEqual((before.Tasks[copied].Copied ?? []).Concat(readers).Distinct().Order(StringComparer.Ordinal)));
        }
    }

    static void Grows(FlowState before, FlowState after)
    {
        foreach (var (id, task) in before.Tasks)
        {
            var now = after.Tasks[id];
            Invariants.Holds("I12", task.Status is UserTaskStatus.Pending || (now.Status == task.Status && now.ClosedAt == task.ClosedAt && ReferenceEquals(now.Assignees, task.Assignees)));
        }
        Invariants.Holds("I12", before.Tokens.Keys.All(after.Tokens.ContainsKey) && before.Firings.Keys.All(after.Firings.ContainsKey));
        Invariants.Holds("I12", after.Firings.Values.All(f => f.Causes.All(c => c < f.Seq)));
    }

    /// <summary>A migration opens and closes nothing and moves no token; it may change when tasks are due, and what stands at which position.</summary>
    static void Migrated(FlowState before, FlowState after, FlowNet net)
    {
        Invariants.Holds("migration", before.Present.SetEquals(after.Present) && before.Pending.SetEquals(after.Pending) && before.Instance.LastFiring == after.Instance.LastFiring);
        Invariants.Holds("migration", before.Tokens.All(t => after.Tokens[t.Key] is var now && now with { Frame = t.Value.Frame, Approvers = t.Value.Approvers } == t.Value && (t.Value.Live || ReferenceEquals(now, t.Value))));
        foreach (var (id, task) in before.Tasks)
            Invariants.Holds("migration", task.Status is not UserTaskStatus.Pending ? ReferenceEquals(task, after.Tasks[id])
                : after.Tasks[id] is { Resume: null } now && now with { DueAt = task.DueAt, RemindAt = task.RemindAt, Resume = task.Resume } == task
                    && now.DueAt == now.OpenedAt + (net.Find(task.Node) as FlowNode.Human)?.Due && now.RemindAt == now.OpenedAt + (net.Find(task.Node) as FlowNode.Human)?.Remind);
    }

    static void RolledBack(FlowState before, FlowState after, FlowCommand.RollBack rollback)
    {
        var target = before.Tasks[rollback.ToTaskId];
        var fresh = after.Pending.Except(before.Pending);
        Invariants.Holds("I8", fresh.Count == 1 && after.Tasks[fresh[0]] is var task && task.Node == target.Node && task.Id != target.Id && task.Assignees.All(a => a.Vote is null));
        Invariants.Holds("I8", after.Tokens[after.Tasks[fresh[0]].Token].ProducedBy == after.Tokens[target.Token].ProducedBy);
        Invariants.Holds("I8", after.Tasks[rollback.TaskId].Status is UserTaskStatus.RolledBack);
        var caused = Effects(before, target.DoneBy!.Value);
        foreach (var id in before.Pending.Remove(rollback.TaskId))
            if (caused.Contains(before.Tokens[before.Tasks[id].Token].ProducedBy))
                Invariants.Holds("I8", after.Tasks[id].Status is UserTaskStatus.Closed);
            else
                Invariants.Holds("I8", ReferenceEquals(before.Tasks[id], after.Tasks[id]));
    }

    static void Untouched(FlowState before, FlowState after, long named, bool still)
    {
        foreach (var id in before.Pending.Remove(named))
            Invariants.Holds("I13", ReferenceEquals(before.Tasks[id], after.Tasks[id]) || !still);
        Invariants.Holds("I13", !still || after.Present.SetEquals(before.Present));
    }

    public static void CheckPoints(FlowState state, FlowTask task, IReadOnlyList<RollbackPoint> points, FlowNet net)
    {
        var causes = Causes(state, state.Tokens[task.Token].ProducedBy);
        foreach (var point in points)
        {
            var target = state.Tasks[point.TaskId];
            Invariants.Holds("I10", target is { Superseded: false, Status: UserTaskStatus.Agreed or UserTaskStatus.Rejected } && target.Node != task.Node
                && causes.Contains(target.DoneBy!.Value) && target.Kind is not TaskKind.Cc);
            Invariants.Holds("I10", !causes.Any(c => c > target.DoneBy && state.Firings[c].Node == target.Node && state.Firings[c].ByPerson));
        }
        if (!net.RollbackOf(task.Node).Enabled)
        {
            Invariants.Holds("I10", points.Count == 0);
            return;
        }
        Invariants.Holds("I10", points.Select(p => p.Node).Distinct().Count() == points.Count);
        var scope = net.RollbackOf(task.Node).Scope;
        Invariants.Holds("I10", scope is RollbackScope.Previous ? points.Count > 0 : points.Count > 0 && points[0].IsStart && (points.Count == 1 || scope is RollbackScope.Any));
        if (scope is RollbackScope.Any)
            Invariants.Holds("I10", points.Count == causes.Select(c => state.Firings[c]).Where(f => f.ByPerson && f.Node != task.Node).DistinctBy(f => f.Node).Count());
    }

    /// <summary>A walk that is shown only what it wants, and stops when it has seen enough, finds what the definition says, for every scope (contracts/apaas §4.3).</summary>
    public static void CheckWalk(FlowState state, FlowTask task)
    {
        var token = state.Tokens[task.Token];
        var start = state.Firings.Values.Last(f => f is { Kind: FiringKind.StartDone, Live: true });
        var nodes = state.Tasks.Values.Where(t => t.DoneBy is not null && !t.Superseded).Select(t => t.Node).Distinct().ToArray();
        var led = Causes(state, token.ProducedBy);
        foreach (var firing in state.Firings.Values.Where(f => f.Live))
            Invariants.Holds("what a fork has not parted led here", led.Contains(firing.Seq) == !Frame.Apart(state.Tokens[firing.Inputs[0]].Frame, token.Frame));
        foreach (var scope in Enum.GetValues<RollbackScope>())
            foreach (var known in new[] { true, false })
            {
                var walk = new PointWalk(task, token, scope, known ? nodes : null, known ? start : null);
                foreach (var firing in state.Firings.Values.Reverse())
                {
                    if (walk.IsDone) break;
                    if (walk.Wants(firing.Seq)) walk.Meet(firing);
                }
                Invariants.Holds($"the walk, {scope}", walk.Points.Select(f => f.Seq).SequenceEqual(PointsOf(state, task, scope)));
            }
        if (PointsOf(state, task, RollbackScope.Any).DefaultIfEmpty().Max() is var latest and > 0 && Frame.Encloses(state.Tokens[state.Firings[latest].Inputs[0]].Frame, token.Frame))
            Invariants.Holds("the latest point, when it is on no branch that has come together, is the only near one", PointsOf(state, task, RollbackScope.Previous).SequenceEqual([latest]));
    }

    static IEnumerable<int> PointsOf(FlowState state, FlowTask task, RollbackScope scope)
    {
        var from = state.Tokens[task.Token].ProducedBy;
        var latest = Causes(state, from).Select(seq => state.Firings[seq]).Where(f => f.ByPerson && f.Node != task.Node).GroupBy(f => f.Node).Select(g => g.Max(f => f.Seq)).ToHashSet();
        HashSet<int> met = [];
        var open = new Stack<int>([from]);
        while (open.TryPop(out var seq))
            if (seq > 0 && met.Add(seq) && !latest.Contains(seq))
                foreach (var input in state.Firings[seq].Inputs)
                    open.Push(state.Tokens[input].ProducedBy);
        return latest.Where(seq => scope switch
        {
            RollbackScope.Initiator => state.Firings[seq].Kind is FiringKind.StartDone,
            RollbackScope.Previous => met.Contains(seq),
            RollbackScope.Any => true,
        }).OrderBy(seq => state.Firings[seq].Kind is not FiringKind.StartDone).ThenBy(seq => seq);
    }

    public static HashSet<int> Causes(FlowState state, int seq)
    {
        HashSet<int> found = [];
        var open = new Stack<int>([seq]);
        while (open.TryPop(out var at))
            if (at > 0 && found.Add(at))
                foreach (var input in state.Firings[at].Inputs)
                    open.Push(state.Tokens[input].ProducedBy);
        return found;
    }

    static HashSet<int> Effects(FlowState state, int seq)
    {
        HashSet<int> found = [];
        var open = new Stack<int>([seq]);
        while (open.TryPop(out var at))
            if (found.Add(at))
                foreach (var output in state.Firings[at].Outputs)
                    if (state.Tokens[output].ConsumedBy is { } by)
                        open.Push(by);
        return found;
    }
}
