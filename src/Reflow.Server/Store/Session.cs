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
    public ValueTask<List<T>> Query<T>(string sql, Func<DbDataReader, T> row, params ReadOnlySpan<object?> args) =>
        SystemSession.ReadAll(Command(sql, args), row);

    /// <summary>The first row that the statement answers, or the default when there is none.</summary>
    public ValueTask<T?> Find<T>(string sql, Func<DbDataReader, T> row, params ReadOnlySpan<object?> args) =>
        SystemSession.ReadFirst(Command(sql, args), row);

    /// <summary>Runs a statement and answers how many rows it changed.</summary>
    public ValueTask<int> Execute(string sql, params ReadOnlySpan<object?> args) => SystemSession.Run(Command(sql, args));

    DbCommand Command(string sql, ReadOnlySpan<object?> args)
    {
        var command = system.Prepared(sql, args.Length + 1, ofTenant: true);
        command.Parameters[0].Value = tenant;
        SystemSession.Bind(command, 1, args);
        return command;
    }
}

/// <summary>A transaction over all tenants; <c>$1</c> is the first argument. Statements are prepared once per connection and reused.</summary>
public sealed class SystemSession : IAsyncDisposable
{
    // Far more than the statements there are; filters that are put together from parts could make more over time.
    const int MostPrepared = 1000;

    readonly DbConnection connection;
    readonly Dictionary<string, DbCommand> prepared = [];

    internal SystemSession(DbConnection connection, Engine engine) => (this.connection, Engine) = (connection, engine);

    internal Engine Engine { get; }

    /// <summary>The view of one tenant in the same transaction.</summary>
    public Session For(string tenant) => new(this, tenant);

    /// <inheritdoc cref="Session.Query"/>
    public ValueTask<List<T>> Query<T>(string sql, Func<DbDataReader, T> row, params ReadOnlySpan<object?> args) =>
        ReadAll(Command(sql, args), row);

    /// <inheritdoc cref="Session.Find"/>
    public ValueTask<T?> Find<T>(string sql, Func<DbDataReader, T> row, params ReadOnlySpan<object?> args) =>
        ReadFirst(Command(sql, args), row);

    /// <inheritdoc cref="Session.Execute"/>
    public ValueTask<int> Execute(string sql, params ReadOnlySpan<object?> args) => Run(Command(sql, args));

    /// <summary>The rows of a statement one by one, each as its values; null for what is null. For what is too large for a list.</summary>
    public async IAsyncEnumerable<object?[]> Stream(string sql, int columns)
    {
        await using var reader = await Command(sql, []).ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var row = new object?[columns];
            for (var i = 0; i < columns; i++) row[i] = reader.IsDBNull(i) ? null : reader.GetValue(i);
            yield return row;
        }
    }

    /// <summary>Runs several statements separated by semicolons, without arguments: a migration.</summary>
    public async ValueTask Script(string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var command in prepared.Values) await command.DisposeAsync();
        await connection.DisposeAsync();
    }

    internal DbCommand Prepared(string sql, int parameters, bool ofTenant)
    {
        if (prepared.TryGetValue(sql, out var known)) return known;
        if (prepared.Count == MostPrepared) Forget();
        if (ofTenant && !(sql.Contains("tenant", StringComparison.Ordinal) && sql.Contains("$1", StringComparison.Ordinal)))
            throw new UnreachableException($"A tenant's statement must name the tenant as $1: {sql}");
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 1; i <= parameters; i++)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = $"${i}";
            command.Parameters.Add(parameter);
        }
        prepared.Add(sql, command);
        return command;
    }

    internal static void Bind(DbCommand command, int from, ReadOnlySpan<object?> args)
    {
        for (var i = 0; i < args.Length; i++) command.Parameters[from + i].Value = args[i] ?? DBNull.Value;
    }

    internal static async ValueTask<List<T>> ReadAll<T>(DbCommand command, Func<DbDataReader, T> row)
    {
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync()) rows.Add(row(reader));
        return rows;
    }

    internal static async ValueTask<T?> ReadFirst<T>(DbCommand command, Func<DbDataReader, T> row)
    {
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? row(reader) : default;
    }

    internal static async ValueTask<int> Run(DbCommand command) => await command.ExecuteNonQueryAsync();

    void Forget()
    {
        foreach (var command in prepared.Values) command.Dispose();
        prepared.Clear();
    }

    DbCommand Command(string sql, ReadOnlySpan<object?> args)
    {
        var command = Prepared(sql, args.Length, ofTenant: false);
        Bind(command, 0, args);
        return command;
    }
}
