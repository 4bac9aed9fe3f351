using System.Globalization;
using Reflow.Core;

namespace Reflow.Server.Control;

/// <content>Members that hold more than one value: lists, sections, mappings with free names, labels.</content>
public sealed partial class YamlSection
{
    /// <summary>A list of texts; empty when absent.</summary>
    public IReadOnlyList<string> Texts(string name, TextFormat? format = null, int most = 10_000)
    {
        Knows(name, new("array", false));
        Knows(name + "[]", new("string", true, format?.Pattern.ToString()));
        var texts = new List<string>();
        foreach (var (item, place) in Items(name, most))
        {
            if (item is not YamlScalar { IsNull: false } scalar) reading.Report(place, $"must be a text, not {Words(item)}.");
            else if (format is not null && !format.Pattern.IsMatch(scalar.Text)) reading.Report(place, $"must be {format.Sentence}.");
            else texts.Add(scalar.Text);
        }
        return texts;
    }

    /// <summary>A list of texts, or <c>*</c> for all, which gives a list of that alone; empty when absent.</summary>
    public IReadOnlyList<string> TextsOrAll(string name, TextFormat format)
    {
        Knows(name, new("string|array", false));
        return Find(name) is YamlScalar { Text: "*" } ? ["*"] : Texts(name, format);
    }

    /// <summary>As <see cref="References"/>, or <c>*</c> for all, which gives a list of that alone; all when absent.</summary>
    public IReadOnlyList<string> ReferencesOrAll(string kind, string name)
    {
        Knows(name, new("string|array", false));
        return Find(name) is null && !reading.IsCatalogue || Find(name) is YamlScalar { Text: "*" } ? ["*"] : References(kind, name);
    }

    /// <summary>A section in this one; an empty one when absent (see <see cref="IsPresent"/>).</summary>
    public YamlSection Section(string name) => Section(name, isRequired: false);

    /// <summary>As <see cref="Section(string)"/>, and must be there.</summary>
    public YamlSection RequiredSection(string name) => Section(name, isRequired: true);

    /// <summary>The sections of a list; empty when absent.</summary>
    public IReadOnlyList<YamlSection> Sections(string name, int most = 1_000_000) => Sections(name, isRequired: false, most);

    /// <summary>The sections of a list, each with ids of its own: what is declared in one is not seen in another. There must be at least one.</summary>
    internal IReadOnlyList<YamlSection> RequiredScopes(string name) => RequiredSections(name, scoped: true);

    /// <summary>As <see cref="Sections(string, int)"/>, and there must be at least one.</summary>
    public IReadOnlyList<YamlSection> RequiredSections(string name) => RequiredSections(name, scoped: false);

    /// <summary>The members of a mapping whose names are free, each a section, in the order of the file; empty when absent.</summary>
    public IReadOnlyList<(string Key, YamlSection Section)> Map(string name, TextFormat? key = null)
    {
        Knows(name, new("object", false));
        if (reading.IsCatalogue) return [("*", Child($"{name}.*", null, Place))];
        var sections = new List<(string, YamlSection)>();
        foreach (var (word, value, place) in Entries(name, key))
        {
            if (value is YamlMap members) sections.Add((word, Child($"{name}.*", members, place)));
            else reading.Report(place, $"must have members, not be {Words(value)}.");
        }
        return sections;
    }

    /// <summary>The members of a mapping whose names are free, each a text, in the order of the file; empty when absent.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> TextMap(string name, TextFormat? key = null)
    {
        Knows(name, new("object", false));
        Knows(name + ".*", new("string", false));
        var texts = new List<KeyValuePair<string, string>>();
        foreach (var (word, value, place) in Entries(name, key))
        {
            if (value is YamlScalar { IsNull: false } scalar) texts.Add(new(word, scalar.Text));
            else reading.Report(place, $"must be a text, not {Words(value)}.");
        }
        return texts;
    }

    /// <summary>A label in several languages: <c>{zh-CN: …, en-US: …}</c>, or one text, which is then the Chinese one. By Windows LCID, in the order of the file; empty when absent.</summary>
    public IReadOnlyList<(int Language, string Text)> Label(string name)
    {
        Knows(name, new("string|object", false));
        if (Find(name) is YamlScalar scalar) return [(Languages.Chinese, scalar.Text)];
        var label = new List<(int, string)>();
        foreach (var (word, value, place) in Entries(name, null))
        {
            if (Languages.Lcid(word) is not { } lcid)
                reading.Report(place, Spelling.Nearest(word, Languages.Names) is { } near ? $"is no known language; did you mean {near}?" : $"is no known language; there are {string.Join(", ", Languages.Names)}.");
            else if (value is YamlScalar { IsNull: false } text) label.Add((lcid, text.Text));
            else reading.Report(place, $"must be a text, not {Words(value)}.");
        }
        return label;
    }

    /// <summary>As <see cref="Label(string)"/>, and must be there.</summary>
    public IReadOnlyList<(int Language, string Text)> RequiredLabel(string name)
    {
        reading.Knows(Pattern(name), new("string|object", true));
        if (!Has(name)) Missing(name);
        return Label(name);
    }

    /// <summary>A list of ids of things that are declared anywhere in the same tenant of this file; one that comes twice is a fault; empty when absent.</summary>
    public IReadOnlyList<string> References(string kind, string name, int most = 10_000)
    {
        Knows(name, new("array", false));
        Knows(name + "[]", new("string", true));
        var ids = new List<string>();
        var seen = new HashSet<string>();
        foreach (var (item, place) in Items(name, most))
        {
            if (item is not YamlScalar { IsNull: false } scalar) reading.Report(place, $"must be a text, not {Words(item)}.");
            else if (!seen.Add(scalar.Text)) reading.Report(place, $"{scalar.Text} is there twice.");
            else
            {
                reading.Refer(scope, kind, scalar.Text, place);
                ids.Add(scalar.Text);
            }
        }
        return ids;
    }

    YamlSection Section(string name, bool isRequired)
    {
        Knows(name, new("object", isRequired));
        switch (Find(name))
        {
            case YamlMap members:
                return Child(name, members, At(name, members));
            case { } other:
                reading.Report(At(name, other), $"must have members, not be {Words(other)}.");
                break;
            default:
                if (isRequired) Missing(name);
                break;
        }
        return Child(name, null, Place with { Path = PathOf(name) });
    }

    List<YamlSection> RequiredSections(string name, bool scoped)
    {
        var sections = Sections(name, isRequired: true, 1_000_000, scoped);
        if (Find(name) is YamlList { Items: [] }) Fault(name, "must not be empty.");
        return sections;
    }

    List<YamlSection> Sections(string name, bool isRequired, int most, bool scoped = false)
    {
        Knows(name, new("array", isRequired));
        if (reading.IsCatalogue)
        {
            reading.Knows($"{Pattern(name)}[]", new("object", true));
            return [Child(name + "[]", null, Place)];
        }
        if (isRequired && !Has(name)) Missing(name);
        var sections = new List<YamlSection>();
        foreach (var (item, place) in Items(name, most))
        {
            if (item is YamlMap members) sections.Add(new(reading, members, place, Pattern(name + "[]"), scoped ? place.Path : scope));
            else reading.Report(place, $"must have members, not be {Words(item)}.");
        }
        return sections;
    }

    YamlSection Child(string name, YamlMap? members, WorkspacePlace place) => new(reading, members, place, Pattern(name), scope);

    IEnumerable<(YamlPiece Item, WorkspacePlace Place)> Items(string name, int most)
    {
        switch (Find(name))
        {
            case null:
                yield break;
            case YamlList list when list.Items.Count > most:
                reading.Report(At(name, list), string.Create(CultureInfo.InvariantCulture, $"must have at most {most} elements."));
                break;
            case YamlList list:
                for (var i = 0; i < list.Items.Count; i++)
                    yield return (list.Items[i], new(list.Items[i].Line, list.Items[i].Column, $"{PathOf(name)}[{i}]"));
                break;
            case var other:
                reading.Report(At(name, other), $"must be a list, not {Words(other)}.");
                break;
        }
    }

    IEnumerable<(string Key, YamlPiece Value, WorkspacePlace Place)> Entries(string name, TextFormat? format)
    {
        if (Find(name) is not { } piece) yield break;
        if (piece is not YamlMap entries)
        {
            reading.Report(At(name, piece), $"must have members, not be {Words(piece)}.");
            yield break;
        }
        foreach (var (word, (key, value)) in entries.Members)
        {
            var place = new WorkspacePlace(key.Line, key.Column, $"{PathOf(name)}.{word}");
            if (format is not null && !format.Pattern.IsMatch(word)) reading.Report(place, $"a name here must be {format.Sentence}.");
            else yield return (word, value, place with { Line = value.Line, Column = value.Column });
        }
    }
}
