using Reflow.Core.Tasks;

namespace Reflow.Core.Tests.Tasks;

/// <summary>The timezones of the machine, as the rules take them.</summary>
static class Zones
{
    public static ZoneOffset? Find(string name) => TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
        ? second => (int)zone.GetUtcOffset(DateTimeOffset.FromUnixTimeSeconds(second)).TotalSeconds
        : null;
}
