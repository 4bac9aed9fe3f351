using System.Data;
using System.Data.Common;
using System.Diagnostics;
using Npgsql;

namespace Reflow.Server.Store;

/// <summary>
/// A writer's session on PostgreSQL. Statements are collected and sent together when the writer flushes: one round trip for what all changes of a group ask side by side,
/// where each statement would take one by itself. It belongs to one thread, on which also the changes go on whose answers have come.
/// </summary>
/// <param name="connection">Open, and this session's alone.</param>
/// <param name="isBehind">Whether its server is not the primary any more.</param>
/// <param name="lanes">The locks of those who change data.</param>
/// <param name="patience">How long an answer may take before it is overdue.</param>
/// <param name="inspect">Shown each statement that is new to the session, with its arguments; null shows nobody.</param>
sealed class PostgresPipeline(NpgsqlConnection connection, Func<bool> isBehind, PostgresLanes lanes, PostgresPatience patience, Action<string, NpgsqlParameterCollection>? inspect) : SystemSession(Engine.Postgres)
{
    // So that what writes without ever reading does not collect all of it in memory.
    const int MostWaiting = 1000;

    readonly PostgresBatch batch = new(connection, inspect);
    readonly List<(int Change, PostgresStatement Statement)> held = [];
    List<PostgresStatement> waiting = [], sent = [];
    bool failed, beside, patient;
    volatile bool abandoned;
    long asked;
    int turn, thread;

    internal override bool Collects => true;

    internal override bool InTransaction => !failed;

    internal override bool IsBroken => abandoned || isBehind() || connection.State is not ConnectionState.Open;

    internal override bool IsOverdue => Volatile.Read(ref asked) is not 0 and var since && patience.IsOver(Stopwatch.GetElapsedTime(since));

    internal override void Abandon() => abandoned = true;

    /// <inheritdoc/>
    public override IAsyncEnumerable<object?[]> Stream(string sql, int columns) => throw new UnreachableException("A writer streams nothing.");

    /// <inheritdoc/>
    public override ValueTask Script(string sql)
    {
        if (beside) throw OnlyAlone(sql);
        HasWritten = true;
        var script = new PostgresStatement.Running { Script = sql };
        waiting.Add(script);
        return new(script.Answer);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        batch.Dispose();
        await connection.DisposeAsync();
    }

    internal override ValueTask BeginRead() => throw new UnreachableException("A writer's transactions change.");

    internal override ValueTask EndRead() => throw new UnreachableException("A writer's transactions change.");

    // Whoever changes a tenant's data has its lane first, so that every statement sees all that was committed before, and nobody waits for anybody in a circle.
    internal override ValueTask BeginChange(IReadOnlyCollection<string?> tenants)
    {
        (failed, beside, thread) = (false, false, Environment.CurrentManagedThreadId);
        // What concerns all tenants takes its time.
        patient = tenants.Contains(null);
        var failure = Sent(seconds => batch.Send($"begin; {(patient ? "set local statement_timeout = 0; " : "")}{lanes.Take(tenants)}", seconds));
        failed = failure is not null;
        return failure switch
        {
            null => ValueTask.CompletedTask,
            // Others have been in the lane for too long.
            PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => throw new StoreBusyException(),
            _ => throw failure,
        };
    }

    internal override ValueTask Rollback()
    {
        held.Clear();
        waiting.Clear();
        return Do("rollback");
    }

    internal override void Turn(int change, bool beside) => (turn, this.beside) = (change, beside);

    internal override void Release(int change, bool keep)
    {
        if (keep) waiting.AddRange(held.Where(one => one.Change == change).Select(one => one.Statement));
        held.RemoveAll(one => one.Change == change);
    }

    internal override ValueTask<List<T>> ReadAll<T>(string sql, string? tenant, ReadOnlySpan<object?> args, Func<DbDataReader, T> row) => Ask(new PostgresStatement.Reading<List<T>>(reader =>
    {
        var rows = new List<T>();
        while (reader.Read()) rows.Add(row(reader));
        return rows;
    }), sql, tenant, args);

    internal override ValueTask<T?> ReadFirst<T>(string sql, string? tenant, ReadOnlySpan<object?> args, Func<DbDataReader, T> row) where T : default =>
        Ask(new PostgresStatement.Reading<T?>(reader => reader.Read() ? row(reader) : default), sql, tenant, args);

    internal override ValueTask ReadWhile(string sql, string? tenant, ReadOnlySpan<object?> args, Func<DbDataReader, bool> goOn) => new(Ask(new PostgresStatement.Reading<bool>(reader =>
    {
        while (reader.Read() && goOn(reader)) { }
        return true;
    }), sql, tenant, args).AsTask());

    internal override ValueTask<int> Run(string sql, string? tenant, ReadOnlySpan<object?> args)
    {
        HasWritten = true;
        if (beside) throw OnlyAlone(sql);
        var running = new PostgresStatement.Running();
        waiting.Add(Bound(running, sql, tenant, args));
        return new(running.Answer);
    }

    internal override ValueTask Write(string sql, string? tenant, bool one, ReadOnlySpan<object?> args)
    {
        HasWritten = true;
        // What goes back to a savepoint makes the transaction good again.
        if (sql.StartsWith("rollback", StringComparison.Ordinal)) failed = false;
        if (waiting.Count >= MostWaiting && !one && !beside) return new(Run(sql, tenant, args).AsTask());
        var writing = Bound(new PostgresStatement.Writing(one), sql, tenant, args);
        if (beside) held.Add((turn, writing));
        else waiting.Add(writing);
        return ValueTask.CompletedTask;
    }

    internal override bool Flush()
    {
        if (waiting.Count == 0) return false;
        TakeWaiting();
        var failure = Sent(seconds => sent is [{ Script: { } script }] ? batch.Send(script, seconds) : batch.Send(sent, IsCommit(sent[^1]) ? 0 : seconds));
        Settle(ref failure);
        if (failure is null) return true;
        failed = true;
        // Whoever has seen it fail may have asked for more; the server does nothing of it.
        for (Exception? more = failure; waiting.Count > 0;)
        {
            TakeWaiting();
            Settle(ref more);
        }
        throw failure;
    }

    // One that waits for a standby is not cancelled, as the driver would when it gives up: the change would be done at this server alone, and show, and be lost with it.
    static bool IsCommit(PostgresStatement statement) => statement is { Script: null, Command.CommandText: "commit" };

    // All that waits; of scripts, which the driver sends by themselves, the first when it is first.
    void TakeWaiting()
    {
        var script = waiting.FindIndex(statement => statement.Script is not null);
        if (script < 0) (waiting, sent) = (sent, waiting);
        else
        {
            sent.AddRange(waiting[..Math.Max(script, 1)]);
            waiting.RemoveRange(0, sent.Count);
        }
    }

    // Those whose answers have come go on, and what they ask next is collected.
    void Settle(ref Exception? failure)
    {
        var lost = failure;
        foreach (var statement in sent)
        {
            turn = statement.Change;
            if (statement.Settle(lost) is { } rows) failure ??= NotAsRead(statement.Command.CommandText, rows);
        }
        batch.Spare(sent);
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

    ValueTask<T> Ask<T>(PostgresStatement.Reading<T> reading, string sql, string? tenant, ReadOnlySpan<object?> args)
    {
        // A statement that answers may write as well; what recurs here only reads.
        var writes = !sql.StartsWith("select", StringComparison.Ordinal) && !sql.StartsWith("with recursive", StringComparison.Ordinal);
        HasWritten |= writes;
        if (beside && (writes || held.Exists(one => one.Change == turn))) throw OnlyAlone(sql);
        waiting.Add(Bound(reading, sql, tenant, args));
        return new(reading.Answer);
    }

    PostgresStatement Bound(PostgresStatement statement, string sql, string? tenant, ReadOnlySpan<object?> args)
    {
        if (Environment.CurrentManagedThreadId != thread) throw new UnreachableException("A change waits for nothing but its session.");
        (statement.Command, statement.Change) = (batch.Bound(sql, tenant, args), turn);
        return statement;
    }

    // The group is decided once more, one after the other.
    StoreException OnlyAlone(string sql)
    {
        failed = true;
        return new($"A guarded change reads first and then only writes: {sql}");
    }
}
