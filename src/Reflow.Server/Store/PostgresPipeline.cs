using System.Data;
using System.Data.Common;
using System.Diagnostics;
using Npgsql;

namespace Reflow.Server.Store;

/// <summary>
/// A session on PostgreSQL for the calls of a group. Statements are collected and sent together when it is flushed: one round trip for what all of them ask side by side,
/// where each statement would take one by itself. It belongs to one thread, on which also the calls go on whose answers have come.
/// </summary>
/// <param name="connection">Open, and this session's alone.</param>
/// <param name="isBehind">Whether its server is not the primary any more.</param>
/// <param name="lanes">The locks of those who change data.</param>
/// <param name="patience">How long an answer may take before it is overdue.</param>
/// <param name="merge">How many statements of one text are sent as one.</param>
/// <param name="inspect">Shown each statement that is new to the session, with its arguments; null shows nobody.</param>
sealed class PostgresPipeline(
    NpgsqlConnection connection, Func<bool> isBehind, PostgresLanes lanes, PostgresPatience patience, PostgresMergeLimits merge, Action<string, NpgsqlParameterCollection>? inspect) : SystemSession(Engine.Postgres)
{
    // So that what writes without ever reading does not collect all of it in memory.
    const int MostWaiting = 1000;

    // One that waits for a standby is not cancelled, as the driver would when it gives up: the change would be done at this server alone, and show, and be lost with it.
    const string Commit = "commit";

    readonly PostgresBatch batch = new(connection, merge, inspect);
    readonly List<PostgresStatement> held = [];
    List<PostgresStatement> waiting = [], sent = [];
    bool failed, takenBack, beside, patient, warned;
    volatile bool abandoned;
    long asked;
    int turn, stretch, lastThing, thread;

    internal override bool Collects => true;

    internal override bool InTransaction => !failed;

    internal override bool IsBroken => abandoned || isBehind() || connection.State is not ConnectionState.Open;

    internal override bool WasTakenBack => takenBack && !IsBroken;

    /// <summary>Told what the server remarks.</summary>
    public void Hear(object sender, NpgsqlNoticeEventArgs remark) => warned |= remark.Notice is { InvariantSeverity: "WARNING", SqlState: "01000" };

    internal override bool IsOverdue => Volatile.Read(ref asked) is not 0 and var since && patience.IsOver(Stopwatch.GetElapsedTime(since));

    internal override void Abandon() => abandoned = true;

    /// <inheritdoc/>
    public override IAsyncEnumerable<object?[]> Stream(string sql, int columns) => throw new UnreachableException("What streams has a session of its own.");

    /// <inheritdoc/>
    public override ValueTask Script(string sql)
    {
        if (beside) throw OnlyAlone(sql);
        HasWritten = true;
        var script = new PostgresStatement.Running(sql, []) { IsScript = true };
        Wait(script);
        return new(script.Answer);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        batch.Dispose();
        await connection.DisposeAsync();
    }

    // Sent with the first that is asked. That it only reads, the connection says.
    internal override ValueTask BeginRead()
    {
        Begin("begin isolation level repeatable read", []);
        return ValueTask.CompletedTask;
    }

    internal override ValueTask EndRead() => Mark(Commit);

    // Whoever changes a tenant's data has its lane first, so that every statement sees all that was committed before, and nobody waits for anybody in a circle.
    // All this goes with the first that the changes ask.
    internal override ValueTask BeginChange(IReadOnlyCollection<string?> tenants)
    {
        // What concerns all tenants takes its time.
        patient = tenants.Contains(null);
        Begin("begin", lanes.Take(tenants));
        return ValueTask.CompletedTask;
    }

    void Begin(string begin, IEnumerable<(string Sql, object?[] Args)> lanes)
    {
        (failed, thread) = (false, Environment.CurrentManagedThreadId);
        Turn(0, beside: false);
        Wait(new PostgresStatement.Taking(begin, []));
        if (patient) Wait(new PostgresStatement.Taking("set local statement_timeout = 0", []));
        foreach (var (sql, args) in lanes) Wait(new PostgresStatement.Taking(sql, args));
        Turn(0, beside: false);
    }

    internal override ValueTask Rollback()
    {
        held.Clear();
        waiting.Clear();
        return Do("rollback");
    }

    internal override void Turn(int change, bool beside)
    {
        (turn, this.beside) = (change, beside);
        if (change == 0) stretch++;
    }

    internal override async ValueTask Each(IEnumerable<Func<ValueTask>> things)
    {
        var whole = turn;
        stretch++;
        var all = new List<Task>();
        foreach (var thing in things)
        {
            // No change has such a number.
            turn = --lastThing;
            all.Add(thing().AsTask());
        }
        await Task.WhenAll(all);
        turn = whole;
        stretch++;
    }

    internal override void Release(int change, bool keep)
    {
        if (keep) waiting.AddRange(held.Where(one => one.Change == change));
        held.RemoveAll(one => one.Change == change);
    }

    internal override ValueTask<List<T>> ReadAll<T>(string sql, string? tenant, ReadOnlySpan<object?> args, Func<DbDataReader, T> row) =>
        Ask(sql, tenant, args, new List<T>(), (ref List<T> rows, DbDataReader reader) =>
        {
            rows.Add(row(reader));
            return true;
        }, PostgresMerge.Rows);

    internal override ValueTask<T?> ReadFirst<T>(string sql, string? tenant, ReadOnlySpan<object?> args, Func<DbDataReader, T> row) where T : default =>
        Ask(sql, tenant, args, default(T), (ref T? rows, DbDataReader reader) =>
        {
            rows = row(reader);
            return false;
        }, PostgresMerge.FirstRow);

    internal override ValueTask<int> Run(string sql, string? tenant, ReadOnlySpan<object?> args)
    {
        HasWritten = true;
        if (beside) throw OnlyAlone(sql);
        var all = All(ref sql, tenant, args);
        var running = new PostgresStatement.Running(sql, all);
        Wait(running);
        return new(running.Answer);
    }

    internal override ValueTask Write(string sql, string? tenant, bool one, ReadOnlySpan<object?> args) => Write(sql, tenant, one ? PostgresMerge.Guard : How(sql), null, args);

    // What goes back to a savepoint makes the transaction good again. All that came before is sent before, whoever asked for it.
    internal override ValueTask Mark(string sql)
    {
        failed &= !sql.StartsWith("rollback", StringComparison.Ordinal);
        Turn(0, beside: false);
        return Write(sql, null, false, []);
    }

    internal override ValueTask Append(string sql, string together, string? tenant, ReadOnlySpan<object?> args) => Write(sql, tenant, PostgresMerge.Insert, together, args);

    static PostgresMerge How(string sql) => sql.AsSpan().TrimStart() switch
    {
        ['i', 'n', 's', ..] => PostgresMerge.Insert,
        ['u', 'p', 'd', ..] => PostgresMerge.Update,
        ['d', 'e', 'l', ..] => PostgresMerge.Delete,
        _ => PostgresMerge.Never,
    };

    ValueTask Write(string sql, string? tenant, PostgresMerge how, string? together, ReadOnlySpan<object?> args)
    {
        HasWritten = true;
        if (waiting.Count >= MostWaiting && how is not PostgresMerge.Guard && !beside) return new(Run(sql, tenant, args).AsTask());
        var all = All(ref sql, tenant, args);
        var writing = new PostgresStatement.Writing(sql, all, how, together);
        if (beside) Place(writing, held);
        else Wait(writing);
        return ValueTask.CompletedTask;
    }

    internal override bool Flush()
    {
        if (waiting.Count == 0) return false;
        TakeWaiting();
        var bundles = new List<PostgresBundle>();
        warned = false;
        var failure = Sent(seconds => sent is [PostgresStatement.Running { IsScript: true } script] ? batch.Send(script.Sql, seconds) : batch.Send(sent, sent[^1].Sql == Commit ? 0 : seconds, out bundles));
        // A commit that somebody let give up waiting for a standby is on this server alone.
        if (failure is null && warned) failure = new StoreGoneException("PostgreSQL has not heard from its standby: whether the change outlives a fail-over is not known");
        failed = failure is not null;
        takenBack = failure is PostgresException { InvariantSeverity: "ERROR" };
        if (failure is PostgresException refused && bundles.Find(bundle => !bundle.IsAnswered)?.Of[0] is { } failing) failure = Told(refused, failing);
        Settle(failure);
        if (failure is null) return true;
        // Whoever has seen it fail may have asked for more; the server does nothing of it.
        while (waiting.Count > 0)
        {
            TakeWaiting();
            Settle(failure);
        }
        throw failure;
    }

    // Others have been in the lane for too long; or a guard found another row than was read.
    static Exception Told(PostgresException refused, PostgresStatement failing) => (refused.SqlState, failing) switch
    {
        (PostgresErrorCodes.QueryCanceled, PostgresStatement.Taking) => new StoreBusyException(),
        (PostgresErrorCodes.DivisionByZero, { Merge: PostgresMerge.Guard }) => NotAsRead(failing.Sql),
        _ => refused,
    };

    // All that waits; of scripts, which the driver sends by themselves, the first when it is first.
    void TakeWaiting()
    {
        var script = waiting.FindIndex(statement => statement is PostgresStatement.Running { IsScript: true });
        if (script < 0) (waiting, sent) = (sent, waiting);
        else
        {
            sent.AddRange(waiting[..Math.Max(script, 1)]);
            waiting.RemoveRange(0, sent.Count);
        }
    }

    // Those whose answers have come go on, and what they ask next is collected.
    void Settle(Exception? failure)
    {
        foreach (var statement in sent)
        {
            turn = statement.Change;
            statement.Settle(failure);
        }
        sent.Clear();
    }

    // Others see since when this thread waits for the server. Once they have given it up, whatever it says is a failure.
    Exception? Sent(Func<int, DbException?> send)
    {
        if (abandoned) return patience.Gone;
        if (!patient) Volatile.Write(ref asked, Stopwatch.GetTimestamp());
        var failure = send(patient ? 0 : patience.DriverSeconds);
        Volatile.Write(ref asked, 0);
        return abandoned ? patience.Gone : failure;
    }

    ValueTask Do(string sql)
    {
        if (Sent(seconds => batch.Send(sql, seconds)) is not { } failure) return ValueTask.CompletedTask;
        failed = true;
        throw failure;
    }

    ValueTask<T> Ask<T>(string sql, string? tenant, ReadOnlySpan<object?> args, T begin, PostgresStatement.Reading<T>.Row row, PostgresMerge how)
    {
        var selects = sql.StartsWith("select", StringComparison.Ordinal);
        // A statement that answers may write as well; what recurs here only reads.
        var writes = !selects && !sql.StartsWith("with recursive", StringComparison.Ordinal);
        HasWritten |= writes;
        if (beside && (writes || held.Exists(one => one.Change == turn))) throw OnlyAlone(sql);
        var all = All(ref sql, tenant, args);
        var reading = new PostgresStatement.Reading<T>(sql, all, begin, row, selects ? how : PostgresMerge.Never);
        Wait(reading);
        return new(reading.Answer);
    }

    object?[] All(ref string sql, string? tenant, ReadOnlySpan<object?> args)
    {
        if (Environment.CurrentManagedThreadId != thread) throw new UnreachableException("A change or a brief read waits for nothing but its session.");
        object?[] all = tenant is null ? [.. args] : [tenant, .. args];
        sql = batch.See(sql, tenant is not null, all);
        return all;
    }

    void Wait(PostgresStatement statement) => Place(statement, waiting);

    void Place(PostgresStatement statement, List<PostgresStatement> among)
    {
        (statement.Change, statement.Stretch) = (turn, stretch);
        among.Add(statement);
    }

    // The group is decided once more, one after the other.
    StoreException OnlyAlone(string sql)
    {
        failed = true;
        return new($"A guarded change reads first and then only writes: {sql}");
    }
}
