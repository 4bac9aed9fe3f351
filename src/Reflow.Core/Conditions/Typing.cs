namespace Reflow.Core.Conditions;

/// <summary>Which operands each operator takes and what it makes of them.</summary>
static class Typing
{
    /// <summary>The type of the whole; null when the operator does not take these operands.</summary>
    internal static ConditionType? Of(BinaryOperator op, ConditionType left, ConditionType right) => op switch
    {
        BinaryOperator.Or or BinaryOperator.And => (left, right) is (ConditionType.Bool, ConditionType.Bool) ? left : null,
        BinaryOperator.Equal or BinaryOperator.NotEqual => ConditionType.Same(left, right) ? new ConditionType.Bool() : null,
        BinaryOperator.Less or BinaryOperator.LessOrEqual or BinaryOperator.Greater or BinaryOperator.GreaterOrEqual =>
            ConditionType.Same(left, right) && left is ConditionType.Number or ConditionType.Text or ConditionType.Time ? new ConditionType.Bool() : null,
        BinaryOperator.In => right is ConditionType.List list && (list.Element is null || ConditionType.Same(left, list.Element)) ? new ConditionType.Bool() : null,
        BinaryOperator.Add => (left, right) is (ConditionType.Number, ConditionType.Number) or (ConditionType.Text, ConditionType.Text) ? left : null,
        BinaryOperator.Subtract or BinaryOperator.Multiply or BinaryOperator.Divide or BinaryOperator.Remainder =>
            (left, right) is (ConditionType.Number, ConditionType.Number) ? left : null,
    };

    /// <summary>Why the operator does not take these operands.</summary>
    internal static string Refusal(BinaryOperator op, ConditionType left, ConditionType right) => $"{op.Symbol()} {op switch
    {
        BinaryOperator.Or or BinaryOperator.And => "joins two sides that are true or false",
        BinaryOperator.Equal or BinaryOperator.NotEqual => "compares two values that are alike",
        BinaryOperator.Less or BinaryOperator.LessOrEqual or BinaryOperator.Greater or BinaryOperator.GreaterOrEqual =>
            "compares two numbers, two texts or two times",
        BinaryOperator.In => "looks for a value in a list of such values",
        BinaryOperator.Add => "adds two numbers or joins two texts",
        BinaryOperator.Subtract or BinaryOperator.Multiply or BinaryOperator.Divide or BinaryOperator.Remainder => "needs two numbers",
    }}; on the left is {left.Words}, on the right {right.Words}.";
}
