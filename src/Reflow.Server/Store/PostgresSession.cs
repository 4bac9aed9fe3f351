using System.Data;
using System.Data.Common;
using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;

namespace Reflow.Server.Store;

/// <summary>
/// A session on PostgreSQL. A writer's blocks its thread, which is the writer's own; a reader's lets its thread go while the server works.
/// No text holds U+0000 there: it is kept as U+FFFD.
/// </summary>
/// <param name="connection">Open, and this session's alone.</param>
/// <param name="lanes">The locks of those who change data.</param>
/// <param name="blocking">Whether calls complete before they return.</param>
sealed class PostgresSession(NpgsqlConnection connection, PostgresLanes lanes, bool blocking) : SystemSession(Engine.Postgres)
{
    // Far more than the statements there are; filters that are put together from parts could make more over time.
    const int MostKept = 1000;

    readonly Dictionary<string, NpgsqlCommand> kept = [];
    bool failed;
    NpgsqlTransaction? reading;

    internal override bool InTransaction => !failed;

    internal override bool IsBroken => connection.State is not ConnectionState.Open;

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
        await using var command = new NpgsqlCommand(sql, connection);
        await Changed(command);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        Forget();
        await connection.DisposeAsync();
    }

    // Begun by the driver together with the first statement. That it only reads, the connection says.
    internal override async ValueTask BeginRead()
    {
        HasAnswered = false;
        reading = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead);
    }

    internal override async ValueTask EndRead() => await reading!.DisposeAsync();

    // Whoever changes a tenant's data has its lane first, so that every statement sees all that was committed before, and nobody waits for anybody in a circle.
    internal override async ValueTask BeginChange(IReadOnlyCollection<string?> tenants)
    {
        failed = false;
        await using var begin = new NpgsqlCommand($"begin; {lanes.Take(tenants)}", connection);
        await Changed(begin);
    }

    internal override async ValueTask Rollback() => await Execute("rollback");

    internal override ValueTask<List<T>> ReadAll<T>(string sql, string? tenant, ReadOnlySpan<object?> args, Func<DbDataReader, T> row) => All(Bound(sql, tenant, args), row);

    internal override ValueTask<T?> ReadFirst<T>(string sql, string? tenant, ReadOnlySpan<object?> args, Func<DbDataReader, T> row) where T : default => First(Bound(sql, tenant, args), row);

    internal override ValueTask ReadWhile(string sql, string? tenant, ReadOnlySpan<object?> args, Func<DbDataReader, bool> goOn) => While(Bound(sql, tenant, args), goOn);

    internal override ValueTask<int> Run(string sql, string? tenant, ReadOnlySpan<object?> args)
    {
        var command = Bound(sql, tenant, args);
        // Also what goes back to a savepoint makes the transaction good again.
        if (sql.StartsWith("rollback", StringComparison.Ordinal)) failed = false;
        return Changed(command);
    }

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

    async ValueTask While(NpgsqlCommand command, Func<DbDataReader, bool> goOn)
    {
        var reader = await Open(command);
        try
        {
            while (await Next(reader) && goOn(reader)) { }
        }
        finally { await Close(reader); }
    }

    async ValueTask<NpgsqlDataReader> Open(NpgsqlCommand command)
    {
        try
        {
            var reader = blocking ? command.ExecuteReader() : await command.ExecuteReaderAsync();
            HasAnswered = true;
            return reader;
        }
        catch (DbException) when (Fails()) { throw; }
    }

    async ValueTask<bool> Next(NpgsqlDataReader reader)
    {
        try { return blocking ? reader.Read() : await reader.ReadAsync(); }
        catch (DbException) when (Fails()) { throw; }
    }

    async ValueTask Close(NpgsqlDataReader reader)
    {
        try
        {
            if (blocking) reader.Dispose();
            else await reader.DisposeAsync();
        }
        catch (DbException) when (Fails()) { throw; }
    }

    async ValueTask<int> Changed(NpgsqlCommand command)
    {
        try { return Math.Max(blocking ? command.ExecuteNonQuery() : await command.ExecuteNonQueryAsync(), 0); }
        catch (DbException) when (Fails()) { throw; }
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
        var command = Kept(sql, args.Length + own, tenant is not null);
        if (tenant is not null) Bind(command.Parameters[0], tenant);
        for (var i = 0; i < args.Length; i++) Bind(command.Parameters[own + i], args[i]);
        return command;
    }

    NpgsqlCommand Kept(string sql, int parameters, bool ofTenant)
    {
        if (!kept.TryGetValue(sql, out var command))
        {
            if (kept.Count == MostKept) Forget();
            if (ofTenant) MustNameTenant(sql);
            kept.Add(sql, command = new(sql, connection));
            for (var n = 0; n < parameters; n++) command.Parameters.Add(new());
        }
        HasWritten |= !sql.StartsWith("select", StringComparison.Ordinal);
        return command;
    }

    static void Bind(NpgsqlParameter parameter, object? value)
    {
        switch (value)
        {
            case null: parameter.ResetDbType(); parameter.Value = DBNull.Value; return;
            case string text: parameter.NpgsqlDbType = NpgsqlDbType.Text; parameter.Value = text.Contains('\0', StringComparison.Ordinal) ? text.Replace('\0', '\uFFFD') : text; return;
            case long: parameter.NpgsqlDbType = NpgsqlDbType.Bigint; parameter.Value = value; return;
            case int number: parameter.NpgsqlDbType = NpgsqlDbType.Bigint; parameter.Value = (long)number; return;
            case bool truth: parameter.NpgsqlDbType = NpgsqlDbType.Bigint; parameter.Value = truth ? 1L : 0L; return;
            case double: parameter.NpgsqlDbType = NpgsqlDbType.Double; parameter.Value = value; return;
            default: throw new UnreachableException($"no column holds a {value.GetType()}");
        }
    }

    void Forget()
    {
        foreach (var command in kept.Values) command.Dispose();
        kept.Clear();
    }
}

/// <summary>
/// Who changes a tenant's data takes that tenant's lock until the end of the transaction, and shares one for all tenants; who changes what belongs to no tenant or to many takes
/// that one alone. The locks are PostgreSQL's advisory ones, taken in one order. So the changes of a tenant follow one another on all nodes together, as they do with the embedded
/// engine's one writer, and those of two tenants do not wait for each other.
/// </summary>
/// <remarks>What changes many tenants, such as a workspace, may change what nodes remember: all nodes are told when it is committed.</remarks>
/// <param name="schema">Where the data is: two Reflows in one database have nothing to do with each other.</param>
sealed class PostgresLanes(string schema)
{
    readonly long all = Key(schema, "");

    /// <summary>The statement that takes the lanes of tenants; null among them stands for all.</summary>
    public string Take(IReadOnlyCollection<string?> tenants) => tenants.Contains(null)
        ? $"select pg_advisory_xact_lock({all}); notify {Channel(schema)}"
        : $"select pg_advisory_xact_lock_shared({all}){string.Concat(tenants.Select(tenant => Key(schema, tenant!)).Distinct().Order().Select(key => $"; select pg_advisory_xact_lock({key})"))}";

    /// <summary>Where nodes are told.</summary>
    public static string Channel(string schema) => $"reflow_{Key(schema, ""):x}";

    static long Key(string schema, string tenant) =>
        System.Buffers.Binary.BinaryPrimitives.ReadInt64LittleEndian(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{schema}\n{tenant}")));
}
