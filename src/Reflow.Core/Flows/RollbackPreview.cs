namespace Reflow.Core.Flows;

/// <summary>What a rollback would do, found by deciding it without storing anything.</summary>
/// <param name="Closed">The pending tasks that would close, the one rolled back among them.</param>
/// <param name="Opened">The tasks that would open, with their assignees. Their ids are not those of the rollback itself.</param>
/// <param name="Superseded">Ids of the finished tasks that would count no longer.</param>
/// <param name="Kept">Ids of the pending tasks that would go on untouched.</param>
public sealed record RollbackPreview(IReadOnlyList<FlowTask> Closed, IReadOnlyList<FlowTask> Opened, IReadOnlyList<long> Superseded, IReadOnlyList<long> Kept)
{
    /// <summary>The preview of a rollback that was decided on this state.</summary>
    public static RollbackPreview Of(FlowState state, IReadOnlyList<FlowEvent> events)
    {
        FlowTask[] closed = [.. events.OfType<FlowEvent.TaskClosed>().Select(e => state.Tasks[e.TaskId])];
        return new(closed,
            [.. events.OfType<FlowEvent.TaskOpened>().Where(e => e.Task.Status is UserTaskStatus.Pending).Select(e => e.Task)],
            [.. events.OfType<FlowEvent.Undone>().SelectMany(e => e.Superseded)],
            [.. state.Pending.Except(closed.Select(t => t.Id))]);
    }
}
