using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using SQLitePCL;

namespace Reflow.Server.Store;

/// <summary>Tells the engine's own exceptions from everything else.</summary>
static class StoreFailures
{
    /// <summary>An engine's exception as a <see cref="StoreException"/>; any other as it is. What passes by itself, or when somebody sees to it, is a <see cref="StoreGoneException"/>.</summary>
    /// <param name="e">What happened.</param>
    /// <param name="ofChange">Whether to a session that changes data. One that only reads refuses every change: whoever tries one there has made a mistake.</param>
    public static Exception AsStoreFailure(this Exception e, bool ofChange = false) => e switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => new StoreGoneException("the disk of PostgreSQL is full: make room on it; nothing needs to be started again", e),
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } when ofChange =>
            new StoreGoneException("PostgreSQL is read-only: let it take changes again (default_transaction_read_only); nothing needs to be started again", e),
        PostgresException refused => Passes(refused.SqlState) ? new StoreGoneException(refused.Message, e) : new StoreException(refused.Message, e),
        NpgsqlException lost => new StoreGoneException(lost.Message, e),
        SqliteException { SqliteErrorCode: raw.SQLITE_FULL } => new StoreGoneException("the disk is full: make room on it; nothing needs to be started again", e),
        SqliteException { SqliteErrorCode: raw.SQLITE_IOERR } failed =>
            new StoreGoneException($"the disk failed (SQLite's error {failed.SqliteExtendedErrorCode}): see whether it is read-only, full or broken; nothing needs to be started again", e),
        SqliteException { SqliteErrorCode: raw.SQLITE_READONLY } when ofChange => new StoreGoneException("the data file is read-only: let this server write it; nothing needs to be started again", e),
        DbException => new StoreException(e.Message, e),
        _ => e,
    };

    /// <summary>Whether the database is there and takes no changes.</summary>
    public static bool TakesNoChanges(this DbException e) => e is PostgresException { SqlState: PostgresErrorCodes.DiskFull or PostgresErrorCodes.ReadOnlySqlTransaction };

    // A lost connection (08), no room for more (53), a statement that took too long (57014), a server that stops or starts (57P), and one that gave up waiting for a node that
    // stood still (25P03).
    static bool Passes(string state) => state is ['0', '8', ..] or ['5', '3', ..] or ['5', '7', 'P', ..] or PostgresErrorCodes.QueryCanceled or "25P03";
}
