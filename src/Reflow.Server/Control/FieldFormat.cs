using System.Text.Json;
using Reflow.Core.Projects;
using Reflow.Server.Store;

namespace Reflow.Server.Control;

/// <summary>The fields of a work item type in a workspace file.</summary>
static class FieldFormat
{
    /// <summary>A field of a type, with those of its rows.</summary>
    public static Field Read(YamlSection section)
    {
        var field = One(section) with { Fields = [.. section.Sections("fields").Select(One)] };
        if (field.Fields.Count > 0 != field.Type is FieldType.CompoundField) section.Fault("fields", "A compound_field has fields, and no other field has.");
        foreach (var nested in field.Fields.Where(f => f.Type is FieldType.CompoundField)) section.Fault("fields", $"{nested.Key} is a compound_field inside a compound_field.");
        return field;
    }

    /// <summary>The fields with their conditions, which may name any of them.</summary>
    public static List<Field> ReadConditions(IReadOnlyList<YamlSection> sections, IReadOnlyList<Field> fields)
    {
        var schema = ItemConditions.Schema(fields);
        return [.. fields.Select((field, i) => field with { RequiredIf = When(sections[i], "required_when"), Visible = When(sections[i], "visible_when") })];

        When? When(YamlSection section, string name) => section.Condition(name, schema) is { } condition ? ItemConditions.Of(fields, condition) : null;
    }

    static Field One(YamlSection section)
    {
        var json = section.Json("default");
        FieldValue? value = null;
        if (json is not null)
        {
            using var document = JsonDocument.Parse(json);
            if (!ProjectJson.TryRead(document.RootElement, out value)) section.Fault("default", "is no value of a field.");
        }
        var field = new Field(section.RequiredText("field_key", TextFormat.Key), section.RequiredText("name"), section.RequiredOneOf<FieldType>("field_type", FieldTypeWords.Wire))
        {
            Alias = section.Text("field_alias", TextFormat.Key),
            Labels = ProjectWorkspace.Labels(section),
            Options = Options(section),
            Required = section.Flag("required"),
            EditableBy = section.Texts("editable_by", ProjectWorkspace.Permitted),
        };
        if (value is null) return field;
        var (kept, wrong) = FieldShape.Accept(field, value, _ => true);
        if (wrong is not null) section.Fault("default", $"is no value of a field of type {field.Type.Wire()}.");
        return field with { Default = kept };
    }

    // A list with parents, not a tree: only options that stand before one can be above it, so that none stands under itself.
    static List<Option> Options(YamlSection section)
    {
        var lines = section.Sections("options").Select(o => (Section: o, Parent: o.Text("parent", TextFormat.Key),
            Option: new Option(o.RequiredText("value", TextFormat.Key), o.RequiredText("label")) { Disabled = o.Flag("disabled"), Labels = ProjectWorkspace.Labels(o) })).ToList();
        for (var i = 0; i < lines.Count; i++)
            if (lines[i].Parent is { } parent && lines.Take(i).All(l => l.Option.Value != parent)) lines[i].Section.Fault("parent", $"No option before this one is {parent}.");
        return Below(null, after: -1);

        List<Option> Below(string? parent, int after) =>
            [.. lines.Select((l, i) => (l.Option, l.Parent, At: i)).Where(l => l.At > after && l.Parent == parent).Select(l => l.Option with { Children = Below(l.Option.Value, l.At) })];
    }
}
