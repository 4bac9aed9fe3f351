namespace Reflow.Core.Projects;

/// <summary>What a written value must look like for the type of its field, and what is kept of it (contract project §2.1).</summary>
public static class FieldShape
{
    /// <summary>
    /// The value as it is stored: options as <c>{value,label}</c>, users and texts as given. Null when the value clears the field.
    /// The error is <see cref="ProjectErrors.FieldIllegal"/> for a wrong shape, <see cref="ProjectErrors.OptionStale"/> for an option
    /// that is unknown or disabled, <see cref="ProjectErrors.UserNotFound"/> for a user key that nobody has.
    /// </summary>
    public static (FieldValue? Value, Error? Error) Accept(Field field, FieldValue? value, Func<string, bool> knows)
    {
        if (FieldValue.IsEmpty(value) || value is null) return default;
        (FieldValue?, Error?) Illegal() => (null, ProjectErrors.FieldIllegal(field.Key));
        (FieldValue?, Error?) Keep(bool fits) => fits ? (value, null) : Illegal();
        return field.Type switch
        {
            FieldType.Text or FieldType.Link or FieldType.Telephone or FieldType.Email or FieldType.Business => Keep(value is FieldValue.Text),
            FieldType.MultiText => Keep(value is FieldValue.Text or FieldValue.Items),
            FieldType.Select or FieldType.Radio or FieldType.TreeSelect => Choice(field, value),
            FieldType.MultiSelect or FieldType.TreeMultiSelect => Choices(field, value),
            FieldType.User => value is FieldValue.Text user ? Users(value, [user], knows) : Illegal(),
            FieldType.MultiUser => value is FieldValue.Items users ? Users(value, users.Values, knows, field.Key) : Illegal(),
            FieldType.Date => Keep(IsTime(value)),
            FieldType.Schedule => Keep(value is FieldValue.Members m && IsTime(m["start_time"]) && IsTime(m["end_time"])),
            FieldType.Number => Keep(value is FieldValue.Number),
            FieldType.Bool or FieldType.Signal => Keep(value is FieldValue.Flag),
            FieldType.GroupType => Keep(value is FieldValue.Text { Value: "auto" or "disabled" or "bind" }),
            FieldType.WorkItemRelatedSelect => Keep(IsWhole(value)),
            FieldType.WorkItemRelatedMultiSelect => Keep(value is FieldValue.Items items && items.Values.All(IsWhole)),
            FieldType.CompoundField => Rows(field, value, knows),
            FieldType.LinkCloudDoc => Keep(value is FieldValue.Items links && links.Values.All(l => l is FieldValue.Text)),
            FieldType.RoleOwners or FieldType.MultiFile or FieldType.Calculated or FieldType.Vote => Illegal(),
        };
    }

    /// <summary>Whether a stored value still names only options that exist and are enabled.</summary>
    public static bool OptionsHold(Field field, FieldValue? value) => field.Type switch
    {
        FieldType.Select or FieldType.Radio or FieldType.TreeSelect or FieldType.MultiSelect or FieldType.TreeMultiSelect =>
            FieldValue.IsEmpty(value) || Ids(value).All(id => field.OptionOf(id) is { Disabled: false }),
        FieldType.Text or FieldType.Link or FieldType.Telephone or FieldType.Email or FieldType.MultiText or FieldType.User or FieldType.MultiUser
            or FieldType.Date or FieldType.Schedule or FieldType.Number or FieldType.Bool or FieldType.Signal or FieldType.Business
            or FieldType.GroupType or FieldType.WorkItemRelatedSelect or FieldType.WorkItemRelatedMultiSelect or FieldType.RoleOwners
            or FieldType.CompoundField or FieldType.LinkCloudDoc or FieldType.MultiFile or FieldType.Calculated or FieldType.Vote => true,
    };

    static (FieldValue?, Error?) Choice(Field field, FieldValue value) => OptionId(value) is not { } id
        ? (null, ProjectErrors.FieldIllegal(field.Key))
        : Leaf(field, value) is { } chosen ? (chosen, null) : (null, ProjectErrors.OptionStale.Because($"Field {field.Key} has no enabled option \"{id}\"."));

    static (FieldValue?, Error?) Choices(Field field, FieldValue value)
    {
        if (value is not FieldValue.Items items) return (null, ProjectErrors.FieldIllegal(field.Key));
        List<FieldValue?> chosen = [];
        foreach (var item in items.Values)
        {
            if (item is null) return (null, ProjectErrors.FieldIllegal(field.Key));
            var (one, error) = Choice(field, item);
            if (error is not null) return (null, error);
            chosen.Add(one);
        }
        return (new FieldValue.Items(chosen), null);
    }

    // A tree's value names every level; each level must be an enabled option, and each a child of the one above.
    static FieldValue? Leaf(Field field, FieldValue value)
    {
        if (field.OptionOf(OptionId(value)!) is not { Disabled: false } option) return null;
        Dictionary<string, FieldValue?> chosen = new() { ["value"] = new FieldValue.Text(option.Value), ["label"] = new FieldValue.Text(option.Label) };
        if (value is FieldValue.Members m && m["children"] is { } below && !FieldValue.IsEmpty(below))
        {
            if (OptionId(below) is null || Leaf(field with { Options = option.Children }, below) is not { } child) return null;
            chosen["children"] = child;
        }
        return new FieldValue.Members(chosen);
    }

    // Rows of fields, each given by key or alias and kept by key.
    static (FieldValue?, Error?) Rows(Field field, FieldValue value, Func<string, bool> knows)
    {
        if (value is not FieldValue.Items rows) return (null, ProjectErrors.FieldIllegal(field.Key));
        List<FieldValue?> kept = [];
        foreach (var row in rows.Values)
        {
            if (row is not FieldValue.Items pairs) return (null, ProjectErrors.FieldIllegal(field.Key));
            List<FieldValue?> cells = [];
            foreach (var pair in pairs.Values)
            {
                if (pair is not FieldValue.Members cell) return (null, ProjectErrors.FieldIllegal(field.Key));
                var name = cell["field_key"] is FieldValue.Text { Value.Length: > 0 } key ? key : cell["field_alias"] as FieldValue.Text;
                if (field.Fields.FirstOrDefault(f => f.Key == name?.Value || f.Alias is not null && f.Alias == name?.Value) is not { } known)
                    return (null, ProjectErrors.FieldIllegal(field.Key).Because($"{field.Key} has no field {name?.Value}."));
                var (one, error) = Accept(known, cell["field_value"], knows);
                if (error is not null) return (null, error);
                cells.Add(new FieldValue.Members(new Dictionary<string, FieldValue?> { ["field_key"] = new FieldValue.Text(known.Key), ["field_value"] = one }));
            }
            kept.Add(new FieldValue.Items(cells));
        }
        return (new FieldValue.Items(kept), null);
    }

    static string? OptionId(FieldValue? value) => value switch
    {
        FieldValue.Text text => text.Value,
        FieldValue.Members { Values: var m } when m.GetValueOrDefault("value") is FieldValue.Text { Value.Length: > 0 } text => text.Value,
        _ => null,
    };

    static IEnumerable<string> Ids(FieldValue? value) => value switch
    {
        FieldValue.Items items => items.Values.SelectMany(Ids),
        FieldValue.Members m => [OptionId(m) ?? "", .. m["children"] is { } below ? Ids(below) : []],
        _ => OptionId(value) is { } id ? [id] : [],
    };

    static (FieldValue?, Error?) Users(FieldValue value, IReadOnlyList<FieldValue?> users, Func<string, bool> knows, string key = "")
    {
        foreach (var user in users)
        {
            if (user is not FieldValue.Text text) return (null, ProjectErrors.FieldIllegal(key));
            if (!knows(text.Value)) return (null, ProjectErrors.UserNotFound.Because($"Nobody has the user key {text.Value}."));
        }
        return (value, null);
    }

    static bool IsTime(FieldValue? value) => value is FieldValue.Number { Value: var ms } && IsMilliseconds(ms);

    /// <summary>Whether a number is a Unix time in milliseconds of 13 digits (20013 otherwise).</summary>
    public static bool IsMilliseconds(decimal ms) => ms == Math.Truncate(ms) && ms is >= 1_000_000_000_000m and <= 9_999_999_999_999m;

    static bool IsWhole(FieldValue? value) => value is FieldValue.Number { Value: var n } && n == Math.Truncate(n);
}
