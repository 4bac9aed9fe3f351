using System.Data.Common;
using System.Diagnostics;

namespace Reflow.Server.Store;

/// <summary>
/// One tenant's view of a transaction. In every statement <c>$1</c> is the tenant, bound here and nowhere else;
/// the arguments given by the caller follow as <c>$2</c>, <c>$3</c>, … A statement that does not name the tenant is refused when it is first used.
/// </summary>
public readonly struct Session(SystemSession system, string tenant)
{
    /// <summary>The tenant whose rows this session sees.</summary>
    public string Tenant => tenant;

    internal Engine Engine => system.Engine;

    /// <summary>All rows that the statement answers.</summary>
    public ValueTask<List<T>> Query<T>(string sql, Func<DbDataReader, T> row, params ReadOnlySpan<object?> args) => system.ReadAll(sql, tenant, args, row);

    /// <summary>The first row that the statement answers, or the default when there is none.</summary>
    public ValueTask<T?> Find<T>(string sql, Func<DbDataReader, T> row, params ReadOnlySpan<object?> args) => system.ReadFirst(sql, tenant, args, row);

    /// <summary>Runs a statement and answers how many rows it changed.</summary>
    public ValueTask<int> Execute(string sql, params ReadOnlySpan<object?> args) => system.Run(sql, tenant, args);

    /// <summary>Runs a statement when there is a reason to: what is read next sees what it did, and so does the commit. When it fails, the change has failed, whatever its work says.</summary>
    public ValueTask Write(string sql, params ReadOnlySpan<object?> args) => system.Write(sql, tenant, false, args);

    /// <summary>As <see cref="Write"/>, of a row whose columns depend on those that are there; where several are written at once, they are by another text.</summary>
    /// <param name="sql">Inserts one row.</param>
    /// <param name="together">Inserts many: <c>{rows}</c> stands for their arguments, which are named as in <paramref name="sql"/>, and <c>{place}</c> for the number of each among those of its tenant, from 1.</param>
    /// <param name="args">The arguments.</param>
    public ValueTask Append(string sql, string together, params ReadOnlySpan<object?> args) => system.Append(sql, together, tenant, args);

    /// <summary>Asks several things, none of which depends on another's answer: where statements are collected they share a round trip, elsewhere they follow each other.</summary>
    internal async ValueTask Together(params Func<ValueTask>[] questions)
    {
        if (system.Collects) await Task.WhenAll(Array.ConvertAll(questions, static question => question().AsTask()));
        else
            foreach (var question in questions) await question();
    }

    /// <summary>
    /// Does several things that have nothing to do with each other, each of which may do several in turn. Where statements are collected, those of all of them go together;
    /// all that was before comes before, and all that comes after, after.
    /// </summary>
    internal ValueTask Each(IEnumerable<Func<ValueTask>> things) => system.Each(things);

    /// <summary>As <see cref="Write"/>; the change has failed unless exactly one row was changed. What guards a decision: the row is as it was read.</summary>
    public ValueTask WriteOne(string sql, params ReadOnlySpan<object?> args) => system.Write(sql, tenant, true, args);
}

/// <summary>
/// A transaction over all tenants; <c>$1</c> is the first argument. Statements are prepared once per connection and reused.
/// An argument is a text, an integer, a real number, a truth value (kept as 0 or 1) or null.
/// </summary>
public abstract class SystemSession : IAsyncDisposable
{
    private protected SystemSession(Engine engine) => Engine = engine;

    internal Engine Engine { get; }

    /// <summary>Whether a statement that writes has run since this was last set to false.</summary>
    internal virtual bool HasWritten { get; set; }

    /// <summary>Whether a transaction is open that statements can still go on in: an engine gives one up when a statement or the disk fails it.</summary>
    internal abstract bool InTransaction { get; }

    /// <summary>Whether the connection is lost: a new session is needed.</summary>
    internal abstract bool IsBroken { get; }

    /// <summary>Whether a statement has been without an answer for longer than calls wait. Only engines that can be out of reach say so.</summary>
    internal virtual bool IsOverdue => false;

    /// <summary>Leaves a session that is overdue to itself: it is broken, and what still runs in it fails when it is answered.</summary>
    internal virtual void Abandon() => throw new UnreachableException("a session that is never overdue is never abandoned");

    /// <summary>The view of one tenant in the same transaction.</summary>
    public Session For(string tenant) => new(this, tenant);

    /// <inheritdoc cref="Session.Query"/>
    public ValueTask<List<T>> Query<T>(string sql, Func<DbDataReader, T> row, params ReadOnlySpan<object?> args) => ReadAll(sql, null, args, row);

    /// <inheritdoc cref="Session.Find"/>
    public ValueTask<T?> Find<T>(string sql, Func<DbDataReader, T> row, params ReadOnlySpan<object?> args) => ReadFirst(sql, null, args, row);

    /// <inheritdoc cref="Session.Write"/>
    public ValueTask Write(string sql, params ReadOnlySpan<object?> args) => Write(sql, null, false, args);

    /// <inheritdoc cref="Session.Execute"/>
    public ValueTask<int> Execute(string sql, params ReadOnlySpan<object?> args) => Run(sql, null, args);

    /// <summary>The rows of a statement one by one, each as its values; null for what is null. For what is too large for a list.</summary>
    public abstract IAsyncEnumerable<object?[]> Stream(string sql, int columns);

    /// <summary>Runs several statements separated by semicolons, without arguments: a migration.</summary>
    public abstract ValueTask Script(string sql);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>Whether a statement of this transaction has been answered.</summary>
    internal bool HasAnswered { get; private protected set; }

    /// <summary>Begins a transaction that only reads and sees one moment.</summary>
    internal abstract ValueTask BeginRead();

    /// <summary>Ends a transaction that only read.</summary>
    internal abstract ValueTask EndRead();

    /// <summary>Begins a transaction that nobody else who changes the same tenants' data runs beside; null stands for all tenants.</summary>
    internal abstract ValueTask BeginChange(IReadOnlyCollection<string?> tenants);

    /// <summary>Takes back what the transaction did, if one is open.</summary>
    internal abstract ValueTask Rollback();

    /// <summary>Does what the engine needs done from time to time, after a group of changes whose callers have been told.</summary>
    /// <param name="failed">Whether the group failed.</param>
    internal virtual void Tend(bool failed)
    {
    }

    internal abstract ValueTask<List<T>> ReadAll<T>(string sql, string? tenant, ReadOnlySpan<object?> args, Func<DbDataReader, T> row);

    internal abstract ValueTask<T?> ReadFirst<T>(string sql, string? tenant, ReadOnlySpan<object?> args, Func<DbDataReader, T> row);

    internal abstract ValueTask<int> Run(string sql, string? tenant, ReadOnlySpan<object?> args);

    internal abstract ValueTask Write(string sql, string? tenant, bool one, ReadOnlySpan<object?> args);

    internal virtual ValueTask Append(string sql, string together, string? tenant, ReadOnlySpan<object?> args) => Write(sql, tenant, false, args);

    /// <summary>Ends a part of a transaction, or begins one: a savepoint, a commit.</summary>
    internal virtual ValueTask Mark(string sql) => Write(sql, null, false, []);

    /// <summary>Whether what failed last is known to have done nothing, with all that came before it in the transaction.</summary>
    internal virtual bool WasTakenBack => false;

    /// <summary>Whether statements are collected, so that changes can be decided side by side and must be told to <see cref="Flush"/>.</summary>
    internal virtual bool Collects => false;

    /// <summary>
    /// The statements from now on are those of the <paramref name="change"/>th change of a group. When it is decided beside others, what it writes is held until it is released.
    /// The zeroth comes after all that was before; from there on only what is of one change keeps its order.
    /// </summary>
    internal virtual void Turn(int change, bool beside)
    {
    }

    /// <inheritdoc cref="Session.Each"/>
    internal virtual async ValueTask Each(IEnumerable<Func<ValueTask>> things)
    {
        foreach (var thing in things) await thing();
    }

    /// <summary>What a change held is written next, or never.</summary>
    internal virtual void Release(int change, bool keep)
    {
    }

    /// <summary>Sends what waits and lets whoever waits for an answer go on; false when there was nothing to send.</summary>
    /// <exception cref="DbException">The database refused a statement.</exception>
    /// <exception cref="StoreException">A row that a decision was made by was not as it had been.</exception>
    internal virtual bool Flush() => false;

    private protected static StoreException NotAsRead(string sql) => new($"what was read has changed while a change was decided by it: {sql}");

    internal static void MustNameTenant(string sql)
    {
        if (!(sql.Contains("tenant", StringComparison.Ordinal) && sql.Contains("$1", StringComparison.Ordinal)))
            throw new UnreachableException($"A tenant's statement must name the tenant as $1: {sql}");
    }
}
