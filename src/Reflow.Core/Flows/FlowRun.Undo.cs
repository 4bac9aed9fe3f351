using System.Diagnostics;

namespace Reflow.Core.Flows;

sealed partial class FlowRun
{
    // While work goes straight back: which undone firing consumed which token then, and which token then each new one stands for.
    readonly Dictionary<int, Firing> consumers = [];
    readonly Dictionary<int, int> standsFor = [];

    /// <summary>
    /// Undoes the target and everything that happened because of it, closes the tasks that this takes the ground from, and gives the
    /// target's token a new task (contracts/apaas §4.4). What is concurrent to the target is left alone.
    /// </summary>
    public void Undo(FlowTask source, Firing target, UserTaskStatus sourceBecomes, string by, string? opinion)
    {
        var policy = Net.RollbackOf(source.Node);
        var returned = State.Tokens[target.Inputs[0]];
        var undone = Earlier.Because(State, target);
        var rerun = policy.Siblings is Siblings.Rerun ? Unjoined(returned.Frame, undone) : null;
        if (rerun is { } split)
        {
            undone = Earlier.Because(State, State.Firings[split]);
            returned = State.Tokens[State.Firings[split].Inputs[0]];
        }
        foreach (var id in State.Pending)
            if (undone.Contains(State.Tokens[State.Tasks[id].Token].ProducedBy))
                Emit(new FlowEvent.TaskClosed(id, id == source.Id ? sourceBecomes : UserTaskStatus.Closed, by, opinion, context.Now));
        var before = State.Present;
        int[] firings = [.. undone.Order()];
        Emit(new FlowEvent.Undone(source.Id, firings, [.. firings.Select(seq => State.Firings[seq].Task).OfType<long>()]));
        if (State.Present.Except(before).Any(id => id != returned.Id && !Net.IsJoin(State.Tokens[id].Node)))
            throw new UnreachableException("A rollback returns the target's token and parked ones, nothing else.");
        if (State.Tasks[source.Id].Status is UserTaskStatus.Pending)
            throw new UnreachableException("A rollback closes the task that it starts from.");
        if (rerun is null)
            OpenAgain(State.Tasks[target.Task!.Value], returned, policy, policy.Resume is Resume.Direct ? new(source.Id, target.Seq) : null);
        else
        {
            moving.Enqueue(returned.Id);
            Settle();
        }
    }

    /// <summary>The outermost fork around the target whose join is undone.</summary>
    int? Unjoined(Frame? frame, IReadOnlySet<int> undone)
    {
        var joined = undone.Select(seq => State.Firings[seq]).Where(f => f.Kind is FiringKind.Join)
            .Select(f => State.Tokens[f.Inputs[0]].Frame!.Split).ToHashSet();
        int? outermost = null;
        for (; frame is not null; frame = frame.Outer)
            if (joined.Contains(frame.Split))
                outermost = frame.Split;
        return outermost;
    }

    /// <summary>A new task for those who had the old one, or whoever the rules name (contracts/apaas §3.4); nobody passes it automatically.</summary>
    void OpenAgain(FlowTask old, FlowToken token, RollbackPolicy policy, ResumePoint? resume)
    {
        var human = Net[old.Node] as FlowNode.Human;
        var task = human is null ? new(context.NextId(), old.Node, TaskKind.Start, token.Id, context.Now) : New(human, token);
        Assignee[] last = human is null || policy.Assignees is LastAssignees.Last
            ? [.. old.Assignees.Where(a => (!a.Added || policy.Inherit) && context.IsActive(a.User)).Select(a => a with { Vote = null })]
            : [];
        if (last is [])
        {
            var users = human is null ? Active(Net.Definition.Administrators) : Find(human, mayPass: false);
            if (users is null or [])
            {
                Refuse($"Nobody can be asked at '{old.Node}'.");
                return;
            }
            last = [.. users.Select(u => new Assignee(u))];
        }
        Emit(new FlowEvent.TaskOpened(task with { Assignees = last, Resume = resume }));
    }

    /// <summary>From here on the undone work is at hand: the tokens find what consumed their likes (contracts/apaas §4.5).</summary>
    void Remember(ResumePoint resume)
    {
        foreach (var firing in State.Firings.Values.Where(f => f.UndoneBy == resume.By))
            foreach (var id in firing.Inputs)
                consumers[id] = firing;
    }

    /// <summary>The undone firing that consumed what these tokens stand for; null when they stand for nothing or come from other rounds.</summary>
    Firing? Old(IReadOnlyList<FlowToken> tokens)
    {
        if (consumers.GetValueOrDefault(standsFor.GetValueOrDefault(tokens[0].Id, tokens[0].Id)) is not { } old)
            return null;
        return tokens.All(t => old.Inputs.Contains(standsFor.GetValueOrDefault(t.Id, t.Id))) ? old : null;
    }

    /// <summary>Where the net moves as it did then, its outputs stand for those of then; on another choice they stand for nothing.</summary>
    void FollowOld(IReadOnlyList<FlowToken> inputs, Firing firing)
    {
        if (Old(inputs) is { } old && old.Kind == firing.Kind && old.Choice == firing.Choice)
            foreach (var (now, then) in firing.Outputs.Zip(old.Outputs))
                standsFor[now] = then;
    }

    /// <summary>Brings back what people and automatic steps did with the token that this one stands for.</summary>
    bool Revive(FlowToken token)
    {
        if (!standsFor.ContainsKey(token.Id) || Old([token]) is not { } old || (old.Kind is FiringKind.TaskDone && !old.ByPerson))
            return false;
        var move = Beyond(token);
        if (old.Task is { } id)
        {
            Emit(new FlowEvent.TaskRevived(id, token.Id));
            move = move with { Approvers = Approvers(Net.Definition.SamePerson, token, State.Tasks[id]) };
        }
        if (old.Kind is FiringKind.Kill)
            move = new(Net.JoinAround(token.Node)!, token.Frame, [], Dead: true);
        else if (old.Kind is FiringKind.TaskDone && old.Choice == 1)
            move = move with { Node = ((RejectPolicy.Follow)((FlowNode.Human)Net[token.Node]).Reject).To };
        Fire(old.Kind, [token], [move], old.Choice, old.Task, old.ByPerson, old.Seq);
        return true;
    }
}
