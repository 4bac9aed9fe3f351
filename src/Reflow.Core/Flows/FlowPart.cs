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

    /// <summary>Keys of nodes whose finished tasks are needed, as far as they are not superseded.</summary>
    public IReadOnlyList<string> TasksOf { get; init; } = [];

    /// <summary>Whether every finished task is needed that is not superseded.</summary>
    public bool Finished { get; init; }

    /// <summary>What a migration needs: all that holds.</summary>
    public static readonly FlowPart Live = new() { Since = 1, Finished = true };

    /// <summary>What a command on a task needs. Of a rollback, the target and its token are known first.</summary>
    public static FlowPart Of(FlowCommand command, FlowTask task, FlowNet net, FlowTask? target = null, FlowToken? token = null) => command switch
    {
        FlowCommand.Cc or FlowCommand.Expedite or FlowCommand.Cancel => Marking,
        FlowCommand.RollBack => new() { Since = target?.DoneBy is { } done ? Fork(net.RollbackOf(task.Node), token?.Frame) ?? done : null },
        FlowCommand.Reject or FlowCommand.Transfer => (net.Find(task.Node) as FlowNode.Human)?.Reject switch
        {
            RejectPolicy.ToStart => new() { Since = 1, TasksOf = [net.Start.Key], UndoneBy = task.Resume?.By },
            RejectPolicy.ToNode to => new() { Since = 1, TasksOf = [net.Start.Key, to.Node], UndoneBy = task.Resume?.By },
            _ => new() { UndoneBy = task.Resume?.By },
        },
        _ => new() { UndoneBy = task.Resume?.By },
    };

    static int? Fork(RollbackPolicy policy, Frame? frame)
    {
        if (policy.Siblings is not Siblings.Rerun)
            return null;
        while (frame?.Outer is not null)
            frame = frame.Outer;
        return frame?.Split;
    }
}
