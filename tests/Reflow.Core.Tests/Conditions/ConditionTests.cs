using Reflow.Core.Conditions;
using Xunit;

namespace Reflow.Core.Tests.Conditions;

public class ConditionTests
{
    static readonly ConditionSchema Schema = new(new Dictionary<string, ConditionType>
    {
        ["amount"] = new ConditionType.Number(),
        ["limit"] = new ConditionType.Number(),
        ["absent"] = new ConditionType.Number(),
        ["title"] = new ConditionType.Text(),
        ["nobody"] = new ConditionType.Text(),
        ["urgent"] = new ConditionType.Bool(),
        ["unset"] = new ConditionType.Bool(),
        ["start"] = new ConditionType.Time(),
        ["tags"] = new ConditionType.List(new ConditionType.Text()),
        ["cost centre"] = new ConditionType.Text(),
        ["in"] = new ConditionType.Number(),
        ["size"] = new ConditionType.Number(),
        ["金额"] = new ConditionType.Number(),
        ["leader"] = new ConditionType.Object(new(new Dictionary<string, ConditionType>
        {
            ["level"] = new ConditionType.Number(),
            ["name"] = new ConditionType.Text(),
        })),
        ["wrong"] = new ConditionType.Number(),
    });

    static readonly Dictionary<string, ConditionValue> Values = new()
    {
        ["amount"] = new ConditionValue.Number(5000.50m),
        ["limit"] = new ConditionValue.Number(100),
        ["title"] = new ConditionValue.Text("Trip to 深圳 🚄"),
        ["urgent"] = ConditionValue.True,
        ["start"] = new ConditionValue.Time(1_777_599_000_000), // 2026-05-01T01:30:00Z
        ["tags"] = new ConditionValue.List([new ConditionValue.Text("travel"), new ConditionValue.Text("abroad")]),
        ["cost centre"] = new ConditionValue.Text("R&D"),
        ["in"] = new ConditionValue.Number(1),
        ["size"] = new ConditionValue.Number(2),
        ["金额"] = new ConditionValue.Number(8),
        ["leader"] = new ConditionValue.Object(new Dictionary<string, ConditionValue> { ["level"] = new ConditionValue.Number(3) }),
        ["wrong"] = new ConditionValue.Text("a text where a number belongs"),
    };

    [Theory]
    // literals and comparison
    [InlineData("true", true)]
    [InlineData("amount == 5000.5", true)]
    [InlineData("amount > 5000 && amount <= 5000.50", true)]
    [InlineData("amount != 5000.5", false)]
    [InlineData("9223372036854775807 > 9223372036854775806", true)]
    [InlineData("-3 < -2", true)]
    [InlineData("\"B\" < \"a\"", true)]
    [InlineData("title == 'Trip to \\u6df1圳 \\ud83d\\ude84'", true)]
    [InlineData("\"it's\" == 'it\\'s'", true)]
    [InlineData("urgent == true", true)]
    // precedence and association
    [InlineData("false && false || true", true)]
    [InlineData("true || false && false", true)]
    [InlineData("!false == true", true)]
    [InlineData("!(true == true)", false)]
    [InlineData("2 + 3 * 4 == 14", true)]
    [InlineData("10 - 4 - 3 == 3", true)]
    [InlineData("-2 * 3 == -6", true)]
    [InlineData("false ? true : false ? false : true", true)]
    [InlineData("(1 < 2) == (3 < 4)", true)]
    // arithmetic is exact
    [InlineData("0.1 + 0.2 == 0.3", true)]
    [InlineData("7 / 2 == 3.5", true)]
    [InlineData("-7 % 3 == -1", true)]
    [InlineData("\"a\" + \"b\" == \"ab\"", true)]
    // lists
    [InlineData("\"travel\" in tags", true)]
    [InlineData("\"rail\" in tags", false)]
    [InlineData("amount in [1, 5000.5]", true)]
    [InlineData("amount in []", false)]
    [InlineData("tags == [\"travel\", \"abroad\"]", true)]
    [InlineData("tags == [\"travel\"]", false)]
    [InlineData("tags == [\"abroad\", \"travel\"]", false)]
    [InlineData("tags != []", true)]
    // functions
    [InlineData("size(tags) == 2 && tags.size() == 2", true)]
    [InlineData("size(title) == 12", true)]
    [InlineData("title.startsWith(\"Trip\") && !title.startsWith(\"trip\")", true)]
    [InlineData("title.endsWith('🚄')", true)]
    [InlineData("title.contains(\"深圳\")", true)]
    [InlineData("title.contains(\"\")", true)]
    // time
    [InlineData("start >= timestamp(\"2026-05-01\") && start < timestamp('2026-05-01T09:30:00.001+08:00')", true)]
    [InlineData("start == timestamp(\"2026-05-01T09:30:00+08:00\")", true)]
    // names
    [InlineData("`cost centre` == \"R&D\"", true)]
    [InlineData("`in` == 1 && size == 2 && size(\"x\") == 1", true)]
    [InlineData("金额 == 8", true)]
    [InlineData("leader.level >= 3", true)]
    public void A_condition_is_true_or_false(string text, bool expected) => Assert.Equal(expected, Parsed(text).Evaluate(Values));

    [Theory]
    [InlineData("absent == 1", false)]
    [InlineData("absent != 1", false)]
    [InlineData("!(absent == 1)", true)]
    [InlineData("absent < 1 || absent >= 1", false)]
    [InlineData("absent in [1]", false)]
    [InlineData("absent == absent", false)]
    [InlineData("absent + 1 > 0", false)]
    [InlineData("-absent < 0", false)]
    [InlineData("unset", false)]
    [InlineData("!unset", true)]
    [InlineData("unset || urgent", true)]
    [InlineData("unset ? false : true", true)]
    [InlineData("(urgent ? absent : 1) == 1", false)]
    [InlineData("nobody.contains(\"\")", false)]
    [InlineData("size(nobody) == 0", false)]
    [InlineData("size([nobody, \"x\"]) == 1", true)]
    [InlineData("has(absent)", false)]
    [InlineData("has(amount)", true)]
    [InlineData("has(leader) && has(leader.level) && !has(leader.name)", true)]
    [InlineData("leader.name == \"\"", false)]
    [InlineData("amount / 0 == amount / 0", false)]
    [InlineData("amount % 0 == 0", false)]
    [InlineData("9999999999999999999999999999 * 9999999999999999999999999999 > 0", false)]
    [InlineData("wrong == 1", false)]
    [InlineData("wrong != 1", false)]
    [InlineData("wrong + 1 > 0", false)]
    public void What_is_missing_makes_no_comparison_true(string text, bool expected) => Assert.Equal(expected, Parsed(text).Evaluate(Values));

    [Theory]
    [InlineData("", 0, "The condition ends too early: a value is missing.")]
    [InlineData("amount >", 8, "The condition ends too early: a value is missing.")]
    [InlineData("amount", 0, "A condition is true or false; this is a number, not true or false.")]
    [InlineData("amuont > 1", 0, "There is no field amuont; did you mean amount?")]
    [InlineData("zzz > 1", 0, "There is no field zzz.")]
    [InlineData("leader.nmae == \"\"", 7, "There is no member nmae; did you mean name?")]
    [InlineData("title.name == \"\"", 6, "A text has no members.")]
    [InlineData("amount = 1", 7, "To compare, write == instead of =.")]
    [InlineData("urgent & urgent", 7, "To require both sides, write && instead of &.")]
    [InlineData("urgent and urgent", 7, "To require both sides, write && instead of and.")]
    [InlineData("not urgent", 0, "To say the opposite, write ! instead of not.")]
    [InlineData("title == “Trip”", 9, "Texts stand in straight quotes: \" or '.")]
    [InlineData("amount > 1（", 10, "This is the full-width （; write (.")]
    [InlineData("title == null", 9, "There is no null; whether a field is filled in is asked with has(field).")]
    [InlineData("amount > \"1\"", 7, "> compares two numbers, two texts or two times; on the left is a number, on the right a text.")]
    [InlineData("1 < 2 < 3", 6, "< compares two numbers, two texts or two times; on the left is true or false, on the right a number.")]
    [InlineData("leader == leader", 7, "== compares two values that are alike; on the left is an object, on the right an object.")]
    [InlineData("amount in tags", 7, "in looks for a value in a list of such values; on the left is a number, on the right a list (each a text).")]
    [InlineData("tags.contains(\"x\")", 5, "contains asks about a text; whether a list holds a value is asked with value in list.")]
    [InlineData("contains(title, \"x\")", 0, "This is written behind the text: field.contains(\"part\").")]
    [InlineData("length(title) > 1", 0, "There is no function length; there are has, size, timestamp, startsWith, endsWith and contains.")]
    [InlineData("size(amount) > 1", 5, "size counts the characters of a text or the elements of a list; this is a number.")]
    [InlineData("size(title, title) > 1", 10, "size takes one value.")]
    [InlineData("size() > 1", 5, "size needs a value in its brackets.")]
    [InlineData("has(amount + 1)", 4, "has asks about a field: has(name) or has(name.member).")]
    [InlineData("start > timestamp(\"May\")", 18, "A timestamp is a text such as \"2026-05-01\" or \"2026-05-01T09:30:00+08:00\"; without a zone it is in UTC.")]
    [InlineData("amount in [1, \"2\"]", 14, "All elements of a list are alike; this is a text, not a number.")]
    [InlineData("urgent ? 1 : \"x\"", 13, "Both values behind ? are alike; these are a number and a text.")]
    [InlineData("(urgent", 7, "Here ) is missing, for the ( at character 1.")]
    [InlineData("urgent)", 6, "The condition is complete before ); an operator is missing or this is too much.")]
    [InlineData("urgent \"x\"", 7, "The condition is complete before the text \"x\"; an operator is missing or this is too much.")]
    [InlineData("title == \"x", 9, "This text is not closed; it ends with \".")]
    [InlineData("title == \"x\\q\"", 11, "A backslash is followed by one of \\ \" ' n r t u.")]
    [InlineData("title == \"\\u12\"", 10, "\\u is followed by four hexadecimal digits.")]
    [InlineData("amount > 1e5", 10, "A number ends where a letter begins; numbers are written like 12 or 3.50.")]
    [InlineData("amount > 12345678901234567890123456789", 9, "A number has at most 28 digits.")]
    [InlineData("amount > 0.00000000000000000000000000001", 9, "A number has at most 28 digits.")]
    [InlineData("``", 0, "A name that begins with a backtick ends with one, on the same line, and is not empty.")]
    public void A_fault_says_where_and_what(string text, int offset, string sentence)
    {
        var parsed = Condition.Parse(text, Schema);
        Assert.False(parsed.IsValid);
        Assert.Equal(new ConditionFault(offset, 1, offset + 1, sentence), parsed.Fault);
    }

    [Fact]
    public void A_fault_in_a_later_line_names_line_and_column()
    {
        var fault = Condition.Parse("urgent &&\n  amount > 1 &&\n  tilte == \"x\"", Schema).Fault!;
        Assert.Equal((28, 3, 3), (fault.Offset, fault.Line, fault.Column));
    }

    [Fact]
    public void Length_nesting_and_depth_are_limited()
    {
        Assert.True(Condition.Parse("true".PadRight(Condition.MaxLength), Schema).IsValid);
        Assert.Equal(Condition.MaxLength, Condition.Parse("true".PadRight(Condition.MaxLength + 1), Schema).Fault!.Offset);

        string Brackets(int n) => new string('(', n) + "true" + new string(')', n);
        Assert.True(Condition.Parse(Brackets(Condition.MaxNesting), Schema).IsValid);
        Assert.Equal(Condition.MaxNesting, Condition.Parse(Brackets(Condition.MaxNesting + 1), Schema).Fault!.Offset);
        Assert.Equal("The condition is nested more than 64 levels deep.", Condition.Parse(new string('!', 4000), Schema).Fault!.Sentence);

        string Chain(int parts) => string.Join("||", Enumerable.Repeat("true", parts));
        Assert.True(Condition.Parse(Chain(Condition.MaxDepth), Schema).IsValid);
        Assert.Contains("512 parts", Condition.Parse(Chain(Condition.MaxDepth + 1), Schema).Fault!.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void An_evaluation_that_takes_too_many_steps_is_false_even_when_negated()
    {
        var million = new ConditionValue.List([.. Enumerable.Repeat(new ConditionValue.Text("x"), Condition.MaxSteps)]);
        var values = new Dictionary<string, ConditionValue> { ["tags"] = million };
        Assert.False(Parsed("\"y\" in tags").Evaluate(values));
        Assert.False(Parsed("!(\"y\" in tags)").Evaluate(values));

        var quadratic = new Dictionary<string, ConditionValue> { ["title"] = new ConditionValue.Text(new('a', 100_000)), ["nobody"] = new ConditionValue.Text(new string('a', 50_000) + "b") };
        Assert.False(Parsed("!title.contains(nobody)").Evaluate(quadratic));
    }

    [Theory]
    [InlineData("((amount))>1", "amount > 1")]
    [InlineData("(amount+limit)*2>1.50", "(amount + limit) * 2 > 1.5")]
    [InlineData("amount-(limit-1)>-(-2)", "amount - (limit - 1) > 2")]
    [InlineData("!(urgent&&unset)||`urgent`", "!(urgent && unset) || urgent")]
    [InlineData("(urgent?unset:true)?true:false", "(urgent ? unset : true) ? true : false")]
    [InlineData("urgent?unset?true:false:true", "urgent ? unset ? true : false : true")]
    [InlineData("'a\"\\n\\ud800'+title!=`cost centre`", "\"a\\\"\\n\\ud800\" + title != `cost centre`")]
    [InlineData("`in`==1&&tags.size()>0", "`in` == 1 && size(tags) > 0")]
    [InlineData("start>timestamp('2026-05-01T09:30:00+08:00')", "start > timestamp(\"2026-05-01T01:30:00Z\")")]
    [InlineData("start>timestamp('2026-05-01T09:30:00.007')", "start > timestamp(\"2026-05-01T09:30:00.007Z\")")]
    [InlineData("-amount<- -limit", "-amount < --limit")]
    public void The_canonical_text_has_single_spaces_and_no_idle_brackets(string text, string canonical) => Assert.Equal(canonical, Parsed(text).ToString());

    static Condition Parsed(string text)
    {
        var parsed = Condition.Parse(text, Schema);
        Assert.True(parsed.IsValid, parsed.Fault?.Sentence);
        return parsed.Condition!;
    }
}
