namespace Reflow.Server.Store;

/// <summary>
/// The one door to the data: readers run side by side, changes go through one writer that commits them in groups.
/// Nothing outside <c>Store/</c> knows which engine is behind it.
/// </summary>
public sealed class Db : IAsyncDisposable
{
    readonly Database database;
    readonly Writer writer;
    readonly SessionPool readers;
    readonly BriefReads? brief;

    Db(Database database, DbOptions options)
    {
        this.database = database;
        Quotas = database.Quotas();
        readers = new(ct => database.Open(DbUse.Reading, ct), options);
        writer = new(() => database.OpenWriter(options.Writing), options);
        if (database.BriefReader is { } open) brief = new(open, options);
    }

    /// <summary>What counts windows for all nodes.</summary>
    internal Quotas Quotas { get; }

    /// <summary>Raised when all data was replaced by a copy.</summary>
    internal event Action? Restored;

    /// <summary>Raised when all data was replaced, or what is cached of it changed by other ways than the caches know: they forget.</summary>
    internal event Action? Replaced;

    /// <summary>Opens the embedded store in <paramref name="file"/>, creating it when absent, and brings its schema up to date.</summary>
    /// <exception cref="StoreException">The file cannot be opened or is newer than this server.</exception>
    public static Task<Db> OpenSqlite(string file, DbOptions options, CancellationToken ct) => Open(new SqliteDatabase(file, options.Writing, options.Inspect, options.LogPages), options, ct);

    /// <summary>Opens the store in a PostgreSQL database that is there, and brings its schema up to date.</summary>
    /// <param name="connection">The driver's connection string; its search path names the schema, <c>public</c> when it has none.</param>
    /// <param name="options">Sizes of the queues.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="StoreException">It cannot be reached, or its data is newer than this server.</exception>
    public static Task<Db> OpenPostgres(string connection, DbOptions options, CancellationToken ct) => Open(new PostgresDatabase(connection, options), options, ct);

    internal static async Task<Db> Open(Database database, DbOptions options, CancellationToken ct)
    {
        var db = new Db(options.Around?.Invoke(database) ?? database, options);
        try
        {
            await Migrations.Apply(db, ct);
            return db;
        }
        catch
        {
            await db.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Runs a change of one tenant's data and answers after it is durable. The work is atomic: when it throws, nothing of it stays.
    /// It may run together with others in one transaction, never at the same time as another of the tenant. When another of its group fails it is taken back and run once more,
    /// so it must leave nothing behind but rows and its answer. It waits for nothing but its session.
    /// </summary>
    /// <exception cref="StoreBusyException">Too many changes are waiting, or this one waited for too long; nothing was done.</exception>
    /// <exception cref="StoreGoneException">The database cannot be reached or does not answer.</exception>
    /// <exception cref="StoreException">The database refused; nothing was done.</exception>
    public Task<T> Change<T>(string tenant, Func<Session, ValueTask<T>> work, CancellationToken ct) =>
        writer.Run(tenant, false, system => work(system.For(tenant)), ct);

    /// <summary>
    /// As <see cref="Change"/>, for work that reads, decides, and then only writes, with a <see cref="Session.WriteOne"/> that fails when what it decided by has changed.
    /// Such changes may be decided side by side, each by what was there before all of them; when a guard fails they are decided once more, one after the other.
    /// </summary>
    public Task<T> ChangeGuarded<T>(string tenant, Func<Session, ValueTask<T>> work, CancellationToken ct) =>
        writer.Run(tenant, true, system => work(system.For(tenant)), ct);

    /// <summary>Reads one tenant's data as of one moment.</summary>
    /// <exception cref="StoreBusyException">Too many reads are waiting, or this one waited for too long.</exception>
    /// <exception cref="StoreGoneException">The database cannot be reached or does not answer.</exception>
    /// <exception cref="StoreException">The database refused.</exception>
    public Task<T> Read<T>(string tenant, Func<Session, ValueTask<T>> work, CancellationToken ct) =>
        readers.Run(system => work(system.For(tenant)), ct);

    /// <summary>
    /// As <see cref="Read"/>, for work that asks for few rows by their keys and waits for nothing but its session: several callers' may share transactions and round trips,
    /// so what takes long in one would hold up others. It may be run twice, and goes on when its caller hangs up.
    /// </summary>
    public Task<T> ReadBriefly<T>(string tenant, Func<Session, ValueTask<T>> work, CancellationToken ct) =>
        brief is null ? Read(tenant, work, ct) : brief.Run(system => work(system.For(tenant)), () => Read(tenant, work, ct));

    /// <summary>As <see cref="Change"/>, over all tenants: for what comes before a tenant is known (migrations, workspaces, finding an app's tenant).</summary>
    public Task<T> ChangeSystem<T>(Func<SystemSession, ValueTask<T>> work, CancellationToken ct) => writer.Run(null, false, work, ct);

    /// <summary>As <see cref="Read"/>, over all tenants.</summary>
    public Task<T> ReadSystem<T>(Func<SystemSession, ValueTask<T>> work, CancellationToken ct) => readers.Run(work, ct);

    /// <summary>As <see cref="ReadSystem"/>, for what reads very much and may take its time: on a session of its own.</summary>
    public async Task<T> ReadAtLength<T>(Func<SystemSession, ValueTask<T>> work, CancellationToken ct)
    {
        try
        {
            await using var session = await database.Open(DbUse.Reading, ct, patient: true);
            await session.BeginRead();
            var read = await work(session);
            await session.EndRead();
            return read;
        }
        catch (System.Data.Common.DbException e) { throw e.AsStoreFailure(); }
    }

    /// <summary>How many changes wait for the writer, without those that it is at.</summary>
    internal int WaitingChanges => writer.Waiting;

    /// <summary>How many reads wait for a session.</summary>
    internal int WaitingReads => readers.Waiting + (brief?.Waiting ?? 0);

    /// <summary>Finishes the changes that were accepted, then closes.</summary>
    public async ValueTask DisposeAsync()
    {
        await writer.DisposeAsync();
        if (brief is not null) await brief.DisposeAsync();
        await readers.DisposeAsync();
        await Quotas.DisposeAsync();
    }

    /// <summary>Takes a place among the nodes that share the store; from now on this node hears when another changed what nodes remember.</summary>
    /// <exception cref="StoreException">There are as many nodes as there can be.</exception>
    internal Task<NodeNumber> Join(CancellationToken ct) => database.Join(this, Changed, ct);

    /// <inheritdoc cref="Database.Copies"/>
    internal Copies Copies(string kind, TimeProvider clock) => database.Copies(kind, clock);

    /// <summary>Makes all data what a copy holds: see <see cref="Copies.Restore"/>.</summary>
    /// <exception cref="StoreException">The database refused; nothing was done.</exception>
    internal async Task<bool> Restore(Copies copies, string name, CancellationToken ct)
    {
        if (!await copies.Restore(name, ct)) return false;
        Quotas.Forget();
        Restored?.Invoke();
        Changed();
        return true;
    }

    /// <summary>Tells the caches that what they know may not hold any more.</summary>
    internal void Changed() => Replaced?.Invoke();
}

/// <summary>Sizes of the store's queues.</summary>
/// <param name="Readers">How many reads may run at the same time; more wait.</param>
/// <param name="WaitingChanges">How many changes may wait for the writer; more are refused at once.</param>
/// <param name="WaitingReads">How many reads may wait for one that is done; more are refused at once.</param>
/// <param name="Durable">Whether an acknowledged change must survive a power cut; false for data that goes with the process.</param>
public sealed record DbOptions(int Readers = 8, int WaitingChanges = 16384, int WaitingReads = 16384, bool Durable = true)
{
    /// <summary>How long a call waits for its turn, and then for the answer of a statement, before it is refused. What concerns all tenants is exempt.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>Asked about each statement when it is first used on a connection; what it answers is shown the engine's plan for it, one line a step. Null asks nobody. For tests: plans that walk whole tables.</summary>
    internal Func<string, Action<IReadOnlyList<string>>?>? Inspect { get; init; }

    /// <summary>How many statements of one text are sent to PostgreSQL as one. For tests: 1, so that each is.</summary>
    internal PostgresMergeLimits Merge { get; init; } = new(2, 16);

    /// <summary>Runs every change twice and keeps the second run. For tests: work that cannot be repeated.</summary>
    internal bool Rehearse { get; init; }

    /// <summary>So many pages are written into SQLite's log before they are copied. For tests: few, so that it happens.</summary>
    internal int LogPages { get; init; } = SqliteLog.Pages;

    /// <summary>What is put around the database. For tests: delays, and what else can happen on the way to it.</summary>
    internal Func<Database, Database>? Around { get; init; }

    internal DbUse Writing => Durable ? DbUse.Writing : DbUse.WritingFast;
}

/// <summary>The database refused or is gone. Never caused by what a caller sent.</summary>
public class StoreException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>The database cannot be reached, or was lost in the middle. Whether a change was done is then not known; a later try can succeed.</summary>
public sealed class StoreGoneException(string message, Exception? cause = null) : StoreException(message, cause);

/// <summary>More wait for the store than it may hold, or for longer than they may. Nothing was done; a later try can succeed.</summary>
public sealed class StoreBusyException() : StoreException("too many calls are waiting for the store");
