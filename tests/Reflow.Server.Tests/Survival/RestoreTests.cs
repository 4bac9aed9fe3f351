using Xunit;

namespace Reflow.Server.Tests.Survival;

/// <summary>What is kept of a PostgreSQL brings back all that was answered until a moment, and Reflow goes on with it.</summary>
[Trait("Engine", "PostgreSQL")]
public sealed class RestoreTests
{
    const string Archive = "mkdir -p ../archive && test ! -f ../archive/%f && cp %p ../archive/%f";

    [Fact]
    public async Task A_base_backup_and_the_archive_bring_back_a_moment()
    {
        await using var live = await OwnPostgres.Start("archive_mode=on", $"archive_command='{Archive}'");
        var store = await TestStore.DemoIn(live);
        var (fleet, load, scenes) = await AtWork(store, seed: 6);
        await using var ended = fleet;
        await load.More(60);
        await using var restored = await live.Copy();
        await load.More(60);
        await load.End();
        var (node, token) = (fleet.Serving[0], await fleet.Serving[0].SignIn());
        var moment = await live.Ask("select clock_timestamp()::text");

        // What comes after it is not wanted: new things, and steps of those that were there.
        var lost = new List<(string, string)>();
        foreach (var kind in Kind.All)
        {
            lost.Add((kind.History, kind.IdOf((await kind.Begin(node, scenes[0], After(kind))).Ok().Data)));
            var piece = load.Pieces.First(piece => piece.Kind == kind);
            (await (piece.GoesForward ? kind.Forward(node, SceneOf(piece), piece) : kind.Back(node, SceneOf(piece), piece))).Ok();
        }
        var log = await live.Ask("select pg_walfile_name(pg_switch_wal())");
        await Held.Until(async () => await live.Ask($"select last_archived_wal >= '{log}' from pg_stat_archiver") is true, "the log is archived");
        live.Kill();

        await restored.Set($"restore_command='cp {live.Beside("archive")}/%f %p'", $"recovery_target_time='{moment}'", "recovery_target_action=promote", "archive_mode=off");
        await restored.Touch("recovery.signal");
        await restored.Run();
        await Held.Until(async () => await restored.Ask("select pg_is_in_recovery()") is false, "it takes changes");

        var back = store.At(restored.Host);
        await new Ledger(back, load).Verify();
        await using var reflow = await ReflowProcess.Start(back.Arguments);
        Assert.Equal(token, await reflow.SignIn());
        // Keys are used until the moment and not later; and no id is given twice, not even one that was lost.
        var ids = load.Pieces.Select(piece => (piece.Kind.History, piece.Id)).Concat(lost).ToList();
        foreach (var kind in Kind.All)
        {
            var used = load.Pieces.First(piece => piece.Kind == kind);
            var again = await kind.Begin(reflow, SceneOf(used), used.Name);
            if (kind.UsedKey is > 0 and var code) again.Refuses(code);
            else if (kind.UsedKey is 0) Assert.Equal(used.Id, kind.IdOf(again.Ok().Data));
            else ids.Add((kind.History, kind.IdOf(again.Ok().Data)));
            ids.Add((kind.History, kind.IdOf((await kind.Begin(reflow, scenes[0], After(kind))).Ok().Data)));
        }
        Assert.Equal(ids.Count, ids.Distinct().Count());

        static string After(Kind kind) => $"survive {kind.Word} 99.1.";

        // Whose names are `survive KIND CALLER.NUMBER.`.
        Scene SceneOf(Piece piece) => scenes[int.Parse(piece.Name.Split(' ')[2].Split('.')[0])];
    }

    [Fact]
    public async Task A_dump_that_is_taken_while_nodes_work_is_whole_and_its_restored_copy_the_same()
    {
        await using var live = await OwnPostgres.Start();
        var store = await TestStore.DemoIn(live);
        var (fleet, load, _) = await AtWork(store, seed: 7);
        await using var ended = fleet;
        await load.More(40);
        var before = load.Known();
        await live.Dump(store.Name, "working");
        var after = load.Known();
        await load.More(40);
        await load.End();
        await live.Restore("working", "working");
        await new Ledger(store.In("working"), load).Holds(before, after);

        foreach (var node in fleet.Serving) await node.Terminate(TimeSpan.FromSeconds(30));
        await live.Dump(store.Name, "still");
        await live.Restore("still", "still");
        await using var original = await store.Open(TestStore.Patient);
        await using var copy = await store.In("still").Open(TestStore.Patient);
        Assert.Equal(await TestStore.State(original, []), await TestStore.State(copy, []));
    }

    /// <summary>Nodes and callers that are busy with them.</summary>
    static async Task<(Fleet Fleet, Load Load, IReadOnlyList<Scene> Scenes)> AtWork(TestStore store, int seed)
    {
        IReadOnlyList<Scene> scenes;
        await using (var first = await TestReflow.StartOn(store, new(DateTimeOffset.UtcNow))) scenes = await Scene.Of(first, 4);
        var fleet = new Fleet(store);
        await fleet.Start();
        var load = new Load(fleet, scenes, seed);
        load.Begin();
        return (fleet, load, scenes);
    }
}
