using FsCheck;
using FsCheck.Fluent;
using Reflow.Core.Conditions;
using Xunit;

namespace Reflow.Core.Tests.Conditions;

/// <summary>What holds of every condition: random well-typed trees over a fixed schema, random values, random text.</summary>
public class ConditionLaws
{
    static readonly ConditionType Bool = new ConditionType.Bool(), Number = new ConditionType.Number(), Text = new ConditionType.Text(),
        Time = new ConditionType.Time(), Texts = new ConditionType.List(Text);

    // Each name needs care in its own way: plain, reserved, with a space, like a function.
    static readonly Dictionary<string, ConditionType> Members = new() { ["in"] = Bool, ["n"] = Number, ["a b"] = Text, ["size"] = Time, ["l"] = Texts };
    static readonly Dictionary<string, ConditionType> Fields = new() { ["b"] = Bool, ["n"] = Number, ["true"] = Text, ["has"] = Time, ["l"] = Texts };
    static readonly ConditionSchema Schema = new(Fields.Append(new("o", new ConditionType.Object(new(Members)))));

    static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(1000);

    [Fact]
    public void The_canonical_text_parses_to_the_same_tree() => Prop.ForAll(Trees, tree =>
    {
        var text = tree.ToString();
        var parsed = Condition.Parse(text, Schema);
        return (text.Length > Condition.MaxLength || (parsed.IsValid && parsed.Condition.Root == tree && parsed.Condition.ToString() == text)).Label($"{text} {parsed.Fault}");
    }).Check(Many);

    [Fact]
    public void Every_well_typed_condition_evaluates_over_any_values_and_its_opposite_to_the_opposite() => Prop.ForAll(Trees, Values, (tree, values) =>
        Condition.Parse(tree.ToString(), Schema).Condition is not { } condition
        || Condition.Parse($"!({condition})", Schema).Condition is not { } opposite
        || condition.Evaluate(values) != opposite.Evaluate(values)).Check(Many);

    [Fact]
    public void Without_values_no_comparison_is_true() => Prop.ForAll(Trees, tree =>
        tree is not Expression.Binary { Operator: not (BinaryOperator.And or BinaryOperator.Or), Left: Expression.Field }
        || Condition.Parse(tree.ToString(), Schema).Condition?.Evaluate(new Dictionary<string, ConditionValue>()) is not true).Check(Many);

    [Fact]
    public void Any_text_gives_a_condition_or_a_fault_inside_the_text() => Prop.ForAll(Garbage, text =>
    {
        var parsed = Condition.Parse(text, Schema);
        if (parsed.IsValid)
        {
            parsed.Condition.Evaluate(new Dictionary<string, ConditionValue>());
            return true;
        }
        var (offset, line, column, sentence) = parsed.Fault;
        return offset >= 0 && offset <= text.Length && line >= 1 && column >= 1 && sentence[^1] is '.' or '?';
    }).Check(Many);

    static readonly Arbitrary<Expression> Trees = Arb.From(Gen.Sized(size => Tree(Bool, Math.Min(size, 30))), Smaller);

    static Gen<Expression> Tree(ConditionType type, int size)
    {
        if (size <= 1)
            return Leaf(type);
        Gen<Expression> Of(ConditionType part) => Tree(part, size / 2);
        Gen<Expression> Join(BinaryOperator op, ConditionType part) => Of(part).Two().Select(p => (Expression)new Expression.Binary(op, p.Item1, p.Item2));
        Gen<Expression> AnyOf(ConditionType part, params BinaryOperator[] ops) => Gen.Elements(ops).SelectMany(op => Join(op, part));
        var choice = Gen.Zip(Of(Bool), Of(type).Two()).Select(p => (Expression)new Expression.Choice(p.Item1, p.Item2.Item1, p.Item2.Item2));
        return type switch
        {
            ConditionType.Bool => Gen.OneOf(
                Leaf(type), choice, AnyOf(Bool, BinaryOperator.And, BinaryOperator.Or, BinaryOperator.Equal, BinaryOperator.NotEqual),
                Gen.Elements(Number, Text, Time).SelectMany(t => AnyOf(t, [.. Comparisons])),
                AnyOf(Texts, BinaryOperator.Equal, BinaryOperator.NotEqual),
                Gen.Zip(Of(Text), Of(Texts)).Select(p => (Expression)new Expression.Binary(BinaryOperator.In, p.Item1, p.Item2)),
                Of(Bool).Select(o => (Expression)new Expression.Not(o)),
                Gen.Zip(Gen.Elements(Enum.GetValues<TextTest>()), Of(Text).Two()).Select(p => (Expression)new Expression.Match(p.Item1, p.Item2.Item1, p.Item2.Item2))),
            ConditionType.Number => Gen.OneOf(
                Leaf(type), choice, AnyOf(Number, [.. Calculations]),
                Of(Number).Where(n => n is not Expression.Constant).Select(o => (Expression)new Expression.Negate(o)),
                Gen.Elements(Text, Texts).SelectMany(Of).Select(o => (Expression)new Expression.Size(o))),
            ConditionType.Text => Gen.OneOf(Leaf(type), choice, Join(BinaryOperator.Add, Text)),
            ConditionType.List => Gen.OneOf(Leaf(type), choice, Of(Text).NonEmptyListOf().Select(items => (Expression)new Expression.List([.. items.Take(4)]))),
            _ => Gen.OneOf(Leaf(type), choice),
        };
    }

    static IEnumerable<BinaryOperator> Comparisons => Enum.GetValues<BinaryOperator>().Where(op => op is >= BinaryOperator.Equal and <= BinaryOperator.GreaterOrEqual);

    static IEnumerable<BinaryOperator> Calculations => Enum.GetValues<BinaryOperator>().Where(op => op >= BinaryOperator.Add);

    static Gen<Expression> Leaf(ConditionType type)
    {
        var names = Fields.Where(f => f.Value == type).Select(f => (Expression)new Expression.Field(f.Key))
            .Concat(Members.Where(m => m.Value == type).Select(m => new Expression.Member(new Expression.Field("o"), m.Key))).ToArray();
        var named = Gen.Elements(names);
        var asked = Gen.Elements<Expression>(Fields.Keys.Select(f => new Expression.Field(f)).Append(new Expression.Field("o"))).Select(f => (Expression)new Expression.Has(f));
        var literal = type is ConditionType.List ? Gen.Constant<Expression>(new Expression.List([])) : Literal(type).Select(v => (Expression)new Expression.Constant(v));
        return type is ConditionType.Bool ? Gen.OneOf(named, asked, literal) : Gen.OneOf(named, literal);
    }

    static Gen<ConditionValue> Literal(ConditionType type) => type switch
    {
        ConditionType.Bool => Gen.Elements(ConditionValue.True, ConditionValue.False),
        ConditionType.Number => Gen.OneOf(
            Gen.Choose(-3, 3).Select(n => (decimal)n),
            ArbMap.Default.GeneratorFor<long>().Select(n => (decimal)n),
            ArbMap.Default.GeneratorFor<int>().Select(n => n / 1_000_000m),
            Gen.Elements(9999999999999999999999999999m, -9999999999999999999999999999m, 0.0000000000000000000000000001m))
            .Select(n => (ConditionValue)new ConditionValue.Number(n)),
        ConditionType.Text => Gen.OneOf(Gen.Elements("", "a", "\"", "\\", "\n\t\0", "深圳", "🚄", "\ud83d", "\ude84x"), ArbMap.Default.GeneratorFor<string>().Select(s => s ?? ""))
            .Select(s => (ConditionValue)new ConditionValue.Text(s)),
        ConditionType.Time => Gen.Zip(Gen.Choose(-2_000_000, 40_000_000), Gen.Choose(0, 99_999)).Select(p => (ConditionValue)new ConditionValue.Time((p.Item1 * 100_000L) + p.Item2)),
        _ => Literal(Text).ListOf().Select(items => (ConditionValue)new ConditionValue.List([.. items])),
    };

    /// <summary>The parts of the same type, then the same tree with one part made smaller.</summary>
    static IEnumerable<Expression> Smaller(Expression tree) => tree switch
    {
        Expression.Binary(BinaryOperator.And or BinaryOperator.Or or >= BinaryOperator.Add, var left, var right) b =>
            [left, right, .. Smaller(left).Select(l => b with { Left = l }), .. Smaller(right).Select(r => b with { Right = r })],
        Expression.Binary(_, var left, var right) b => [.. Smaller(left).Select(l => b with { Left = l }), .. Smaller(right).Select(r => b with { Right = r })],
        Expression.Not(var operand) => [operand, .. Smaller(operand).Select(o => new Expression.Not(o))],
        Expression.Negate(var operand) => [operand, .. Smaller(operand).Where(o => o is not Expression.Constant).Select(o => new Expression.Negate(o))],
        Expression.Choice(var test, var then, var otherwise) c =>
            [then, otherwise, .. Smaller(test).Select(t => c with { Test = t }), .. Smaller(then).Select(t => c with { Then = t }), .. Smaller(otherwise).Select(o => c with { Otherwise = o })],
        Expression.Size(var operand) => Smaller(operand).Select(o => new Expression.Size(o)),
        Expression.Match(_, var subject, var part) m => [.. Smaller(subject).Select(s => m with { Subject = s }), .. Smaller(part).Select(p => m with { Part = p })],
        Expression.List(var items) => items.Select((_, i) => new Expression.List([.. items.Where((_, j) => j != i)])),
        Expression.Constant(ConditionValue.Text({ Length: > 0 } text)) => [new Expression.Constant(new ConditionValue.Text(text[..^1])), new Expression.Constant(new ConditionValue.Text(text[1..]))],
        _ => [],
    };

    /// <summary>Values of the fields' own types, with gaps, and now and then a value of another type.</summary>
    static readonly Arbitrary<Dictionary<string, ConditionValue>> Values = Arb.From(
        Gen.Zip(Filled(Fields), Filled(Members)).Select(p => new Dictionary<string, ConditionValue>(p.Item1) { ["o"] = new ConditionValue.Object(p.Item2) }),
        values => values.Keys.Select(gone => values.Where(v => v.Key != gone).ToDictionary()));

    static Gen<Dictionary<string, ConditionValue>> Filled(Dictionary<string, ConditionType> fields) => Gen.CollectToList(fields, field =>
            Gen.Frequency((3, Literal(field.Value)), (1, Gen.Elements(Bool, Number, Text, Time, Texts).SelectMany(Literal)), (1, Gen.Constant<ConditionValue>(null!)))
                .Select(value => (field.Key, value)))
        .Select(pairs => pairs.Where(p => p.value is not null).ToDictionary(p => p.Key, p => p.value));

    /// <summary>Sensible pieces in a senseless order, and plain noise.</summary>
    static readonly Arbitrary<string> Garbage = Arb.From(Gen.OneOf(
        ArbMap.Default.GeneratorFor<string>().Select(s => s ?? ""),
        Gen.Elements("n", "b", "o", "l", ".", "in", "`true`", "`", "size(", "has(", "timestamp(", "startsWith(", "(", ")", "[", "]", ",", "!", "-", "+", "/ 0", "==", "!=",
                "<", "&&", "||", "?", ":", "1", "0.5", "\"x\"", "'", "\\u12", "\n", "=", "and", "null", "true", "2026-05-01", "\ud800")
            .ListOf().Select(words => string.Join(' ', words)),
        Gen.Elements("(", "[", "!", "-", "n ? ", "b || ", "size(", "\"").Zip(Gen.Choose(0, 2500)).Select(p => string.Concat(Enumerable.Repeat(p.Item1, p.Item2)))),
        text => text.Length == 0 ? [] : [text[..(text.Length / 2)], text[(text.Length / 2)..], text[1..], text[..^1]]);
}
