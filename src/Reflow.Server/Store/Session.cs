using System.Data.Common;
using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SQLitePCL;

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
    public ValueTask<List<T>> Query<T>(string sql, Func<DbDataReader, T> row, params ReadOnlySpan<object?> args) =>
        SystemSession.ReadAll(Bound(sql, args), row);

    /// <summary>The first row that the statement answers, or the default when there is none.</summary>
    public ValueTask<T?> Find<T>(string sql, Func<DbDataReader, T> row, params ReadOnlySpan<object?> args) =>
        SystemSession.ReadFirst(Bound(sql, args), row);

    /// <summary>Shows the rows one after the other until told that it is enough; further rows are not even looked for.</summary>
    public ValueTask Scan(string sql, Func<DbDataReader, bool> goOn, params ReadOnlySpan<object?> args) => SystemSession.ReadWhile(Bound(sql, args), goOn);

    /// <summary>Runs a statement and answers how many rows it changed.</summary>
    public ValueTask<int> Execute(string sql, params ReadOnlySpan<object?> args) => ValueTask.FromResult(Bound(sql, args).Run());

    SqliteStatement Bound(string sql, ReadOnlySpan<object?> args)
    {
        var statement = system.Prepared(sql, args.Length + 1, ofTenant: true);
        statement.Bind(1, tenant);
        SystemSession.Bind(statement, 2, args);
        return statement;
    }
}

/// <summary>A transaction over all tenants; <c>$1</c> is the first argument. Statements are prepared once per connection and reused.</summary>
public sealed class SystemSession : IAsyncDisposable
{
    // Far more than the statements there are; filters that are put together from parts could make more over time.
    const int MostPrepared = 1000;

    readonly SqliteConnection connection;
    readonly Action<string, IReadOnlyList<string>>? inspect;
    readonly Dictionary<string, SqliteStatement> prepared = [];

    internal SystemSession(SqliteConnection connection, Engine engine, Action<string, IReadOnlyList<string>>? inspect) => (this.connection, Engine, this.inspect) = (connection, engine, inspect);

    internal Engine Engine { get; }

    /// <summary>Whether a statement that writes has run since this was last set to false.</summary>
    internal bool HasWritten { get; set; }

    /// <summary>Whether a transaction is open: the engine ends one by itself when the disk fails it.</summary>
    internal bool InTransaction => raw.sqlite3_get_autocommit(connection.Handle!) == 0;

    /// <summary>The view of one tenant in the same transaction.</summary>
    public Session For(string tenant) => new(this, tenant);

    /// <inheritdoc cref="Session.Query"/>
    public ValueTask<List<T>> Query<T>(string sql, Func<DbDataReader, T> row, params ReadOnlySpan<object?> args) =>
        ReadAll(Bound(sql, args), row);

    /// <inheritdoc cref="Session.Find"/>
    public ValueTask<T?> Find<T>(string sql, Func<DbDataReader, T> row, params ReadOnlySpan<object?> args) =>
        ReadFirst(Bound(sql, args), row);

    /// <inheritdoc cref="Session.Execute"/>
    public ValueTask<int> Execute(string sql, params ReadOnlySpan<object?> args) => ValueTask.FromResult(Bound(sql, args).Run());

    /// <summary>The rows of a statement one by one, each as its values; null for what is null. For what is too large for a list.</summary>
    public async IAsyncEnumerable<object?[]> Stream(string sql, int columns)
    {
        var statement = Bound(sql, []);
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

    /// <summary>Runs several statements separated by semicolons, without arguments: a migration.</summary>
    public async ValueTask Script(string sql)
    {
        HasWritten = true;
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Forget();
        await connection.DisposeAsync();
    }

    internal SqliteStatement Prepared(string sql, int parameters, bool ofTenant)
    {
        if (!prepared.TryGetValue(sql, out var statement))
        {
            if (prepared.Count == MostPrepared) Forget();
            if (ofTenant && !(sql.Contains("tenant", StringComparison.Ordinal) && sql.Contains("$1", StringComparison.Ordinal)))
                throw new UnreachableException($"A tenant's statement must name the tenant as $1: {sql}");
            inspect?.Invoke(sql, Plan(sql));
            prepared.Add(sql, statement = new(connection.Handle!, sql, parameters));
        }
        HasWritten |= statement.Writes;
        return statement;
    }

    internal static void Bind(SqliteStatement statement, int from, ReadOnlySpan<object?> args)
    {
        for (var i = 0; i < args.Length; i++) statement.Bind(from + i, args[i]);
    }

    internal static ValueTask<List<T>> ReadAll<T>(SqliteStatement statement, Func<DbDataReader, T> row)
    {
        try
        {
            var rows = new List<T>();
            while (statement.Read()) rows.Add(row(statement));
            return ValueTask.FromResult(rows);
        }
        finally { statement.Reset(); }
    }

    internal static ValueTask<T?> ReadFirst<T>(SqliteStatement statement, Func<DbDataReader, T> row)
    {
        try { return ValueTask.FromResult(statement.Read() ? row(statement) : default); }
        finally { statement.Reset(); }
    }

    internal static ValueTask ReadWhile(SqliteStatement statement, Func<DbDataReader, bool> goOn)
    {
        try
        {
            while (statement.Read() && goOn(statement)) { }
            return ValueTask.CompletedTask;
        }
        finally { statement.Reset(); }
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

    SqliteStatement Bound(string sql, ReadOnlySpan<object?> args)
    {
        var statement = Prepared(sql, args.Length, ofTenant: false);
        Bind(statement, 1, args);
        return statement;
    }
}
