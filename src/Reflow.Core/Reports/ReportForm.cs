namespace Reflow.Core.Reports;

/// <summary>Something wrong in what was sent, and where.</summary>
/// <param name="Path">The member, such as <c>fields[2].name</c>.</param>
/// <param name="Sentence">What is wrong, for the person who wrote it.</param>
public sealed record ReportFault(string Path, string Sentence);

/// <summary>A rule's form: what it can be, and what can be filled into it.</summary>
public static class ReportForm
{
    /// <summary>The most fields of a form.</summary>
    public const int MostFields = 100;
    /// <summary>The most options of a field.</summary>
    public const int MostOptions = 200;
    /// <summary>The most characters of a label and of an option.</summary>
    public const int LongestName = 200;
    /// <summary>The most characters of a text.</summary>
    public const int LongestText = 20_000;
    /// <summary>The most characters of an address, of a number as it is typed, and of the name of a file.</summary>
    public const int LongestLine = 500;
    /// <summary>The most pictures or files of a field.</summary>
    public const int MostFiles = 50;

    /// <summary>Everything that is wrong with the fields of a form, by their place in it.</summary>
    public static IReadOnlyList<ReportFault> Faults(IReadOnlyList<ReportField> fields)
    {
        List<ReportFault> faults = [];
        if (fields.Count is 0 or > MostFields) faults.Add(new("fields", $"A form has 1 to {MostFields} fields."));
        var (names, ids) = (new HashSet<string>(), new HashSet<long>());
        for (var i = 0; i < fields.Count; i++)
        {
            var (field, path) = (fields[i], $"fields[{i}]");
            if (string.IsNullOrWhiteSpace(field.Name)) faults.Add(new($"{path}.name", "must not be blank."));
            else if (field.Name.Length > LongestName) faults.Add(new($"{path}.name", $"must have at most {LongestName} characters."));
            else if (!names.Add(field.Name)) faults.Add(new($"{path}.name", $"Another field is named {field.Name} too."));
            if (!ids.Add(field.Id)) faults.Add(new($"{path}.field_id", $"Another field has the id {field.Id} too."));
            if (field.Options is { } options) faults.AddRange(Faults(field.Type, options, $"{path}.options"));
        }
        return faults;
    }

    /// <summary>What a report that is filled in like this says, and everything that is wrong with it.</summary>
    /// <param name="fields">The form.</param>
    /// <param name="contents">What was filled in, by the field's id or name: one text, or one for each choice or file.</param>
    /// <param name="zone">Where a moment without an offset is meant, and how moments are shown.</param>
    /// <param name="isDraft">Whether fields that must be filled in may still be empty.</param>
    public static (IReadOnlyList<FilledField> Filled, IReadOnlyList<ReportFault> Faults) Fill(
        IReadOnlyList<ReportField> fields, IReadOnlyDictionary<string, IReadOnlyList<string>> contents, TimeZoneInfo zone, bool isDraft)
    {
        List<FilledField> filled = [];
        List<ReportFault> faults = [];
        var known = new HashSet<string>();
        foreach (var field in fields)
        {
            var (byId, byName) = (known.Add($"{field.Id}") && contents.ContainsKey($"{field.Id}"), known.Add(field.Name) && contents.ContainsKey(field.Name));
            var path = $"contents.{(byId ? $"{field.Id}" : field.Name)}";
            if (byId && byName) faults.Add(new(path, $"is there twice: as {field.Id} and as {field.Name}."));
            IReadOnlyList<string> entries = byId ? contents[$"{field.Id}"] : byName ? contents[field.Name] : [];
            // An emptied field is an empty one.
            if (entries is [""]) entries = [];
            var value = FieldValue.Read(field.Type, entries, zone);
            var fault = entries is not [] ? Fault(field, entries, value) : field.IsRequired && !isDraft ? "must be filled in." : null;
            if (fault is not null) faults.Add(new(path, fault));
            else filled.Add(new(field.Id, field.Name, value!.Render(zone)));
        }
        foreach (var name in contents.Keys.Where(name => !known.Contains(name)))
            faults.Add(new($"contents.{name}", Spelling.Nearest(name, fields.Select(field => field.Name)) is { } near ? $"The form has no such field; did you mean {near}?" : "The form has no such field."));
        return (filled, faults);
    }

    static IEnumerable<ReportFault> Faults(FieldType type, IReadOnlyList<string> options, string path)
    {
        if (type is not (FieldType.Dropdown or FieldType.MultiSelect))
        {
            yield return new(path, "Only dropdown and multiSelect have options.");
            yield break;
        }
        if (options.Count is 0 or > MostOptions) yield return new(path, $"There are 1 to {MostOptions} options; leave them out to take any text.");
        var seen = new HashSet<string>();
        for (var i = 0; i < options.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(options[i])) yield return new($"{path}[{i}]", "must not be blank.");
            else if (options[i].Length > LongestName) yield return new($"{path}[{i}]", $"must have at most {LongestName} characters.");
            else if (!seen.Add(options[i])) yield return new($"{path}[{i}]", $"{options[i]} is there twice.");
            // The wire joins choices with commas.
            else if (type is FieldType.MultiSelect && options[i].Contains(',')) yield return new($"{path}[{i}]", "must not hold a comma.");
        }
    }

    static string? Fault(ReportField field, IReadOnlyList<string> entries, FieldValue? value) => field.Type switch
    {
        FieldType.Image or FieldType.Attachment =>
            entries.Count > MostFiles ? $"takes at most {MostFiles} files."
            : entries.Any(name => name.Length is 0 or > LongestLine) ? $"names each file with 1 to {LongestLine} characters." : null,
        FieldType.MultiSelect => Unfit(field, entries),
        FieldType.Text or FieldType.Address or FieldType.Number or FieldType.Dropdown or FieldType.Datetime when entries.Count > 1 => "takes one value.",
        FieldType.Text => entries[0].Length > LongestText ? $"takes at most {LongestText} characters." : null,
        FieldType.Address => entries[0].Length > LongestLine ? $"takes at most {LongestLine} characters." : null,
        FieldType.Number => value is null || entries[0].Length > LongestLine ? "must be a number." : null,
        FieldType.Dropdown => Unfit(field, entries),
        FieldType.Datetime => value is null ? "must be a time such as 2026-05-01 09:00." : null,
    };

    static string? Unfit(ReportField field, IReadOnlyList<string> choices)
    {
        if (choices.FirstOrDefault(choice => field.Options is { } options ? !options.Contains(choice) : choice.Length is 0 or > LongestName) is { } unfit)
            return field.Options is { } options ? $"{unfit} is no option; there are {string.Join(", ", options)}." : $"takes options of 1 to {LongestName} characters.";
        if (field.Type is FieldType.MultiSelect && field.Options is null && choices.Any(choice => choice.Contains(','))) return "takes options without commas.";
        return choices.Distinct().Count() == choices.Count ? null : "takes each option once.";
    }
}
