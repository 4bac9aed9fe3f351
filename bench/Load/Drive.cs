using System.Diagnostics;

namespace Reflow.Bench.Load;

/// <summary>What a run came to.</summary>
/// <param name="Calls">Answers.</param>
/// <param name="Rate">Answers per second.</param>
/// <param name="Median">Half of the answers took at most this long.</param>
/// <param name="P99">99 of 100 answers took at most this long.</param>
sealed record Pace(int Calls, double Rate, TimeSpan Median, TimeSpan P99);

/// <summary>Many connections, each of which waits for its answer before it asks again.</summary>
static class Drive
{
    public const int Connections = 64;

    /// <summary>Drives for a while; each connection goes round the requests that are its own.</summary>
    public static async Task<Pace> Run(Uri address, Func<int, IReadOnlyList<byte[]>> requests, TimeSpan duration, int count = Connections)
    {
        var connections = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => Connection.Open(address)));
        var watch = Stopwatch.StartNew();
        var took = await Task.WhenAll(connections.Select((connection, i) => Task.Run(() => Circle(connection, requests(i), watch, duration))));
        var elapsed = watch.Elapsed;
        foreach (var connection in connections) connection.Dispose();
        var all = took.SelectMany(one => one).Order().ToList();
        return new(all.Count, all.Count / elapsed.TotalSeconds, TimeSpan.FromTicks(all[all.Count / 2]), TimeSpan.FromTicks(all[all.Count * 99 / 100]));
    }

    static async Task<List<long>> Circle(Connection connection, IReadOnlyList<byte[]> requests, Stopwatch watch, TimeSpan duration)
    {
        var took = new List<long>(100_000);
        for (var i = 0; watch.Elapsed < duration; i++)
        {
            var begun = watch.Elapsed;
            await connection.Send(requests[i % requests.Count]);
            took.Add((watch.Elapsed - begun).Ticks);
        }
        return took;
    }
}
