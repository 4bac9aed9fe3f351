using System.Collections.Concurrent;
using Reflow.Core.Tasks;

namespace Reflow.Server.Store;

/// <summary>The IANA timezones that the machine knows.</summary>
static class Timezones
{
    static readonly ConcurrentDictionary<string, ZoneOffset> Known = [];

    /// <summary>The timezone of an IANA name; null for any other text.</summary>
    public static ZoneOffset? Find(string name)
    {
        if (Known.TryGetValue(name, out var known)) return known;
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) || !zone.HasIanaId) return null;
        return Known.GetOrAdd(name, second => (int)zone.GetUtcOffset(DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(second, First, Last))).TotalSeconds);
    }

    static readonly long First = DateTimeOffset.MinValue.ToUnixTimeSeconds(), Last = DateTimeOffset.MaxValue.ToUnixTimeSeconds();
}
