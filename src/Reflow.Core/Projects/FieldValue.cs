namespace Reflow.Core.Projects;

/// <summary>
/// The value of a field as the wire shapes it (contract project §2.1): a tree of text, numbers, flags, lists and objects. No value is a
/// null reference, never a member of the union.
/// </summary>
public abstract record FieldValue
{
    FieldValue() { }

    /// <summary>Text, a user key, an option id, a rich text's plain form.</summary>
    public sealed record Text(string Value) : FieldValue;

    /// <summary>A number; times are Unix milliseconds.</summary>
    public sealed record Number(decimal Value) : FieldValue;

    /// <summary>True or false.</summary>
    public sealed record Flag(bool Value) : FieldValue;

    /// <summary>A list; equal when the members are equal in the same order.</summary>
    public sealed record Items(IReadOnlyList<FieldValue?> Values) : FieldValue
    {
        /// <inheritdoc/>
        public bool Equals(Items? other) => other is not null && Values.SequenceEqual(other.Values);

        /// <inheritdoc/>
        public override int GetHashCode() => Values.Aggregate(17, HashCode.Combine);
    }

    /// <summary>An object; equal when the same names have equal values, in whatever order.</summary>
    public sealed record Members(IReadOnlyDictionary<string, FieldValue?> Values) : FieldValue
    {
        /// <summary>The member's value; null when it is absent or null.</summary>
        public FieldValue? this[string name] => Values.GetValueOrDefault(name);

        /// <inheritdoc/>
        public bool Equals(Members? other) => other is not null && Values.Count == other.Values.Count
            && Values.All(m => other.Values.TryGetValue(m.Key, out var value) && Equals(m.Value, value));

        /// <inheritdoc/>
        public override int GetHashCode() => Values.Aggregate(0, (hash, m) => hash ^ HashCode.Combine(m.Key, m.Value));
    }

    /// <summary>Whether this value counts as not filled in: no value, empty text, an empty list or object. False and 0 are values.</summary>
    public static bool IsEmpty(FieldValue? value) => value switch
    {
        null => true,
        Text text => text.Value.Length == 0,
        Number or Flag => false,
        Items items => items.Values.Count == 0,
        Members members => members.Values.Count == 0,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
