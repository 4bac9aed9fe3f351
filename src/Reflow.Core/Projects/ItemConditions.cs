using Reflow.Core.Conditions;

namespace Reflow.Core.Projects;

/// <summary>Conditions over an item's fields: what they may name, and what a field's value is to them. A field that is not filled has no value.</summary>
public static class ItemConditions
{
    /// <summary>The names that a condition may use: each field's key, and its alias.</summary>
    public static ConditionSchema Schema(IEnumerable<Field> fields)
    {
        Dictionary<string, ConditionType> types = [];
        foreach (var field in fields)
            foreach (var name in Names(field))
                if (TypeOf(field.Type) is { } type) types.TryAdd(name, type);
        return new(types);
    }

    /// <summary>A condition that was parsed with <see cref="Schema"/> of the same fields, as the rules ask it.</summary>
    public static When Of(IReadOnlyList<Field> fields, Condition condition) => new(condition.ToString(), item =>
    {
        Dictionary<string, ConditionValue> values = [];
        foreach (var field in fields)
            if (item.Fields.TryGetValue(field.Key, out var value) && ValueOf(field.Type, value) is { } known)
                foreach (var name in Names(field)) values.TryAdd(name, known);
        return condition.Evaluate(values);
    });

    /// <summary>Fields with their conditions given their meaning anew, from their texts.</summary>
    public static IReadOnlyList<Field> Bind(IReadOnlyList<Field> fields)
    {
        var schema = Schema(fields);
        return [.. fields.Select(f => f with { RequiredIf = Meaning(fields, schema, f.RequiredIf), Visible = Meaning(fields, schema, f.Visible) })];
    }

    /// <summary>The template with every condition given its meaning anew, from its text. A text that no longer parses never holds.</summary>
    public static Template Bind(IReadOnlyList<Field> fields, Template template)
    {
        var schema = Schema(fields);
        When? Bound(When? when) => Meaning(fields, schema, when);
        IReadOnlyList<FormItem> Form(IReadOnlyList<FormItem> form) => [.. form.Select(f => f with { Visible = Bound(f.Visible), RequiredIf = Bound(f.RequiredIf) })];
        return template with
        {
            States = [.. template.States.Select(s => s with { Form = Form(s.Form) })],
            Nodes = [.. template.Nodes.Select(n => n with
            {
                Visible = Bound(n.Visible),
                OwnerRules = [.. n.OwnerRules.Select(r => r with { If = Bound(r.If) })],
                Form = Form(n.Form),
            })],
        };
    }

    static When? Meaning(IReadOnlyList<Field> fields, ConditionSchema schema, When? when) => when is null ? null
        : Condition.Parse(when.Text, schema).Condition is { } condition ? Of(fields, condition) : when with { Holds = _ => false };

    static IEnumerable<string> Names(Field field) => field.Alias is { Length: > 0 } alias ? [field.Key, alias] : [field.Key];

    static ConditionType? TypeOf(FieldType type) => type switch
    {
        FieldType.Text or FieldType.Link or FieldType.Telephone or FieldType.Email or FieldType.MultiText or FieldType.Select or FieldType.Radio
            or FieldType.TreeSelect or FieldType.User or FieldType.Business or FieldType.GroupType => new ConditionType.Text(),
        FieldType.MultiSelect or FieldType.TreeMultiSelect or FieldType.MultiUser or FieldType.LinkCloudDoc => new ConditionType.List(new ConditionType.Text()),
        FieldType.Date => new ConditionType.Time(),
        FieldType.Number or FieldType.WorkItemRelatedSelect => new ConditionType.Number(),
        FieldType.Bool or FieldType.Signal => new ConditionType.Bool(),
        FieldType.WorkItemRelatedMultiSelect => new ConditionType.List(new ConditionType.Number()),
        FieldType.Schedule or FieldType.RoleOwners or FieldType.CompoundField or FieldType.MultiFile or FieldType.Calculated or FieldType.Vote => null,
    };

    static ConditionValue? ValueOf(FieldType type, FieldValue value) => value switch
    {
        FieldValue.Text text => new ConditionValue.Text(text.Value),
        FieldValue.Flag flag => new ConditionValue.Bool(flag.Value),
        FieldValue.Number number => type is FieldType.Date ? new ConditionValue.Time((long)number.Value) : new ConditionValue.Number(number.Value),
        FieldValue.Items items => new ConditionValue.List([.. items.Values.OfType<FieldValue>().Select(v => ValueOf(type, v)).OfType<ConditionValue>()]),
        // An option is what it is called by: its id.
        FieldValue.Members members => members["value"] is { } id ? ValueOf(type, id) : null,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
