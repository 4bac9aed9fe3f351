using System.Collections.Concurrent;
using System.Diagnostics;

namespace Reflow.Bench.Load;

/// <summary>
/// More changes than a server can do: callers who do not wait for each other ask at four times the rate that it reached, each on a connection of its own.
/// What is accepted shall be answered soon, the rest be refused, memory stay as it is, and afterwards everything be as fast as before.
/// </summary>
static class Overload
{
    const int Times = 4, BusyMs = 5000;
    // Four times as many as make a server as busy as it gets; as many as it can just serve before they have waited for too long; and many more than that.
    static readonly int[] Callers = [4 * Drive.Connections, 8192, 16_000];
    const int Turns = 5;
    static readonly TimeSpan Turn = TimeSpan.FromSeconds(2);

    /// <summary><c>./bench.sh overload [SECONDS]</c>.</summary>
    public static async Task Run(string reflowProgram, string connection, TimeSpan duration, string scratch)
    {
        await On("PostgreSQL", reflowProgram, Workbench.ReflowOn(connection), Workbench.ReflowOn(Stand.Database(connection, "calm")), duration);
        await On("SQLite", reflowProgram, Workbench.Reflow(Path.Combine(scratch, "data")), Workbench.Reflow(Path.Combine(scratch, "calm")), duration);
    }

    // The speed before and after is held against that of a server beside it which is left alone meanwhile: the machine's own speed comes and goes.
    static async Task On(string engine, string reflowProgram, Func<string, string[]> arguments, Func<string, string[]> beside, TimeSpan duration)
    {
        using var reflow = await ServerProcess.Start(reflowProgram, arguments);
        using var calm = await ServerProcess.Start(reflowProgram, beside);
        var (requests, others) = (await Requests(reflow), await Requests(calm));
        Console.WriteLine($"{engine}: what it can do");
        await InTurns(1);
        foreach (var callers in Callers)
        {
            var before = await InTurns(Turns);
            var storm = await Storm(reflow, requests, callers, Times * before.Rate, duration);
            var after = await InTurns(Turns);

            Console.WriteLine($"{engine}, complete and uncomplete for {duration.TotalSeconds:0} s at {Times} times the rate of before, {callers} callers");
            Console.WriteLine($"  a second: {storm.Due / duration.TotalSeconds:0} fell due, {storm.Asked / duration.TotalSeconds:0} were asked (otherwise all callers were waiting), {storm.Accepted.Count / duration.TotalSeconds:0} accepted; refused in all: {(storm.Turned is [] ? "none" : string.Join(", ", storm.Refused.OrderBy(one => one.Key).Select(one => $"{one.Value} with {one.Key.Code} ({one.Key.Status})")))}");
            Console.WriteLine($"  accepted: p50 {At(storm.Accepted, 50):0} ms, p99 {At(storm.Accepted, 99):0} ms, the slowest {storm.Accepted[^1]:0} ms; refused: p50 {At(storm.Turned, 50):0} ms, p99 {At(storm.Turned, 99):0} ms");
            Goal("p99 of what was accepted below 2 s", At(storm.Accepted, 99) < 2000);
            Goal("the rest refused with 1470450, 429 or 503, nothing lost", storm.Lost == 0 && storm.Refused.Keys.All(answer => answer is { Code: 1470450 } or { Status: 429 or 503 }));
            var tops = storm.Tops;
            Goal($"memory flat: at most {tops.Early:0} MB in the second quarter of the time, {tops.Late:0} MB in the second half ({tops.Late / tops.Early:0.00}), {reflow.Memory:0} MB now", tops.Late <= 1.1 * tops.Early);
            Console.WriteLine($"    each tenth of the time: {string.Join(' ', Enumerable.Range(1, 10).Select(tenth => $"{storm.Memory[Math.Max(storm.Memory.Count * tenth / 10 - 1, 0)]:0}"))} MB");
            Goal($"as fast as before: {before.Rate:0} calls/s before, {before.Ratio:0.00} times a server that is left alone; {after.Rate:0} afterwards, {after.Ratio:0.00} times (in the first {Turn.TotalSeconds:0} s {after.First:0}, {after.FirstRatio:0.00} times); {after.Ratio / before.Ratio:0.00} of before",
                after.Ratio >= 0.9 * before.Ratio);
            Console.WriteLine();
        }

        async Task<Speed> InTurns(int turns)
        {
            var all = new List<(double Rate, double Ratio)>();
            for (var turn = 0; turn < turns; turn++)
            {
                var own = await Drive.Run(reflow, requests, Turn);
                all.Add((own.Rate, own.Rate / (await Drive.Run(calm, others, Turn)).Rate));
            }
            return new(Rounds.Median(all.Select(one => one.Rate)), Rounds.Median(all.Select(one => one.Ratio)), all[0].Rate, all[0].Ratio);
        }
    }

    static async Task<Func<int, IReadOnlyList<byte[]>>> Requests(ServerProcess server)
    {
        var authorization = await Workbench.Authorize(server);
        return Workbench.CompleteAndBack(authorization, await Workbench.MakeTasks(server, authorization, 2 * Callers[^1]));
    }

    static void Goal(string what, bool met) => Console.WriteLine($"  {what}: {(met ? "met" : "missed")}");

    static async Task<Came> Storm(ServerProcess server, Func<int, IReadOnlyList<byte[]>> requests, int count, double rate, TimeSpan duration)
    {
        var callers = new List<Caller>();
        for (var i = 0; i < count; i++) callers.Add(new(await Connection.Open(server.Address), requests(i)));
        var free = new ConcurrentQueue<Caller>(callers);
        long due = 0, asked = 0;
        var memory = new List<double>();
        var watch = Stopwatch.StartNew();
        // A thread of its own sends what has fallen due; nobody waits for an answer here.
        await Task.Factory.StartNew(() =>
        {
            for (var looked = TimeSpan.Zero; watch.Elapsed is var now && now < duration; Thread.Sleep(1))
            {
                for (; due < now.TotalSeconds * rate; due++)
                    if (free.TryDequeue(out var caller))
                    {
                        asked++;
                        _ = caller.Ask(TimeSpan.FromSeconds(due / rate), watch, free);
                    }
                if (now - looked < TimeSpan.FromSeconds(1)) continue;
                looked = now;
                memory.Add(server.Memory);
            }
            memory.Add(server.Memory);
        }, TaskCreationOptions.LongRunning);
        for (var patience = Stopwatch.StartNew(); free.Count + callers.Count(caller => caller.IsLost) < count && patience.ElapsedMilliseconds < BusyMs;) await Task.Delay(20);
        callers.ForEach(caller => caller.Dispose());
        return new(due, asked, [.. callers.SelectMany(caller => caller.Accepted).Order()], [.. callers.SelectMany(caller => caller.Refused).Select(one => one.Ms).Order()],
            callers.SelectMany(caller => caller.Refused).GroupBy(one => one.Answer).ToDictionary(one => one.Key, one => one.Count()), count - free.Count, memory);
    }

    static double At(IReadOnlyList<double> ordered, int percent) => ordered is [] ? 0 : ordered[Math.Min(ordered.Count - 1, ordered.Count * percent / 100)];

    /// <summary>How fast a server is, in turns with one that is left alone.</summary>
    /// <param name="Rate">Calls a second in the middle of the turns.</param>
    /// <param name="Ratio">The middle of how many times as fast as the other.</param>
    /// <param name="First">Calls a second in the first turn.</param>
    /// <param name="FirstRatio">How many times as fast as the other in the first turn.</param>
    sealed record Speed(double Rate, double Ratio, double First, double FirstRatio);

    /// <summary>What became of too many calls.</summary>
    /// <param name="Due">Calls that fell due.</param>
    /// <param name="Asked">Calls that were sent.</param>
    /// <param name="Accepted">How long accepted calls took from the moment they fell due, ms, in order.</param>
    /// <param name="Turned">How long refused calls took, ms, in order.</param>
    /// <param name="Refused">How many were refused with which status and code.</param>
    /// <param name="Lost">Calls without an answer.</param>
    /// <param name="Memory">Memory of the server after each second, MB.</param>
    sealed record Came(long Due, long Asked, IReadOnlyList<double> Accepted, IReadOnlyList<double> Turned, IReadOnlyDictionary<(int Status, long Code), int> Refused, int Lost, IReadOnlyList<double> Memory)
    {
        /// <summary>The most memory of the second quarter of the time, and of the second half. The collector of garbage lets it rise and fall by a sixth within seconds: what is too much grows from top to top.</summary>
        public (double Early, double Late) Tops => (Memory.Skip(Memory.Count / 4).Take((Memory.Count + 3) / 4).Max(), Memory.Skip(Memory.Count / 2).Max());
    }

    sealed class Caller(Connection connection, IReadOnlyList<byte[]> requests) : IDisposable
    {
        int next;

        public List<double> Accepted { get; } = [];
        public List<((int Status, long Code) Answer, double Ms)> Refused { get; } = [];
        public bool IsLost { get; private set; }

        public async Task Ask(TimeSpan due, Stopwatch watch, ConcurrentQueue<Caller> free)
        {
            try
            {
                var answer = await connection.Try(requests[next++ % requests.Count]);
                var took = (watch.Elapsed - due).TotalMilliseconds;
                if (answer.Code == 0) Accepted.Add(took);
                else Refused.Add((answer, took));
                free.Enqueue(this);
            }
            catch (IOException)
            {
                IsLost = true;
            }
            catch (System.Net.Sockets.SocketException)
            {
                IsLost = true;
            }
        }

        public void Dispose() => connection.Dispose();
    }
}
