using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Reflow.Server.Store;

/// <summary>
/// A node among those that share a PostgreSQL, on a connection of its own: it leases its number, hears when another node changed what nodes remember, and ends what holds up all of them.
/// A lease that is not renewed in time is over for its node before it is over for the others: a node that was stopped in between makes no more ids
/// under a number that may have another holder.
/// </summary>
sealed class PostgresNode : NodeNumber
{
    // Tests let leases go by faster.
    static readonly int Pace = AppContext.GetData("Reflow.Nodes.Pace") is string pace ? int.Parse(pace, CultureInfo.InvariantCulture) : 1;
    // A lapsed number rests, so that ids of nodes whose clocks differ by less do not meet.
    static readonly long Lease = 30_000 / Pace, Margin = 5_000 / Pace, Rest = 60_000 / Pace;
    static readonly TimeSpan Renewal = TimeSpan.FromSeconds(8) / Pace, Pause = TimeSpan.FromMilliseconds(500) / Pace, Beat = TimeSpan.FromSeconds(1) / Pace, Patience = TimeSpan.FromSeconds(5);
    const string Now = "(extract(epoch from clock_timestamp()) * 1000)::bigint";

    readonly PostgresDatabase database;
    readonly Action changed;
    readonly string holder = Guid.NewGuid().ToString("n");
    readonly CancellationTokenSource stopping = new();
    Task going = Task.CompletedTask;
    Lent lent = new(new(-1, 0), 0, 0);
    long heard, renewed;
    // A database that takes no changes renews no lease either, and can be read all the same, at whatever node.
    volatile bool refusing;

    PostgresNode(PostgresDatabase database, Action changed) => (this.database, this.changed) = (database, changed);

    /// <inheritdoc/>
    public override HeldNumber Held => Volatile.Read(ref lent) is { } now && Stopwatch.GetTimestamp() < now.Until && Clock < now.UntilByClock ? now.Number
        : throw new StoreGoneException("this node has no number: it was cut off from PostgreSQL for too long, and is asking for one");

    /// <inheritdoc/>
    public override string? Fault => Stopwatch.GetElapsedTime(Volatile.Read(ref heard)) > Patience ? "PostgreSQL cannot be reached"
        : !refusing && Volatile.Read(ref lent) is var now && (Stopwatch.GetTimestamp() >= now.Until || Clock >= now.UntilByClock) ? "this node has no number yet"
        : null;

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
        // The driver may close its connection at this moment, and then finds it closed.
        try { await stopping.CancelAsync(); }
        catch (AggregateException e) when (e.InnerExceptions.All(inner => inner is ObjectDisposedException)) { }
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
                if (await connection.WaitAsync(Beat, stopping.Token) || refusing || Stopwatch.GetElapsedTime(renewed) >= Renewal)
                {
                    await Renew(connection, stopping.Token);
                    await EndHalves(connection, stopping.Token);
                }
                else await Execute(connection, "select 1", stopping.Token);
                Volatile.Write(ref heard, Stopwatch.GetTimestamp());
            }
            catch (OperationCanceledException)
            {
            }
            catch (Exception e) when (e is DbException or StoreException)
            {
                if (connection is not null) await connection.DisposeAsync();
                connection = null;
                if (e is DbException or StoreGoneException) Volatile.Write(ref heard, 0);
                await Task.Delay(Pause, stopping.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
            }
        }
        if (connection is null) return;
        try
        {
            await Execute(connection, $"update node_number set until = {Now} where number = $1 and holder = $2", CancellationToken.None, (long)lent.Number.Value, holder);
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
            Volatile.Write(ref heard, Stopwatch.GetTimestamp());
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
        try
        {
            await Take(connection, ct);
            refusing = false;
        }
        catch (PostgresException e) when (e.TakesNoChanges())
        {
            refusing = true;
        }
    }

    async Task Take(NpgsqlConnection connection, CancellationToken ct)
    {
        var (asked, clock) = (renewed = Stopwatch.GetTimestamp(), Clock);
        var held = lent.Number;
        if (await Execute(connection, $"update node_number set until = {Now} + {Lease} where number = $1 and holder = $2 and until > {Now} returning number", ct, (long)held.Value, holder) is null)
        {
            // Somebody else may have it.
            Volatile.Write(ref lent, lent with { Until = 0 });
            held = new((int)(long)(await Execute(connection, $"""
                update node_number set holder = $1, until = {Now} + {Lease}
                where number = (select number from node_number where until < {Now} - {Rest} order by until, number limit 1 for update skip locked) returning number
                """, ct, holder)
            ?? throw new StoreException($"{Count} nodes share this PostgreSQL, or did a minute ago; there are no more numbers")), held.Turn + 1);
        }
        Volatile.Write(ref lent, new(held, asked + (Lease - Margin) * Stopwatch.Frequency / 1000, clock + Lease - Margin));
    }

    // A node that stopped while it was sending leaves PostgreSQL in the middle of a command, waiting for the rest, which none of its time-outs ends before version 17. Its change holds
    // a lane, so the others end it when one that is idle in its transaction would have been ended.
    static readonly string Halves = $"""
        select count(pg_terminate_backend(a.pid)) from pg_locks l join pg_stat_activity a on a.pid = l.pid
        where {PostgresLanes.Lane("l", "$1")} and l.granted and a.state = 'active' and a.wait_event = 'ClientRead'
        and a.state_change < now() - nullif(current_setting('idle_in_transaction_session_timeout'), '0')::interval
        """;

    async Task EndHalves(NpgsqlConnection connection, CancellationToken ct)
    {
        try
        {
            await Execute(connection, Halves, ct, PostgresLanes.All(database.Schema));
        }
        catch (PostgresException)
        {
            // A server that does not tell who waits for what: a half stays as long as its node does.
        }
    }

    static long Clock => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    static async Task<object?> Execute(NpgsqlConnection connection, string sql, CancellationToken ct, params object[] args)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)Patience.TotalSeconds };
        foreach (var arg in args) command.Parameters.Add(new() { Value = arg });
        return await command.ExecuteScalarAsync(ct);
    }

    /// <param name="Number">The number.</param>
    /// <param name="Until">When this node stops using it, by the stopwatch, which nobody sets.</param>
    /// <param name="UntilByClock">The same by the machine's clock, which goes on while the machine sleeps.</param>
    sealed record Lent(HeldNumber Number, long Until, long UntilByClock);
}
