using FsCheck;
using FsCheck.Fluent;
using Reflow.Server.Control;
using Xunit;

namespace Reflow.Server.Tests.Control;

/// <summary>What holds of every text that is given as a workspace file.</summary>
public class WorkspaceLaws
{
    static readonly string Demo = File.ReadAllText(WorkspaceFormatTests.Source("samples/demo.yaml"));

    [Fact]
    public void Any_text_gives_a_workspace_or_faults_inside_the_text() => Prop.ForAll(Texts, text =>
    {
        var reading = Workspace.Parse("f", text);
        var lines = text.ReplaceLineEndings("\n").Split('\n').Length;
        return reading.Workspace is not null
            ? reading.Faults.Count == 0
            : reading.Faults.Count is > 0 and <= Workspace.MostFaults && reading.FaultCount >= reading.Faults.Count
                && reading.Faults.All(f => f.Line >= 1 && f.Line <= lines + 1 && f.Column >= 1 && f.Sentence.Length > 1 && !f.ToString().Contains('\n'));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1500));

    /// <summary>The demo workspace with pieces of it, and of YAML's syntax, put elsewhere; and noise.</summary>
    static readonly Arbitrary<string> Texts = Arb.From(
        Gen.OneOf(
            Gen.Zip(Gen.Choose(0, Demo.Length), Gen.Choose(0, 40)).SelectMany(cut =>
                Gen.Elements("", "[", "]", "{", "}", ": ", "- ", "\n", "\t", "&a ", "*a", "!!int ", "\"", "'", "|\n", ">\n", "? ", "#", "~", "---\n", "...\n", "<<: ", "%YAML 9.9\n", "\0", "\ud83d", "\u2028", "🚄", "null", "1e9")
                    .Select(piece => Demo[..cut.Item1] + piece + Demo[Math.Min(Demo.Length, cut.Item1 + cut.Item2)..])),
            ArbMap.Default.GeneratorFor<string>().Select(s => s ?? ""),
            Gen.Elements("tenants:", "- ", "  ", "\n", "name: ", "users:", "a", "[", "]", "{", "}", ", ", "&a ", "*a ", "\"", "'", "|", ">", "?", ":", "!x ", "%", "@", "`", "---", "\t", "\r")
                .ListOf().Select(pieces => string.Concat(pieces))),
        text => text.Length == 0 ? [] : [text[..(text.Length / 2)], text[(text.Length / 2)..], text[1..], text[..^1]]);
}
