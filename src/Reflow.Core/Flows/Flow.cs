using System.Diagnostics;
using System.Globalization;

namespace Reflow.Core.Flows;

/// <summary>The rules of human tasks (contracts/apaas §3, §4). Pure: the same instance, command and context give the same events.</summary>
public static class Flow
{
    /// <summary>What a command leads to, or why it is refused. There is no instance before <see cref="FlowCommand.Start"/>.</summary>
    public static Decision<FlowEvent> Decide(this FlowState? state, FlowCommand command, FlowContext context) => (state, command) switch
    {
        (null, FlowCommand.Start c) => Start(c, context),
        (null, _) or (_, FlowCommand.Start) => throw new UnreachableException("An instance begins with Start, once."),
        ({ Instance.Status: not InstanceStatus.InProcess }, _) => Refused("The instance has ended."),
        (_, FlowCommand.Agree c) => Agree(state, c, context),
        (_, FlowCommand.Submit c) => Submit(state, c, context),
        (_, FlowCommand.Reject c) => Reject(state, c, context),
        (_, FlowCommand.RollBack c) => RollBack(state, c, context),
        (_, FlowCommand.Transfer c) => Transfer(state, c, context),
        (_, FlowCommand.AddAssignee c) => AddAssignee(state, c, context),
        (_, FlowCommand.Cancel c) => Cancel(state, c, context),
        (_, FlowCommand.Cc c) => Cc(state, c, context),
        (_, FlowCommand.Expedite c) => Expedite(state, c, context),
        (_, FlowCommand.Migrate c) => FlowMigration.Decide(state, c, context),
        _ => throw new UnreachableException(),
    };

    /// <summary>
    /// Where a task can be rolled back to by an operator, start first (seed 000, contracts/apaas §4.3). Empty when rollback is switched off, and for a start task.
    /// Whoever intervenes as an administrator has every point, whatever the policy.
    /// </summary>
    /// <param name="state">The instance, as far as the points are to be looked for in it.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="by">The operator's user id.</param>
    /// <param name="net">The version of the flow that the instance keeps.</param>
    /// <param name="isActive">Whether a user id belongs to someone who can act.</param>
    /// <param name="asAdministrator">Whether an administrator intervenes.</param>
    /// <param name="walked">What a <see cref="PointWalk"/> of the policy's scope found; null to look in the state.</param>
    public static Decision<RollbackPoint> RollbackPoints(
        this FlowState state, long taskId, string by, FlowNet net, Func<string, bool> isActive, bool asAdministrator = false, IEnumerable<Firing>? walked = null)
    {
        if (state.Instance.Status is not InstanceStatus.InProcess)
            return FlowErrors.ParamInvalid.Because("The instance has ended.");
        if (!Pending(state, taskId, out var task, out var error))
            return error;
        var policy = net.RollbackOf(task.Node);
        if (!asAdministrator && !Votes.MayAct(task, net, by) && !(policy.Administrators && net.Definition.Administrators.Contains(by) && isActive(by)))
            return NotTheirTurn(task, by);
        var (enabled, scope) = asAdministrator ? (true, RollbackScope.Any) : (policy.Enabled, policy.Scope);
        return new([.. enabled && task.Kind is not TaskKind.Start ? (walked ?? Earlier.Points(state, task, scope)).Select(f => new RollbackPoint(f.Task!.Value, f.Node, f.Kind is FiringKind.StartDone, f.Seq)) : []], null);
    }

    static Decision<FlowEvent> Start(FlowCommand.Start command, FlowContext context)
    {
        if (!context.IsActive(command.Initiator))
            return Refused($"There is no user '{command.Initiator}'.");
        var run = new FlowRun(null, context);
        run.Start(command);
        return run.Decision;
    }

    static Decision<FlowEvent> Agree(FlowState state, FlowCommand.Agree command, FlowContext context)
    {
        if (!Entitled(state, command.TaskId, command.By, context, out _, out var error))
            return error;
        return Vote(state, command.TaskId, command.By, true, command.Opinion, context);
    }

    static Decision<FlowEvent> Submit(FlowState state, FlowCommand.Submit command, FlowContext context)
    {
        if (!Entitled(state, command.TaskId, command.By, context, out var task, out var error))
            return error;
        if (task.Kind is not (TaskKind.Fill or TaskKind.Start))
            return Refused($"Task {task.Id} asks for a decision; the form is filled in on fill and start tasks.");
        var faults = FormValues.Faults(context.Net.Definition, command.Form);
        if (faults.Count > 0)
            return Refused(string.Join(' ', faults.Select(f => f.Sentence)));
        return Vote(state, task.Id, command.By, true, command.Opinion, context, new FlowEvent.FormChanged(task.Id, command.By, command.Form, context.Now));
    }

    static Decision<FlowEvent> Reject(FlowState state, FlowCommand.Reject command, FlowContext context)
    {
        if (!Entitled(state, command.TaskId, command.By, context, out var task, out var error))
            return error;
        if (task.Kind is TaskKind.Start)
            return Refused("A start task is submitted again or the instance canceled; it cannot be rejected.");
        return Vote(state, command.TaskId, command.By, false, command.Opinion, context);
    }

    static Decision<FlowEvent> Vote(FlowState state, long task, string by, bool agree, string? opinion, FlowContext context, FlowEvent? first = null)
    {
        var run = new FlowRun(state, context);
        if (first is not null)
            run.Add(first);
        run.Add(new FlowEvent.Voted(task, by, new(agree, false, context.Now, opinion)));
        run.Count(task, by, opinion);
        return run.Decision;
    }

    static Decision<FlowEvent> RollBack(FlowState state, FlowCommand.RollBack command, FlowContext context)
    {
        var points = state.RollbackPoints(command.TaskId, command.By, context.Net, context.IsActive, command.AsAdministrator);
        if (points.Error is { } error)
            return error;
        if (string.IsNullOrWhiteSpace(command.Opinion))
            return Refused("A rollback says why.");
        if (state.Tasks[command.TaskId].Kind is TaskKind.Start)
            return Refused("Nothing comes before the start task.");
        if (points.FirstOrDefault(p => p.TaskId == command.ToTaskId) is not { } point)
            return Refused($"Task {command.ToTaskId} is not among the rollback points of task {command.TaskId}.");
        var run = new FlowRun(state, context);
        run.Undo(state.Tasks[command.TaskId], state.Firings[point.Firing], UserTaskStatus.RolledBack, command.By, command.Opinion);
        return run.Decision;
    }

    static Decision<FlowEvent> Transfer(FlowState state, FlowCommand.Transfer command, FlowContext context)
    {
        if (!Pending(state, command.TaskId, out var task, out var error))
            return error;
        if (task.Kind is TaskKind.Start)
            return Refused("The start task is the initiator's own.");
        string[] to = [.. command.To.Distinct()];
        var (mode, percent) = context.Net.ModeOf(task.Node);
        var stage = Votes.Turn(task, mode, percent).First().Stage;
        string[] from = command.From is not [] ? [.. command.From.Distinct()]
            : command.AsAdministrator ? [.. task.Assignees.Where(a => a.Vote is null && a.Stage >= stage).Select(a => a.User)] : [command.By];
        if (!command.AsAdministrator && !from.Contains(command.By) && !(context.Net.Definition.Administrators.Contains(command.By) && context.IsActive(command.By)))
            return Refused($"'{command.By}' is not among those who hand the task over.");
        if (from.FirstOrDefault(u => !task.Assignees.Any(a => a.User == u && a.Vote is null && a.Stage >= stage)) is { } done)
            return Refused($"'{done}' has nothing left to do on task {task.Id}.");
        if (Newcomers(task, to, context, out var stranger) is null)
            return Refused(stranger);
        var run = new FlowRun(state, context);
        run.Add(new FlowEvent.Transferred(task.Id, command.By, from, to, command.Opinion, context.Now));
        run.Count(task.Id, command.By, command.Opinion);
        return run.Decision;
    }

    static Decision<FlowEvent> AddAssignee(FlowState state, FlowCommand.AddAssignee command, FlowContext context)
    {
        if (!Entitled(state, command.TaskId, command.By, context, out var task, out var error))
            return error;
        if (task.Kind is TaskKind.Start)
            return Refused("The start task is the initiator's own.");
        if (Newcomers(task, command.Users, context, out var stranger) is not { } users)
            return Refused(stranger);
        var run = new FlowRun(state, context);
        run.Add(new FlowEvent.AssigneesAdded(task.Id, command.By, users, command.Type, command.Opinion, context.Now));
        if (command.Type is AddAssigneeType.After)
            run.Add(new FlowEvent.Voted(task.Id, command.By, new(true, false, context.Now, command.Opinion)));
        run.Count(task.Id, command.By, command.Opinion);
        return run.Decision;
    }

    static Decision<FlowEvent> Cancel(FlowState state, FlowCommand.Cancel command, FlowContext context)
    {
        if (!command.AsAdministrator && command.By != state.Instance.Initiator)
            return Refused("Only the initiator cancels an instance.");
        if (string.IsNullOrWhiteSpace(command.Opinion))
            return Refused("A cancellation says why.");
        var run = new FlowRun(state, context);
        run.End(InstanceStatus.Canceled, command.By, command.Opinion);
        return run.Decision;
    }

    static Decision<FlowEvent> Cc(FlowState state, FlowCommand.Cc command, FlowContext context)
    {
        if (!state.Tasks.TryGetValue(command.TaskId, out var task))
            return Refused($"There is no task {command.TaskId}.");
        if (!HasPart(state, task, command.By, context))
            return Refused($"'{command.By}' has no part in task {task.Id}.");
        if (command.Users.FirstOrDefault(u => !context.IsActive(u)) is { } stranger)
            return Refused($"There is no user '{stranger}'.");
        return [new FlowEvent.Copied(task.Id, command.By, [.. command.Users.Distinct()], context.Now)];
    }

    static Decision<FlowEvent> Expedite(FlowState state, FlowCommand.Expedite command, FlowContext context)
    {
        if (!Pending(state, command.TaskId, out var task, out var error))
            return error;
        if (!HasPart(state, task, command.By, context))
            return Refused($"'{command.By}' has no part in task {task.Id}.");
        if (command.Users.FirstOrDefault(u => !Votes.MayAct(task, context.Net, u)) is { } idle)
            return Refused($"'{idle}' is not waited for on task {task.Id}.");
        return [new FlowEvent.Expedited(task.Id, command.By, [.. command.Users.Distinct()], command.Opinion, context.Now)];
    }

    /// <summary>Whether someone started the instance, has the task or had it, or administers the flow.</summary>
    public static bool HasPart(FlowState state, FlowTask task, string user, FlowContext context) =>
        user == state.Instance.Initiator || task.Assignees.Any(a => a.User == user)
        || (context.Net.Definition.Administrators.Contains(user) && context.IsActive(user));

    static bool Pending(FlowState state, long id, out FlowTask task, out Error error)
    {
        (task, error) = state.Tasks.GetValueOrDefault(id) switch
        {
            null => (null!, FlowErrors.ParamInvalid.Because($"There is no task {id}.")),
            { Status: not UserTaskStatus.Pending } closed => (closed, FlowErrors.ParamInvalid.Because($"Task {id} is closed: {WhyClosed(closed)}.")),
            var pending => (pending, null!),
        };
        return error is null;
    }

    static string WhyClosed(FlowTask task) => string.Create(CultureInfo.InvariantCulture, $"{task.Status switch
    {
        UserTaskStatus.Pending => "it is not",
        UserTaskStatus.Agreed => "it was agreed to",
        UserTaskStatus.Rejected => "it was rejected",
        UserTaskStatus.RolledBack => "it was rolled back",
        UserTaskStatus.Closed => "another task's rollback or rejection took it away",
        UserTaskStatus.Canceled => "its instance was withdrawn",
        UserTaskStatus.Skipped => "nobody had to be asked",
    }} at {DateTimeOffset.FromUnixTimeMilliseconds(task.ClosedAt ?? task.OpenedAt):yyyy-MM-dd'T'HH:mm:ss'Z'}");

    static bool Entitled(FlowState state, long id, string user, FlowContext context, out FlowTask task, out Error error)
    {
        if (!Pending(state, id, out task, out error))
            return false;
        if (Votes.MayAct(task, context.Net, user))
            return true;
        error = NotTheirTurn(task, user);
        return false;
    }

    static Error NotTheirTurn(FlowTask task, string user) => FlowErrors.ParamInvalid.Because(task.Assignees.FirstOrDefault(a => a.User == user) switch
    {
        null => $"'{user}' is no assignee of task {task.Id}.",
        { Vote: not null } => $"'{user}' has voted on task {task.Id}.",
        _ => $"It is not the turn of '{user}' on task {task.Id}.",
    });

    static string[]? Newcomers(FlowTask task, IReadOnlyList<string> users, FlowContext context, out string refusal)
    {
        refusal = users is [] ? "It names nobody."
            : users.Distinct().Count() != users.Count ? "It names someone twice."
            : users.FirstOrDefault(u => task.Assignees.Any(a => a.User == u)) is { } present ? $"'{present}' is an assignee of task {task.Id} already."
            : users.FirstOrDefault(u => !context.IsActive(u)) is { } stranger ? $"There is no user '{stranger}'." : "";
        return refusal is "" ? [.. users] : null;
    }

    static Decision<FlowEvent> Refused(string reason) => FlowErrors.ParamInvalid.Because(reason);
}
