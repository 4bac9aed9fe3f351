using System.Diagnostics.CodeAnalysis;

namespace Reflow.Core.Conditions;

/// <summary>
/// A checked condition over the fields of a form: a small subset of CEL, written by whoever models a flow and evaluated by the server.
/// <para>
/// It is typed (a wrong type is a fault when it is parsed, not when it runs), total (every evaluation answers true or false) and
/// bounded (no loops; a fixed number of steps). The rules for what is missing:
/// a field that is not filled in has no value; a calculation with it, a division by zero and an overflow beyond 28 digits have none either;
/// every comparison (<c>!=</c> too), <c>in</c> and text test that lacks a value is false; a part without a value counts as not true
/// in <c>&amp;&amp; || ! ?:</c> and as the whole; list literals leave it out; <c>has(field)</c> asks for it.
/// A value of another kind than the schema says compares as if it were missing.
/// </para>
/// </summary>
public sealed record Condition
{
    /// <summary>The longest text of a condition, in UTF-16 code units.</summary>
    public const int MaxLength = 4096;

    /// <summary>How deep brackets, lists, calls, signs and choices nest at most.</summary>
    public const int MaxNesting = 64;

    /// <summary>How many levels the tree has at most; a chain of n operators has n + 1.</summary>
    public const int MaxDepth = 512;

    /// <summary>How many steps an evaluation takes at most: one for each part looked at, each element compared each 32 characters read and each 4 joined.</summary>
    public const int MaxSteps = 1_000_000;

    Condition(Expression root) => Root = root;

    /// <summary>The condition as a tree.</summary>
    public Expression Root { get; }

    /// <summary>Parses and checks a condition. Never throws.</summary>
    /// <param name="text">The condition, for example <c>amount &gt; 5000 &amp;&amp; department in ["sales", "legal"]</c>.</param>
    /// <param name="schema">The fields it may name.</param>
    public static ParsedCondition Parse(string text, ConditionSchema schema)
    {
        if (text.Length > MaxLength)
            return Fault(text, MaxLength, $"A condition has at most {MaxLength} characters; this one has {text.Length}.");
        var lexer = new Lexer(text);
        var tokens = lexer.Run();
        if (lexer.Fault is { } word)
            return Fault(text, word.Offset, word.Sentence);
        var parser = new Parser(tokens, schema);
        return parser.Run() is { } root
            ? new ParsedCondition(new Condition(root), null)
            : Fault(text, parser.Fault!.Value.Offset, parser.Fault.Value.Sentence);
    }

    /// <summary>Whether the condition is true of these values. Total: never throws, takes at most <see cref="MaxSteps"/> steps, and is false when it would take more.</summary>
    /// <param name="values">Field name to value; fields that are not filled in are left out.</param>
    public bool Evaluate(IReadOnlyDictionary<string, ConditionValue> values)
    {
        var evaluator = new Evaluator(values, MaxSteps);
        return evaluator.Holds(Root) && !evaluator.Exhausted;
    }

    /// <summary>The canonical text: it parses to the same tree.</summary>
    public override string ToString() => Root.ToString();

    static ParsedCondition Fault(string text, int offset, string sentence)
    {
        var before = text.AsSpan(0, offset);
        return new(null, new(offset, before.Count('\n') + 1, offset - before.LastIndexOf('\n'), sentence));
    }
}

/// <summary>What parsing gives: a condition or the fault that there is in the text, never both and never neither.</summary>
/// <param name="Condition">The checked condition; null when there is a fault.</param>
/// <param name="Fault">The first fault; null when there is none.</param>
public sealed record ParsedCondition(Condition? Condition, ConditionFault? Fault)
{
    /// <summary>Whether there is a condition.</summary>
    [MemberNotNullWhen(true, nameof(Condition))]
    [MemberNotNullWhen(false, nameof(Fault))]
    public bool IsValid => Condition is not null;
}

/// <summary>What is wrong with the text of a condition, and where.</summary>
/// <param name="Offset">Where, in UTF-16 code units from 0; the length of the text when something is missing at its end.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column in that line, from 1, in UTF-16 code units.</param>
/// <param name="Sentence">What is wrong, for the person who wrote it.</param>
public sealed record ConditionFault(int Offset, int Line, int Column, string Sentence);
