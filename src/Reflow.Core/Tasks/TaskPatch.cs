namespace Reflow.Core.Tasks;

/// <summary>What a patch of a task says (contracts: task §2.6).</summary>
/// <param name="Fields">The members that it names in <c>update_fields</c>, known or not.</param>
/// <param name="Sent">What was sent for them; a named member that was not sent is cleared.</param>
public sealed record TaskPatch(IReadOnlyList<string> Fields, TaskDraft Sent)
{
    static readonly HashSet<string> Fixed =
        ["origin", "can_edit", "id", "creator_id", "create_time", "update_time", "complete_time", "source", "followers", "collaborators"];

    /// <summary>The members that a patch may name.</summary>
    public static readonly IReadOnlySet<string> Changeable = new HashSet<string>
    {
        "summary", "rich_summary", "description", "rich_description", "due", "extra", "custom", "follower_ids", "collaborator_ids", "repeat_rule",
    };

    /// <summary>True when one of the ids of a named list names nobody: an empty text.</summary>
    public bool HasEmptyCollaborator { get; init; }

    /// <inheritdoc cref="HasEmptyCollaborator"/>
    public bool HasEmptyFollower { get; init; }

    /// <summary>The draft of the task after the patch, or what is wrong with what it names.</summary>
    internal (TaskDraft? Draft, Error? Error) Onto(TaskItem task)
    {
        if (Fields is []) return (null, TaskErrors.NoFields);
        if (Fields.FirstOrDefault(field => !Changeable.Contains(field) && !Fixed.Contains(field)) is { } unknown) return (null, TaskErrors.UnknownField.Because($"a task has no {unknown}"));
        if (Fields.FirstOrDefault(Fixed.Contains) is { } @fixed) return (null, TaskErrors.ForbiddenField.Because($"{@fixed} cannot be changed"));
        if (HasEmptyCollaborator) return (null, TaskErrors.BadCollaborator);
        if (HasEmptyFollower) return (null, TaskErrors.BadFollower);
        return (Fields.Aggregate(TaskDraft.Of(task), Put), null);
    }

    /// <summary>What of the task is not an aspect of its own: all but its members.</summary>
    internal bool ChangesDetails => Fields.Any(name => name is not ("follower_ids" or "collaborator_ids"));

    // A plain text replaces a rich one; where both are named, the rich one wins if it is there.
    TaskDraft Put(TaskDraft draft, string field) => field switch
    {
        "summary" => draft with { Summary = Sent.Summary, RichSummary = Names("rich_summary") ? Sent.RichSummary : "" },
        "rich_summary" => draft with { RichSummary = Sent.RichSummary },
        "description" => draft with { Description = Sent.Description, RichDescription = Names("rich_description") ? Sent.RichDescription : "" },
        "rich_description" => draft with { RichDescription = Sent.RichDescription },
        "due" => draft with { DueTime = Sent.DueTime, DueTimezone = Sent.DueTimezone, DueIsAllDay = Sent.DueIsAllDay },
        "extra" => draft with { Extra = Sent.Extra },
        "custom" => draft with { Custom = Sent.Custom },
        "repeat_rule" => draft with { RepeatRule = Sent.RepeatRule },
        "collaborator_ids" => draft with { Collaborators = Sent.Collaborators },
        "follower_ids" => draft with { Followers = Sent.Followers },
        _ => draft,
    };

    bool Names(string field) => Fields.Contains(field);
}
