using System.Text;
using Reflow.Core.Flows;

namespace Reflow.Core.Tests.Flows;

/// <summary>A flow and what people try on it. Numbers of an operation are taken modulo what there is to choose from, so any list of them fits any flow.</summary>
sealed record Case(Block[] Trunk, RollbackPolicy Rollback, SamePerson SamePerson, Op[] Ops, int Salt)
{
    public static Case Draw(int seed)
    {
        var random = new Random(seed);
        var trunk = new BlockGen(random).Sequence(random.Next(3, 20));
        var rollback = new RollbackPolicy
        {
            Scope = random.Next(4) == 0 ? (RollbackScope)random.Next(3) : RollbackScope.Any,
            Resume = (Resume)random.Next(2),
            Siblings = random.Next(4) == 0 ? Siblings.Rerun : Siblings.Keep,
            Assignees = (LastAssignees)random.Next(2),
            Inherit = random.Next(2) == 0,
            Administrators = random.Next(4) == 0,
        };
        Op[] ops = [.. Enumerable.Range(0, random.Next(5, 41)).Select(_ => new Op(Kinds[random.Next(Kinds.Length)], random.Next(1 << 20), random.Next(1 << 20), random.Next(1 << 20)))];
        return new(trunk, rollback, (SamePerson)(random.Next(4) == 0 ? random.Next(1, 3) : 0), ops, random.Next(1 << 20));
    }

    static readonly OpKind[] Kinds =
    [
        .. Enumerable.Repeat(OpKind.Agree, 24), .. Enumerable.Repeat(OpKind.RollBack, 12), .. Enumerable.Repeat(OpKind.Reject, 3),
        .. Enumerable.Repeat(OpKind.Transfer, 3), .. Enumerable.Repeat(OpKind.Add, 3), OpKind.Illegal, OpKind.Illegal, OpKind.Illegal, OpKind.Illegal, OpKind.Cc, OpKind.Expedite,
    ];

    /// <summary>Simpler cases that might fail as well: fewer operations, fewer blocks, plainer rules.</summary>
    public IEnumerable<Case> Smaller()
    {
        for (var size = Ops.Length / 2; size > 0; size /= 2)
            for (var at = 0; at < Ops.Length; at += size)
                yield return this with { Ops = [.. Ops.Take(at), .. Ops.Skip(at + size)] };
        foreach (var trunk in Smaller(Trunk))
            if (trunk.Length > 0)
                yield return this with { Trunk = trunk };
        if (Rollback != new RollbackPolicy())
            yield return this with { Rollback = new() };
        if (SamePerson is not SamePerson.AskAgain)
            yield return this with { SamePerson = SamePerson.AskAgain };
    }

    static IEnumerable<Block[]> Smaller(Block[] blocks)
    {
        for (var i = 0; i < blocks.Length; i++)
        {
            Block[] With(params Block[] instead) => [.. blocks.Take(i), .. instead, .. blocks.Skip(i + 1)];
            yield return With();
            foreach (var inside in blocks[i].Inside)
                yield return With(inside);
            foreach (var smaller in Smaller(blocks[i]))
                yield return With(smaller);
        }
    }

    static IEnumerable<Block> Smaller(Block block) => block switch
    {
        Block.Ask ask => new[] { ask with { People = [ask.People[0]] }, ask with { Mode = Mode.All }, ask with { Reject = RejectKind.EndInstance }, ask with { Fill = false }, ask with { Nobody = false } }
            .Where(a => a.People.Length < ask.People.Length || (a with { People = ask.People }) != ask),
        Block.All b => Fewer(b.Branches).Select(x => new Block.All(x)),
        Block.Some b => Fewer(b.Branches).Select(x => new Block.Some(x)),
        Block.Pick b => Fewer(b.Branches).Select(x => new Block.Pick(x)),
        Block.Loop b => Smaller(b.Body).Select(x => new Block.Loop(x)),
        _ => [],
    };

    static IEnumerable<Block[][]> Fewer(Block[][] branches)
    {
        for (var i = 0; i < branches.Length; i++)
        {
            if (branches.Length > 2)
                yield return [.. branches.Take(i), .. branches.Skip(i + 1)];
            foreach (var smaller in Smaller(branches[i]))
                yield return [.. branches.Take(i), smaller, .. branches.Skip(i + 1)];
        }
    }

    public string Outline()
    {
        var text = new StringBuilder();
        if (Rollback != new RollbackPolicy())
            text.AppendLine($"rollback: scope {Rollback.Scope}, resume {Rollback.Resume}, siblings {Rollback.Siblings}, assignees {Rollback.Assignees}, inherit {Rollback.Inherit}, administrators {Rollback.Administrators}");
        if (SamePerson is not SamePerson.AskAgain)
            text.AppendLine($"same person: {SamePerson}");
        foreach (var edge in Builder.Build(Trunk, Rollback, SamePerson).Edges.Reverse())
            text.AppendLine($"  {edge.From} -> {edge.To}{(edge.When is null ? "" : $" when {edge.When}")}");
        foreach (var node in Builder.Build(Trunk, Rollback, SamePerson).Nodes.OfType<FlowNode.Human>())
            text.AppendLine($"  {node.Key}: {node.Mode} {(node.Mode is Mode.Ratio ? $"{node.Percent}% " : "")}of {string.Join(", ", ((AssigneeRule.Fixed)node.Assignees[0]).Users)}, rejection {node.Reject}");
        return text.ToString();
    }
}

sealed record Op(OpKind Kind, int A, int B, int C);

enum OpKind { Agree, Reject, RollBack, Transfer, Add, Cc, Expedite, Illegal }

/// <summary>How often what happened, so that a run can show that it met what it is about.</summary>
sealed class Tally
{
    public int Commands, Refusals, Rollbacks, Unjoined, Revived, Deaths, DeadJoins, Reruns, Ended;
}

/// <summary>Plays a case and checks the law after every step.</summary>
sealed class Simulation
{
    readonly Case play;
    readonly World world;
    readonly Tally tally;
    readonly Dictionary<long, string> pointsOf = [];
    readonly List<string> steps = [];
    readonly bool mutated;
    int step;
    bool draining;

    Simulation(Case play, Tally tally, Func<FlowState?, IReadOnlyList<FlowEvent>, FlowNet, FlowState>? mutant)
    {
        (this.play, this.tally, mutated) = (play, tally, mutant is not null);
        world = new(Builder.Build(play.Trunk, play.Rollback, play.SamePerson));
        world.Holds = text => (!draining || !text.StartsWith("again")) && (HashCode(text) & 1) == 1;
        if (mutant is not null)
            world.Change = (state, events) => mutant(state, events, world.Net);
    }

    // Conditions answer by chance, but the same throughout one decision and in every run of the case.
    int HashCode(string text) => text.Aggregate(play.Salt + (step * 7919), (h, c) => unchecked((h * 31) + c)) >> 3;

    /// <summary>What broke and on which step; null when the law held.</summary>
    public static string? Run(Case play, Tally tally, Func<FlowState?, IReadOnlyList<FlowEvent>, FlowNet, FlowState>? mutant = null)
    {
        var simulation = new Simulation(play, tally, mutant);
        try
        {
            simulation.Play();
            return null;
        }
        catch (Exception e) when (e is BrokenException or System.Diagnostics.UnreachableException or KeyNotFoundException or InvalidOperationException or Xunit.Sdk.XunitException or NullReferenceException)
        {
            return $"{e.Message}\n{play.Outline()}{string.Join('\n', simulation.steps)}{(simulation.draining ? "\nthen everyone agrees" : "")}\n{e.StackTrace}";
        }
    }

    void Play()
    {
        Take(new FlowCommand.Start(World.FirstId, "initiator"));
        foreach (var op in play.Ops)
        {
            if (world.State.Instance.Status is not InstanceStatus.InProcess)
                break;
            step++;
            if (Command(op) is { } command)
                Take(command);
        }
        var running = world.State.Instance.Status is InstanceStatus.InProcess;
        draining = true;
        for (var i = 0; world.State.Instance.Status is InstanceStatus.InProcess; i++)
        {
            step++;
            Invariants.Holds("I5: it never ends", i < 3000);
            var task = world.Pending.ElementAt(i % world.State.Pending.Count);
            Take(new FlowCommand.Agree(task.Id, world.Turn(task).First(), null));
        }
        Invariants.Holds("I5: it does not end agreed", !running || world.State.Instance.Status is InstanceStatus.Agreed);
        if (!mutated)
            Invariants.Holds("I12", World.Dump(world.Log.Aggregate((FlowState?)null, (s, e) => s.Apply(e))!) == World.Dump(world.State));
        Invariants.Holds("I1", world.Try(new FlowCommand.Cancel("initiator", "late")).Error is not null);
    }

    FlowCommand? Command(Op op)
    {
        var task = world.Pending.ElementAt(op.A % world.State.Pending.Count);
        var turn = world.Turn(task).ToArray();
        var by = turn[op.B % turn.Length];
        string[] others = [.. Enumerable.Range(0, BlockGen.People + 4).Select(i => $"u{i}").Where(u => task.Assignees.All(a => a.User != u)).Skip(op.B % 3).Take(1 + (op.C % 2))];
        switch (op.Kind)
        {
            case OpKind.Agree:
                return new FlowCommand.Agree(task.Id, by, "yes");
            case OpKind.Reject:
                return task.Kind is TaskKind.Start ? null : new FlowCommand.Reject(task.Id, by, "no");
            case OpKind.RollBack:
                var points = world.State.RollbackPoints(task.Id, by, world.Net, _ => true).Events;
                return points.Count == 0 ? null : new FlowCommand.RollBack(task.Id, by, points[op.C % points.Count].TaskId, "back");
            case OpKind.Transfer:
                string[] from = [by, .. turn.Where(u => u != by).Take(op.C % 3)];
                return new FlowCommand.Transfer(task.Id, by, from, others, null);
            case OpKind.Add:
                return new FlowCommand.AddAssignee(task.Id, by, others, (AddAssigneeType)(op.C / 2 % 2), null);
            case OpKind.Cc:
                return new FlowCommand.Cc(task.Id, by, ["reader"]);
            case OpKind.Expedite:
                return new FlowCommand.Expedite(task.Id, "initiator", [by], null);
            case OpKind.Illegal:
                var any = world.State.Tasks.Values.OrderBy(t => t.Id).ElementAt(op.B % world.State.Tasks.Count);
                return (op.C % 9) switch
                {
                    0 => new FlowCommand.Agree(any.Id, $"u{op.A % BlockGen.People}", null),
                    1 => new FlowCommand.Reject(any.Id, $"u{op.A % BlockGen.People}", null),
                    2 or 3 or 4 => new FlowCommand.RollBack(task.Id, by, any.Id, "back"),
                    5 => new FlowCommand.RollBack(task.Id, by, any.Id, " "),
                    6 => new FlowCommand.Transfer(any.Id, $"u{op.A % BlockGen.People}", [], [$"u{op.A / 8 % BlockGen.People}"], null),
                    7 => new FlowCommand.AddAssignee(any.Id, by, [$"u{op.A % BlockGen.People}", "gone"], AddAssigneeType.After, null),
                    _ => new FlowCommand.Cancel(by, "mine"),
                };
            default:
                throw new InvalidOperationException();
        }
    }

    void Take(FlowCommand command)
    {
        steps.Add($"{step}. {command}");
        var before = world.State;
        var decision = world.Try(command);
        if (!mutated && before is not null && (step % 4 == 0 || command is FlowCommand.RollBack))
        {
            var part = Parts.For(command, before, world.Net).Decide(command, world.Context());
            Invariants.Holds("the part decides like the whole", part.Error == decision.Error && World.Dump(part) == World.Dump(decision));
        }
        if (command is FlowCommand.RollBack r && before!.Tasks[r.TaskId].Status is UserTaskStatus.Pending)
            Invariants.Holds("I9", decision.Error is null == (!string.IsNullOrWhiteSpace(r.Opinion)
                && before.RollbackPoints(r.TaskId, r.By, world.Net, _ => true).Any(p => p.TaskId == r.ToTaskId)));
        Invariants.Holds("a refusal has no events, and says why", decision.Error is null ? decision.Events.Count > 0 : decision.Events.Count == 0 && decision.Error.Reason is not null);
        world.Do(command);
        tally.Commands++;
        if (decision.Error is not null)
        {
            tally.Refusals++;
            Invariants.Holds("I9", ReferenceEquals(before, world.State));
            return;
        }
        Count(decision);
        Invariants.Check(world.State, world.Net);
        History.Check(before, world.State, command, decision.Events, world.Net);
        // A revived task stands behind work done anew, whose tasks are others.
        foreach (var revived in decision.Events.OfType<FlowEvent.TaskRevived>())
            pointsOf.Remove(revived.TaskId);
        foreach (var task in world.Pending)
            Points(task, before);
        if (world.State.Instance.Status is not InstanceStatus.InProcess)
            tally.Ended++;
    }

    /// <summary>I10, and I11: a task opened again has the points that its predecessor had.</summary>
    void Points(FlowTask task, FlowState? before)
    {
        if (task.Kind is TaskKind.Start || pointsOf.ContainsKey(task.Id))
            return;
        var points = world.Points(task);
        History.CheckPoints(world.State, task, points, world.Net);
        var ids = string.Join(',', points.Select(p => p.TaskId));
        pointsOf[task.Id] = ids;
        var former = before is null ? null : world.State.Tasks.Values.Where(t => t.Token == task.Token && t.Id != task.Id && t.Kind == task.Kind).MaxBy(t => t.Id);
        if (former is not null && pointsOf.TryGetValue(former.Id, out var then))
            Invariants.Holds("I11", then == ids);
    }

    void Count(Decision<FlowEvent> decision)
    {
        foreach (var undone in decision.Events.OfType<FlowEvent.Undone>())
        {
            tally.Rollbacks++;
            if (undone.Firings.Any(seq => world.State.Firings[seq].Kind is FiringKind.Join))
                tally.Unjoined++;
            if (world.State.Firings[undone.Firings[0]].Kind is FiringKind.Split)
                tally.Reruns++;
        }
        foreach (var fired in decision.Events.OfType<FlowEvent.Fired>())
        {
            tally.Revived += fired.Firing.Repeats is null ? 0 : 1;
            tally.Deaths += fired.Firing.Kind is FiringKind.Kill && fired.Outputs.Count > 0 ? 1 : 0;
            tally.DeadJoins += fired.Firing.Kind is FiringKind.Join && fired.Outputs[0].Dead ? 1 : 0;
        }
    }
}
