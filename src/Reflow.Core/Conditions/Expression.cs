namespace Reflow.Core.Conditions;

/// <summary>
/// A condition as a tree. Trees that <see cref="Condition.Parse"/> gives are well typed, and equal trees mean the same;
/// brackets and spacing leave no trace in it.
/// </summary>
public abstract record Expression
{
    Expression() { }

    /// <summary>The canonical text: single spaces, no bracket that is not needed. It parses to the same tree.</summary>
    public sealed override string ToString() => Printer.Print(this);

    /// <summary>A literal: true or false, a number (its sign included), a text or a time.</summary>
    /// <param name="Value">What it stands for; never a list or an object.</param>
    public sealed record Constant(ConditionValue Value) : Expression;

    /// <summary>The value of a form field.</summary>
    /// <param name="Name">The field's name in the schema.</param>
    public sealed record Field(string Name) : Expression;

    /// <summary>A member of an object: <c>target.name</c>.</summary>
    /// <param name="Target">The object.</param>
    /// <param name="Name">The member's name.</param>
    public sealed record Member(Expression Target, string Name) : Expression;

    /// <summary>Whether a field or member has a value: <c>has(target)</c>.</summary>
    /// <param name="Target">A <see cref="Field"/> or a <see cref="Member"/>.</param>
    public sealed record Has(Expression Target) : Expression;

    /// <summary>A list literal.</summary>
    /// <param name="Items">The elements, in order.</param>
    public sealed record List(IReadOnlyList<Expression> Items) : Expression
    {
        /// <summary>Lists are equal when their elements are, in order.</summary>
        public bool Equals(List? other) => other is not null && Items.SequenceEqual(other.Items);

        /// <inheritdoc/>
        public override int GetHashCode() => Items.Aggregate(Items.Count, HashCode.Combine);
    }

    /// <summary>The opposite: <c>!operand</c>.</summary>
    /// <param name="Operand">True or false.</param>
    public sealed record Not(Expression Operand) : Expression;

    /// <summary>A number with its sign turned: <c>-operand</c>. Never of a literal, which carries its own sign.</summary>
    /// <param name="Operand">A number.</param>
    public sealed record Negate(Expression Operand) : Expression;

    /// <summary>Two operands and what joins them.</summary>
    /// <param name="Operator">What joins them.</param>
    /// <param name="Left">The left operand.</param>
    /// <param name="Right">The right operand.</param>
    public sealed record Binary(BinaryOperator Operator, Expression Left, Expression Right) : Expression;

    /// <summary>One of two values: <c>test ? then : otherwise</c>.</summary>
    /// <param name="Test">Which one.</param>
    /// <param name="Then">The value when the test is true.</param>
    /// <param name="Otherwise">The value when it is not.</param>
    public sealed record Choice(Expression Test, Expression Then, Expression Otherwise) : Expression;

    /// <summary>The number of characters (code points) of a text, or of elements of a list: <c>size(operand)</c>.</summary>
    /// <param name="Operand">A text or a list.</param>
    public sealed record Size(Expression Operand) : Expression;

    /// <summary>A question about a text: <c>subject.startsWith(part)</c>.</summary>
    /// <param name="Test">Which question.</param>
    /// <param name="Subject">The text that is asked about.</param>
    /// <param name="Part">The text that is looked for.</param>
    public sealed record Match(TextTest Test, Expression Subject, Expression Part) : Expression;
}

/// <summary>What joins two operands. CEL's operators, with CEL's precedence.</summary>
public enum BinaryOperator
{
    /// <summary><c>||</c>: the right side is not looked at when the left is true.</summary>
    Or,

    /// <summary><c>&amp;&amp;</c>: the right side is not looked at when the left is not true.</summary>
    And,

    /// <summary><c>==</c></summary>
    Equal,

    /// <summary><c>!=</c></summary>
    NotEqual,

    /// <summary><c>&lt;</c></summary>
    Less,

    /// <summary><c>&lt;=</c></summary>
    LessOrEqual,

    /// <summary><c>&gt;</c></summary>
    Greater,

    /// <summary><c>&gt;=</c></summary>
    GreaterOrEqual,

    /// <summary><c>in</c>: the left side equals an element of the list on the right.</summary>
    In,

    /// <summary><c>+</c>: the sum of two numbers, or two texts joined.</summary>
    Add,

    /// <summary><c>-</c></summary>
    Subtract,

    /// <summary><c>*</c></summary>
    Multiply,

    /// <summary><c>/</c>: an exact quotient to 28 digits; no value when the divisor is zero.</summary>
    Divide,

    /// <summary><c>%</c>: the remainder, with the sign of the dividend; no value when the divisor is zero.</summary>
    Remainder,
}

/// <summary>A question about a text, asked by code unit; case matters.</summary>
public enum TextTest
{
    /// <summary><c>subject.startsWith(part)</c></summary>
    StartsWith,

    /// <summary><c>subject.endsWith(part)</c></summary>
    EndsWith,

    /// <summary><c>subject.contains(part)</c></summary>
    Contains,
}
