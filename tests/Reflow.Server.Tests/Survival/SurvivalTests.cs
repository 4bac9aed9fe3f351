using Xunit;

namespace Reflow.Server.Tests.Survival;

/// <summary>What an answer promised is there after servers are killed, stopped and started again, and nothing is there by halves or twice.</summary>
public sealed class SurvivalTests : IAsyncLifetime
{
    const int Callers = 12;
    static readonly int Kills = LongForm.Of(usual: 20, full: 50);
    TestStore store = null!;
    IReadOnlyList<Scene> scenes = [];

    public async ValueTask InitializeAsync()
    {
        var first = await TestReflow.Start();
        store = first.Store;
        scenes = await Scene.Of(first, Callers);
        await first.Stop();
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();

    [Fact]
    public async Task Kills_under_load_lose_no_acknowledged_change_double_none_and_leave_none_half_done()
    {
        var random = new Random(1);
        await using var fleet = new Fleet(store);
        await fleet.Start();
        var load = new Load(fleet, scenes, seed: 1);
        var ledger = new Ledger(store, load);
        load.Begin();
        for (var kill = 0; kill < Kills; kill++)
        {
            var node = kill % fleet.Count;
            await load.More(random.Next(1, 60));
            await fleet.Kill(node);
            // The others go on without it.
            if (fleet.Count > 1) await load.More(random.Next(1, 30));
            await fleet.Start(node);
            if (kill % 5 == 0) await ledger.Glance();
        }
        await load.More(Callers * 5);
        await load.End();
        await ledger.Verify();
        Assert.True(load.Repeated > Kills, "keys were used again after the kills");
        Assert.All(Kind.All, kind => Assert.Contains(load.Pieces, piece => piece.Kind == kind && piece.Steps > 2));
        await Drain(await fleet.Reach(0), load);
    }

    [Fact]
    public async Task Told_to_stop_under_load_a_server_stops_in_five_seconds_and_loses_nothing()
    {
        await using var fleet = new Fleet(store);
        await fleet.Start();
        var load = new Load(fleet, scenes, seed: 2);
        load.Begin();
        await load.More(200);
        Assert.Equal(0, await fleet.Terminate(0, TimeSpan.FromSeconds(5)));
        await fleet.Start(0);
        await load.More(20);
        await load.End();
        await new Ledger(store, load).Verify();
    }

    [Fact]
    public async Task A_token_outlives_the_process_and_is_the_same_when_asked_for_again()
    {
        string token;
        await using (var reflow = await ReflowProcess.Start(store.Arguments))
        {
            token = await reflow.SignIn();
            await reflow.Kill();
        }
        await using var again = await ReflowProcess.Start(store.Arguments);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/open-apis/task/v1/tasks/none") { Headers = { { "Authorization", $"Bearer {token}" } } };
        Assert.Equal(1470602, (await again.Send(request)).Code);
        Assert.Equal(token, await again.SignIn());
    }

    /// <summary>Everybody agrees to whatever waits for them: each instance ends agreed, whatever it has been through.</summary>
    static async Task Drain(ReflowProcess reflow, Load load)
    {
        foreach (var instance in load.Pieces.Where(piece => piece.Kind.Word is "instance").Select(piece => piece.Id))
        {
            foreach (var who in new[] { "1002", "1003", "1005" })
                if (await Kind.Pending(reflow, instance, who) is { } task) (await reflow.Post($"/open-apis/apaas/v1/approval_tasks/{task}/agree", new { user_id = who })).Ok();
            var shown = (await reflow.Control(HttpMethod.Get, $"/reflow/v1/tenants/{Demo.Tenant}/instances/{instance}", null)).Ok().Data;
            Assert.Equal("agreed", shown.GetProperty("status").GetString());
        }
    }
}
