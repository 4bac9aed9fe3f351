using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Reflow.Server.Store;

/// <summary>
/// Copies the log of the embedded engine into its file while changes go on. Most of it is copied beside them, on a thread and a connection of its own; what was written meanwhile,
/// which is little, between two groups of changes: the log is begun anew when all of it has been copied.
/// </summary>
sealed class SqliteLog : IDisposable
{
    /// <summary>So many pages are written before they are copied: 48 MB. The longer the log, the more changes of a page are copied into the file at once.</summary>
    public const int Pages = 12_000;

    // Of sqlite3_db_status: the pages that a connection has written; of sqlite3_wal_checkpoint_v2: whoever reads or writes is not waited for.
    const int CacheWrites = 9, Passive = 0;

    readonly SqliteConnection writer;
    readonly Func<SqliteConnection> open;
    readonly int pages, tooMany;
    readonly SemaphoreSlim wanted = new(0);
    readonly Thread thread;
    int written;
    bool isCopying, isTooLong;
    volatile bool copied, closed;

    /// <param name="writer">The connection that changes are made on.</param>
    /// <param name="open">Opens another one to the same file.</param>
    /// <param name="pages">So many pages are written before they are copied.</param>
    public SqliteLog(SqliteConnection writer, Func<SqliteConnection> open, int pages = Pages)
    {
        (this.writer, this.open, this.pages, tooMany) = (writer, open, pages, 3 * pages);
        raw.sqlite3_wal_autocheckpoint(writer.Handle, 0);
        thread = new(Loop) { IsBackground = true, Name = "store log" };
        thread.Start();
    }

    /// <summary>Sees to the log, between two groups of changes. What goes wrong with it is tried again: the log only grows meanwhile.</summary>
    /// <param name="failed">Whether the last group failed: it may be the log that fills the disk.</param>
    public void Tend(bool failed)
    {
        raw.sqlite3_db_status(writer.Handle, CacheWrites, out var more, out _, resetFlg: 1);
        written += more;
        // Never while the thread is at it, and never the thread when all has been copied: before 3.51.3 the engine loses what is written when the log is begun anew just as another
        // connection begins to copy it (https://sqlite.org/wal.html#walresetbug).
        if (copied || !isCopying && (failed || isTooLong))
        {
            copied = isCopying = false;
            // One that is still too long could not be begun anew, because somebody was just reading: it is tried after each group.
            if (raw.sqlite3_wal_checkpoint_v2(writer.Handle, "main", Passive, out var log, out _) == raw.SQLITE_OK) (written, isTooLong) = (0, log > tooMany);
        }
        else if (written >= pages && more > 0 && !isCopying)
        {
            (written, isCopying) = (0, true);
            wanted.Release();
        }
    }

    /// <summary>Ends the thread.</summary>
    public void Dispose()
    {
        closed = true;
        wanted.Release();
        thread.Join();
        wanted.Dispose();
    }

    void Loop()
    {
        SqliteConnection? own = null;
        for (wanted.Wait(); !closed; wanted.Wait())
        {
            try
            {
                own ??= open();
                raw.sqlite3_wal_checkpoint_v2(own.Handle, "main", Passive, out _, out _);
            }
            catch (StoreException) { /* the writer copies all of it */ }
            copied = true;
        }
        own?.Dispose();
    }
}
