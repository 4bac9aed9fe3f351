using System.Globalization;

namespace Reflow.Core.Reports;

/// <summary>One day, week or month for which a rule asks for reports.</summary>
/// <param name="First">Its first day, which names it.</param>
/// <param name="OpensAt">From when on it takes reports, Unix ms.</param>
/// <param name="ClosesAt">From when on reports are late, Unix ms.</param>
public sealed record ReportCycle(DateOnly First, long OpensAt, long ClosesAt)
{
    const string Format = "yyyy-MM-dd";

    // Nobody reports for other days, and no calendar ends near them.
    static readonly DateOnly Earliest = new(1970, 1, 8), Latest = new(2999, 12, 1);

    /// <summary>Its name: the first day, <c>2026-05-04</c>.</summary>
    public string Name => NameOf(First);

    /// <summary>The name of the cycle that begins on a day.</summary>
    public static string NameOf(DateOnly first) => first.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>The day that a name names; null when it names none.</summary>
    public static DateOnly? DayOf(string name) =>
        DateOnly.TryParseExact(name, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day >= Earliest && day <= Latest ? day : null;

    /// <summary>Whether a report that comes now is late.</summary>
    /// <param name="now">Unix ms.</param>
    public bool IsClosed(long now) => now >= ClosesAt;

    /// <summary>Why the cycle takes no report now; null when it takes one.</summary>
    /// <param name="schedule">The rule's schedule.</param>
    /// <param name="now">Unix ms.</param>
    /// <param name="submitted">How many reports the writer has submitted for it.</param>
    public string? Refuses(ReportSchedule schedule, long now, int submitted) =>
        now < OpensAt ? $"The cycle {Name} does not take reports before {Moment(OpensAt)}."
        : IsClosed(now) && !schedule.AllowLate ? $"The cycle {Name} took reports until {Moment(ClosesAt)}, and the rule takes none late."
        : submitted >= schedule.MostPerCycle ? $"The rule takes {(schedule.MostPerCycle == 1 ? "one report" : $"{schedule.MostPerCycle} reports")} from a member for a cycle, and there {(submitted == 1 ? "is" : "are")} {submitted} for {Name}."
        : null;

    static string Moment(long at) => DateTimeOffset.FromUnixTimeMilliseconds(at).ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture);
}
