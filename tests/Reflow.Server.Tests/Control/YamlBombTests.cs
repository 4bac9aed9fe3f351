using System.Text;
using Reflow.Server.Control;
using Xunit;

namespace Reflow.Server.Tests.Control;

/// <summary>Files made to exhaust whoever reads them: each is refused with a sentence.</summary>
public class YamlBombTests
{
    static string Repeat(string text, int length) => new StringBuilder(length).Insert(0, text, length / text.Length).ToString();

    public static TheoryData<string, string, string> Bombs => new()
    {
        { "brackets", "limited to 64 levels", Repeat("[", Workspace.LargestFile) },
        { "braces", "name of a member", Repeat("{", Workspace.LargestFile) },
        { "braces with names", "limited to 64 levels", Repeat("{a: ", Workspace.LargestFile) },
        { "dashes", "limited to 64 levels", Repeat("- ", Workspace.LargestFile) },
        { "questions", "name of a member", Repeat("? ", Workspace.LargestFile) },
        { "indentation", "limited to 64 levels", string.Concat(Enumerable.Range(0, 3000).Select(i => new string(' ', i) + "a:\n")) },
        { "aliases of aliases", "holds too much", string.Concat(Enumerable.Range(1, 40).Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat(i == 1 ? "x" : $"*a{i - 1}", 9))}]\n")) },
        { "a deep chain of aliases", "limited to 64 levels", "a0: &a0 [x]\n" + string.Concat(Enumerable.Range(1, 70).Select(i => $"a{i}: &a{i} [*a{i - 1}]\n")) },
        { "one long text, many times", "holds too much", $"a: &a {Repeat("x", 1_000_000)}\nb: [{string.Join(", ", Enumerable.Repeat("*a", 1000))}]\n" },
        { "an alias of itself", "no finished anchor", "a: &a [*a]" },
        { "many elements", "holds too much", "a:\n" + Repeat("- 1\n", 12_000_000) },
        { "a tag", "Tags are not used", "a: !!binary x" },
        { "half a pair", "not YAML", "a: \"\\ud83d\"" },
        { "a zero", "no text", "a: \"\\0\"" },
        { "two documents", "a second one begins", "a: 1\n---\nb: 2" },
        { "nothing", "is empty", "" },
        { "only a comment", "is empty", "# nothing\n" },
        { "a text", "has members", "hello" },
        { "an open quote", "not YAML", "a: \"b" },
        { "a tab", "not YAML", "a:\n\tb: 1" },
        { "too large", "at most 16 MiB", new string('#', Workspace.LargestFile + 1) },
    };

    [Theory]
    [MemberData(nameof(Bombs), DisableDiscoveryEnumeration = true)]
    public void It_is_refused(string name, string why, string text)
    {
        var reading = Workspace.Parse(name, text);
        Assert.Null(reading.Workspace);
        Assert.Contains(why, Assert.Single(reading.Faults).Sentence, StringComparison.Ordinal);
    }
}
