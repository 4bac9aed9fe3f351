using System.Diagnostics;

namespace Reflow.Core.Conditions;

/// <summary>Evaluates a tree over the values of a form. Null stands for "no value" throughout.</summary>
sealed class Evaluator(IReadOnlyDictionary<string, ConditionValue> values, long steps)
{
    long left = steps;

    /// <summary>Whether the steps were used up: whatever was answered since then means nothing.</summary>
    internal bool Exhausted => left < 0;

    internal ConditionValue? Value(Expression node)
    {
        if (!Spend(1))
            return null;
        return node switch
        {
            Expression.Constant(var value) => value,
            Expression.Field(var name) => values.GetValueOrDefault(name),
            Expression.Member(var target, var name) => Value(target) is ConditionValue.Object(var members) ? members.GetValueOrDefault(name) : null,
            Expression.Has(var target) => Truth(Value(target) is not null),
            Expression.List(var items) => Items(items),
            Expression.Not(var operand) => Truth(!Holds(operand)),
            Expression.Negate(var operand) => Value(operand) is ConditionValue.Number(var number) ? new ConditionValue.Number(-number) : null,
            Expression.Binary(BinaryOperator.Or, var left, var right) => Truth(Holds(left) || Holds(right)),
            Expression.Binary(BinaryOperator.And, var left, var right) => Truth(Holds(left) && Holds(right)),
            Expression.Binary(var op, var left, var right) => Value(left) is { } l && Value(right) is { } r ? Join(op, l, r) : Missing(op),
            Expression.Choice(var test, var then, var otherwise) => Value(Holds(test) ? then : otherwise),
            Expression.Size(var operand) => Size(Value(operand)),
            Expression.Match(var test, var subject, var part) =>
                Truth(Value(subject) is ConditionValue.Text(var text) && Value(part) is ConditionValue.Text(var wanted) && Matches(test, text, wanted)),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>Whether a part is true; one without a value is not.</summary>
    internal bool Holds(Expression node) => Value(node) is ConditionValue.Bool(true);

    bool Spend(long cost) => (left -= cost) >= 0;

    static ConditionValue Truth(bool value) => value ? ConditionValue.True : ConditionValue.False;

    /// <summary>A comparison that lacks a side is false, a calculation that lacks one has no value.</summary>
    static ConditionValue? Missing(BinaryOperator op) => op is BinaryOperator.Add or BinaryOperator.Subtract or BinaryOperator.Multiply
        or BinaryOperator.Divide or BinaryOperator.Remainder ? null : ConditionValue.False;

    ConditionValue Items(IReadOnlyList<Expression> items)
    {
        List<ConditionValue> present = [];
        foreach (var item in items)
        {
            if (Value(item) is { } value)
                present.Add(value);
        }
        return new ConditionValue.List(present);
    }

    ConditionValue? Join(BinaryOperator op, ConditionValue left, ConditionValue right) => op switch
    {
        BinaryOperator.Equal => Truth(Equal(left, right) is true),
        BinaryOperator.NotEqual => Truth(Equal(left, right) is false),
        BinaryOperator.Less => Truth(Compare(left, right) < 0),
        BinaryOperator.LessOrEqual => Truth(Compare(left, right) <= 0),
        BinaryOperator.Greater => Truth(Compare(left, right) > 0),
        BinaryOperator.GreaterOrEqual => Truth(Compare(left, right) >= 0),
        BinaryOperator.In => Truth(right is ConditionValue.List(var items) && In(left, items)),
        BinaryOperator.Add when left is ConditionValue.Text(var head) && right is ConditionValue.Text(var tail) => Concat(head, tail),
        BinaryOperator.Add or BinaryOperator.Subtract or BinaryOperator.Multiply or BinaryOperator.Divide or BinaryOperator.Remainder =>
            left is ConditionValue.Number(var a) && right is ConditionValue.Number(var b) ? Calculate(op, a, b) : null,
        BinaryOperator.Or or BinaryOperator.And => throw new UnreachableException("they do not always look at both sides"),
    };

    /// <summary>Whether two values are equal; null when they are of different kinds, which only values that break the schema can be.</summary>
    bool? Equal(ConditionValue left, ConditionValue right)
    {
        switch (left, right)
        {
            case (ConditionValue.Bool(var a), ConditionValue.Bool(var b)):
                return a == b;
            case (ConditionValue.List(var a), ConditionValue.List(var b)):
                if (a.Count != b.Count)
                    return false;
                for (var i = 0; i < a.Count; i++)
                {
                    if (!Spend(1) || Equal(a[i], b[i]) is not true)
                        return false;
                }
                return true;
            default:
                return Compare(left, right) is { } order ? order == 0 : null;
        }
    }

    int? Compare(ConditionValue left, ConditionValue right) => (left, right) switch
    {
        (ConditionValue.Number(var a), ConditionValue.Number(var b)) => a.CompareTo(b),
        (ConditionValue.Text(var a), ConditionValue.Text(var b)) => Spend(Math.Min(a.Length, b.Length) / 32) ? string.CompareOrdinal(a, b) : null,
        (ConditionValue.Time(var a), ConditionValue.Time(var b)) => a.CompareTo(b),
        _ => null,
    };

    bool In(ConditionValue wanted, IReadOnlyList<ConditionValue> items)
    {
        foreach (var item in items)
        {
            if (!Spend(1))
                return false;
            if (Equal(wanted, item) is true)
                return true;
        }
        return false;
    }

    ConditionValue.Text? Concat(string head, string tail) => Spend(((long)head.Length + tail.Length) / 4) ? new ConditionValue.Text(head + tail) : null;

    static ConditionValue.Number? Calculate(BinaryOperator op, decimal a, decimal b)
    {
        if (b == 0 && op is BinaryOperator.Divide or BinaryOperator.Remainder)
            return null;
        try
        {
            return new(op switch
            {
                BinaryOperator.Add => a + b,
                BinaryOperator.Subtract => a - b,
                BinaryOperator.Multiply => a * b,
                BinaryOperator.Divide => a / b,
                BinaryOperator.Remainder => a % b,
                _ => throw new UnreachableException("not a calculation"),
            });
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    ConditionValue.Number? Size(ConditionValue? operand)
    {
        switch (operand)
        {
            case ConditionValue.List(var items):
                return new(items.Count);
            case ConditionValue.Text(var text) when Spend(text.Length / 32):
                var count = text.Length;
                for (var i = 0; i < text.Length - 1; i++)
                {
                    if (char.IsSurrogatePair(text[i], text[i + 1]))
                        count--;
                }
                return new(count);
            default:
                return null;
        }
    }

    bool Matches(TextTest test, string text, string part) => test switch
    {
        TextTest.StartsWith => Spend(part.Length / 32) && text.StartsWith(part, StringComparison.Ordinal),
        TextTest.EndsWith => Spend(part.Length / 32) && text.EndsWith(part, StringComparison.Ordinal),
        // The worst text for a search costs the product of the lengths.
        TextTest.Contains => Spend((long)text.Length * (part.Length + 1) / 32) && text.Contains(part, StringComparison.Ordinal),
    };
}
