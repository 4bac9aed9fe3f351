namespace Reflow.Core.Projects;

/// <summary>What can happen to an item. Each event says all that <see cref="WorkItems.Apply"/> needs; no definition is consulted again.</summary>
public abstract record ProjectEvent
{
    ProjectEvent() { }

    /// <summary>The item exists, no node has arrived yet.</summary>
    public sealed record Created(WorkItem Item) : ProjectEvent;
    /// <summary>Somebody changed the item: the last event of each accepted command.</summary>
    public sealed record Touched(string By, long At) : ProjectEvent;
    /// <summary>The title is another.</summary>
    public sealed record Renamed(string Name) : ProjectEvent;
    /// <summary>A field of the item has another value; null = cleared.</summary>
    public sealed record FieldChanged(string Field, FieldValue? Value) : ProjectEvent;
    /// <summary>A role has other members.</summary>
    public sealed record RoleChanged(string Role, IReadOnlyList<string> Owners) : ProjectEvent;
    /// <summary>The item's <c>work_item_status</c> is another.</summary>
    public sealed record StatusChanged(StatusChange To) : ProjectEvent;
    /// <summary>The last node is done.</summary>
    public sealed record Finished(long At) : ProjectEvent;
    /// <summary>A finished item is no longer finished.</summary>
    public sealed record Reopened : ProjectEvent;
    /// <summary>The item is terminated.</summary>
    public sealed record Aborted(Termination How) : ProjectEvent;
    /// <summary>The item goes on where it was terminated.</summary>
    public sealed record Restored(string Reason, string? Option) : ProjectEvent;
    /// <summary>The item is frozen, or no longer.</summary>
    public sealed record Froze(bool Frozen) : ProjectEvent;
    /// <summary>The item is gone.</summary>
    public sealed record Deleted : ProjectEvent;

    /// <summary>A node arrives: 1 → 2.</summary>
    public sealed record NodeReached(string Node, long At) : ProjectEvent;
    /// <summary>One owner of a multi-person node confirms.</summary>
    public sealed record NodeConfirmed(string Node, string By, long At) : ProjectEvent;
    /// <summary>A node is done: 2 → 3.</summary>
    public sealed record NodePassed(string Node, long At) : ProjectEvent;
    /// <summary>A node is rolled back: 3 → 2.</summary>
    public sealed record NodeRolledBack(string Node, string Reason) : ProjectEvent;
    /// <summary>A node below one that is rolled back has not arrived any more: 2 or 3 → 1. Owners, schedules, fields and subtasks stay.</summary>
    public sealed record NodeReset(string Node) : ProjectEvent;
    /// <summary>A node has other owners.</summary>
    public sealed record OwnersChanged(string Node, IReadOnlyList<string> Owners) : ProjectEvent;
    /// <summary>Other people have to confirm a multi-person node.</summary>
    public sealed record CheckersChanged(string Node, IReadOnlyList<Checker> Checkers) : ProjectEvent;
    /// <summary>A node's one schedule is another.</summary>
    public sealed record ScheduleChanged(string Node, Schedule To) : ProjectEvent;
    /// <summary>The owners' own schedules are others.</summary>
    public sealed record SchedulesChanged(string Node, IReadOnlyList<Schedule> To) : ProjectEvent;
    /// <summary>A value of the node's own is another; null = cleared.</summary>
    public sealed record NodeFieldChanged(string Node, string Field, FieldValue? Value) : ProjectEvent;
    /// <summary>Somebody gives a review opinion on a node.</summary>
    public sealed record Reviewed(string Node, Review Review) : ProjectEvent;
    /// <summary>A node's review opinions are forgotten.</summary>
    public sealed record ReviewsCleared(string Node) : ProjectEvent;
    /// <summary>The node as a whole gets another review conclusion and opinion.</summary>
    public sealed record Summarized(string Node, Review Review) : ProjectEvent;
    /// <summary>A node began or ended at another moment than it arrived or was done.</summary>
    public sealed record NodeTimed(string Node, long? BeganAt, long? FinishedAt) : ProjectEvent;
    /// <summary>Actual hours are recorded.</summary>
    public sealed record HoursRecorded(string Node, HourRecord Record) : ProjectEvent;
    /// <summary>Recorded hours are others.</summary>
    public sealed record HoursChanged(string Node, HourRecord Record) : ProjectEvent;
    /// <summary>Recorded hours are gone.</summary>
    public sealed record HoursRemoved(string Node, long Id) : ProjectEvent;

    /// <summary>A subtask is added.</summary>
    public sealed record SubTaskCreated(string Node, SubTask Task) : ProjectEvent;
    /// <summary>A subtask's name, people, schedule, note or fields are others.</summary>
    public sealed record SubTaskChanged(string Node, SubTask Task) : ProjectEvent;
    /// <summary>A subtask is done.</summary>
    public sealed record SubTaskPassed(string Node, long Task, long At) : ProjectEvent;
    /// <summary>A subtask is open again.</summary>
    public sealed record SubTaskReopened(string Node, long Task) : ProjectEvent;
    /// <summary>A subtask is gone.</summary>
    public sealed record SubTaskRemoved(string Node, long Task) : ProjectEvent;
}
