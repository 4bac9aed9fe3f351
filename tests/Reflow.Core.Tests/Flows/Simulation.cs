using Reflow.Core.Flows;

namespace Reflow.Core.Tests.Flows;

/// <summary>How often what happened, so that a run can show that it met what it is about.</summary>
sealed class Tally
{
    public int Commands, Refusals, Rollbacks, Unjoined, Revived, Direct, Deaths, DeadJoins, Reruns, Inherited, Submitted, Unfit, Migrated, Renumbered, Remembered, Straight, Unmigrated, Ended;

    public override string ToString() => string.Join(", ", GetType().GetFields().Select(f => $"{f.Name} {f.GetValue(this)}"));
}

/// <summary>Plays a case and checks the law after every step.</summary>
sealed class Simulation
{
    readonly Case play;
    readonly World world;
    readonly Tally tally;
    readonly Dictionary<long, string> pointsOf = [];
    readonly List<string> steps = [];
    Mutation? mutation;
    readonly bool mutated;
    string form = "{}";
    int step;
    bool draining;

    Simulation(Case play, Tally tally, Func<FlowState?, IReadOnlyList<FlowEvent>, FlowNet, FlowState>? mutant)
    {
        (this.play, this.tally, mutated) = (play, tally, mutant is not null);
        world = new(play.Build());
        world.Holds = text => (!draining || !text.StartsWith("again")) && (HashCode(text) & 1) == 1;
        if (mutant is not null)
            world.Change = (state, events) => mutant(state, events, world.Net);
    }

    // Conditions answer by chance, but the same for one form throughout one decision and in every run of the case.
    int HashCode(string text) => text.Concat(form).Aggregate(play.Salt + (step * 7919), (h, c) => unchecked((h * 31) + c)) >> 3;

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
            return $"{e.Message}\n{Case.Outline(play.Build())}{string.Join('\n', simulation.steps)}{(simulation.draining ? "\nthen everyone agrees" : "")}\n{e.StackTrace}";
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
            case OpKind.Submit:
                var fill = world.Pending.FirstOrDefault(t => t.Kind is TaskKind.Fill or TaskKind.Start);
                return fill is null && op.C % 4 > 0 ? null : Submit(fill ?? task, op);
            case OpKind.Migrate:
                mutation = Mutation.Of(world.Net.Definition, op.B);
                return new FlowCommand.Migrate(FlowNet.Of(mutation.Flow));
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

    FlowCommand Submit(FlowTask task, Op op)
    {
        var fields = world.Net.Definition.Form;
        var field = fields[op.B % fields.Count];
        // Now and then a value that the field does not take.
        var value = op.C % 5 == 0 ? "[]" : field.Type switch { FieldType.Boolean => op.C % 2 == 0 ? "true" : "false", FieldType.Number => $"{op.C}", _ => $"\"{op.C}\"" };
        using var changes = System.Text.Json.JsonDocument.Parse($"{{\"{field.Key}\":{value}}}");
        return new FlowCommand.Submit(task.Id, world.Turn(task).First(), FormValues.With(world.Net.Definition, world.State.Instance.Form, changes.RootElement), null);
    }

    void Take(FlowCommand command)
    {
        steps.Add($"{step}. {(command is FlowCommand.Migrate m ? $"Migrate: {mutation!.What}\n{Case.Outline(m.To.Definition)}" : command)}");
        var before = world.State;
        form = command is FlowCommand.Submit submit ? submit.Form : before?.Instance.Form ?? "{}";
        var decision = world.Try(command);
        if (!mutated && before is not null && (step % 4 == 0 || command is FlowCommand.RollBack or FlowCommand.Reject or FlowCommand.Transfer or FlowCommand.Migrate or FlowCommand.Submit))
        {
            var part = Parts.For(command, before, world.Net).Decide(command, world.Context());
            Invariants.Holds("the part decides like the whole", part.Error == decision.Error && World.Dump(part) == World.Dump(decision));
        }
        if (command is FlowCommand.RollBack r && before!.Tasks[r.TaskId].Status is UserTaskStatus.Pending)
            Invariants.Holds("I9", decision.Error is null == (!string.IsNullOrWhiteSpace(r.Opinion)
                && before.RollbackPoints(r.TaskId, r.By, world.Net, _ => true).Any(p => p.TaskId == r.ToTaskId)));
        if (command is FlowCommand.Migrate && mutation!.Fits(before!) is { } fits && !mutated)
            Invariants.Holds($"the version {(fits ? "fits" : "does not fit")}: {decision.Error?.Reason}", decision.Error is null == fits);
        Invariants.Holds("a refusal has no events, and says why", decision.Error is null ? decision.Events.Count > 0 : decision.Events.Count == 0 && decision.Error.Reason is not null);
        world.Do(command);
        tally.Commands++;
        if (decision.Error is not null)
        {
            tally.Refusals++;
            tally.Unmigrated += command is FlowCommand.Migrate ? 1 : 0;
            tally.Unfit += command is FlowCommand.Submit ? 1 : 0;
            Invariants.Holds("I9", ReferenceEquals(before, world.State));
            return;
        }
        Count(before, command, decision);
        Invariants.Check(world.State, world.Net);
        History.Check(before, world.State, command, decision.Events, world.Net);
        if (command is FlowCommand.Migrate)
            pointsOf.Clear();
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
        History.CheckWalk(world.State, task);
        var ids = string.Join(',', points.Select(p => p.TaskId));
        pointsOf[task.Id] = ids;
        var former = before is null ? null : world.State.Tasks.Values.Where(t => t.Token == task.Token && t.Id != task.Id && t.Kind == task.Kind).MaxBy(t => t.Id);
        if (former is not null && pointsOf.TryGetValue(former.Id, out var then))
            Invariants.Holds("I11", then == ids);
    }

    void Count(FlowState? before, FlowCommand command, Decision<FlowEvent> decision)
    {
        tally.Submitted += command is FlowCommand.Submit ? 1 : 0;
        if (decision.Events[0] is FlowEvent.Migrated migrated)
        {
            tally.Migrated++;
            tally.Renumbered += migrated.Firings.Count > 0 ? 1 : 0;
            tally.Remembered += migrated.Tokens.Count > migrated.Firings.Count ? 1 : 0;
            tally.Straight += before!.Pending.Count(id => before.Tasks[id].Resume is not null);
        }
        if (command is FlowCommand.RollBack)
            tally.Inherited += decision.Events.OfType<FlowEvent.TaskOpened>().Count(e => e.Task.Assignees.Any(a => a.Added));
        if (decision.Events.OfType<FlowEvent.Fired>().Any(e => e.Firing.Repeats is not null))
            tally.Direct++;
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
