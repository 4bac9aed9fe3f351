using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Reflow.Server.Store;

/// <summary>
/// The one door to the data: readers run side by side, changes go through one writer that commits them in groups.
/// Nothing outside <c>Store/</c> knows which engine is behind it.
/// </summary>
public sealed class Db : IAsyncDisposable
{
    readonly Engine engine;
    readonly string connectionString;
    readonly Writer writer;
    readonly SessionPool readers;

    static Db()
    {
        // The bundled library is from 2021; the system's is current and patched.
        NativeLibrary.SetDllImportResolver(typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, static (name, _, _) =>
            name == "e_sqlite3" ? NativeLibrary.Load("libsqlite3.so.0") : 0);
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
    }

    Db(Engine engine, string connectionString, DbOptions options)
    {
        (this.engine, this.connectionString) = (engine, connectionString);
        readers = new(() => Connect(forWriting: false), options.Readers);
        writer = new(Connect(forWriting: true), options.WaitingChanges);
    }

    /// <summary>Opens the embedded store in <paramref name="file"/>, creating it when absent, and brings its schema up to date.</summary>
    /// <exception cref="StoreException">The file cannot be opened or is newer than this server.</exception>
    public static async Task<Db> OpenSqlite(string file, DbOptions options, CancellationToken ct)
    {
        try
        {
            var db = new Db(Engine.Sqlite, new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 10 }.ToString(), options);
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
    /// It may run together with others in one transaction, never at the same time as another.
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

    SystemSession Connect(bool forWriting)
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        using var setup = connection.CreateCommand();
        // FULL: an acknowledged change survives a power cut, not only a crash of this process.
        setup.CommandText = forWriting
            ? "pragma busy_timeout = 10000; pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma temp_store = memory;"
            : "pragma busy_timeout = 10000; pragma query_only = on; pragma temp_store = memory;";
        setup.ExecuteNonQuery();
        return new(connection, engine);
    }
}

/// <summary>Sizes of the store's queues.</summary>
/// <param name="Readers">How many reads may run at the same time; more wait.</param>
/// <param name="WaitingChanges">How many changes may wait for the writer; more are refused at once.</param>
public sealed record DbOptions(int Readers = 8, int WaitingChanges = 4096);

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
