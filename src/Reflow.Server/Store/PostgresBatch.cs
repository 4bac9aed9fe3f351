using System.Data.Common;
using Npgsql;

namespace Reflow.Server.Store;

/// <summary>Sends statements in one round trip. Commands are used again: the driver has prepared them.</summary>
sealed class PostgresBatch(NpgsqlConnection connection, Action<string, NpgsqlParameterCollection>? inspect) : IDisposable
{
    // Far more than the statements there are; filters that are put together from parts could make more over time.
    const int MostTexts = 1000;

    readonly Dictionary<string, Stack<NpgsqlBatchCommand>> spare = [];
    readonly NpgsqlBatch batch = new(connection);

    /// <summary>A statement with its arguments.</summary>
    public NpgsqlBatchCommand Bound(string sql, string? tenant, ReadOnlySpan<object?> args)
    {
        var own = tenant is null ? 0 : 1;
        var isNew = inspect is not null && !spare.ContainsKey(sql);
        var command = Free(sql, args.Length + own, tenant is not null);
        if (tenant is not null) command.Parameters[0].Bind(tenant);
        for (var i = 0; i < args.Length; i++) command.Parameters[own + i].Bind(args[i]);
        if (isNew) inspect!(sql, command.Parameters);
        return command;
    }

    /// <summary>Sends statements and takes their answers. The first failure, after which the server does no more of them; null when all were done.</summary>
    /// <param name="statements">The statements.</param>
    /// <param name="seconds">When the driver gives up; 0 for never.</param>
    public DbException? Send(List<PostgresStatement> statements, int seconds)
    {
        batch.Timeout = seconds;
        batch.BatchCommands.Clear();
        foreach (var statement in statements) batch.BatchCommands.Add(statement.Command);
        try
        {
            using var reader = batch.ExecuteReader();
            foreach (var statement in statements)
            {
                if (!statement.HasRows) continue;
                statement.Take(reader);
                reader.NextResult();
            }
            while (reader.NextResult()) { }
            return null;
        }
        catch (DbException e)
        {
            return e;
        }
    }

    /// <summary>Sends statements without arguments, separated by semicolons; what went wrong, or null.</summary>
    /// <param name="script">The statements.</param>
    /// <param name="seconds">When the driver gives up; 0 for never.</param>
    public DbException? Send(string script, int seconds)
    {
        try
        {
            using var command = new NpgsqlCommand(script, connection) { CommandTimeout = seconds };
            command.ExecuteNonQuery();
            return null;
        }
        catch (DbException e)
        {
            return e;
        }
    }

    /// <summary>Keeps the commands of statements for the next of the same text.</summary>
    public void Spare(List<PostgresStatement> statements)
    {
        foreach (var statement in statements)
            if (statement.Script is null && spare.TryGetValue(statement.Command.CommandText, out var free)) free.Push(statement.Command);
        if (spare.Count > MostTexts) spare.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => batch.Dispose();

    NpgsqlBatchCommand Free(string sql, int parameters, bool ofTenant)
    {
        if (!spare.TryGetValue(sql, out var free))
        {
            if (ofTenant) SystemSession.MustNameTenant(sql);
            spare.Add(sql, free = []);
        }
        if (free.TryPop(out var command)) return command;
        command = new(sql);
        for (var n = 0; n < parameters; n++) command.Parameters.Add(new NpgsqlParameter());
        return command;
    }
}
