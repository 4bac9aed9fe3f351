using System.Collections.Concurrent;

namespace Reflow.Server.Api.Platform;

/// <summary>
/// Slows down whoever guesses passwords: after <see cref="PerAccount"/> wrong ones for an account, or <see cref="PerAddress"/> from an address, within
/// <see cref="Window"/>, none is looked at until the window is over. The right password clears the account.
/// </summary>
/// <param name="clock">When the windows begin and end.</param>
sealed class SignInThrottle(TimeProvider clock)
{
    /// <summary>Wrong passwords for one account.</summary>
    public const int PerAccount = 5;
    /// <summary>Wrong passwords from one address, behind which a whole company may sit.</summary>
    public const int PerAddress = 100;
    /// <summary>The window, in ms, from the first wrong password.</summary>
    public const long Window = 15 * 60 * 1000;
    const int MostRemembered = 100_000;

    readonly ConcurrentDictionary<string, Count> counts = new(StringComparer.Ordinal);

    /// <summary>How many seconds to wait before another try; 0 when it may be made now.</summary>
    public long SecondsToWait(string account, string address) => Math.Max(Wait(account, PerAccount), Wait(address, PerAddress));

    /// <summary>Counts a wrong password.</summary>
    public void Failed(string account, string address)
    {
        if (counts.Count >= MostRemembered) Sweep();
        foreach (var key in (ReadOnlySpan<string>)[account, address])
            counts.AddOrUpdate(key, static (_, now) => new(1, now + Window), static (_, count, now) => now >= count.Until ? new(1, now + Window) : count with { Failures = count.Failures + 1 }, Now);
    }

    /// <summary>The right password came.</summary>
    public void Succeeded(string account) => counts.TryRemove(account, out _);

    /// <summary>Forgets all of it, for data that was replaced.</summary>
    public void Forget() => counts.Clear();

    long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    long Wait(string key, int most) => counts.TryGetValue(key, out var count) && count.Failures >= most && count.Until > Now ? (count.Until - Now + 999) / 1000 : 0;

    void Sweep()
    {
        foreach (var (key, count) in counts)
            if (count.Until <= Now) counts.TryRemove(key, out _);
        if (counts.Count >= MostRemembered) counts.Clear();
    }

    sealed record Count(int Failures, long Until);
}
