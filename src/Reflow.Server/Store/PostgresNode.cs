using System.Data.Common;
using System.Diagnostics;
using Npgsql;

namespace Reflow.Server.Store;

/// <summary>
/// A node among those that share a PostgreSQL, on a connection of its own: it leases its number, and hears when another node changed what nodes remember.
/// A lease that is not renewed in time is over for its node before it is over for the others, by a clock that nobody sets: a node that was stopped in between makes no more ids
/// under a number that may have another holder.
/// </summary>
sealed class PostgresNode : NodeNumber
{
    // A lapsed number rests, so that ids of nodes whose clocks differ by less do not meet.
    const long Lease = 30_000, Margin = 5_000, Rest = 60_000;
    const string Now = "(extract(epoch from clock_timestamp()) * 1000)::bigint";
    static readonly TimeSpan Renewal = TimeSpan.FromSeconds(8), Pause = TimeSpan.FromMilliseconds(500);

    readonly PostgresDatabase database;
    readonly Action changed;
    readonly string holder = Guid.NewGuid().ToString("n");
    readonly CancellationTokenSource stopping = new();
    Task going = Task.CompletedTask;
    Held held = new(-1, 0);

    PostgresNode(PostgresDatabase database, Action changed) => (this.database, this.changed) = (database, changed);

    /// <inheritdoc/>
    public override int Value => Volatile.Read(ref held) is { } now && Stopwatch.GetTimestamp() < now.Until ? now.Number
        : throw new StoreGoneException("this node has no number: it was cut off from PostgreSQL for too long, and is asking for one");

    /// <summary>Takes a number, and listens from now on.</summary>
    /// <param name="database">What the nodes share.</param>
    /// <param name="changed">Called when what nodes remember may not hold any more.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="StoreException">PostgreSQL cannot be reached, or has as many nodes as there are numbers.</exception>
    public static async Task<PostgresNode> Join(PostgresDatabase database, Action changed, CancellationToken ct)
    {
        var node = new PostgresNode(database, changed);
        var connection = await node.Connect(ct);
        node.going = Task.Run(() => node.Go(connection), CancellationToken.None);
        return node;
    }

    /// <summary>Gives the number back.</summary>
    public override async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await going;
        stopping.Dispose();
    }

    async Task Go(NpgsqlConnection? connection)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                // What was told while nobody listened is not known.
                if (connection is null)
                {
                    connection = await Connect(stopping.Token);
                    changed();
                }
                await connection.WaitAsync(Renewal, stopping.Token);
                await Renew(connection, stopping.Token);
            }
            catch (OperationCanceledException)
            {
            }
            catch (Exception e) when (e is DbException or StoreException)
            {
                if (connection is not null) await connection.DisposeAsync();
                connection = null;
                await Task.Delay(Pause, stopping.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
            }
        }
        if (connection is null) return;
        try
        {
            await Execute(connection, $"update node_number set until = {Now} where number = $1 and holder = $2", CancellationToken.None, (long)held.Number, holder);
        }
        catch (DbException)
        {
            // The lease lapses by itself.
        }
        await connection.DisposeAsync();
    }

    async Task<NpgsqlConnection> Connect(CancellationToken ct)
    {
        var connection = await database.Connect(ct);
        try
        {
            connection.Notification += (_, _) => changed();
            await Execute(connection, $"listen {database.Channel}", ct);
            await Renew(connection, ct);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    async Task Renew(NpgsqlConnection connection, CancellationToken ct)
    {
        var asked = Stopwatch.GetTimestamp();
        var number = await Execute(connection, $"update node_number set until = {Now} + {Lease} where number = $1 and holder = $2 and until > {Now} returning number", ct, (long)held.Number, holder)
            ?? await Execute(connection, $"""
                update node_number set holder = $1, until = {Now} + {Lease}
                where number = (select number from node_number where until < {Now} - {Rest} order by until, number limit 1 for update skip locked) returning number
                """, ct, holder)
            ?? throw new StoreException($"{Count} nodes share this PostgreSQL, or did a minute ago; there are no more numbers");
        Volatile.Write(ref held, new((int)(long)number, asked + (Lease - Margin) * Stopwatch.Frequency / 1000));
    }

    static async Task<object?> Execute(NpgsqlConnection connection, string sql, CancellationToken ct, params object[] args)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var arg in args) command.Parameters.Add(new() { Value = arg });
        return await command.ExecuteScalarAsync(ct);
    }

    /// <param name="Number">The number.</param>
    /// <param name="Until">When this node stops using it, by the stopwatch.</param>
    sealed record Held(int Number, long Until);
}
