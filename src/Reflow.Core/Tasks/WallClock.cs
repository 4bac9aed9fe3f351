namespace Reflow.Core.Tasks;

/// <summary>A timezone as data: the seconds to add to a Unix second to get what the clocks of the zone show then, as seconds since 1970-01-01T00:00 on the wall.</summary>
/// <param name="second">A Unix second.</param>
public delegate int ZoneOffset(long second);

/// <summary>Between moments and what clocks on the wall show.</summary>
public static class WallClock
{
    /// <summary>The seconds of a day on the wall.</summary>
    public const long Day = 86_400;

    /// <summary>What the clocks show at a moment.</summary>
    /// <param name="zone">The timezone.</param>
    /// <param name="second">A Unix second.</param>
    public static long Show(this ZoneOffset zone, long second) => second + zone(second);

    /// <summary>
    /// The moment at which the clocks show this: the first of two when they are set back, and as if they had not been set forward yet when they skip it (RFC 5545 §3.3.5).
    /// </summary>
    /// <param name="zone">The timezone.</param>
    /// <param name="shown">Seconds since 1970-01-01T00:00 on the wall.</param>
    public static long Moment(this ZoneOffset zone, long shown)
    {
        // No zone is further than a day from UTC, and none changes twice in two days.
        var (before, after) = (zone(shown - Day), zone(shown + Day));
        var early = shown - before;
        if (zone(early) == before) return early;
        var late = shown - after;
        return zone(late) == after ? late : early;
    }
}
