using System.Diagnostics;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>A node says itself whether calls should be sent to it.</summary>
public class ReadinessTests
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<Refused> All =>
    [
        new Refused("the server was told to stop", "control.readyz", 503, async reflow =>
        {
            await reflow.Drain();
            return new("GET", "/readyz");
        })
        { Message = "this node is stopping" },
    ];

    [Theory, MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task Refusals_are_the_contracts(Refused scenario)
    {
        await using var reflow = await TestReflow.Start();
        await scenario.Check(reflow);
    }

    [Fact]
    public async Task A_node_that_stops_serves_what_comes_and_closes_connections_after_their_answers()
    {
        await using var reflow = await TestReflow.Start();
        foreach (var path in new[] { "/readyz", "/healthz", "/coverage", "/nowhere" }) Assert.DoesNotContain("Connection", (await reflow.Get(path)).Headers.Keys);
        (await reflow.Get("/readyz")).Ok();
        await reflow.Drain();
        foreach (var (path, status) in new[] { ("/readyz", 503), ("/healthz", 200), ("/coverage", 200), ("/nowhere", 404) })
        {
            var answer = await reflow.Get(path);
            Assert.Equal((status, "close"), (answer.Status, answer.Headers["Connection"]));
        }
        (await reflow.Post("/open-apis/task/v1/tasks", new { summary = "x", origin = new { platform_i18n_name = "{}" } })).Ok();
    }

    [Fact]
    public async Task Sigterm_begins_the_drain_and_a_second_one_ends_it()
    {
        await using var store = await TestStore.Demo();
        await using var reflow = await ReflowProcess.Start([.. store.Arguments, "--drain", "600"]);
        await reflow.SignIn();
        (await reflow.Get("/readyz")).Ok();
        reflow.TellToStop();
        await Until(async () => (await reflow.Get("/readyz")).Status == 503, "it hears the signal");
        (await reflow.Post("/open-apis/task/v1/tasks", new { summary = "x", origin = new { platform_i18n_name = "{}" } })).Ok();
        Assert.Equal(0, await reflow.Terminate(TimeSpan.FromSeconds(30)));
    }

    [Fact, Trait("Engine", "PostgreSQL")]
    public async Task Without_its_database_or_a_number_a_node_is_not_ready_until_it_has_them_again()
    {
        await using var reflow = await TestReflow.Start();
        (await reflow.Get("/readyz")).Ok();
        await TestStore.Admit(reflow.Store, false);
        await TestStore.EndConnections(reflow.Store);
        await Becomes("PostgreSQL cannot be reached");
        await TestStore.Admit(reflow.Store, true);
        await Becomes("");
        // Told to all nodes, who renew their leases when they hear anything.
        await reflow.Db.ChangeSystem(s => s.Execute("update node_number set holder = 'another', until = $1", long.MaxValue / 2), Ct);
        var lost = Stopwatch.GetTimestamp();
        await Becomes("this node has no number yet");
        // It does not use up its lease, which has seventeen seconds to go at least: another may have the number.
        Assert.InRange(Stopwatch.GetElapsedTime(lost).TotalSeconds, 0, 15);
        await reflow.Db.ChangeSystem(s => s.Execute("update node_number set until = 0 where number = 7"), Ct);
        await Becomes("");

        Task Becomes(string why) => Until(async () => await reflow.Send(new("GET", "/readyz")) is var answer && (why.Length == 0 ? answer.Status == 200 : answer.Status == 503 && answer.Message == why), why.Length == 0 ? "it is ready" : why);
    }

    internal static async Task Until(Func<Task<bool>> condition, string what)
    {
        var end = DateTime.UtcNow.AddSeconds(60);
        while (!await condition()) Assert.True(DateTime.UtcNow < end, $"not within a minute: {what}");
    }
}
