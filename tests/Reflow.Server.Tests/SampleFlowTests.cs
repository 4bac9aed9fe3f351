using System.Text.RegularExpressions;
using Reflow.Server.Control;
using Reflow.Server.Tests.Control;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>Every file of samples/flows, applied to an empty server and walked over HTTP: what docs/flows.md says of each pattern is what happens.</summary>
public sealed class SampleFlowTests
{
    static readonly string Folder = Path.GetDirectoryName(WorkspaceFormatTests.Source("samples/flows/countersign.yaml"))!;

    static readonly Dictionary<string, Func<SampleFlow, Task>> Walks = SampleWalks.All;

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder, "*.yaml").Order(StringComparer.Ordinal).Select(file => Path.GetFileNameWithoutExtension(file))];

    [Theory, MemberData(nameof(Files))]
    public async Task A_sample_does_what_its_pattern_promises(string file)
    {
        Assert.True(Walks.TryGetValue(file, out var walk), $"samples/flows/{file}.yaml is walked by no test.");
        await using var reflow = await SampleFlow.Apply(Path.Combine(Folder, $"{file}.yaml"));
        await walk(new(reflow, file.Replace('-', '_')));
    }

    [Fact]
    public async Task All_samples_fit_one_server_and_change_nothing_the_second_time()
    {
        await using var reflow = await SampleFlow.Apply(Path.Combine(Folder, "countersign.yaml"));
        var ids = new Store.Ids(TimeProvider.System);
        foreach (var again in new[] { false, true })
            foreach (var file in Walks.Keys)
            {
                var (changes, faults) = await Workspace.Load(Path.Combine(Folder, $"{file}.yaml")).Workspace!.Apply(reflow.Db, ids, reflow.Clock.GetUtcNow().ToUnixTimeMilliseconds(), TestContext.Current.CancellationToken);
                Assert.Empty(faults);
                Assert.Equal(!again && file != "countersign", changes!.Any);
                Assert.All(changes.Counts, count => Assert.Equal(0, count.Changed));
            }
    }

    [Fact]
    public void The_guide_tells_of_every_sample_and_of_no_other()
    {
        var told = Regex.Matches(File.ReadAllText(WorkspaceFormatTests.Source("docs/flows.md")), @"\(\.\./samples/flows/([a-z-]+)\.yaml\)").Select(m => m.Groups[1].Value).ToHashSet();
        Assert.Equal(Walks.Keys.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }
}
