using System.Collections.Concurrent;
using System.Globalization;

namespace Reflow.Server.Gateway;

/// <summary>
/// Counts calls per operation, app and tenant in fixed windows and refuses those above the contract's cap, with the headers that tell how long to wait
/// (contracts: platform §2.4). A refused call counts for nothing.
/// </summary>
/// <param name="clock">Where the windows begin and end.</param>
/// <param name="enabled">False lets every call pass, for test runs.</param>
public sealed class RateLimits(TimeProvider clock, bool enabled)
{
    readonly ConcurrentDictionary<(string Tenant, string AppId, string Operation), Windows> counted = new();

    /// <summary>Counts one call; the refusal when it is one too many.</summary>
    public Refusal? Spend(Caller caller, Operation operation) =>
        enabled && operation.Limits.Count > 0
            ? counted.GetOrAdd((caller.Tenant, caller.AppId, operation.Name), static (_, limits) => new(limits), operation.Limits).Spend(clock.GetUtcNow().ToUnixTimeMilliseconds())
            : null;

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

    sealed class Windows(IReadOnlyList<Limit> limits)
    {
        readonly (long Window, int Calls)[] spent = new (long, int)[limits.Count];

        public Refusal? Spend(long now)
        {
            lock (spent)
            {
                for (var i = 0; i < spent.Length; i++)
                {
                    var length = limits[i].Seconds * 1000L;
                    var window = now / length;
                    if (spent[i].Window != window) spent[i] = (window, 0);
                    if (spent[i].Calls >= limits[i].Calls) return Exceeded(limits[i].Calls, ((window + 1) * length - now + 999) / 1000);
                }
                foreach (ref var window in spent.AsSpan()) window.Calls++;
            }
            return null;
        }

    }
}
