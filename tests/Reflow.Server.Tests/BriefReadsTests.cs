using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>A brief read is as good as one by itself, with whomever it shares its transaction.</summary>
public sealed class BriefReadsTests : StoreTest
{
    const string Tenant = "0000000000000001";
    const string Insert = "insert into history (tenant, kind, id, seq, at, actor, operation, payload) values ($1, 'k', $2, $3, 0, 'a', 'o', '')";
    const string Seq = "select seq from history where tenant = $1 and id = $2 order by seq desc";

    [Fact]
    public async Task Each_of_many_has_its_own_rows()
    {
        await Write(Enumerable.Range(0, 50));
        Assert.Equal(Enumerable.Range(0, 50).Select(n => $"{n} {n}"), await Task.WhenAll(Enumerable.Range(0, 50).Select(n => Db.ReadBriefly(Tenant, async s =>
        {
            var first = await s.Find(Seq, r => r.GetInt64(0), $"{n}");
            return $"{first} {Assert.Single(await s.Query(Seq, r => r.GetInt64(0), $"{first}"))}";
        }, Ct))));
    }

    [Fact]
    public async Task What_was_answered_before_is_seen()
    {
        for (var n = 0; n < 20; n++)
        {
            await Write([n]);
            Assert.Equal(n, await Db.ReadBriefly(Tenant, s => s.Find(Seq, r => r.GetInt64(0), $"{n}"), Ct));
        }
    }

    [Fact]
    public async Task It_sees_one_moment()
    {
        await Write([1]);
        var seen = await Db.ReadBriefly(Tenant, async s =>
        {
            var before = await s.Find("select count(*) from history where tenant = $1", r => r.GetInt64(0));
            // Not for its session, so that its thread is kept.
            Task.Run(() => Write([2]), Ct).GetAwaiter().GetResult();
            return (before, await s.Find("select count(*) from history where tenant = $1", r => r.GetInt64(0)));
        }, Ct);
        Assert.Equal((1, 1), seen);
    }

    [Fact]
    public async Task One_that_fails_fails_nobody_else()
    {
        await Write(Enumerable.Range(0, 30));
        using var gate = new ManualResetEventSlim();
        // Those who read are busy, each with one, until all the others wait.
        List<Task> busy = [];
        for (var hand = 0; hand < BriefReads.Hands; hand++)
        {
            var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            busy.Add(Task.Run(() => Db.ReadBriefly(Tenant, async s =>
            {
                await s.Find(Seq, r => r.GetInt64(0), "0");
                begun.SetResult();
                gate.Wait(Ct);
                return 0;
            }, Ct), Ct));
            await begun.Task;
        }
        var reads = Enumerable.Range(0, 30).Select(n => Db.ReadBriefly(Tenant, s => n switch
        {
            // Refused by the engine, which then does nothing more for the others of its transaction either.
            7 => s.Find("select no_such_column from history where tenant = $1", r => r.GetInt64(0)),
            8 => s.Find<long>(Seq, r => throw new InvalidOperationException("of its own"), "8"),
            _ => s.Find(Seq, r => r.GetInt64(0), $"{n}"),
        }, Ct)).ToList();
        if (TestStore.IsPostgres) await Held.Until(() => Db.WaitingReads == reads.Count, "all of them wait");
        gate.Set();
        await Task.WhenAll(busy);
        await Assert.ThrowsAsync<StoreException>(() => reads[7]);
        await Assert.ThrowsAsync<InvalidOperationException>(() => reads[8]);
        foreach (var n in Enumerable.Range(0, 30).Except([7, 8])) Assert.Equal(n, await reads[n]);
    }

    [Fact]
    public async Task It_changes_nothing()
    {
        await Assert.ThrowsAsync<StoreException>(() => Db.ReadBriefly(Tenant, s => s.Execute(Insert, "x", 1), Ct));
        await Assert.ThrowsAsync<StoreException>(() => Db.ReadBriefly(Tenant, async s => { await s.Write(Insert, "x", 1); return await s.Find(Seq, r => r.GetInt64(0), "x"); }, Ct));
        Assert.Equal(0, await Db.Read(Tenant, s => s.Find("select count(*) from history where tenant = $1", r => r.GetInt64(0)), Ct));
    }

    Task Write(IEnumerable<int> numbers) => Db.Change(Tenant, async s =>
    {
        foreach (var n in numbers) await s.Write(Insert, $"{n}", n);
        return 0;
    }, Ct);
}
