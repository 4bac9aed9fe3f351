namespace Reflow.Core.Projects;

/// <summary>What a caller wants of an item.</summary>
/// <param name="By">The user key on whose behalf.</param>
/// <param name="At">The moment, Unix milliseconds.</param>
public abstract record ProjectCommand(string By, long At)
{
    /// <summary>Make the item. <paramref name="SubTaskIds"/> has <see cref="Template.TaskCount"/> new ids.</summary>
    public sealed record Create(string By, long At, long Id, string Name, IReadOnlyList<FieldValuePair> Fields, bool CheckRequired, IReadOnlyList<long> SubTaskIds) : ProjectCommand(By, At);
    /// <summary>Complete a node, and change it in the same act.</summary>
    public sealed record Confirm(string By, long At, string Node, NodePatch Patch) : ProjectCommand(By, At);
    /// <summary>Roll a completed node back, and change it in the same act.</summary>
    public sealed record RollBack(string By, long At, string Node, string Reason, NodePatch Patch) : ProjectCommand(By, At);
    /// <summary>Change a node in any status.</summary>
    public sealed record UpdateNode(string By, long At, string Node, NodePatch Patch) : ProjectCommand(By, At);
    /// <summary>Overwrite fields of the item.</summary>
    public sealed record UpdateFields(string By, long At, IReadOnlyList<FieldValuePair> Fields) : ProjectCommand(By, At);
    /// <summary>Terminate the item.</summary>
    public sealed record Abort(string By, long At, string? Reason, string? Option) : ProjectCommand(By, At);
    /// <summary>Let a terminated item go on.</summary>
    public sealed record Restore(string By, long At, string? Reason, string? Option) : ProjectCommand(By, At);
    /// <summary>Remove the item.</summary>
    public sealed record Delete(string By, long At) : ProjectCommand(By, At);
    /// <summary>Freeze the item, or free it.</summary>
    public sealed record Freeze(string By, long At, bool Frozen) : ProjectCommand(By, At);
    /// <summary>Add a subtask to a node.</summary>
    public sealed record CreateSubTask(string By, long At, string Node, long Id, string? Name, SubTaskPatch Patch) : ProjectCommand(By, At);
    /// <summary>Change a subtask.</summary>
    public sealed record UpdateSubTask(string By, long At, string Node, long Id, string? Name, SubTaskPatch Patch) : ProjectCommand(By, At);
    /// <summary>Complete a subtask, and change it in the same act.</summary>
    public sealed record ConfirmSubTask(string By, long At, string Node, long Id, SubTaskPatch Patch) : ProjectCommand(By, At);
    /// <summary>Open a subtask again, and change it in the same act.</summary>
    public sealed record RollBackSubTask(string By, long At, string Node, long Id, SubTaskPatch Patch) : ProjectCommand(By, At);
    /// <summary>Remove a subtask of whichever node.</summary>
    public sealed record DeleteSubTask(string By, long At, long Id) : ProjectCommand(By, At);
    /// <summary>Take an item of a state flow to another state, and change it in the same act.</summary>
    public sealed record ChangeState(string By, long At, long Transition, IReadOnlyList<FieldValuePair> Fields, IReadOnlyList<RoleOwner> RoleOwners) : ProjectCommand(By, At);
    /// <summary>Record actual hours of the caller: all of them, or none.</summary>
    public sealed record RecordHours(string By, long At, IReadOnlyList<NewHours> Hours) : ProjectCommand(By, At);
    /// <summary>Change recorded hours.</summary>
    public sealed record UpdateHours(string By, long At, IReadOnlyList<HoursPatch> Hours) : ProjectCommand(By, At);
    /// <summary>Remove recorded hours.</summary>
    public sealed record RemoveHours(string By, long At, IReadOnlyList<long> Ids) : ProjectCommand(By, At);
    /// <summary>Say when a node really began and ended; null = keep.</summary>
    public sealed record SetTimes(string By, long At, string Node, long? Began, long? Finished) : ProjectCommand(By, At);
    /// <summary>Give an opinion and a conclusion on a node, the owner's own or the node's; null = keep, empty = remove. A reset forgets all of them.</summary>
    public sealed record Review(string By, long At, string Node, bool OfNode, string? Conclusion, string? Opinion, bool Reset) : ProjectCommand(By, At);
    /// <summary>The item's part in a batch update.</summary>
    public sealed record BatchField(string By, long At, string Field, BatchMode Mode, FieldValue? Before, FieldValue? After) : ProjectCommand(By, At);

    /// <summary>
    /// Whether it moves work along. Two of these of one item never overlap: whoever comes second is refused (row 19). Everything else waits its turn.
    /// </summary>
    public bool IsTransition => this is Confirm or RollBack or UpdateNode or ConfirmSubTask or RollBackSubTask or ChangeState;

    /// <summary>The command of node operate's body, or row 10, or 20006 for an action that is none.</summary>
    public static (ProjectCommand? Command, Error? Error) Operate(string by, long at, string node, string? action, string? reason, NodePatch patch) => action switch
    {
        null or "" => (null, ProjectErrors.ActionOrReasonMissing.Because("The body has no action.")),
        "confirm" => (new Confirm(by, at, node, patch), null),
        "rollback" when string.IsNullOrWhiteSpace(reason) => (null, ProjectErrors.ActionOrReasonMissing.Because("A rollback needs a rollback_reason.")),
        "rollback" => (new RollBack(by, at, node, reason, patch), null),
        var other => (null, ProjectErrors.InvalidParam($"action {other}").Because("An action is confirm or rollback.")),
    };
}

/// <summary>What a request changes of a node. Null = keep, everywhere (contract project §4.2).</summary>
public sealed record NodePatch
{
    /// <summary>Nothing changes.</summary>
    public static NodePatch Nothing { get; } = new();
    /// <summary>The new owners; an empty list removes all.</summary>
    public IReadOnlyList<string>? Owners { get; init; }
    /// <summary>The one schedule, merged by property; ignored where each of several owners has an own one.</summary>
    public SchedulePatch? Schedule { get; init; }
    /// <summary>The owners' own schedules, replaced owner by owner; ignored where the node has one schedule.</summary>
    public IReadOnlyList<SchedulePatch> Schedules { get; init; } = [];
    /// <summary>Fields of the item.</summary>
    public IReadOnlyList<FieldValuePair> Fields { get; init; } = [];
    /// <summary>Fields of the node's own.</summary>
    public IReadOnlyList<FieldValuePair> NodeFields { get; init; } = [];
    /// <summary>Roles and their new members; an empty list of owners clears the role.</summary>
    public IReadOnlyList<RoleOwner> RoleAssignee { get; init; } = [];
    /// <summary>The caller's review conclusion and opinion.</summary>
    public (string Conclusion, string Opinion)? Review { get; init; }
}

/// <summary>What a request changes of a schedule; null and 0 = keep.</summary>
public sealed record SchedulePatch
{
    /// <summary>The estimate.</summary>
    public decimal? Points { get; init; }
    /// <summary>The planned start, Unix milliseconds.</summary>
    public long? EstimateStart { get; init; }
    /// <summary>The planned end, Unix milliseconds.</summary>
    public long? EstimateEnd { get; init; }
    /// <summary>Whether points that nobody gives come from the number of days.</summary>
    public bool? IsAuto { get; init; }
    /// <summary>Whose it is; in <c>schedules</c> exactly one.</summary>
    public IReadOnlyList<string> Owners { get; init; } = [];
}

/// <summary>What a request changes of a subtask. Null = keep.</summary>
public sealed record SubTaskPatch
{
    /// <summary>Nothing changes.</summary>
    public static SubTaskPatch Nothing { get; } = new();
    /// <summary>The people it is assigned to.</summary>
    public IReadOnlyList<string>? Assignee { get; init; }
    /// <summary>The roles it is assigned to.</summary>
    public IReadOnlyList<RoleOwner>? RoleAssignee { get; init; }
    /// <summary>The schedule, merged by property.</summary>
    public SchedulePatch? Schedule { get; init; }
    /// <summary>Free text.</summary>
    public string? Note { get; init; }
    /// <summary>The deliverable and other fields of the subtask.</summary>
    public IReadOnlyList<FieldValuePair> Fields { get; init; } = [];
}
