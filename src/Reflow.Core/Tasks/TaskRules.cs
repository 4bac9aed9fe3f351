using System.Diagnostics;
using Reflow.Core.Directory;

namespace Reflow.Core.Tasks;

/// <summary>What may be done to a task that exists.</summary>
public abstract record TaskCommand
{
    TaskCommand() { }

    /// <summary>Marks the whole task done for everybody (contracts: task §2.7).</summary>
    public sealed record Complete : TaskCommand;

    /// <summary>Takes the completed state back (seed 004).</summary>
    public sealed record Uncomplete : TaskCommand;
}

/// <summary>What happened to a task.</summary>
public abstract record TaskEvent
{
    TaskEvent() { }

    /// <summary>It is there.</summary>
    public sealed record Created(TaskItem Task) : TaskEvent;

    /// <summary>It is done.</summary>
    /// <param name="At">Unix ms.</param>
    public sealed record Completed(long At) : TaskEvent;

    /// <summary>It is open again.</summary>
    /// <param name="At">Unix ms.</param>
    public sealed record Uncompleted(long At) : TaskEvent;
}

/// <summary>The rules of tasks: what a command leads to, and what an event changes.</summary>
public static class TaskRules
{
    /// <summary>
    /// What the command means for this task, or why it is refused. Repeating what is already so succeeds and changes nothing:
    /// the first completion's moment stays (contracts: task §2.7).
    /// </summary>
    /// <param name="task">The task.</param>
    /// <param name="command">What is asked for.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="now">Unix ms.</param>
    /// <param name="operation">The operation's name in the contract: the same refusal has other words in other operations.</param>
    public static Decision<TaskEvent> Decide(this TaskItem task, TaskCommand command, Actor by, long now, string operation) => task.RelationOf(by) switch
    {
        Relation.None => TaskErrors.NotReadable(operation).Because($"{by} is neither creator, collaborator nor follower of task {task.Id}"),
        Relation.Follower => TaskErrors.NotEditable(operation).Because($"{by} only follows task {task.Id}; its creator and collaborators may change it"),
        Relation.Collaborator or Relation.Creator => (command, task.IsComplete) switch
        {
            (TaskCommand.Complete, false) => [new TaskEvent.Completed(now)],
            (TaskCommand.Uncomplete, true) => [new TaskEvent.Uncompleted(now)],
            _ => [],
        },
    };

    /// <summary>The task after the event; only <see cref="TaskEvent.Created"/> may come without a task before it.</summary>
    public static TaskItem Apply(this TaskItem? task, TaskEvent happened) => (happened, task) switch
    {
        (TaskEvent.Created created, null) => created.Task,
        (TaskEvent.Completed completed, not null) => task with { CompletedAt = completed.At, UpdatedAt = completed.At, Version = task.Version + 1 },
        (TaskEvent.Uncompleted uncompleted, not null) => task with { CompletedAt = 0, UpdatedAt = uncompleted.At, Version = task.Version + 1 },
        _ => throw new UnreachableException($"{happened} cannot happen to {task}"),
    };

    /// <summary>The task that a draft becomes, or why the draft is refused.</summary>
    /// <param name="draft">What was sent.</param>
    /// <param name="id">The new task's id.</param>
    /// <param name="by">Who creates it.</param>
    /// <param name="now">Unix ms.</param>
    /// <param name="operation">The operation's name in the contract.</param>
    /// <param name="isTimezone">Tells whether a name is an IANA timezone.</param>
    public static Decision<TaskEvent> Create(TaskDraft draft, string id, Actor by, long now, string operation, Func<string, bool> isTimezone)
    {
        var (content, error) = draft.Check(operation, isTimezone);
        if (error is not null) return error;
        const int tenantToken = 6, userToken = 7;
        return [new TaskEvent.Created(new(id, Version: 1, by, by is Actor.App ? tenantToken : userToken, content!, now, now, CompletedAt: 0,
            [.. draft.Collaborators.Distinct()], [.. draft.Followers.Distinct()]))];
    }
}
