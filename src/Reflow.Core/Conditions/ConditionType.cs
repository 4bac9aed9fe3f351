namespace Reflow.Core.Conditions;

/// <summary>What kind of value a form field, and every part of a condition, has. Known before anything is evaluated.</summary>
public abstract record ConditionType
{
    ConditionType() { }

    /// <summary>True or false.</summary>
    public sealed record Bool : ConditionType;

    /// <summary>A number, held as an exact decimal of up to 28 digits: 0.1 + 0.2 is 0.3, and 7 / 2 is 3.5.</summary>
    public sealed record Number : ConditionType;

    /// <summary>A text, compared by code unit, case matters. Also the type of options, users and other ids.</summary>
    public sealed record Text : ConditionType;

    /// <summary>A moment, in Unix milliseconds.</summary>
    public sealed record Time : ConditionType;

    /// <summary>A list of values of one type.</summary>
    /// <param name="Element">The elements' type; null for the literal <c>[]</c>, which is a list of anything.</param>
    public sealed record List(ConditionType? Element) : ConditionType;

    /// <summary>A value with named members, read as <c>name.member</c>.</summary>
    /// <param name="Members">The members and their types.</param>
    public sealed record Object(ConditionSchema Members) : ConditionType;

    /// <summary>The type in words, as faults name it.</summary>
    internal string Words => this switch
    {
        Bool => "true or false",
        Number => "a number",
        Text => "a text",
        Time => "a time",
        List { Element: null } => "an empty list",
        List { Element: { } element } => $"a list (each {element.Words})",
        Object => "an object",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Whether values of the two types can be compared; <c>[]</c> goes with every list, objects with nothing.</summary>
    internal static bool Same(ConditionType a, ConditionType b) => (a, b) switch
    {
        (List { Element: null }, List) or (List, List { Element: null }) => true,
        (List { Element: { } x }, List { Element: { } y }) => Same(x, y),
        (Object, _) or (_, Object) => false,
        _ => a == b,
    };
}
