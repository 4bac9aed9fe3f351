using System.Globalization;
using System.Text.RegularExpressions;
using Reflow.Core;
using Reflow.Core.Conditions;

namespace Reflow.Server.Control;

/// <summary>
/// Reads the members of one mapping in a workspace file. Ask for every member that the section may have; whatever nobody asked for is a fault,
/// and so is everything missing, of a wrong type or out of range. Faults are collected: the values read beside one mean nothing and are thrown away with it.
/// A member without a value (<c>name:</c>, <c>~</c>, <c>null</c>) is absent.
/// </summary>
public sealed partial class YamlSection
{
    readonly YamlReading reading;
    readonly YamlMap? map;
    readonly string pattern, scope;
    readonly HashSet<string> known = [];

    internal YamlSection(YamlReading reading, YamlMap? map, WorkspacePlace place, string pattern, string scope)
    {
        (this.reading, this.map, Place, this.pattern, this.scope) = (reading, map, place, pattern, scope);
        if (map is not null) reading.Add(this);
    }

    /// <summary>Where the section begins, and its path.</summary>
    public WorkspacePlace Place { get; }

    /// <summary>False for an optional section that the file leaves out; then everything in it is absent and nothing is missing.</summary>
    public bool IsPresent => map is not null || reading.IsCatalogue;

    /// <summary>True when the member is there and has a value.</summary>
    public bool Has(string name) => reading.IsCatalogue || Find(name) is not null;

    /// <summary>The place of a member, or of the section when the member is absent.</summary>
    public WorkspacePlace PlaceOf(string name) => Find(name) is { } piece ? At(name, piece) : Place with { Path = PathOf(name) };

    /// <summary>Reports a fault of the section itself.</summary>
    public void Fault(string sentence) => reading.Report(Place, sentence);

    /// <summary>Reports a fault of a member.</summary>
    public void Fault(string name, string sentence) => reading.Report(PlaceOf(name), sentence);

    /// <summary>A text of at most 65,536 characters; null when absent. Numbers and truth values are taken as they are written.</summary>
    public string? Text(string name, TextFormat? format = null) => Text(name, format, isRequired: false);

    /// <summary>As <see cref="Text(string, TextFormat?)"/>, and must be there and not be empty.</summary>
    public string RequiredText(string name, TextFormat? format = null)
    {
        var text = Text(name, format, isRequired: true);
        if (text is "") Fault(name, "must not be empty.");
        return text ?? "";
    }

    /// <summary>An integer; null when absent.</summary>
    public long? Integer(string name, long least = long.MinValue, long most = long.MaxValue) => Integer(name, least, most, isRequired: false);

    /// <summary>As <see cref="Integer(string, long, long)"/>, and must be there.</summary>
    public long RequiredInteger(string name, long least = long.MinValue, long most = long.MaxValue) => Integer(name, least, most, isRequired: true) ?? 0;

    /// <summary>A number, exact; null when absent.</summary>
    public decimal? Number(string name, decimal least = decimal.MinValue, decimal most = decimal.MaxValue)
    {
        if (Scalar(name, "a number", new("number", false)) is not { } scalar) return null;
        if (!scalar.IsPlain || !decimal.TryParse(scalar.Text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            reading.Report(At(name, scalar), "must be a number, without quotes.");
        else if (number < least || number > most) reading.Report(At(name, scalar), string.Create(CultureInfo.InvariantCulture, $"must be between {least} and {most}."));
        else return number;
        return null;
    }

    /// <summary>True or false; <paramref name="otherwise"/> when absent.</summary>
    public bool Flag(string name, bool otherwise = false)
    {
        if (Scalar(name, "true or false", new("boolean", false)) is not { } scalar) return otherwise;
        if (scalar is { IsPlain: true, Text: "true" or "false" }) return scalar.Text == "true";
        reading.Report(At(name, scalar), "must be true or false, without quotes.");
        return otherwise;
    }

    /// <summary>One of an enum's members by its word; null when absent.</summary>
    /// <param name="name">The member.</param>
    /// <param name="word">The word of each member of the enum; null for those that a file may not name.</param>
    public T? OneOf<T>(string name, Func<T, string?> word) where T : struct, Enum => OneOf(name, word, isRequired: false);

    /// <summary>As <see cref="OneOf{T}(string, Func{T, string?})"/>, and must be there.</summary>
    public T RequiredOneOf<T>(string name, Func<T, string?> word) where T : struct, Enum => OneOf(name, word, isRequired: true) ?? default;

    /// <summary>A time; null when absent.</summary>
    public Moment? Time(string name) => Time(name, isRequired: false);

    /// <summary>As <see cref="Time(string)"/>, and must be there.</summary>
    public Moment RequiredTime(string name) => Time(name, isRequired: true) ?? default;

    /// <summary>A condition over these fields; null when absent or when it has a fault.</summary>
    public Condition? Condition(string name, ConditionSchema fields)
    {
        if (Scalar(name, "a condition", new("string", false)) is not { } scalar) return null;
        var parsed = Core.Conditions.Condition.Parse(scalar.Text, fields);
        if (parsed.IsValid) return parsed.Condition;
        var (offset, line, column, sentence) = parsed.Fault;
        if (scalar.IsOneLine) reading.Report(new(scalar.Line, scalar.Column + offset + (scalar.IsPlain ? 0 : 1), PathOf(name)), sentence);
        else reading.Report(At(name, scalar), $"{sentence} (line {line}, column {column} of the condition)");
        return null;
    }

    /// <summary>Any YAML value as JSON text: plain numbers, truth values and null keep their type; null when absent.</summary>
    public string? Json(string name)
    {
        Knows(name, new("any", false));
        return Find(name) is { } piece ? YamlJson.Write(piece) : null;
    }

    /// <summary>Says that this section is what other members of the tenant name by this id; two of one kind are a fault.</summary>
    /// <param name="kind">What it is, as faults name it: <c>user</c>, <c>department</c>, <c>flow</c>.</param>
    /// <param name="name">The member that holds the id.</param>
    /// <param name="id">The id; nothing is declared when it is empty or null.</param>
    public void Declare(string kind, string name, string? id)
    {
        if (!string.IsNullOrEmpty(id)) reading.Declare(scope, kind, id, PlaceOf(name));
    }

    /// <summary>As <see cref="Declare"/>, for ids that are unique over all tenants.</summary>
    public void DeclareEverywhere(string kind, string name, string? id)
    {
        if (!string.IsNullOrEmpty(id) && reading.Declare("", kind, id, PlaceOf(name)) && scope.Length > 0) reading.Declare(scope, kind, id, PlaceOf(name));
    }

    /// <summary>The id of something that is declared anywhere in the same tenant of this file, before or after; null when absent.</summary>
    public string? Reference(string kind, string name)
    {
        var id = Text(name);
        if (!string.IsNullOrEmpty(id)) reading.Refer(scope, kind, id, PlaceOf(name));
        return id;
    }

    /// <summary>As <see cref="Reference"/>, and must be there.</summary>
    public string RequiredReference(string kind, string name)
    {
        var id = RequiredText(name);
        if (id is not "") reading.Refer(scope, kind, id, PlaceOf(name));
        return id;
    }

    internal void ReportUnknown()
    {
        foreach (var (name, (key, _)) in map!.Members)
        {
            if (known.Contains(name)) continue;
            var near = Spelling.Nearest(name, known);
            reading.Report(new(key.Line, key.Column, PathOf(name)), near is null ? "is not known here." : $"is not known here; did you mean {near}?");
        }
    }

    string? Text(string name, TextFormat? format, bool isRequired)
    {
        if (Scalar(name, "a text", new("string", isRequired, format?.Pattern.ToString())) is not { } scalar) return null;
        if (scalar.Text.Length > 65_536) reading.Report(At(name, scalar), "must have at most 65,536 characters.");
        else if (format is not null && !format.Pattern.IsMatch(scalar.Text)) reading.Report(At(name, scalar), $"must be {format.Sentence}.");
        return scalar.Text;
    }

    long? Integer(string name, long least, long most, bool isRequired)
    {
        if (Scalar(name, "an integer", new("integer", isRequired)) is not { } scalar) return null;
        if (!scalar.IsPlain || !long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            reading.Report(At(name, scalar), "must be an integer, without quotes.");
        else if (number < least || number > most)
        {
            reading.Report(At(name, scalar), string.Create(CultureInfo.InvariantCulture,
                $"must be {(least == long.MinValue ? $"at most {most}" : most == long.MaxValue ? $"at least {least}" : $"between {least} and {most}")}."));
        }
        else return number;
        return null;
    }

    Moment? Time(string name, bool isRequired)
    {
        if (Scalar(name, "a time", new("string", isRequired)) is not { } scalar) return null;
        if (Moment.Parse(scalar.Text) is { } moment) return moment;
        reading.Report(At(name, scalar), "must be a time such as 2026-05-01T09:00:00+08:00, 2026-05-01, or +3d, -2h, +30m from when the file is applied.");
        return null;
    }

    T? OneOf<T>(string name, Func<T, string?> word, bool isRequired) where T : struct, Enum
    {
        var words = Enum.GetValues<T>().Select(value => (Value: value, Word: word(value))).Where(choice => choice.Word is not null).ToList();
        var all = string.Join('|', words.Select(choice => Regex.Escape(choice.Word!)));
        if (Scalar(name, "a word", new("string", isRequired, $"^({all})$")) is not { } scalar) return null;
        foreach (var choice in words)
            if (choice.Word == scalar.Text) return choice.Value;
        reading.Report(At(name, scalar), $"must be one of {string.Join(", ", words.Select(choice => choice.Word))}.");
        return null;
    }

    YamlScalar? Scalar(string name, string what, YamlMember member)
    {
        Knows(name, member);
        switch (Find(name))
        {
            case YamlScalar scalar:
                return scalar;
            case { } other:
                reading.Report(At(name, other), $"must be {what}, not {Words(other)}.");
                break;
            default:
                if (member.IsRequired) Missing(name);
                break;
        }
        return null;
    }

    YamlPiece? Find(string name) => map is not null && map.Members.TryGetValue(name, out var member) && member.Value is not YamlScalar { IsNull: true } ? member.Value : null;

    void Knows(string name, YamlMember member)
    {
        known.Add(name);
        if (reading.IsCatalogue) reading.Knows(Pattern(name), member);
    }

    void Missing(string name)
    {
        if (map is not null) reading.Report(Place with { Path = PathOf(name) }, "is missing.");
    }

    WorkspacePlace At(string name, YamlPiece piece) => new(piece.Line, piece.Column, PathOf(name));

    string PathOf(string name) => Place.Path.Length == 0 ? name : $"{Place.Path}.{name}";

    string Pattern(string name) => pattern.Length == 0 ? name : $"{pattern}.{name}";

    static string Words(YamlPiece piece) => piece switch
    {
        YamlScalar { IsNull: true } => "nothing",
        YamlScalar => "a text",
        YamlList => "a list",
        _ => "members",
    };
}
