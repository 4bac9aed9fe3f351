using System.Diagnostics;

namespace Reflow.Core.Conditions;

/// <summary>A value of a form field or of a part of a condition. A field that was not filled in has no value: callers leave it out.</summary>
[DebuggerDisplay("{Kind}")]
public abstract record ConditionValue
{
    ConditionValue() { }

    string Kind => GetType().Name;

    /// <summary>True or false.</summary>
    /// <param name="Value">Which.</param>
    public sealed record Bool(bool Value) : ConditionValue;

    /// <summary>An exact decimal number.</summary>
    /// <param name="Value">The number.</param>
    public sealed record Number(decimal Value) : ConditionValue;

    /// <summary>A text.</summary>
    /// <param name="Value">Its characters.</param>
    public sealed record Text(string Value) : ConditionValue;

    /// <summary>A moment.</summary>
    /// <param name="Millis">Unix milliseconds.</param>
    public sealed record Time(long Millis) : ConditionValue;

    /// <summary>A list of values.</summary>
    /// <param name="Items">The elements, in order.</param>
    public sealed record List(IReadOnlyList<ConditionValue> Items) : ConditionValue
    {
        /// <summary>Lists are equal when their elements are, in order.</summary>
        public bool Equals(List? other) => other is not null && Items.SequenceEqual(other.Items);

        /// <inheritdoc/>
        public override int GetHashCode() => Items.Aggregate(Items.Count, HashCode.Combine);
    }

    /// <summary>A value with named members.</summary>
    /// <param name="Members">The members that are filled in.</param>
    public sealed record Object(IReadOnlyDictionary<string, ConditionValue> Members) : ConditionValue;

    /// <summary>True, ready made.</summary>
    public static readonly ConditionValue True = new Bool(true);

    /// <summary>False, ready made.</summary>
    public static readonly ConditionValue False = new Bool(false);
}
