using System.Diagnostics;

namespace Reflow.Bench.Load;

/// <summary>What a run came to.</summary>
/// <param name="Calls">Answers.</param>
/// <param name="Rate">Answers per second.</param>
/// <param name="Cpu">Processor time of the server per answer, µs. Unlike a rate, it hardly feels what else the machine is doing.</param>
/// <param name="Median">Half of the answers took at most this long.</param>
/// <param name="P99">99 of 100 answers took at most this long.</param>
sealed record Pace(int Calls, double Rate, double Cpu, TimeSpan Median, TimeSpan P99)
{
    /// <summary>What clients came to in a time, and what it took the server.</summary>
    public static Pace Of(IEnumerable<Client> clients, TimeSpan elapsed, TimeSpan cpu)
    {
        var all = clients.SelectMany(client => client.Took).Order().ToList();
        return new(all.Count, all.Count / elapsed.TotalSeconds, cpu.TotalMicroseconds / all.Count, TimeSpan.FromTicks(all[all.Count / 2]), TimeSpan.FromTicks(all[all.Count * 99 / 100]));
    }

    public override string ToString() => $"{Rate,7:0} calls/s, {Cpu,6:0.0} µs CPU, p50 {Median.TotalMilliseconds:0.00} ms, p99 {P99.TotalMilliseconds:0.00} ms";
}

/// <summary>One connection and how long its calls took.</summary>
sealed class Client(Connection connection)
{
    public List<long> Took { get; } = new(100_000);

    /// <inheritdoc cref="Connection.Send"/>
    public async ValueTask<ReadOnlyMemory<byte>> Call(ReadOnlyMemory<byte> request)
    {
        var begun = Stopwatch.GetTimestamp();
        var answer = await connection.Send(request);
        Took.Add(Stopwatch.GetElapsedTime(begun).Ticks);
        return answer;
    }
}

/// <summary>Many connections, each of which waits for its answer before it asks again.</summary>
static class Drive
{
    public const int Connections = 64;

    /// <summary>Drives for a while; each connection goes round the requests that are its own.</summary>
    public static Task<Pace> Run(ServerProcess server, Func<int, IReadOnlyList<byte[]>> requests, TimeSpan duration, int connections = Connections) => Run(server, connections, i =>
    {
        var (own, next) = (requests(i), 0);
        return async client => await client.Call(own[next++ % own.Count]);
    }, duration);

    /// <summary>Drives for a while; each connection repeats a step of its own, of one call or more.</summary>
    public static async Task<Pace> Run(ServerProcess server, int connections, Func<int, Func<Client, ValueTask>> step, TimeSpan duration)
    {
        var open = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Connection.Open(server.Address)));
        var clients = open.Select(connection => new Client(connection)).ToList();
        var (watch, cpu) = (Stopwatch.StartNew(), server.Cpu);
        await Task.WhenAll(clients.Select((client, i) => Task.Run(async () =>
        {
            for (var own = step(i); watch.Elapsed < duration;) await own(client);
        })));
        var (elapsed, used) = (watch.Elapsed, server.Cpu - cpu);
        foreach (var connection in open) connection.Dispose();
        return Pace.Of(clients, elapsed, used);
    }

    /// <summary>Does something once for each item, on a few connections.</summary>
    public static async Task Each<T>(ServerProcess server, IReadOnlyList<T> items, Func<T, Client, ValueTask> work)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(16, items.Count)).Select(_ => Task.Run(async () =>
        {
            using var connection = await Connection.Open(server.Address);
            for (var client = new Client(connection); Interlocked.Increment(ref next) is var i && i < items.Count;) await work(items[i], client);
        })));
    }
}
