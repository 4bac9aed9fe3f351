namespace Reflow.Core.Conditions;

/// <summary>How operators are written and how tightly they bind: the one table that the parser and the printer share.</summary>
static class Syntax
{
    internal const int Lowest = 0;
    internal const int Choice = 1;
    internal const int Unary = 7;
    internal const int Postfix = 8;

    internal static readonly IReadOnlyDictionary<string, BinaryOperator> Operators =
        Enum.GetValues<BinaryOperator>().ToDictionary(Symbol);

    /// <summary>Words that mean something by themselves: a field of such a name is written in backticks.</summary>
    internal static bool IsReserved(string name) => name is "true" or "false" or "null" or "in";

    internal static string Symbol(this BinaryOperator op) => op switch
    {
        BinaryOperator.Or => "||",
        BinaryOperator.And => "&&",
        BinaryOperator.Equal => "==",
        BinaryOperator.NotEqual => "!=",
        BinaryOperator.Less => "<",
        BinaryOperator.LessOrEqual => "<=",
        BinaryOperator.Greater => ">",
        BinaryOperator.GreaterOrEqual => ">=",
        BinaryOperator.In => "in",
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.Remainder => "%",
    };

    internal static int Power(this BinaryOperator op) => op switch
    {
        BinaryOperator.Or => 2,
        BinaryOperator.And => 3,
        BinaryOperator.Equal or BinaryOperator.NotEqual or BinaryOperator.Less or BinaryOperator.LessOrEqual
            or BinaryOperator.Greater or BinaryOperator.GreaterOrEqual or BinaryOperator.In => 4,
        BinaryOperator.Add or BinaryOperator.Subtract => 5,
        BinaryOperator.Multiply or BinaryOperator.Divide or BinaryOperator.Remainder => 6,
    };

    internal static string Word(this TextTest test) => test switch
    {
        TextTest.StartsWith => "startsWith",
        TextTest.EndsWith => "endsWith",
        TextTest.Contains => "contains",
    };

    internal static bool StartsName(char c) => char.IsLetter(c) || c == '_';

    internal static bool ContinuesName(char c) => StartsName(c) || char.IsAsciiDigit(c);
}
