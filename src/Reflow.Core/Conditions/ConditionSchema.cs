using System.Collections.Frozen;

namespace Reflow.Core.Conditions;

/// <summary>The fields that a condition may name, and their types. Names are case-sensitive.</summary>
public sealed class ConditionSchema
{
    readonly FrozenDictionary<string, ConditionType> types;

    /// <summary>A schema of these fields.</summary>
    /// <param name="fields">Field name to type. A name that is not a plain identifier is written in backticks: <c>`cost centre`</c>.</param>
    public ConditionSchema(IEnumerable<KeyValuePair<string, ConditionType>> fields) => types = fields.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>No fields at all: only conditions over literals parse.</summary>
    public static readonly ConditionSchema Empty = new([]);

    /// <summary>The fields' names, in no particular order.</summary>
    public IEnumerable<string> Names => types.Keys;

    /// <summary>The type of the field; null when there is no such field.</summary>
    public ConditionType? this[string name] => types.GetValueOrDefault(name);
}
