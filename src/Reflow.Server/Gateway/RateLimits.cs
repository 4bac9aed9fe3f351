using System.Collections.Concurrent;
using System.Globalization;
using Reflow.Server.Store;

namespace Reflow.Server.Gateway;

/// <summary>
/// Counts calls per operation, app and tenant in fixed windows, on all nodes together, and refuses those above the contract's cap, with the headers that tell how long to wait
/// (contracts: platform §2.4). A refused call counts for nothing. A node spends shares of a window that it has taken from the store's quotas (ADR 11).
/// </summary>
/// <param name="quotas">Where shares are taken from.</param>
/// <param name="clock">Where the windows begin and end.</param>
/// <param name="enabled">False lets every call pass, for test runs.</param>
sealed class RateLimits(Quotas quotas, TimeProvider clock, bool enabled)
{
    const int MostRemembered = 100_000;

    readonly ConcurrentDictionary<(string Tenant, string AppId, string Operation), Windows> counted = new();

    /// <summary>Counts one call; the refusal when it is one too many. Waits only when a share of a window must be taken.</summary>
    /// <exception cref="StoreException">A share cannot be taken.</exception>
    public ValueTask<Refusal?> Spend(Caller caller, Operation operation, CancellationToken ct)
    {
        if (!enabled || operation.Limits.Count == 0) return default;
        var key = (caller.Tenant, caller.AppId, operation.Name);
        if (!counted.TryGetValue(key, out var windows))
        {
            if (counted.Count >= MostRemembered) Sweep();
            windows = counted.GetOrAdd(key, static (key, from) => new(from.quotas, from.clock, key.Tenant, $"{key.Operation}/{Secrets.Hash(key.AppId)}", from.Limits), (quotas, clock, operation.Limits));
        }
        return windows.Spend(ct);
    }

    /// <summary>The refusal of a call above the cap, with the headers that tell it.</summary>
    /// <param name="cap">The calls of one window.</param>
    /// <param name="wait">How long until the next window, s.</param>
    /// <param name="http">The status: 429, or 400 as some old operations answer.</param>
    internal static Refusal Exceeded(long cap, long wait, int http = 429) => new(GatewayErrors.RateLimited with { Http = http })
    {
        Headers =
        [
            new("x-ogw-ratelimit-limit", cap.ToString(CultureInfo.InvariantCulture)),
            new("x-ogw-ratelimit-reset", wait.ToString(CultureInfo.InvariantCulture)),
        ],
    };

    /// <summary>Begins to count anew.</summary>
    public void Forget() => counted.Clear();

    // Shares of windows that are over are worth nothing.
    void Sweep()
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var (key, windows) in counted)
            if (windows.AreOver(now)) counted.TryRemove(key, out _);
    }

    /// <summary>What is held of the windows of one caller and operation; an app or token is named by its hash only.</summary>
    sealed class Windows(Quotas quotas, TimeProvider clock, string tenant, string key, IReadOnlyList<Limit> limits)
    {
        readonly Held[] held = new Held[limits.Count];
        readonly SemaphoreSlim taking = new(1);

        public ValueTask<Refusal?> Spend(CancellationToken ct) => TrySpend(out var refusal) is null ? new(refusal) : SpendTaken(ct);

        public bool AreOver(long now)
        {
            lock (held) return held.All(window => window.Ends <= now);
        }

        async ValueTask<Refusal?> SpendTaken(CancellationToken ct)
        {
            // Those who want the same share wait for one to take it.
            await taking.WaitAsync(ct);
            try
            {
                while (TrySpend(out var refusal) is var wanted)
                {
                    if (wanted is not { } i) return refusal;
                    var (now, length) = (clock.GetUtcNow().ToUnixTimeMilliseconds(), limits[i].Seconds * 1000L);
                    var share = await quotas.Take(tenant, $"{key}/{limits[i].Seconds}s", new(limits[i].Calls, length, now, (now / length + 1) * length, limits[i].Calls));
                    // A window of a clock that is ahead is asked for again when it would be over by this one.
                    lock (held) held[i] = new(share.Ends, share.Count, share.IsLast ? Math.Min(share.Ends, now + length) : now);
                }
                return null;
            }
            finally
            {
                taking.Release();
            }
        }

        /// <summary>Spends one of each window or tells why not; the window of which a share must be taken before that can be said.</summary>
        int? TrySpend(out Refusal? refusal)
        {
            refusal = null;
            var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
            lock (held)
            {
                for (var i = 0; i < held.Length; i++)
                {
                    if (!Quotas.IsOn(held[i].Ends, now, limits[i].Seconds * 1000L)) return i;
                    if (held[i].Left > 0) continue;
                    if (held[i].EmptyUntil <= now) return i;
                    refusal = Exceeded(limits[i].Calls, (held[i].Ends - now + 999) / 1000);
                    return null;
                }
                foreach (ref var window in held.AsSpan()) window.Left--;
            }
            return null;
        }

        /// <param name="Ends">When the window ends, Unix ms.</param>
        /// <param name="Left">What is left of the share.</param>
        /// <param name="EmptyUntil">Until when nothing more can be taken.</param>
        record struct Held(long Ends, int Left, long EmptyUntil);
    }
}
