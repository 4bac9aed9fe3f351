using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Reflow.Server.Store;

/// <summary>
/// The one door to the data: readers run side by side, changes go through one writer that commits them in groups.
/// Nothing outside <c>Store/</c> knows which engine is behind it.
/// </summary>
public sealed class Db : IAsyncDisposable
{
    readonly string file;
    readonly DbUse writing;
    readonly Writer writer;
    readonly SessionPool readers;

    static Db()
    {
        // The bundled library is from 2021; the system's is current and patched.
        NativeLibrary.SetDllImportResolver(typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, static (name, _, _) =>
            name == "e_sqlite3" ? NativeLibrary.Load("libsqlite3.so.0") : 0);
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
    }

    Db(string file, DbOptions options)
    {
        (this.file, writing) = (file, options.Durable ? DbUse.Writing : DbUse.WritingFast);
        readers = new(() => Open(file, DbUse.Reading, options.Inspect), options.Readers);
        writer = new(Open(file, writing, options.Inspect), options.WaitingChanges, options.Rehearse);
    }

    /// <summary>Raised when all data was replaced, or what is cached of it changed by other ways than the caches know: they forget.</summary>
    internal event Action? Replaced;

    /// <summary>Opens the embedded store in <paramref name="file"/>, creating it when absent, and brings its schema up to date.</summary>
    /// <exception cref="StoreException">The file cannot be opened or is newer than this server.</exception>
    public static async Task<Db> OpenSqlite(string file, DbOptions options, CancellationToken ct)
    {
        try
        {
            var db = new Db(file, options);
            await Migrations.Apply(db, ct);
            return db;
        }
        catch (SqliteException e)
        {
            throw new StoreException($"cannot open the data file {file}: {e.Message}", e);
        }
    }

    /// <summary>
    /// Runs a change of one tenant's data and answers after it is durable. The work is atomic: when it throws, nothing of it stays.
    /// It may run together with others in one transaction, never at the same time as another. When another of its group fails it is taken back and run once more,
    /// so it must leave nothing behind but rows and its answer.
    /// </summary>
    /// <exception cref="StoreBusyException">Too many changes are waiting; nothing was done.</exception>
    /// <exception cref="StoreException">The database refused; nothing was done.</exception>
    public Task<T> Change<T>(string tenant, Func<Session, ValueTask<T>> work, CancellationToken ct) =>
        writer.Run(system => work(system.For(tenant)), ct);

    /// <summary>Reads one tenant's data as of one moment.</summary>
    /// <exception cref="StoreException">The database refused.</exception>
    public Task<T> Read<T>(string tenant, Func<Session, ValueTask<T>> work, CancellationToken ct) =>
        readers.Run(system => work(system.For(tenant)), ct);

    /// <summary>As <see cref="Change"/>, over all tenants: for what comes before a tenant is known (migrations, workspaces, finding an app's tenant).</summary>
    public Task<T> ChangeSystem<T>(Func<SystemSession, ValueTask<T>> work, CancellationToken ct) => writer.Run(work, ct);

    /// <summary>As <see cref="Read"/>, over all tenants.</summary>
    public Task<T> ReadSystem<T>(Func<SystemSession, ValueTask<T>> work, CancellationToken ct) => readers.Run(work, ct);

    /// <summary>How many changes wait for the writer, without those that it is at.</summary>
    internal int WaitingChanges => writer.Waiting;

    /// <summary>Finishes the changes that were accepted, then closes.</summary>
    public async ValueTask DisposeAsync()
    {
        await writer.DisposeAsync();
        await readers.DisposeAsync();
    }

    /// <summary>Copies all data, as of one moment, into a new file.</summary>
    /// <exception cref="StoreException">The file cannot be written.</exception>
    internal Task CopyTo(string copy, CancellationToken ct) => Task.Run(() => Backup(file, copy, DbUse.WritingFast), ct);

    /// <summary>
    /// Makes all data what a copy holds, at once for everybody who reads. Tokens and what users granted stay, and so does the number of starts, which keeps ids apart.
    /// Calls must not be under way.
    /// </summary>
    /// <exception cref="StoreException">The database refused; nothing was done.</exception>
    internal async Task ReplaceBy(string copy, CancellationToken ct)
    {
        var kept = await readers.Run(async session =>
        {
            var tables = new List<(string Table, List<object?[]> Rows)>();
            foreach (var table in (string[])["node", .. GrantStore.Outliving]) tables.Add(await Rows(session, table));
            return tables;
        }, ct);
        await Task.Run(() => Backup(copy, file, writing), ct);
        await ChangeSystem(async session =>
        {
            foreach (var (table, rows) in kept)
                foreach (var row in rows)
                    await session.Execute($"insert or replace into {table} values ({string.Join(", ", row.Select((_, i) => $"${i + 1}"))})", row);
            return 0;
        }, CancellationToken.None);
        Changed();
    }

    /// <summary>Tells the caches that what they know may not hold any more.</summary>
    internal void Changed() => Replaced?.Invoke();

    static async ValueTask<(string Table, List<object?[]> Rows)> Rows(SystemSession session, string table) =>
        (table, await session.Query($"select * from {table}", r => Enumerable.Range(0, r.FieldCount).Select(i => r.IsDBNull(i) ? null : r.GetValue(i)).ToArray()));

    // The engine copies pages in one transaction: readers of the target see before or after.
    static void Backup(string from, string to, DbUse use)
    {
        try
        {
            using var source = Connect(from, DbUse.Reading);
            using var target = Connect(to, use);
            source.BackupDatabase(target);
        }
        catch (SqliteException e)
        {
            throw new StoreException($"cannot copy {from} to {to}: {e.Message}", e);
        }
    }

    /// <summary>A session of its own on a file.</summary>
    internal static SystemSession Open(string file, DbUse use, Action<string, IReadOnlyList<string>>? inspect = null) => new(Connect(file, use), Engine.Sqlite, inspect);

    // 32 MB: the writer keeps the pages that it comes back to. The longer the log, the more changes of a page are copied into the file at once: 4000 pages are 16 MB.
    const string WriterMemory = "pragma cache_size = -32768; pragma wal_autocheckpoint = 4000;";

    static SqliteConnection Connect(string file, DbUse use)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 10 }.ToString());
        connection.Open();
        using var setup = connection.CreateCommand();
        setup.CommandText = "pragma busy_timeout = 10000; pragma temp_store = memory; " + use switch
        {
            DbUse.Reading => "pragma query_only = on;",
            // FULL: an acknowledged change survives a power cut, not only a crash of this process.
            DbUse.Writing => $"pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; {WriterMemory}",
            DbUse.WritingFast => $"pragma journal_mode = wal; pragma synchronous = off; pragma foreign_keys = on; {WriterMemory}",
        };
        setup.ExecuteNonQuery();
        return connection;
    }
}

/// <summary>What a connection is for.</summary>
enum DbUse
{
    /// <summary>It reads and cannot change anything.</summary>
    Reading,
    /// <summary>It changes what must survive a power cut.</summary>
    Writing,
    /// <summary>It changes what nobody needs after the process.</summary>
    WritingFast,
}

/// <summary>Sizes of the store's queues.</summary>
/// <param name="Readers">How many reads may run at the same time; more wait.</param>
/// <param name="WaitingChanges">How many changes may wait for the writer; more are refused at once.</param>
/// <param name="Durable">Whether an acknowledged change must survive a power cut; false for data that goes with the process.</param>
public sealed record DbOptions(int Readers = 8, int WaitingChanges = 4096, bool Durable = true)
{
    /// <summary>Shown each statement when it is first used on a connection, with the engine's plan for it, one line a step; null shows nobody. For tests: plans that walk whole tables.</summary>
    internal Action<string, IReadOnlyList<string>>? Inspect { get; init; }

    /// <summary>Runs every change twice and keeps the second run. For tests: work that cannot be repeated.</summary>
    internal bool Rehearse { get; init; }
}

/// <summary>The engines that Reflow stores its data in.</summary>
enum Engine
{
    /// <summary>SQLite, embedded: one file, one writer.</summary>
    Sqlite,
}

/// <summary>The database refused or is gone. Never caused by what a caller sent.</summary>
public class StoreException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>More changes wait for the writer than it may hold. Nothing was done; a later try can succeed.</summary>
public sealed class StoreBusyException() : StoreException("too many changes are waiting for the store");
