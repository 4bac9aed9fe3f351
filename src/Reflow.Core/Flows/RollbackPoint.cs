namespace Reflow.Core.Flows;

/// <summary>A finished task that another can be rolled back to (seed 000).</summary>
/// <param name="TaskId">The finished task: <c>to_task_id</c> of the rollback.</param>
/// <param name="Node">The key of its node.</param>
/// <param name="IsStart">Whether it is the start task.</param>
/// <param name="Firing">The firing that finished it.</param>
public sealed record RollbackPoint(long TaskId, string Node, bool IsStart, int Firing);
