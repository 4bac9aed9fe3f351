namespace Reflow.Server.Store;

/// <summary>
/// Counts what may happen only so often in a window of time, on all nodes of a store together. Whoever wants to let it happen takes a share of the window first, and
/// spends that by itself: so that most of it costs nothing, and all shares of a window are never more than the window holds (ADR 11).
/// </summary>
abstract class Quotas : IAsyncDisposable
{
    /// <summary>What clocks of nodes may differ by, ms: a window that is further ahead was begun by a clock that is wrong, and begins anew.</summary>
    public const long Slack = 60_000;

    /// <summary>Takes a share of a window.</summary>
    /// <param name="tenant">Whose it is; empty when nobody's.</param>
    /// <param name="key">What is counted; it is stored, so it holds no secret.</param>
    /// <param name="window">The window.</param>
    /// <exception cref="StoreException">The store cannot be reached; what was taken is lost.</exception>
    public abstract ValueTask<Share> Take(string tenant, string key, Window window);

    /// <summary>Gives back one that did not happen, while its window lasts.</summary>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="key">What is counted.</param>
    /// <param name="ends">The window's end, as the share told it.</param>
    public abstract ValueTask GiveBack(string tenant, string key, long ends);

    /// <summary>Begins to count anew.</summary>
    public abstract ValueTask Clear(string tenant, string key);

    /// <summary>Forgets what this process counted, for data that was replaced: what is in the store went with it.</summary>
    public abstract void Forget();

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>Whether a window that ends then is under way, by a clock that shows <paramref name="now"/> or by that of another node.</summary>
    public static bool IsOn(long ends, long now, long length) => ends > now && ends <= now + length + Slack;
}

/// <summary>A window of time in which something may happen so often.</summary>
/// <param name="Most">How often.</param>
/// <param name="Length">How long it lasts, ms.</param>
/// <param name="Now">The node's clock, Unix ms.</param>
/// <param name="Ends">When it ends if it begins now, Unix ms; one that another node began counts until its own end.</param>
/// <param name="AtOnce">The most that is taken at once.</param>
readonly record struct Window(int Most, long Length, long Now, long Ends, int AtOnce);

/// <summary>What was taken of a window.</summary>
/// <param name="Count">How many; 0 when nothing is left.</param>
/// <param name="Ends">When the window ends, Unix ms.</param>
/// <param name="IsLast">Whether nothing is left behind it.</param>
readonly record struct Share(int Count, long Ends, bool IsLast);

/// <summary>The quotas of a store that one process has to itself: in memory, and all of a window is taken at once.</summary>
sealed class LocalQuotas : Quotas
{
    const int MostRemembered = 100_000;

    readonly Dictionary<(string Tenant, string Key), (long Ends, int Taken)> windows = [];

    /// <inheritdoc/>
    public override ValueTask<Share> Take(string tenant, string key, Window window)
    {
        lock (windows)
        {
            if (windows.Count >= MostRemembered) Sweep(window.Now);
            var (ends, taken) = windows.TryGetValue((tenant, key), out var on) && IsOn(on.Ends, window.Now, window.Length) ? on : (window.Ends, 0);
            var count = Math.Min(window.AtOnce, window.Most - taken);
            windows[(tenant, key)] = (ends, taken + count);
            return new(new Share(count, ends, taken + count == window.Most));
        }
    }

    /// <inheritdoc/>
    public override ValueTask GiveBack(string tenant, string key, long ends)
    {
        lock (windows)
        {
            if (windows.TryGetValue((tenant, key), out var on) && on.Ends == ends && on.Taken > 0) windows[(tenant, key)] = (ends, on.Taken - 1);
        }
        return default;
    }

    /// <inheritdoc/>
    public override ValueTask Clear(string tenant, string key)
    {
        lock (windows) windows.Remove((tenant, key));
        return default;
    }

    /// <inheritdoc/>
    public override void Forget()
    {
        lock (windows) windows.Clear();
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => default;

    void Sweep(long now)
    {
        foreach (var (key, window) in windows)
            if (window.Ends <= now) windows.Remove(key);
        if (windows.Count >= MostRemembered) windows.Clear();
    }
}
