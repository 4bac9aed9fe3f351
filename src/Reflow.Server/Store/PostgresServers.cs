using System.Globalization;
using Npgsql;

namespace Reflow.Server.Store;

/// <summary>
/// Opens connections to the primary among the servers that a connection string names. After a fail-over an old primary may come back as it was: it would take changes that nobody else
/// knows of. Each promotion begins a new timeline, so a server on an earlier one than this process has met was left behind, and is passed by.
/// </summary>
sealed class PostgresServers
{
    const string Timeline = "select case when pg_is_in_recovery() then 0 else ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint end";

    // The same string, each time with another of the servers first.
    readonly string[] orders, hosts;
    readonly Met met;

    /// <param name="said">What leads there, one server or several.</param>
    public PostgresServers(NpgsqlConnectionStringBuilder said) : this(said, new())
    {
    }

    PostgresServers(NpgsqlConnectionStringBuilder said, Met met)
    {
        this.met = met;
        hosts = said.Host?.Split(',') is { Length: > 1 } several ? several : [said.Host ?? ""];
        orders = [.. hosts.Select((_, first) => new NpgsqlConnectionStringBuilder(said.ToString()) { Host = string.Join(',', [.. hosts[first..], .. hosts[..first]]) }.ToString())];
    }

    /// <summary>What leads to the one that was right last.</summary>
    public string Current => orders[Volatile.Read(ref met.First)];

    /// <summary>The same servers with another schema.</summary>
    public PostgresServers In(string schema) => new(new(orders[0]) { SearchPath = schema }, met);

    /// <summary>A new connection, and whether its server has been left behind since.</summary>
    /// <param name="patience">How long the server may take to say which it is.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="StoreGoneException">All that can be reached were left behind.</exception>
    public async ValueTask<(NpgsqlConnection Connection, Func<bool> IsBehind)> Open(PostgresPatience patience, CancellationToken ct)
    {
        for (var left = orders.Length; left > 0; left--)
        {
            var first = Volatile.Read(ref met.First);
            var opened = new NpgsqlConnection(orders[first]);
            try
            {
                await opened.OpenAsync(ct);
                if (orders.Length == 1) return (opened, static () => false);
                await using var ask = new NpgsqlCommand(Timeline, opened) { CommandTimeout = patience.DriverSeconds };
                var answer = ask.ExecuteScalarAsync(ct);
                await patience.Answered(answer, opened);
                var timeline = (long)(await answer)!;
                if (met.IsNewest(timeline))
                {
                    // Those before it may be machines that are gone, which take their time to say nothing.
                    if (Array.FindIndex(hosts, host => host == opened.Host || host == string.Create(CultureInfo.InvariantCulture, $"{opened.Host}:{opened.Port}")) is >= 0 and var right) Volatile.Write(ref met.First, right);
                    return (opened, () => !met.IsNewest(timeline));
                }
            }
            catch
            {
                // Also one that was given up: it may have been opened.
                await opened.DisposeAsync();
                throw;
            }
            await opened.DisposeAsync();
            Volatile.Write(ref met.First, (first + 1) % orders.Length);
        }
        throw new StoreGoneException("the PostgreSQL that answers was left behind by a fail-over: it must not be used any more");
    }

    // Shared by all who open connections to the same servers.
    sealed class Met
    {
        public int First;
        long newest;

        public bool IsNewest(long timeline)
        {
            var before = Volatile.Read(ref newest);
            while (timeline > before && Interlocked.CompareExchange(ref newest, timeline, before) is var now && now != before) before = now;
            return timeline >= before;
        }
    }
}
