using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Reflow.Bench.Load;

/// <summary>wrk with one thread: a load generator that none of those who are compared has made.</summary>
/// <param name="script">The path of cycle.lua.</param>
/// <param name="scratch">Where requests are put.</param>
sealed partial class Wrk(string script, string scratch)
{
    /// <summary>Marks tasks as done, all of them, and as not done, all of them, over and over: whoever is asked about a task has long answered what was asked before.</summary>
    /// <param name="server">Who is asked.</param>
    /// <param name="headers">One a line, as on the wire.</param>
    /// <param name="change">A call that makes a task done or not: method, path, body.</param>
    /// <param name="tasks">What tasks are called.</param>
    public Func<int, TimeSpan, Task<Pace>> DoneAndNot(ServerProcess server, string headers, Func<string, bool, (string Method, string Path, string Body)> change, IReadOnlyList<string> tasks)
    {
        var file = Path.Combine(scratch, $"requests-{server.Address.Port}");
        File.WriteAllLines(file, [.. headers.Split("\r\n", StringSplitOptions.RemoveEmptyEntries), "",
            .. new[] { true, false }.SelectMany(done => tasks.Select(task => change(task, done))).Select(call => $"{call.Method} {call.Path} {call.Body}")]);
        return (connections, duration) => Run(server, file, connections, duration);
    }

    async Task<Pace> Run(ServerProcess server, string file, int connections, TimeSpan duration)
    {
        var seconds = Math.Max(1, (int)duration.TotalSeconds);
        var cpu = server.Cpu;
        using var process = Process.Start(new ProcessStartInfo("wrk",
            ["--threads=1", $"--connections={connections}", $"--duration={seconds}", "--timeout=30", $"--script={script}", server.Address.OriginalString, "--", file])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (told, failed) = (await process.StandardOutput.ReadToEndAsync(), await process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (Came().Match(told) is not { Success: true } came) throw new InvalidOperationException($"wrk: {told}{failed}");
        double Number(int group) => double.Parse(came.Groups[group].Value, CultureInfo.InvariantCulture);
        if (Number(2) > 0) throw new InvalidOperationException($"{Number(2)} of {Number(1)} calls of {server.Address} were refused or lost");
        return new((int)Number(1), Number(1) / Number(3) * 1e6, (server.Cpu - cpu).TotalMicroseconds / Number(1), TimeSpan.FromMicroseconds(Number(4)), TimeSpan.FromMicroseconds(Number(5)));
    }

    [GeneratedRegex(@"came: (\d+) answers, (\d+) bad, (\d+) us, p50 (\d+), p99 (\d+)")]
    private static partial Regex Came();
}
