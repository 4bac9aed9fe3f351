namespace Reflow.Core.Projects;

/// <summary>What a batch update does to a field (the wire's <c>update_mode</c>).</summary>
public enum BatchMode
{
    /// <summary>Adds to the members of a field that holds several.</summary>
    Append,
    /// <summary>Overwrites.</summary>
    Update,
    /// <summary>Overwrites where the old value, or a member of it, is the given one.</summary>
    Replace,
}

/// <summary>One item's part in a batch update (contract project §2.3).</summary>
static class BatchActs
{
    public static Error? BatchField(this Change change, ProjectCommand.BatchField command)
    {
        var (field, missing) = change.FieldOf(new(command.Field, null, null));
        if (field is null) return missing;
        var (after, wrong) = FieldShape.Accept(field, command.After, change.Knows);
        if (wrong is not null) return wrong;
        var old = change.Item.Fields.GetValueOrDefault(field.Key);
        var to = after;
        switch (command.Mode)
        {
            case BatchMode.Append:
                if (after is not (null or FieldValue.Items)) return ProjectErrors.FieldIllegal(field.Key).Because("Only a field that holds several members can be added to.");
                to = Union(Members(old), Members(after));
                break;
            case BatchMode.Update:
                break;
            case BatchMode.Replace:
                var (before, illegal) = FieldShape.Accept(field, command.Before, change.Knows);
                if (illegal is { Code: not 20050 }) return illegal;
                to = old is FieldValue.Items ? Replaced(Members(old), Members(before), Members(after)) : Equals(old, before) ? after : old;
                break;
        }
        return change.SetFields([new(field.Key, null, to)]) ?? change.Settled().Intercept(PluginEvent.FieldChange);
    }

    static IReadOnlyList<FieldValue?> Members(FieldValue? value) => (value as FieldValue.Items)?.Values ?? [];

    static FieldValue.Items Union(IReadOnlyList<FieldValue?> old, IReadOnlyList<FieldValue?> more) => new([.. old, .. more.Where(m => !old.Contains(m))]);

    // Only where all of the given members are there are they replaced, at the place of the first.
    static FieldValue.Items Replaced(IReadOnlyList<FieldValue?> old, IReadOnlyList<FieldValue?> before, IReadOnlyList<FieldValue?> after)
    {
        if (before.Count == 0 || !before.All(old.Contains)) return new(old);
        var kept = old.Where(m => !before.Contains(m)).ToList();
        var place = old.TakeWhile(m => !before.Contains(m)).Count();
        kept.InsertRange(place, after.Where(m => !kept.Contains(m)));
        return new(kept);
    }
}
