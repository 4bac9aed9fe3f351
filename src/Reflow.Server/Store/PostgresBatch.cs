using System.Data.Common;
using Npgsql;

namespace Reflow.Server.Store;

/// <summary>Sends statements in one round trip, those of one text as one. Commands are used again: the driver has prepared them.</summary>
/// <param name="connection">Open.</param>
/// <param name="merge">How many statements of one text are merged.</param>
/// <param name="inspect">Shown each statement that is new, with its arguments; null shows nobody.</param>
sealed class PostgresBatch(NpgsqlConnection connection, PostgresMergeLimits merge, Action<string, NpgsqlParameterCollection>? inspect) : IDisposable
{
    // Far more than the statements there are; filters that are put together from parts could make more over time.
    const int MostTexts = 1000;

    readonly Dictionary<string, Stack<NpgsqlBatchCommand>> spare = [];
    readonly HashSet<string> seen = [], kept = new(ReferenceEqualityComparer.Instance);
    readonly NpgsqlBatch batch = new(connection);

    /// <summary>Looks at a statement that is going to be sent.</summary>
    /// <returns>Its text: the same object for all that are sent together and say the same, so that nobody compares texts to tell.</returns>
    public string See(string sql, bool ofTenant, object?[] args)
    {
        // Most are constants: they are themselves whoever asks.
        if (kept.Contains(sql)) return sql;
        if (seen.TryGetValue(sql, out var known)) return known;
        if (seen.Count >= MostTexts)
        {
            seen.Clear();
            kept.Clear();
        }
        seen.Add(sql);
        kept.Add(sql);
        if (ofTenant) SystemSession.MustNameTenant(sql);
        if (inspect is not null) Show(sql, args);
        return sql;
    }

    void Show(string sql, object?[] args)
    {
        var shown = new NpgsqlBatchCommand(sql);
        foreach (var arg in args)
        {
            var parameter = new NpgsqlParameter();
            parameter.Bind(arg);
            shown.Parameters.Add(parameter);
        }
        inspect!(sql, shown.Parameters);
    }

    /// <summary>A command of a text, its parameters without values.</summary>
    public NpgsqlBatchCommand Free(string text, int parameters)
    {
        if (spare.TryGetValue(text, out var free) && free.TryPop(out var command)) return command;
        command = new(text);
        for (var n = 0; n < parameters; n++) command.Parameters.Add(new NpgsqlParameter());
        return command;
    }

    /// <summary>Sends statements and takes their answers. The first failure, after which the server does no more of them; null when all were done.</summary>
    /// <param name="statements">The statements.</param>
    /// <param name="seconds">When the driver gives up; 0 for never.</param>
    /// <param name="bundles">What was sent for them.</param>
    public DbException? Send(List<PostgresStatement> statements, int seconds, out List<PostgresBundle> bundles)
    {
        bundles = PostgresBundle.Bundle(statements, this, merge);
        batch.Timeout = seconds;
        batch.BatchCommands.Clear();
        foreach (var bundle in bundles)
        {
            if (inspect is not null && bundle.Of[0].Sql != bundle.Command.CommandText && seen.Add(bundle.Command.CommandText)) inspect(bundle.Command.CommandText, bundle.Command.Parameters);
            batch.BatchCommands.Add(bundle.Command);
        }
        try
        {
            using var reader = batch.ExecuteReader();
            foreach (var bundle in bundles)
            {
                if (bundle.IsAnswered) continue;
                while (reader.Read()) bundle.Take(reader);
                bundle.IsAnswered = true;
                reader.NextResult();
            }
            while (reader.NextResult()) { }
            foreach (var bundle in bundles) bundle.Of[0].Took(bundle.Command.RecordsAffected);
            return null;
        }
        catch (DbException e)
        {
            return e;
        }
        finally
        {
            Spare(bundles);
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

    /// <inheritdoc/>
    public void Dispose() => batch.Dispose();

    // The commands of what was sent are kept for the next of the same text.
    void Spare(List<PostgresBundle> bundles)
    {
        if (spare.Count > MostTexts) spare.Clear();
        foreach (var bundle in bundles)
            if (spare.TryGetValue(bundle.Command.CommandText, out var free)) free.Push(bundle.Command);
            else spare.Add(bundle.Command.CommandText, new([bundle.Command]));
    }
}
