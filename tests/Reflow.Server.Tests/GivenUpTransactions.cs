using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>SQLite may end a transaction by itself, in the middle of a group of changes. What was answered is there, what was refused is not, and nothing is stored on its own.</summary>
public sealed class GivenUpTransactions : IAsyncLifetime
{
    const string Tenant = "736588c9260f175d";
    const string Insert = "insert into history (tenant, kind, id, seq, at, actor, operation, payload) values ($1, 'test', $2, $3, 0, 'app:x', 'test', '[]')";
    readonly string directory = Directory.CreateTempSubdirectory("reflow-store-").FullName;
    Db db = null!;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        db = await Db.OpenSqlite(Path.Combine(directory, "reflow.db"), TestStore.Patient, Ct);
        await Write("there", 1);
    }

    public async ValueTask DisposeAsync()
    {
        await db.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    [Theory]
    [InlineData("a violated constraint that ends the transaction")]
    [InlineData("a violated constraint that ends the transaction, and the change goes on as if nothing had happened")]
    [InlineData("a statement that writes nothing and ends the transaction, and the change fails")]
    public async Task A_change_in_which_the_engine_ends_the_transaction_fails_alone(string how)
    {
        Task[] group;
        await using (var held = await Held.Writer(db))
        {
            group = [Write("before", 1), End(how), Write("after", 1)];
            await held.Waiting(3);
        }
        await Assert.ThrowsAsync<StoreException>(() => group[1]);
        await Task.WhenAll(group[0], group[2]);
        Assert.Equal(["after", "before", "there"], await Ids());
    }

    [Fact]
    public async Task When_it_happens_only_as_the_group_runs_again_nobody_is_answered_and_nothing_is_stored()
    {
        Task[] group;
        var runs = 0;
        await using (var held = await Held.Writer(db))
        {
            group = [Write("before", 1), Late(), Fail(), Write("after", 1)];
            await held.Waiting(4);
        }
        foreach (var change in group) await Assert.ThrowsAsync<StoreException>(() => change);
        Assert.Equal(["there"], await Ids());
        // The store goes on.
        await Write("later", 1);
        Assert.Equal(["later", "there"], await Ids());

        Task<int> Late() => db.Change(Tenant, async session =>
        {
            await session.Execute(Insert, "late", 1);
            return ++runs == 1 ? 0 : await session.Execute(OrRollBack, "there", 1);
        }, Ct);

        Task<int> Fail() => db.Change<int>(Tenant, async session =>
        {
            await session.Execute(Insert, "failed", 1);
            throw new StoreException("half done");
        }, Ct);
    }

    static string OrRollBack => Insert.Replace("insert into", "insert or rollback into", StringComparison.Ordinal);

    Task<int> Write(string id, long seq) => db.Change(Tenant, session => session.Execute(Insert, id, seq), Ct);

    Task<int> End(string how) => how.Split(", and the change ") switch
    {
        [_, "goes on as if nothing had happened"] => db.Change(Tenant, async session =>
        {
            try { await session.Execute(OrRollBack, "there", 1); }
            catch (Microsoft.Data.Sqlite.SqliteException) { /* the change thinks that it is none of its business */ }
            return 0;
        }, Ct),
        [_, "fails"] => db.ChangeSystem<int>(async session =>
        {
            await session.Execute("rollback");
            throw new StoreException("it fails");
        }, Ct),
        _ => db.Change(Tenant, session => session.Execute(OrRollBack, "there", 1), Ct),
    };

    Task<List<string>> Ids() => db.Read(Tenant, session => session.Query("select id from history where tenant = $1 order by id", r => r.GetString(0)), Ct);
}
