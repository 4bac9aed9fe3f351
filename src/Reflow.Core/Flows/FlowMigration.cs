namespace Reflow.Core.Flows;

/// <summary>
/// Moves a running instance to another version of its flow. Nodes are the same when their keys are. What holds of the instance's history is played again, firing by firing, in the
/// other version's net: only when each is a step of that net too can going forward in it have led here, and can rollbacks go on undoing it. What was undone stays a record.
/// A migration asks nobody and decides nothing: tasks stay open with the votes that they have, and those votes must leave them open.
/// </summary>
public sealed class FlowMigration
{
    readonly FlowState state;
    readonly FlowNet from, to;
    readonly List<FlowFault> faults = [];
    readonly Dictionary<int, FlowToken> tokens;
    readonly List<MigratedFiring> firings = [];

    FlowMigration(FlowState state, FlowNet from, FlowNet to)
    {
        (this.state, this.from, this.to, tokens) = (state, from, to, state.Tokens.Where(t => t.Value.Live).ToDictionary());
        if (from.Definition.Version == to.Definition.Version)
            Fault("version", $"The instance is on version {to.Definition.Version} already.");
        faults.AddRange(FormValues.Faults(to.Definition, state.Instance.Form).Select(f => f with { Path = $"form{f.Path["params".Length..]}", Sentence = f.Sentence.Replace(" of params", " of the form") }));
        foreach (var firing in state.Firings.Values)
            if (firing.Live)
                Replay(firing);
        foreach (var id in state.Present)
            Rest(tokens[id]);
        foreach (var id in state.Pending)
            Ballot(state.Tasks[id]);
    }

    /// <summary>Everything that keeps a running instance from going on in another version, each with its place in the graph of the instance; empty when nothing does.</summary>
    /// <param name="state">The instance: its live firings and tokens, its pending tasks and those finished ones that are not superseded.</param>
    /// <param name="from">The version that it is on.</param>
    /// <param name="to">The other version of the same flow.</param>
    public static IReadOnlyList<FlowFault> Faults(FlowState state, FlowNet from, FlowNet to) =>
        state.Instance.Status is InstanceStatus.InProcess ? new FlowMigration(state, from, to).faults : [new("status", "The instance has ended.")];

    internal static Decision<FlowEvent> Decide(FlowState state, FlowCommand.Migrate command, FlowContext context)
    {
        var migration = new FlowMigration(state, context.Net, command.To);
        if (migration.faults.Count > 0)
            return FlowErrors.ParamInvalid.Because(string.Join(' ', migration.faults.Select(f => $"{f.Path}: {f.Sentence}")));
        return [new FlowEvent.Migrated(context.Net.Definition.Version, command.To.Definition.Version, migration.firings, [.. migration.MovedTokens()], [.. migration.MovedTasks()], context.Now)];
    }

    void Replay(Firing firing)
    {
        var (path, count) = ($"firings[{firing.Seq}]", faults.Count);
        if (to.Find(firing.Node) is not { } node)
        {
            Fault(path, $"It was at '{firing.Node}', which the version does not have.");
            return;
        }
        switch (firing.Kind)
        {
            case FiringKind.StartDone:
                Is(path, node is FlowNode.Start, node, "the start");
                break;
            case FiringKind.TaskDone:
                Asks(path, node, state.Tasks[firing.Task!.Value]);
                break;
            case FiringKind.Auto:
                Is(path, firing.Task is null ? node is FlowNode.Automatic : node is FlowNode.Cc, node, firing.Task is null ? "an automatic step" : "a cc node");
                break;
            case FiringKind.Decide:
                Is(path, node is FlowNode.Gateway { Gate: Gate.Exclusive }, node, "an exclusive gateway");
                break;
            case FiringKind.Split:
                Is(path, node is FlowNode.Gateway { Gate: Gate.Parallel or Gate.Inclusive } && !to.IsJoin(node.Key), node, "a fork");
                break;
            case FiringKind.Join:
                Is(path, to.IsJoin(node.Key) && to.JoinOf(SplitOf(tokens[firing.Inputs[0]])) == node.Key, node, $"the join of '{SplitOf(tokens[firing.Inputs[0]])}'");
                break;
            case FiringKind.Kill:
                if (node is not FlowNode.Human { Reject: RejectPolicy.EndBranch })
                    Fault(path, $"A rejection at '{node.Key}' ended its branch; in the version it does not.");
                break;
            case FiringKind.End:
                break;
        }
        if (faults.Count == count)
            Outputs(firing, node, path);
    }

    void Outputs(Firing firing, FlowNode node, string path)
    {
        FlowToken[] inputs = [.. firing.Inputs.Select(id => tokens[id])];
        var (input, outputs) = (inputs[0], firing.Outputs);
        var choice = firing.Choice;
        var approvers = firing switch
        {
            { Kind: FiringKind.Kill } => [],
            { Kind: FiringKind.Join } => FlowRun.Together(inputs),
            { Kind: FiringKind.StartDone or FiringKind.TaskDone, Task: { } task } => FlowRun.Approvers(to.Definition.SamePerson, input, state.Tasks[task]),
            _ => input.Approvers,
        };
        if (firing.Kind is FiringKind.Decide or FiringKind.Split)
        {
            var positions = Positions(node.Key);
            var branches = outputs.Zip(Bits(firing.Choice), (id, was) => (Id: id, Branch: positions[was])).ToArray();
            if (Array.FindIndex(branches, b => b.Branch is null) is >= 0 and var gone)
            {
                Fault(path, $"It went from '{node.Key}' to '{tokens[outputs[gone]].Node}'; the version has no such edge.");
                return;
            }
            choice = branches.Aggregate(0L, (bits, b) => bits | 1L << b.Branch!.Value);
            outputs = [.. branches.OrderBy(b => b.Branch).Select(b => b.Id)];
            foreach (var (id, branch) in branches)
                Put(id, firing.Kind is FiringKind.Split ? new(firing.Seq, branch!.Value, choice, input.Frame) : input.Frame, approvers);
            if (firing.Kind is FiringKind.Split && !Takes((FlowNode.Gateway)node, choice))
                Fault(path, $"The fork '{node.Key}' took {Several(outputs.Count)}; the version cannot take just {(outputs.Count == 1 ? "this" : "these")}.");
        }
        else
        {
            var next = firing.Kind switch
            {
                FiringKind.Kill => to.JoinAround(node.Key),
                FiringKind.Join when inputs.All(t => t.Dead) => to.JoinAround(node.Key),
                FiringKind.TaskDone when firing.Choice == 1 => ((node as FlowNode.Human)!.Reject as RejectPolicy.Follow)?.To,
                _ => to.After(node.Key),
            };
            if (tokens[outputs[0]].Node != next)
                Fault(path, $"It went from '{node.Key}' to '{tokens[outputs[0]].Node}'; in the version it {(next is null ? "cannot" : $"goes to '{next}'")}.");
            Put(outputs[0], firing.Kind is FiringKind.Join ? input.Frame!.Outer : input.Frame, approvers);
        }
        if (choice != firing.Choice || !outputs.SequenceEqual(firing.Outputs))
            firings.Add(new(firing.Seq, choice, outputs));
    }

    /// <summary>Work waits where people are asked or where branches come together.</summary>
    void Rest(FlowToken token)
    {
        var path = $"tokens[{token.Id}]";
        var task = state.Pending.Select(id => state.Tasks[id]).FirstOrDefault(t => t.Token == token.Id);
        if (to.Find(token.Node) is not { } node)
            Fault(path, $"It rests at '{token.Node}', which the version does not have.");
        else if (task is not null)
            Asks(path, node, task);
        else
            Is(path, to.IsJoin(node.Key) && to.JoinOf(SplitOf(token)) == node.Key, node, $"the join of '{SplitOf(token)}'");
    }

    /// <summary>The votes of an open task must be votes that the node's mode there lets people cast, and leave it open.</summary>
    void Ballot(FlowTask task)
    {
        if (to.Find(task.Node) is not (FlowNode.Human or FlowNode.Start))
            return;
        var path = $"tasks[{task.Id}]";
        var (mode, percent) = to.ModeOf(task.Node);
        if (Votes.Outcome(task, mode, percent) is var outcome and not UserTaskStatus.Pending)
            Fault(path, $"The votes that it has would {(outcome is UserTaskStatus.Agreed ? "agree" : "reject")} it in the version; a migration decides nothing.");
        else if (Votes.Turn(task, mode, percent).First().Stage is var stage && task.Assignees.Any(a => a.Stage > stage && a.Vote is not null))
            Fault(path, "Those who were asked after the first have voted; in the version the first are not done.");
        else if (mode is Mode.Sequential && task.Assignees.Where(a => a.Stage == 0).SkipWhile(a => a.Vote is not null).Any(a => a.Vote is { Automatic: false }))
            Fault(path, "Someone has voted whose turn it would not have been: in the version they vote one after the other.");
    }

    IEnumerable<MigratedToken> MovedTokens() => tokens.Values.Where(now => state.Tokens[now.Id] is var then && (now.Frame != then.Frame || !now.Approvers.SequenceEqual(then.Approvers)))
        .OrderBy(t => t.Id).Select(t => new MigratedToken(t.Id, t.Frame, t.Approvers));

    IEnumerable<MigratedTask> MovedTasks()
    {
        foreach (var task in state.Pending.Select(id => state.Tasks[id]))
        {
            var node = to.Find(task.Node) as FlowNode.Human;
            // A timer that has fired does not fire again, whatever versions lay between.
            var moved = new MigratedTask(task.Id, task.CameDueAt is null ? task.OpenedAt + node?.Due : null, task.RemindedAt is null ? task.OpenedAt + node?.Remind : null);
            if (moved.DueAt != task.DueAt || moved.RemindAt != task.RemindAt || task.Resume is not null)
                yield return moved;
        }
    }

    void Asks(string path, FlowNode node, FlowTask task)
    {
        TaskKind? kind = node switch { FlowNode.Human human => human.Kind, FlowNode.Start => TaskKind.Start, _ => null };
        Is(path, kind == task.Kind, node, task.Kind switch { TaskKind.Approval => "an approval", TaskKind.Fill => "a fill node", TaskKind.Start => "the start", TaskKind.Cc => "a cc node" });
    }

    /// <summary>Where the edges out of a gateway stand in the other version: the edge to the same node, and of several the one with the same condition; null where there is none.</summary>
    int?[] Positions(string node)
    {
        var (before, after) = (from.Leaving(node), to.Leaving(node));
        var positions = new int?[before.Count];
        foreach (var same in (Func<FlowEdge, FlowEdge, bool>[])[(then, now) => then.To == now.To && then.When == now.When, (then, now) => then.To == now.To])
            for (var i = 0; i < before.Count; i++)
                if (positions[i] is null && Enumerable.Range(0, after.Count).Where(n => !positions.Contains(n) && same(before[i], after[n])).ToArray() is [var found, ..])
                    positions[i] = found;
        return positions;
    }

    // Of an inclusive fork, the edge without a condition is taken alone or not at all.
    bool Takes(FlowNode.Gateway fork, long choice)
    {
        var edges = to.Leaving(fork.Key);
        var otherwise = 1L << edges.TakeWhile(e => e.When is not null).Count();
        return fork.Gate is Gate.Parallel ? choice == (1L << edges.Count) - 1 : choice == otherwise || (choice & otherwise) == 0;
    }

    static IEnumerable<int> Bits(long choice) => Enumerable.Range(0, 63).Where(i => (choice >> i & 1) != 0);

    string SplitOf(FlowToken token) => token.Frame is { } frame ? state.Firings[frame.Split].Node : "";

    void Put(int id, Frame? frame, IReadOnlyList<string> approvers)
    {
        if (tokens.TryGetValue(id, out var token))
            tokens[id] = token with { Frame = frame, Approvers = approvers };
    }

    void Is(string path, bool holds, FlowNode node, string what)
    {
        if (!holds)
            Fault(path, $"'{node.Key}' was {what}; in the version it is not.");
    }

    static string Several(int branches) => branches == 1 ? "one branch" : $"{branches} branches";

    void Fault(string path, string sentence) => faults.Add(new(path, sentence));
}

/// <summary>A firing of a gateway whose edges stand at other positions in the version migrated to.</summary>
/// <param name="Seq">The firing.</param>
/// <param name="Choice">The edges that it took, by their new positions.</param>
/// <param name="Outputs">Its tokens, in the new order of their edges.</param>
public sealed record MigratedFiring(int Seq, long Choice, IReadOnlyList<int> Outputs);

/// <summary>A token whose fork counts its branches differently in the version migrated to, or of which other approvers are remembered there.</summary>
/// <param name="Id">The token.</param>
/// <param name="Frame">Its fork, by the new positions.</param>
/// <param name="Approvers">Who agreed on the way here, as far as the version asks.</param>
public sealed record MigratedToken(int Id, Frame? Frame, IReadOnlyList<string> Approvers);

/// <summary>A pending task with the times of the version migrated to. What agreeing to it would have brought back at once, it does not any more.</summary>
/// <param name="Id">The task.</param>
/// <param name="DueAt">When it is due now, Unix ms.</param>
/// <param name="RemindAt">When its assignees are reminded now, Unix ms.</param>
public sealed record MigratedTask(long Id, long? DueAt, long? RemindAt);
