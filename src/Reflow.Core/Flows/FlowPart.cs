namespace Reflow.Core.Flows;

/// <summary>
/// How much of an instance a command needs, so that a step costs the same at any length of history. Always needed is the marking: the
/// instance, its present tokens and its pending tasks with their assignees, and the task that the command names. What is listed here comes on top.
/// </summary>
public sealed record FlowPart
{
    /// <summary>The marking suffices.</summary>
    public static readonly FlowPart Marking = new();

    /// <summary>Live firings from this sequence number on, with the tokens that they consumed and produced; null for none.</summary>
    public int? Since { get; init; }

    /// <summary>The firings undone by this task's rollback, with the tasks that they finished; null for none.</summary>
    public long? UndoneBy { get; init; }

    /// <summary>Whether every finished task is needed that is not superseded.</summary>
    public bool Finished { get; init; }

    /// <summary>What a migration needs: all that holds.</summary>
    public static readonly FlowPart Live = new() { Since = 1, Finished = true };

    /// <summary>What a command on a task needs. The task that it goes back to, and that one's token, are known first: of a rollback it is named, of a rejection <see cref="SendsBackTo"/> tells.</summary>
    public static FlowPart Of(FlowCommand command, FlowTask task, FlowNet net, FlowTask? target = null, FlowToken? token = null) => command switch
    {
        FlowCommand.Cc or FlowCommand.Expedite or FlowCommand.Cancel => Marking,
        FlowCommand.RollBack => new() { Since = Above(task, net, target, token) },
        FlowCommand.Reject or FlowCommand.Transfer => new() { Since = Above(task, net, target, token), UndoneBy = task.Resume?.By },
        _ => new() { UndoneBy = task.Resume?.By },
    };

    /// <summary>
    /// The node to whose latest task, of those that led here, a command sends the work back because it makes the votes a rejection; null when it does not.
    /// That task, or the start's when none led here, is the target that <see cref="Of"/> asks for.
    /// </summary>
    public static string? SendsBackTo(FlowCommand command, FlowTask task, FlowNet net)
    {
        if (task.Status is not UserTaskStatus.Pending)
            return null;
        var (mode, percent) = net.ModeOf(task.Node);
        var rejects = command switch
        {
            FlowCommand.Reject reject => Votes.Outcome(task with { Assignees = [.. task.Assignees.Select(a => a.User == reject.By ? a with { Vote = new(false, false, 0, null) } : a)] }, mode, percent) is UserTaskStatus.Rejected,
            // When fewer take over than leave, the share that is needed may have become out of reach.
            FlowCommand.Transfer => mode is Mode.Ratio && task.Assignees.Any(a => a.Vote is { Agree: false }),
            _ => false,
        };
        return !rejects ? null : (net.Find(task.Node) as FlowNode.Human)?.Reject switch { RejectPolicy.ToStart => net.Start.Key, RejectPolicy.ToNode to => to.Node, _ => null };
    }

    static int? Above(FlowTask task, FlowNet net, FlowTask? target, FlowToken? token) => target?.DoneBy is { } done ? Fork(net.RollbackOf(task.Node), token?.Frame) ?? done : null;

    static int? Fork(RollbackPolicy policy, Frame? frame)
    {
        if (policy.Siblings is not Siblings.Rerun)
            return null;
        while (frame?.Outer is not null)
            frame = frame.Outer;
        return frame?.Split;
    }
}
