namespace Reflow.Server.Store;

/// <summary>A place that holds all data, of one engine: it opens sessions and keeps copies of itself.</summary>
abstract class Database
{
    /// <summary>Opens a session of its own.</summary>
    /// <param name="use">What for.</param>
    /// <param name="ct">Gives up.</param>
    /// <param name="patient">Whether its statements may take as long as they like: for what is no call's.</param>
    /// <exception cref="StoreGoneException">The database cannot be reached.</exception>
    public abstract ValueTask<SystemSession> Open(DbUse use, CancellationToken ct, bool patient = false);

    /// <summary>Opens the session of a <see cref="Writer"/>, which may collect statements until it is told to <see cref="SystemSession.Flush"/>.</summary>
    public virtual ValueTask<SystemSession> OpenWriter(DbUse use) => Open(use, CancellationToken.None);

    /// <summary>Opens a session that reads for several callers at once and collects what they ask; null when there is nothing to gain from that.</summary>
    public virtual Func<ValueTask<SystemSession>>? BriefReader => null;

    /// <summary>Takes a place among the nodes that share the store.</summary>
    /// <param name="db">The open store.</param>
    /// <param name="changed">Called when another node changed what nodes remember.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="StoreException">There are as many nodes as there can be.</exception>
    public abstract Task<NodeNumber> Join(Db db, Action changed, CancellationToken ct);

    /// <summary>What counts windows for all nodes that share the store.</summary>
    public abstract Quotas Quotas();

    /// <summary>The copies of one kind.</summary>
    /// <param name="kind">A word; copies of different kinds may have the same name.</param>
    /// <param name="clock">When a copy is made.</param>
    public abstract Copies Copies(string kind, TimeProvider clock);
}

/// <summary>What a session is for.</summary>
enum DbUse
{
    /// <summary>It reads and cannot change anything.</summary>
    Reading,
    /// <summary>It changes what must survive a power cut.</summary>
    Writing,
    /// <summary>It changes what nobody needs after the process.</summary>
    WritingFast,
}

/// <summary>The engines that Reflow stores its data in.</summary>
enum Engine
{
    /// <summary>SQLite, embedded: one file, one writer.</summary>
    Sqlite,

    /// <summary>PostgreSQL 13 and newer, for any number of nodes.</summary>
    Postgres,
}

/// <summary>
/// Copies of all data under names. Each is a database by itself, so it outlives the server. Names are letters, digits, '.', '_' and '-'; who takes them from a caller checks them.
/// </summary>
abstract class Copies
{
    /// <summary>All copies by name.</summary>
    public abstract Task<IReadOnlyList<Copy>> All(CancellationToken ct);

    /// <summary>The copy of this name; null when there is none.</summary>
    public abstract Task<Copy?> Find(string name, CancellationToken ct);

    /// <summary>Copies the data as it is now, as of one moment, in the place of an earlier copy of this name. Changes go on meanwhile.</summary>
    /// <exception cref="StoreException">The copy could not be written; an earlier one is as it was.</exception>
    public abstract Task Save(string name, CancellationToken ct);

    /// <summary>Makes a copy that was never live: an empty store that is then filled. It is kept, in the place of an earlier one, when filling answers true.</summary>
    /// <exception cref="StoreException">The copy could not be written; an earlier one is as it was.</exception>
    public abstract Task Make(string name, Func<Db, Task<bool>> fill, CancellationToken ct);

    /// <summary>A session that reads the copy.</summary>
    public abstract ValueTask<SystemSession> Open(string name, CancellationToken ct);

    /// <summary>
    /// Makes all data what the copy holds, at once for everybody who reads. Tokens and what users granted stay, and so does what keeps ids apart. Calls must not be under way.
    /// False when there is no copy of this name.
    /// </summary>
    /// <exception cref="StoreException">The database refused; nothing was done.</exception>
    public abstract Task<bool> Restore(string name, CancellationToken ct);

    /// <summary>Deletes a copy. False when there is none of this name.</summary>
    public abstract Task<bool> Delete(string name, CancellationToken ct);
}

/// <summary>A copy of all data.</summary>
/// <param name="Name">Its name.</param>
/// <param name="At">When it was taken, by the server's clock, Unix ms.</param>
/// <param name="Bytes">What it takes on disk.</param>
sealed record Copy(string Name, long At, long Bytes);
