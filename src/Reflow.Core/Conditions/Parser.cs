using System.Globalization;

namespace Reflow.Core.Conditions;

/// <summary>A part of a condition with what is known of it.</summary>
/// <param name="Node">The tree.</param>
/// <param name="Type">Its type.</param>
/// <param name="Offset">Where it starts.</param>
/// <param name="Depth">How many levels the tree has.</param>
readonly record struct Typed(Expression Node, ConditionType Type, int Offset, int Depth);

/// <summary>A Pratt parser that checks types as it goes, so that a fault is reported where it is written. The first fault ends it.</summary>
sealed class Parser(List<Token> tokens, ConditionSchema schema)
{
    static readonly ConditionType Bool = new ConditionType.Bool();
    static readonly ConditionType Number = new ConditionType.Number();
    static readonly ConditionType Text = new ConditionType.Text();
    static readonly ConditionType Time = new ConditionType.Time();
    static readonly string[] Times = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.fffK"];

    int at;
    int nesting;

    internal (int Offset, string Sentence)? Fault { get; private set; }

    Token Next => tokens[at];

    /// <summary>The whole text as one condition; null when there is a <see cref="Fault"/>.</summary>
    internal Expression? Run()
    {
        if (Parse(Syntax.Lowest) is not { } whole)
            return null;
        if (Next.Kind is not TokenKind.End)
        {
            Fail(Next.Offset, Next.Kind is TokenKind.Name && Wrote(Next.Value) is { } hint ? hint : $"The condition is complete before {Show(Next)}; an operator is missing or this is too much.");
            return null;
        }
        return Expect(whole, Bool, "A condition is true or false") ? whole.Node : null;
    }

    Typed? Parse(int power)
    {
        var left = Prefix();
        while (left is { } l)
        {
            var token = Next;
            if (token.Kind is TokenKind.Symbol && token.Value == "." && power < Syntax.Postfix)
                left = Dot(l);
            else if (token.Kind is TokenKind.Symbol && token.Value == "?" && power < Syntax.Choice)
                left = Choice(l);
            else if (token.Kind is TokenKind.Symbol or TokenKind.Name && Syntax.Operators.TryGetValue(token.Value, out var op) && power < op.Power())
                left = Binary(l, op);
            else
                break;
        }
        return left;
    }

    Typed? Prefix()
    {
        var token = Next;
        at = Math.Min(at + 1, tokens.Count - 1);
        return token.Kind switch
        {
            TokenKind.Number => Leaf(new Expression.Constant(new ConditionValue.Number(decimal.Parse(token.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture))), Number, token),
            TokenKind.Text => Leaf(new Expression.Constant(new ConditionValue.Text(token.Value)), Text, token),
            TokenKind.Name => Name(token),
            TokenKind.QuotedName => Field(token),
            TokenKind.Symbol => token.Value switch
            {
                "(" => Group(token),
                "[" => List(token),
                "!" => Not(token),
                "-" => Negate(token),
                _ => Fail(token.Offset, $"A value is missing before {Show(token)}."),
            },
            TokenKind.End => Fail(token.Offset, "The condition ends too early: a value is missing."),
        };
    }

    Typed? Name(Token token)
    {
        switch (token.Value)
        {
            case "true":
                return Leaf(new Expression.Constant(ConditionValue.True), Bool, token);
            case "false":
                return Leaf(new Expression.Constant(ConditionValue.False), Bool, token);
            case "null":
                return Fail(token.Offset, "There is no null; whether a field is filled in is asked with has(field).");
            case "in":
                return Fail(token.Offset, "A value is missing before in.");
        }
        if (Next is not { Kind: TokenKind.Symbol, Value: "(" })
            return Field(token);
        return token.Value switch
        {
            "has" => Has(token),
            "size" => Arguments(token) is { } argument ? Size(argument, token.Offset) : null,
            "timestamp" => Timestamp(token),
            "startsWith" or "endsWith" or "contains" => Fail(token.Offset, $"This is written behind the text: field.{token.Value}(\"part\")."),
            _ => Fail(token.Offset, $"There is no function {token.Value}; there are has, size, timestamp, startsWith, endsWith and contains."),
        };
    }

    Typed? Field(Token token) => schema[token.Value] is { } type
        ? Leaf(new Expression.Field(token.Value), type, token)
        : Fail(token.Offset, Wrote(token.Value) ?? Unknown("field", token.Value, schema));

    Typed? Dot(Typed target)
    {
        at++;
        var name = Next;
        if (name.Kind is not (TokenKind.Name or TokenKind.QuotedName))
            return Fail(name.Offset, "A name is missing after the point.");
        at++;
        if (name.Kind is TokenKind.Name && Next is { Kind: TokenKind.Symbol, Value: "(" })
            return Method(target, name);
        if (target.Type is not ConditionType.Object { Members: var members })
            return Fail(name.Offset, $"{Capital(target.Type.Words)} has no members.");
        return members[name.Value] is { } type
            ? Deeper(new Expression.Member(target.Node, name.Value), type, target.Offset, target.Depth)
            : Fail(name.Offset, Unknown("member", name.Value, members));
    }

    Typed? Method(Typed target, Token name)
    {
        if (name.Value == "size")
        {
            at++;
            return Close(")", name) ? Size(target, target.Offset) : null;
        }
        TextTest? test = name.Value switch { "startsWith" => TextTest.StartsWith, "endsWith" => TextTest.EndsWith, "contains" => TextTest.Contains, _ => null };
        if (test is not { } asked)
            return Fail(name.Offset, $"There is no function {name.Value}; a text or list knows size, startsWith, endsWith and contains.");
        if (target.Type is ConditionType.List)
            return Fail(name.Offset, $"{name.Value} asks about a text; whether a list holds a value is asked with value in list.");
        if (!Expect(target, Text, $"{name.Value} asks about a text") || Arguments(name) is not { } part || !Expect(part, Text, $"{name.Value} looks for a text"))
            return null;
        return Deeper(new Expression.Match(asked, target.Node, part.Node), Bool, target.Offset, Math.Max(target.Depth, part.Depth));
    }

    Typed? Has(Token token)
    {
        if (Arguments(token) is not { } argument)
            return null;
        return argument.Node is Expression.Field or Expression.Member
            ? Deeper(new Expression.Has(argument.Node), Bool, token.Offset, argument.Depth)
            : Fail(argument.Offset, "has asks about a field: has(name) or has(name.member).");
    }

    Typed? Timestamp(Token token)
    {
        if (Arguments(token) is not { } argument)
            return null;
        if (argument.Node is not Expression.Constant { Value: ConditionValue.Text { Value: var written } }
            || !DateTimeOffset.TryParseExact(written, Times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment))
            return Fail(argument.Offset, "A timestamp is a text such as \"2026-05-01\" or \"2026-05-01T09:30:00+08:00\"; without a zone it is in UTC.");
        return Deeper(new Expression.Constant(new ConditionValue.Time(moment.ToUnixTimeMilliseconds())), Time, token.Offset, 0);
    }

    Typed? Size(Typed operand, int offset) => operand.Type is ConditionType.Text or ConditionType.List
        ? Deeper(new Expression.Size(operand.Node), Number, offset, operand.Depth)
        : Fail(operand.Offset, $"size counts the characters of a text or the elements of a list; this is {operand.Type.Words}.");

    Typed? Group(Token open) => Nested(Syntax.Lowest, open) is { } inner && Close(")", open) ? inner with { Offset = open.Offset } : null;

    /// <summary>The one argument of a function, in its brackets.</summary>
    Typed? Arguments(Token function)
    {
        var open = Next;
        at++;
        if (Next is { Kind: TokenKind.Symbol, Value: ")" })
            return Fail(Next.Offset, $"{function.Value} needs a value in its brackets.");
        if (Nested(Syntax.Lowest, open) is not { } argument)
            return null;
        if (Next is { Kind: TokenKind.Symbol, Value: "," })
            return Fail(Next.Offset, $"{function.Value} takes one value.");
        return Close(")", open) ? argument : null;
    }

    Typed? List(Token open)
    {
        List<Expression> items = [];
        ConditionType? element = null;
        var depth = 0;
        while (Next is not { Kind: TokenKind.Symbol, Value: "]" })
        {
            if (items.Count > 0 && !Close(",", open))
                return null;
            if (Nested(Syntax.Lowest, open) is not { } item)
                return null;
            if (item.Type is ConditionType.List or ConditionType.Object)
                return Fail(item.Offset, $"A list holds texts, numbers, times or true and false; this is {item.Type.Words}.");
            if (element is not null && !Expect(item, element, "All elements of a list are alike"))
                return null;
            element = item.Type;
            items.Add(item.Node);
            depth = Math.Max(depth, item.Depth);
        }
        at++;
        return Deeper(new Expression.List(items), new ConditionType.List(element), open.Offset, depth);
    }

    Typed? Not(Token token) => Nested(Syntax.Unary, token) is { } operand && Expect(operand, Bool, "! turns true and false around")
        ? Deeper(new Expression.Not(operand.Node), Bool, token.Offset, operand.Depth)
        : null;

    Typed? Negate(Token token)
    {
        if (Nested(Syntax.Unary, token) is not { } operand || !Expect(operand, Number, "- needs a number"))
            return null;
        return operand.Node is Expression.Constant { Value: ConditionValue.Number { Value: var value } }
            ? operand with { Node = new Expression.Constant(new ConditionValue.Number(-value)), Offset = token.Offset }
            : Deeper(new Expression.Negate(operand.Node), Number, token.Offset, operand.Depth);
    }

    Typed? Choice(Typed test)
    {
        var question = Next;
        at++;
        if (!Expect(test, Bool, "Before ? stands something true or false") || Nested(Syntax.Lowest, question) is not { } then
            || !Close(":", question) || Nested(Syntax.Lowest, question) is not { } otherwise)
            return null;
        return ConditionType.Same(then.Type, otherwise.Type)
            ? Deeper(new Expression.Choice(test.Node, then.Node, otherwise.Node), Wider(then.Type, otherwise.Type), test.Offset, Math.Max(test.Depth, Math.Max(then.Depth, otherwise.Depth)))
            : Fail(otherwise.Offset, $"Both values behind ? are alike; these are {then.Type.Words} and {otherwise.Type.Words}.");
    }

    Typed? Binary(Typed left, BinaryOperator op)
    {
        var token = Next;
        at++;
        if (Parse(op.Power()) is not { } right)
            return null;
        return Typing.Of(op, left.Type, right.Type) is { } type
            ? Deeper(new Expression.Binary(op, left.Node, right.Node), type, left.Offset, Math.Max(left.Depth, right.Depth))
            : Fail(token.Offset, Typing.Refusal(op, left.Type, right.Type));
    }

    Typed? Nested(int power, Token opener)
    {
        if (++nesting > Condition.MaxNesting)
            return Fail(opener.Offset, $"The condition is nested more than {Condition.MaxNesting} levels deep.");
        var inner = Parse(power);
        nesting--;
        return inner;
    }

    static Typed? Leaf(Expression node, ConditionType type, Token token) => new Typed(node, type, token.Offset, 1);

    Typed? Deeper(Expression node, ConditionType type, int offset, int depth) => depth < Condition.MaxDepth
        ? new Typed(node, type, offset, depth + 1)
        : Fail(offset, $"The condition joins more than {Condition.MaxDepth} parts in a row; a list with in is shorter.");

    /// <summary>Of two types that go together the one that says more.</summary>
    static ConditionType Wider(ConditionType a, ConditionType b) => a is ConditionType.List { Element: null } ? b : a;

    bool Expect(Typed part, ConditionType type, string rule)
    {
        if (ConditionType.Same(part.Type, type))
            return true;
        Fail(part.Offset, $"{rule}; this is {part.Type.Words}, not {type.Words}.");
        return false;
    }

    bool Close(string symbol, Token open)
    {
        if (Next.Kind is TokenKind.Symbol && Next.Value == symbol)
        {
            at++;
            return true;
        }
        Fail(Next.Offset, $"Here {symbol} is missing, for the {Show(open)} at character {open.Offset + 1}.");
        return false;
    }

    static string Unknown(string what, string name, ConditionSchema members) =>
        Spelling.Nearest(name, members.Names) is { } near ? $"There is no {what} {name}; did you mean {near}?" : $"There is no {what} {name}.";

    /// <summary>What to write instead of a word that other languages use; null for any other word.</summary>
    static string? Wrote(string word) => word switch
    {
        "and" or "AND" => "To require both sides, write && instead of and.",
        "or" or "OR" => "To allow either side, write || instead of or.",
        "not" or "NOT" => "To say the opposite, write ! instead of not.",
        _ => null,
    };

    static string Show(Token token) => token.Kind is TokenKind.Text ? $"the text \"{(token.Value.Length > 20 ? token.Value[..20] + "…" : token.Value)}\"" : token.Value;

    static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];

    Typed? Fail(int offset, string sentence)
    {
        Fault ??= (offset, sentence);
        return null;
    }
}
