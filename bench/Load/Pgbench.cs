using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Reflow.Bench.Load;

/// <summary>PostgreSQL's own measure: the bare server's change as one prepared statement, each committed by itself, with as many connections as callers.</summary>
static partial class Pgbench
{
    const string Script = """
        \set id random(0, 4095)
        with changed as (update bare.task set version = version + 1, updated_at = 1772438400000, completed_at = 1772438400000 where id = :id returning version),
            told as (insert into bare.outbox (at, id, events) values (1772438400000, :id, '["completed"]'))
        insert into bare.history select :id, version, 1772438400000, '["completed"]' from changed;
        """;

    /// <summary>Changes for a while.</summary>
    /// <param name="program">The path of pgbench.</param>
    /// <param name="socket">The directory of the server's socket.</param>
    /// <param name="user">Who connects.</param>
    /// <param name="connections">How many commit at a time.</param>
    /// <param name="duration">How long.</param>
    /// <param name="scratch">Where the script is put.</param>
    public static async Task<Pace> Run(string program, string socket, string user, int connections, TimeSpan duration, string scratch)
    {
        var script = Path.Combine(scratch, "change.sql");
        await File.WriteAllTextAsync(script, Script);
        using var process = Process.Start(new ProcessStartInfo(program,
            ["--no-vacuum", "--protocol=prepared", "--jobs=1", $"--client={connections}", $"--time={Math.Max(1, (int)duration.TotalSeconds)}", $"--file={script}", $"--host={socket}", $"--username={user}", "postgres"])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (told, failed) = (await process.StandardOutput.ReadToEndAsync(), await process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"pgbench: {failed}");
        var (rate, latency) = (Number(Rate(), told), TimeSpan.FromMilliseconds(Number(Latency(), told)));
        return new((int)(rate * duration.TotalSeconds), rate, 0, latency, latency);
    }

    static double Number(Regex pattern, string text) => double.Parse(pattern.Match(text).Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"tps = ([\d.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"latency average = ([\d.]+) ms")]
    private static partial Regex Latency();
}
