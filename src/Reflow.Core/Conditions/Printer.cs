using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Reflow.Core.Conditions;

/// <summary>Writes a tree in its canonical form: single spaces, no bracket that is not needed, texts in double quotes.</summary>
sealed class Printer
{
    readonly StringBuilder written = new();

    internal static string Print(Expression node)
    {
        var printer = new Printer();
        printer.Write(node, Syntax.Lowest);
        return printer.written.ToString();
    }

    /// <summary>Writes a part, in brackets when it binds less tightly than its place asks for.</summary>
    void Write(Expression node, int power)
    {
        var bracket = Power(node) < power;
        if (bracket)
            written.Append('(');
        switch (node)
        {
            case Expression.Constant(var value):
                Constant(value);
                break;
            case Expression.Field(var name):
                Name(name);
                break;
            case Expression.Member(var target, var name):
                Write(target, Syntax.Postfix);
                written.Append('.');
                Name(name);
                break;
            case Expression.Has(var target):
                Call("has", target);
                break;
            case Expression.List(var items):
                List(items);
                break;
            case Expression.Not(var operand):
                written.Append('!');
                Write(operand, Syntax.Unary);
                break;
            case Expression.Negate(var operand):
                written.Append('-');
                Write(operand, Syntax.Unary);
                break;
            case Expression.Binary(var op, var left, var right):
                Write(left, op.Power());
                written.Append(' ').Append(op.Symbol()).Append(' ');
                Write(right, op.Power() + 1);
                break;
            case Expression.Choice(var test, var then, var otherwise):
                Write(test, Syntax.Choice + 1);
                written.Append(" ? ");
                Write(then, Syntax.Lowest);
                written.Append(" : ");
                Write(otherwise, Syntax.Lowest);
                break;
            case Expression.Size(var operand):
                Call("size", operand);
                break;
            case Expression.Match(var test, var subject, var part):
                Write(subject, Syntax.Postfix);
                written.Append('.');
                Call(test.Word(), part);
                break;
            default:
                throw new UnreachableException();
        }
        if (bracket)
            written.Append(')');
    }

    static int Power(Expression node) => node switch
    {
        Expression.Choice => Syntax.Choice,
        Expression.Binary(var op, _, _) => op.Power(),
        Expression.Not or Expression.Negate => Syntax.Unary,
        _ => Syntax.Postfix,
    };

    void Call(string function, Expression argument)
    {
        written.Append(function).Append('(');
        Write(argument, Syntax.Lowest);
        written.Append(')');
    }

    void List(IReadOnlyList<Expression> items)
    {
        written.Append('[');
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
                written.Append(", ");
            Write(items[i], Syntax.Lowest);
        }
        written.Append(']');
    }

    void Name(string name)
    {
        if (Syntax.StartsName(name[0]) && name.All(Syntax.ContinuesName) && !Syntax.IsReserved(name))
            written.Append(name);
        else
            written.Append('`').Append(name).Append('`');
    }

    void Constant(ConditionValue value) => _ = value switch
    {
        ConditionValue.Bool(var truth) => written.Append(truth ? "true" : "false"),
        ConditionValue.Number(var number) => written.Append(number == 0 ? "0" : number.ToString("0.############################", CultureInfo.InvariantCulture)),
        ConditionValue.Text(var text) => Quote(text),
        ConditionValue.Time(var millis) => Quote(DateTimeOffset.FromUnixTimeMilliseconds(millis)
            .ToString(millis % 1000 == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), "timestamp("),
        _ => throw new UnreachableException("a literal is never a list or an object"),
    };

    StringBuilder Quote(string text, string open = "")
    {
        written.Append(open).Append('"');
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            _ = c switch
            {
                '"' => written.Append("\\\""),
                '\\' => written.Append(@"\\"),
                '\n' => written.Append("\\n"),
                '\r' => written.Append("\\r"),
                '\t' => written.Append("\\t"),
                _ when char.IsSurrogatePair(text, i) => written.Append(c).Append(text[++i]),
                // What a store or a terminal could lose is escaped, half surrogate pairs included.
                _ when char.IsControl(c) || char.IsSurrogate(c) => written.Append($"\\u{(int)c:x4}"),
                _ => written.Append(c),
            };
        }
        return written.Append(open.Length > 0 ? "\")" : "\"");
    }
}
