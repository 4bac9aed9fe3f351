using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Reflow.Server.Store;

/// <summary>The embedded store: one file, and copies of it beside.</summary>
/// <param name="file">The database file; created when it is not there.</param>
/// <param name="writing">How its copies are brought back: <see cref="DbUse.Writing"/> or <see cref="DbUse.WritingFast"/>.</param>
/// <param name="inspect">See <see cref="DbOptions.Inspect"/>.</param>
/// <param name="logPages">See <see cref="DbOptions.LogPages"/>.</param>
sealed class SqliteDatabase(string file, DbUse writing, Func<string, Action<IReadOnlyList<string>>?>? inspect, int logPages = SqliteLog.Pages) : Database
{
    // 32 MB: the writer keeps the pages that it comes back to. The log of what need not last is copied by the engine itself every 16 MB; that of the others is seen to by SqliteLog.
    const string WriterMemory = "pragma cache_size = -32768; pragma wal_autocheckpoint = 4000;";

    // Of sqlite3_config and of sqlite3_db_config; the driver's names do not have them.
    const int MultiThread = 2, MemoryStatus = 9, StablePlans = 1007;

    static SqliteDatabase()
    {
        // The bundled library is from 2021; the system's is current and patched.
        NativeLibrary.SetDllImportResolver(typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, static (name, _, _) =>
            name == "e_sqlite3" ? NativeLibrary.Load("libsqlite3.so.0") : 0);
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
        // A connection is used by one thread at a time, and nobody asks how much memory there is in use: neither needs a lock at every call.
        SQLitePCL.raw.sqlite3_config(MultiThread);
        SQLitePCL.raw.sqlite3_config(MemoryStatus, 0);
    }

    /// <inheritdoc/>
    public override ValueTask<SystemSession> Open(DbUse use, CancellationToken ct, bool patient = false) => new(new SqliteSession(Connect(file, use), inspect));

    /// <inheritdoc/>
    public override ValueTask<SystemSession> OpenWriter(DbUse use)
    {
        var connection = Connect(file, use);
        // A migration calls what was stored before by its digest.
        connection.CreateFunction<string, string>("report_content_id", ReportContents.Id, isDeterministic: true);
        return new(new SqliteSession(connection, inspect, use is DbUse.Writing ? new(connection, () => Connect(file, use), logPages) : null));
    }

    // One server at a time: every start takes the next number.
    /// <inheritdoc/>
    public override async Task<NodeNumber> Join(Db db, Action changed, CancellationToken ct) => NodeNumber.Fixed((int)(await db.ChangeSystem(session =>
        session.Find("insert into node (id, starts) values (0, 1) on conflict (id) do update set starts = node.starts + 1 returning starts", r => r.GetInt64(0)), ct) % NodeNumber.Count));

    /// <inheritdoc/>
    public override Quotas Quotas() => new LocalQuotas();

    /// <inheritdoc/>
    public override Copies Copies(string kind, TimeProvider clock) => new SqliteCopies(this, file, writing, Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, kind), clock);

    /// <summary>Makes one file hold what another does. The engine copies pages in one transaction: readers of the target see before or after.</summary>
    /// <exception cref="StoreException">One of them cannot be read or written.</exception>
    public static void Backup(string from, string to, DbUse use)
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

    static SqliteConnection Connect(string file, DbUse use)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 10 }.ToString());
        try
        {
            connection.Open();
            // Otherwise a statement whose argument is compared with a column that an index is limited by (`where type = 'pending'`) is prepared again each time, because it might do for that index now.
            SQLitePCL.raw.sqlite3_db_config(connection.Handle!, StablePlans, 1, out _);
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
        catch (SqliteException e)
        {
            connection.Dispose();
            throw e.AsStoreFailure(ofChange: use is not DbUse.Reading) is StoreGoneException gone ? new StoreGoneException($"cannot open the data file {file}: {gone.Message}", e)
                : new StoreException($"cannot open the data file {file}: {e.Message}", e);
        }
    }
}
