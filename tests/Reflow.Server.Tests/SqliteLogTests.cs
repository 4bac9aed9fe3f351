using Microsoft.Data.Sqlite;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>The log of the embedded engine is copied into its file and begun anew, again and again.</summary>
public sealed class SqliteLogTests : IDisposable
{
    const int Pages = 50, Most = 20 * Pages, Page = 4096 + 24, Rows = 20;

    readonly string directory = Directory.CreateTempSubdirectory("reflow-log-").FullName;
    readonly ManualResetEventSlim slow = new(initialState: true);
    bool isGone;
    readonly SqliteConnection writer;
    readonly SqliteLog log;

    public SqliteLogTests()
    {
        // The provider and its library are set up with the database.
        System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(SqliteDatabase).TypeHandle);
        writer = Open();
        Run(writer, "create table t (id integer primary key, text blob)");
        for (var row = 0; row < Rows; row++) Run(writer, $"insert into t values ({row}, zeroblob(3000))");
        log = new(writer, () =>
        {
            slow.Wait();
            return isGone ? throw new StoreException("no file can be opened any more") : Open();
        }, Pages);
    }

    string Log => Path.Combine(directory, "t.db-wal");

    long Frames => new FileInfo(Log).Length / Page;

    bool IsCopied => new FileInfo(Path.Combine(directory, "t.db")).Length > Rows * 3000;

    public void Dispose()
    {
        slow.Set();
        log.Dispose();
        slow.Dispose();
        writer.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public void It_does_not_grow_with_what_is_written()
    {
        for (var change = 0; change < 100 * Pages; change++) Change();
        Assert.InRange(Frames, Pages, Most);
    }

    [Fact]
    public void It_grows_while_somebody_reads_all_the_time_and_no_longer()
    {
        using (var reader = Open())
        {
            Run(reader, "begin");
            Run(reader, "select count(*) from t");
            for (var change = 0; change < 10 * Pages; change++) Change();
            Assert.InRange(Frames, 10 * Pages, int.MaxValue);
        }
        // Begun anew with the first change that it can be.
        for (var change = 0; change < 2; change++) Change();
        SQLitePCL.raw.sqlite3_wal_checkpoint_v2(writer.Handle, "main", 0, out var frames, out _);
        Assert.InRange(frames, 1, 2);
    }

    [Fact]
    public void It_is_copied_while_nothing_is_written()
    {
        slow.Reset();
        for (var change = 0; change < Pages; change++) Change();
        slow.Set();
        Assert.True(SpinWait.SpinUntil(() => IsCopied, TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void It_is_not_copied_twice_at_once()
    {
        slow.Reset();
        for (var change = 0; change < Pages; change++) Change();
        log.Tend(failed: true);
        Assert.False(IsCopied);
    }

    [Fact]
    public void Nobody_is_asked_to_copy_it_when_nothing_was_written_since_another_may_have_copied_all()
    {
        slow.Reset();
        // Not while a change is open.
        Run(writer, "begin immediate");
        log.Tend(failed: true);
        Run(writer, "commit");
        log.Tend(failed: false);
        Assert.False(IsCopied);
        log.Tend(failed: true);
        Assert.True(IsCopied);
    }

    [Fact]
    public void Where_it_cannot_be_copied_beside_the_changes_it_is_copied_between_them()
    {
        isGone = true;
        for (var change = 0; change < 100 * Pages; change++) Change();
        Assert.InRange(Frames, Pages, Most);
    }

    [Fact]
    public async Task The_store_sees_to_it()
    {
        var file = Path.Combine(directory, "reflow.db");
        await using var db = await Db.OpenSqlite(file, TestStore.Patient with { LogPages = Pages }, TestContext.Current.CancellationToken);
        var text = new string('x', 10_000);
        for (var change = 0; change < Most; change++)
            await db.Change("t", s => s.Execute("insert into history (tenant, kind, id, seq, at, operation, actor, payload) values ($1, 'task', '1', $2, 0, '', '', $3)", change, text), TestContext.Current.CancellationToken);
        Assert.InRange(new FileInfo(file + "-wal").Length / Page, Pages, Most);
    }

    [Fact]
    public void All_of_it_is_in_the_file_after_a_change_that_failed()
    {
        Run(writer, "update t set text = zeroblob(3001) where id = 7");
        log.Tend(failed: true);
        File.Copy(Path.Combine(directory, "t.db"), Path.Combine(directory, "alone.db"));
        using var alone = Open("alone.db");
        using var count = alone.CreateCommand();
        count.CommandText = "select count(*) from t where length(text) = 3001";
        Assert.Equal(1L, count.ExecuteScalar());
    }

    // One page, over and over.
    void Change()
    {
        Run(writer, "update t set text = randomblob(3001) where id = 7");
        log.Tend(failed: false);
    }

    SqliteConnection Open() => Open("t.db");

    SqliteConnection Open(string name)
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(directory, name)};Pooling=false");
        connection.Open();
        Run(connection, "pragma journal_mode = wal; pragma synchronous = off");
        return connection;
    }

    static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
