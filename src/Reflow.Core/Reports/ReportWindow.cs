namespace Reflow.Core.Reports;

/// <summary>A span of submission times, both ends inside (contracts: report §4.2).</summary>
/// <param name="First">The first second.</param>
/// <param name="Last">The last second; before <paramref name="First"/> the span is empty.</param>
public readonly record struct ReportWindow(long First, long Last)
{
    /// <summary>From here on a number cannot be a second that anybody means: milliseconds were sent by mistake. Seconds get here in the year 5138.</summary>
    public const long Milliseconds = 100_000_000_000;

    // Ids are 63 bits: 31 of them are the second.
    const long LastSecond = int.MaxValue;

    /// <summary>The smallest id that a report in the window can have.</summary>
    public long FirstId => First > LastSecond ? long.MaxValue : Math.Max(First, 0) << 32;

    /// <summary>The largest id that a report in the window can have; below <see cref="FirstId"/> when none can be in it.</summary>
    public long LastId => Last < 0 ? -1 : Math.Min(Last, LastSecond) << 32 | uint.MaxValue;
}
