using System.Data;
using System.Data.Common;
using Npgsql;

namespace Reflow.Server.Store;

/// <summary>
/// A session on PostgreSQL that sends each statement when it comes, and lets its thread go while the server works.
/// </summary>
/// <param name="connection">Open, and this session's alone.</param>
/// <param name="isBehind">Whether its server is not the primary any more.</param>
/// <param name="lanes">The locks of those who change data.</param>
/// <param name="patience">How long an answer may take; beyond that the session is abandoned (ADR 13).</param>
/// <param name="inspect">Shown each statement that is new to the session, with its arguments; null shows nobody.</param>
sealed class PostgresSession(NpgsqlConnection connection, Func<bool> isBehind, PostgresLanes lanes, PostgresPatience patience, Action<string, NpgsqlParameterCollection>? inspect) : SystemSession(Engine.Postgres)
{
    // Far more than the statements there are; filters that are put together from parts could make more over time.
    const int MostKept = 1000;

    readonly Dictionary<string, NpgsqlCommand> kept = [];
    bool failed, abandoned;
    NpgsqlTransaction? reading;

    internal override bool InTransaction => !failed;

    internal override bool IsBroken => abandoned || isBehind() || connection.State is not ConnectionState.Open;

    /// <inheritdoc/>
    public override async IAsyncEnumerable<object?[]> Stream(string sql, int columns)
    {
        await using var reader = await Bound(sql, null, []).ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var row = new object?[columns];
            for (var i = 0; i < columns; i++) row[i] = reader.GetValue(i) is not DBNull and var value ? value : null;
            yield return row;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask Script(string sql)
    {
        HasWritten = true;
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = patience.DriverSeconds };
        await Changed(command);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        // What nobody waits for any more closes it when it ends.
        if (abandoned) return;
        Forget();
        await connection.DisposeAsync();
    }

    // Begun by the driver together with the first statement. That it only reads, the connection says.
    internal override async ValueTask BeginRead()
    {
        HasAnswered = false;
        reading = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead);
    }

    internal override async ValueTask EndRead() => await Answered(reading!.DisposeAsync().AsTask());

    // Whoever changes a tenant's data has its lane first, so that every statement sees all that was committed before, and nobody waits for anybody in a circle.
    internal override async ValueTask BeginChange(IReadOnlyCollection<string?> tenants)
    {
        failed = false;
        await Run("begin", null, []);
        foreach (var (sql, args) in lanes.Take(tenants)) await Run(sql, null, args);
    }

    internal override async ValueTask Rollback() => await Execute("rollback");

    internal override ValueTask<List<T>> ReadAll<T>(string sql, string? tenant, ReadOnlySpan<object?> args, Func<DbDataReader, T> row) => All(Bound(sql, tenant, args), row);

    internal override ValueTask<T?> ReadFirst<T>(string sql, string? tenant, ReadOnlySpan<object?> args, Func<DbDataReader, T> row) where T : default => First(Bound(sql, tenant, args), row);

    internal override ValueTask<int> Run(string sql, string? tenant, ReadOnlySpan<object?> args)
    {
        var command = Bound(sql, tenant, args);
        // Also what goes back to a savepoint makes the transaction good again.
        if (sql.StartsWith("rollback", StringComparison.Ordinal)) failed = false;
        return Changed(command);
    }

    internal override ValueTask Write(string sql, string? tenant, bool one, ReadOnlySpan<object?> args) => Written(Bound(sql, tenant, args), one);

    async ValueTask<List<T>> All<T>(NpgsqlCommand command, Func<DbDataReader, T> row)
    {
        var reader = await Open(command);
        try
        {
            var rows = new List<T>();
            while (await Next(reader)) rows.Add(row(reader));
            return rows;
        }
        finally { await Close(reader); }
    }

    async ValueTask<T?> First<T>(NpgsqlCommand command, Func<DbDataReader, T> row)
    {
        var reader = await Open(command);
        try { return await Next(reader) ? row(reader) : default; }
        finally { await Close(reader); }
    }

    async ValueTask<NpgsqlDataReader> Open(NpgsqlCommand command)
    {
        try
        {
            var reader = await Answered(command.ExecuteReaderAsync());
            HasAnswered = true;
            return reader;
        }
        catch (DbException) when (Fails()) { throw; }
    }

    async ValueTask<bool> Next(NpgsqlDataReader reader)
    {
        try { return await Answered(reader.ReadAsync()); }
        catch (DbException) when (Fails()) { throw; }
    }

    async ValueTask Close(NpgsqlDataReader reader)
    {
        if (abandoned) return;
        try { await Answered(reader.DisposeAsync().AsTask()); }
        catch (DbException) when (Fails()) { throw; }
    }

    async ValueTask<int> Changed(NpgsqlCommand command)
    {
        try { return Math.Max(await Answered(command.ExecuteNonQueryAsync()), 0); }
        catch (DbException) when (Fails()) { throw; }
    }

    async ValueTask Written(NpgsqlCommand command, bool one)
    {
        var rows = await Changed(command);
        if (one && rows != 1) throw NotAsRead(command.CommandText);
    }

    async ValueTask<T> Answered<T>(Task<T> answer)
    {
        await Answered((Task)answer);
        return await answer;
    }

    ValueTask Answered(Task answer) => answer.IsCompleted || !patience.IsLimited ? new(answer) : Awaited(answer);

    async ValueTask Awaited(Task answer)
    {
        try { await patience.Answered(answer, connection); }
        catch (StoreGoneException)
        {
            abandoned = true;
            throw;
        }
    }

    // A statement that failed ends the transaction for all that follow.
    bool Fails()
    {
        failed = true;
        return false;
    }

    NpgsqlCommand Bound(string sql, string? tenant, ReadOnlySpan<object?> args)
    {
        var own = tenant is null ? 0 : 1;
        var isNew = inspect is not null && !kept.ContainsKey(sql);
        var command = Kept(sql, args.Length + own, tenant is not null);
        if (tenant is not null) command.Parameters[0].Bind(tenant);
        for (var i = 0; i < args.Length; i++) command.Parameters[own + i].Bind(args[i]);
        if (isNew) inspect!(sql, command.Parameters);
        return command;
    }

    NpgsqlCommand Kept(string sql, int parameters, bool ofTenant)
    {
        if (!kept.TryGetValue(sql, out var command))
        {
            if (kept.Count == MostKept) Forget();
            if (ofTenant) MustNameTenant(sql);
            kept.Add(sql, command = new(sql, connection) { CommandTimeout = patience.DriverSeconds });
            for (var n = 0; n < parameters; n++) command.Parameters.Add(new());
        }
        HasWritten |= !sql.StartsWith("select", StringComparison.Ordinal);
        return command;
    }

    void Forget()
    {
        foreach (var command in kept.Values) command.Dispose();
        kept.Clear();
    }
}
