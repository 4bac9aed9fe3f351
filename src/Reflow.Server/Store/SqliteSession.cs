using System.Data.Common;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Reflow.Server.Store;

/// <summary>A session on the embedded engine. Its calls complete before they return.</summary>
sealed class SqliteSession(SqliteConnection connection, Func<string, Action<IReadOnlyList<string>>?>? inspect, SqliteLog? log = null) : SystemSession(Engine.Sqlite)
{
    // Far more than the statements there are; filters that are put together from parts could make more over time.
    const int MostPrepared = 1000;

    readonly Dictionary<string, SqliteStatement> prepared = [];

    internal override bool InTransaction => raw.sqlite3_get_autocommit(connection.Handle!) == 0;

    internal override bool IsBroken => false;

    /// <inheritdoc/>
    public override async IAsyncEnumerable<object?[]> Stream(string sql, int columns)
    {
        var statement = Bound(sql, null, []);
        await Task.CompletedTask;
        try
        {
            while (statement.Read())
            {
                var row = new object?[columns];
                for (var i = 0; i < columns; i++) row[i] = statement.IsDBNull(i) ? null : statement.GetValue(i);
                yield return row;
            }
        }
        finally { statement.Reset(); }
    }

    /// <inheritdoc/>
    public override async ValueTask Script(string sql)
    {
        HasWritten = true;
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        Forget();
        log?.Dispose();
        await connection.DisposeAsync();
    }

    internal override async ValueTask BeginRead() => await Execute("begin");

    internal override async ValueTask EndRead() => await Execute("commit");

    // Takes the write lock now, not at the first write. There is one for all tenants.
    internal override async ValueTask BeginChange(IReadOnlyCollection<string?> tenants) => await Execute("begin immediate");

    internal override async ValueTask Rollback()
    {
        if (InTransaction) await Execute("rollback");
    }

    internal override void Tend(bool failed) => log?.Tend(failed);

    internal override ValueTask<List<T>> ReadAll<T>(string sql, string? tenant, ReadOnlySpan<object?> args, Func<DbDataReader, T> row)
    {
        var statement = Bound(sql, tenant, args);
        try
        {
            var rows = new List<T>();
            while (statement.Read()) rows.Add(row(statement));
            return ValueTask.FromResult(rows);
        }
        finally { statement.Reset(); }
    }

    internal override ValueTask<T?> ReadFirst<T>(string sql, string? tenant, ReadOnlySpan<object?> args, Func<DbDataReader, T> row) where T : default
    {
        var statement = Bound(sql, tenant, args);
        try { return ValueTask.FromResult(statement.Read() ? row(statement) : default); }
        finally { statement.Reset(); }
    }

    internal override ValueTask<int> Run(string sql, string? tenant, ReadOnlySpan<object?> args) => ValueTask.FromResult(Bound(sql, tenant, args).Run());

    internal override ValueTask Write(string sql, string? tenant, bool one, ReadOnlySpan<object?> args) =>
        Bound(sql, tenant, args).Run() is var rows && one && rows != 1 ? throw NotAsRead(sql) : ValueTask.CompletedTask;

    SqliteStatement Bound(string sql, string? tenant, ReadOnlySpan<object?> args)
    {
        var own = tenant is null ? 0 : 1;
        var statement = Prepared(sql, args.Length + own, tenant is not null);
        if (tenant is not null) statement.Bind(1, tenant);
        for (var i = 0; i < args.Length; i++) statement.Bind(own + 1 + i, args[i]);
        return statement;
    }

    SqliteStatement Prepared(string sql, int parameters, bool ofTenant)
    {
        if (!prepared.TryGetValue(sql, out var statement))
        {
            if (prepared.Count == MostPrepared) Forget();
            if (ofTenant) MustNameTenant(sql);
            inspect?.Invoke(sql)?.Invoke(Plan(sql));
            prepared.Add(sql, statement = new(connection.Handle!, sql, parameters));
        }
        HasWritten |= statement.Writes;
        return statement;
    }

    List<string> Plan(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"explain query plan {sql}";
        for (var n = 1; sql.Contains($"${n}", StringComparison.Ordinal); n++) command.Parameters.AddWithValue($"${n}", DBNull.Value);
        using var reader = command.ExecuteReader();
        var steps = new List<string>();
        while (reader.Read()) steps.Add(reader.GetString(3));
        return steps;
    }

    void Forget()
    {
        foreach (var statement in prepared.Values) statement.Dispose();
        prepared.Clear();
    }
}
