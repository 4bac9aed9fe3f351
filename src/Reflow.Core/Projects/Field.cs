namespace Reflow.Core.Projects;

/// <summary>A field of a work item type (the wire's FieldConf, contract project §2.4).</summary>
/// <param name="Key">The stable id, <c>field_key</c>.</param>
/// <param name="Name">What people read.</param>
/// <param name="Type">What it holds.</param>
public sealed record Field(string Key, string Name, FieldType Type)
{
    /// <summary>The second name by which calls may address it, <c>field_alias</c>.</summary>
    public string? Alias { get; init; }

    /// <summary>Names in further languages, by language tag.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Options of a select field, in the order of display.</summary>
    public IReadOnlyList<Option> Options { get; init; } = [];

    /// <summary>The fields of each row of a compound field.</summary>
    public IReadOnlyList<Field> Fields { get; init => field = value ?? []; } = [];

    /// <summary>The value of a new item that gives none.</summary>
    public FieldValue? Default { get; init; }

    /// <summary>Whether a create that checks required fields refuses an item without it.</summary>
    public bool Required { get; init; }

    /// <summary>When it is required, where that depends on the item; null = as <see cref="Required"/> says.</summary>
    public When? RequiredIf { get; init; }

    /// <summary>When it is there; null = always. A field that is not there is never required.</summary>
    public When? Visible { get; init; }

    /// <summary>Who may write it: words and role keys of <see cref="Permission"/>; empty = everybody who may operate the item.</summary>
    public IReadOnlyList<string> EditableBy { get; init; } = [];

    /// <summary>Whether no call may write it, whoever asks.</summary>
    public bool ReadOnly => Type is FieldType.Calculated or FieldType.Vote or FieldType.MultiFile;

    /// <summary>Whether it is there for the item as it is.</summary>
    public bool ShownFor(WorkItem item) => Visible is null || Visible.Holds(item);

    /// <summary>Whether the item as it is must have a value.</summary>
    public bool RequiredFor(WorkItem item) => ShownFor(item) && (RequiredIf?.Holds(item) ?? Required);

    /// <summary>The option with this id at any depth of the tree; null when there is none.</summary>
    public Option? OptionOf(string value) => Find(Options, value);

    static Option? Find(IReadOnlyList<Option> options, string value)
    {
        foreach (var option in options)
            if ((option.Value == value ? option : Find(option.Children, value)) is { } found) return found;
        return null;
    }
}

/// <summary>One choice of a select field.</summary>
/// <param name="Value">The option's id, the only thing a write may name.</param>
/// <param name="Label">What people read.</param>
public sealed record Option(string Value, string Label)
{
    /// <summary>Whether it may not be chosen any more; an item that has it must choose again (row 17).</summary>
    public bool Disabled { get; init; }

    /// <summary>Labels in further languages, by language tag.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The options below this one in a tree.</summary>
    public IReadOnlyList<Option> Children { get; init; } = [];
}

/// <summary>One field of a request (the wire's FieldValuePair): addressed by key or alias.</summary>
/// <param name="Key"><c>field_key</c>; null or empty when the alias addresses it.</param>
/// <param name="Alias"><c>field_alias</c>.</param>
/// <param name="Value">The new value; null or empty text clears.</param>
public sealed record FieldValuePair(string? Key, string? Alias, FieldValue? Value);
