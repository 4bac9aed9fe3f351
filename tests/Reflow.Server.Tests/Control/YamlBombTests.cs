using System.Text;
using Reflow.Server.Control;
using Xunit;

namespace Reflow.Server.Tests.Control;

/// <summary>Files made to exhaust whoever reads them: each is refused with a sentence.</summary>
public class YamlBombTests
{
    static string Repeat(string text, int length) => new StringBuilder(length).Insert(0, text, length / text.Length).ToString();

    public static TheoryData<string, string> Bombs => new()
    {
        { "brackets", Repeat("[", Workspace.LargestFile) },
        { "braces", Repeat("{", Workspace.LargestFile) },
        { "braces with names", Repeat("{a: ", Workspace.LargestFile) },
        { "dashes", Repeat("- ", Workspace.LargestFile) },
        { "questions", Repeat("? ", Workspace.LargestFile) },
        { "indentation", string.Concat(Enumerable.Range(0, 3000).Select(i => new string(' ', i) + "a:\n")) },
        { "aliases of aliases", string.Concat(Enumerable.Range(1, 40).Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat(i == 1 ? "x" : $"*a{i - 1}", 9))}]\n")) },
        { "a deep chain of aliases", "a0: &a0 [x]\n" + string.Concat(Enumerable.Range(1, 70).Select(i => $"a{i}: &a{i} [*a{i - 1}]\n")) },
        { "one long text, many times", $"a: &a {Repeat("x", 1_000_000)}\nb: [{string.Join(", ", Enumerable.Repeat("*a", 1000))}]\n" },
        { "an alias of itself", "a: &a [*a]" },
        { "many elements", "a:\n" + Repeat("- 1\n", 12_000_000) },
        { "a tag", "a: !!binary x" },
        { "half a pair", "a: \"\\ud83d\"" },
        { "a zero", "a: \"\\0\"" },
        { "two documents", "a: 1\n---\nb: 2" },
        { "nothing", "" },
        { "only a comment", "# nothing\n" },
        { "a text", "hello" },
        { "an open quote", "a: \"b" },
        { "a tab", "a:\n\tb: 1" },
        { "too large", new string('#', Workspace.LargestFile + 1) },
    };

    [Theory]
    [MemberData(nameof(Bombs), DisableDiscoveryEnumeration = true)]
    public void It_is_refused(string name, string text)
    {
        var reading = Workspace.Parse(name, text);
        Assert.Null(reading.Workspace);
        Assert.NotEmpty(reading.Faults);
        TestContext.Current.TestOutputHelper!.WriteLine(reading.ToString());
    }
}
