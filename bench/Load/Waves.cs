using System.Diagnostics;

namespace Reflow.Bench.Load;

/// <summary>Calls of which each prepares the next one of its kind. Each wave is timed by itself; what lies between two waves, such as finding out what the next one asks, is not.</summary>
static class Waves
{
    /// <summary>Does the waves in turn for a while. Calls of a wave are independent of each other; each connection takes the next one.</summary>
    public static async Task<Pace> Run(ServerProcess server, int connections, TimeSpan duration, params IReadOnlyList<Func<IReadOnlyList<byte[]>>> waves)
    {
        var open = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Connection.Open(server.Address)));
        var clients = open.Select(connection => new Client(connection)).ToList();
        var (elapsed, used) = (TimeSpan.Zero, TimeSpan.Zero);
        do
            foreach (var wave in waves)
            {
                var (requests, next) = (wave(), -1);
                var (watch, cpu) = (Stopwatch.StartNew(), server.Cpu);
                await Task.WhenAll(clients.Select(client => Task.Run(async () =>
                {
                    while (Interlocked.Increment(ref next) is var i && i < requests.Count) await client.Call(requests[i]);
                })));
                (elapsed, used) = (elapsed + watch.Elapsed, used + server.Cpu - cpu);
            }
        while (elapsed < duration);
        foreach (var connection in open) connection.Dispose();
        return Pace.Of(clients, elapsed, used);
    }
}
