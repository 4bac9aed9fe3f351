namespace Reflow.Core.Reports;

/// <summary>How often a rule asks for a report (contracts: report §5).</summary>
public enum CycleKind
{
    /// <summary>Once for each day.</summary>
    Daily,
    /// <summary>Once for each week, which begins on Monday.</summary>
    Weekly,
    /// <summary>Once for each month.</summary>
    Monthly,
}

/// <summary>
/// When the reports of a rule are due (contracts: report §5). Feishu has it in the product and shows none of it in its API.
/// Days and times are those of the calendar and the clock of <paramref name="Timezone"/>.
/// </summary>
/// <param name="Cycle">How often.</param>
/// <param name="Timezone">The IANA name.</param>
/// <param name="Opens">From when on a cycle takes reports; within the cycle.</param>
/// <param name="Closes">From when on it takes them late or not at all; perhaps after the cycle.</param>
/// <param name="AllowLate">Whether it takes them late.</param>
/// <param name="MostPerCycle">How many reports a member can submit for one cycle.</param>
public sealed record ReportSchedule(CycleKind Cycle, string Timezone, WindowEdge Opens, WindowEdge Closes, bool AllowLate, int MostPerCycle)
{
    /// <summary>The most reports that a rule can allow for one member and cycle.</summary>
    public const int MostReports = 100;

    /// <summary>Where a cycle takes reports from its first moment to its last when nothing else is said.</summary>
    public static (WindowEdge Opens, WindowEdge Closes) Whole(CycleKind cycle) => (new(1, 0), new(Length(cycle) + 1, 0));

    /// <summary>Everything that is wrong with it.</summary>
    /// <param name="isTimezone">Whether somebody knows a time zone of this name.</param>
    public IReadOnlyList<ReportFault> Faults(Func<string, bool> isTimezone)
    {
        List<ReportFault> faults = [];
        var length = Length(Cycle);
        if (!isTimezone(Timezone)) faults.Add(new("timezone", $"There is no time zone {Timezone}."));
        if (Opens.Day < 1 || Opens.Day > length) faults.Add(new("window_open.day", $"must be between 1 and {length}, within the cycle."));
        if (Closes.Day < 1 || Closes.Day > 2 * length) faults.Add(new("window_close.day", $"must be between 1 and {2 * length}."));
        // The shortest month counts too: the last days of a long one are all its last day.
        else if (Days.Any(days => DayOf(Closes, days) * MinutesOfDay + Closes.Minute <= DayOf(Opens, days) * MinutesOfDay + Opens.Minute))
            faults.Add(new("window_close", "must be after window_open in every cycle."));
        if (MostPerCycle is < 1 or > MostReports) faults.Add(new("most_per_cycle", $"must be between 1 and {MostReports}."));
        return faults;
    }

    /// <summary>The cycle that begins on a day.</summary>
    public ReportCycle Of(DateOnly first, TimeZoneInfo zone) => new(first, At(first, Opens, zone), At(first, Closes, zone));

    /// <summary>The cycle in whose days this day is, by its first day.</summary>
    public DateOnly FirstOf(DateOnly day) => Cycle switch
    {
        CycleKind.Daily => day,
        CycleKind.Weekly => day.AddDays(-((int)day.DayOfWeek + 6) % 7),
        CycleKind.Monthly => new(day.Year, day.Month, 1),
    };

    /// <summary>The first day of a cycle so many cycles on, or back.</summary>
    public DateOnly Step(DateOnly first, int cycles) => Cycle switch
    {
        CycleKind.Daily => first.AddDays(cycles),
        CycleKind.Weekly => first.AddDays(7 * cycles),
        CycleKind.Monthly => first.AddMonths(cycles),
    };

    /// <summary>The cycle that opened last. A report that names no cycle is for this one.</summary>
    /// <param name="now">Unix ms.</param>
    /// <param name="zone">The zone that <see cref="Timezone"/> names.</param>
    public ReportCycle Current(long now, TimeZoneInfo zone)
    {
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(now), zone).DateTime);
        // One further than the calendar says: a clock that is put back over midnight shows yesterday after tomorrow has opened.
        var cycle = Of(Step(FirstOf(day), 1), zone);
        while (cycle.OpensAt > now) cycle = Of(Step(cycle.First, -1), zone);
        return cycle;
    }

    /// <summary>The cycle that a report that comes now is for, or why there is none.</summary>
    /// <param name="asked">The cycle's name; null for the current one.</param>
    /// <param name="now">Unix ms.</param>
    /// <param name="zone">The zone that <see cref="Timezone"/> names.</param>
    public (ReportCycle? Cycle, string? Fault) Choose(string? asked, long now, TimeZoneInfo zone)
    {
        if (asked is null) return (Current(now, zone), null);
        if (ReportCycle.DayOf(asked) is not { } day) return (null, "must be the first day of a cycle, such as 2026-05-04.");
        return FirstOf(day) == day ? (Of(day, zone), null) : (null, $"is no first day of a cycle; the one it is in begins on {ReportCycle.NameOf(FirstOf(day))}.");
    }

    /// <summary>The windows that open or close in a time, the first first: each moment, and whether it opens.</summary>
    /// <param name="after">Unix ms; what is at this moment is past.</param>
    /// <param name="until">Unix ms; what is at this moment belongs to it.</param>
    /// <param name="zone">The zone that <see cref="Timezone"/> names.</param>
    public IEnumerable<(long At, bool Opens)> Windows(long after, long until, TimeZoneInfo zone)
    {
        // A window closes at most a whole cycle after its own; two more for what a clock repeats.
        var first = Step(Current(after, zone).First, -3);
        var closing = new Queue<long>();
        for (var cycle = Of(first, zone); ; cycle = Of(Step(cycle.First, 1), zone))
        {
            while (closing.TryPeek(out var closes) && (closes <= cycle.OpensAt || cycle.OpensAt > until))
            {
                if (closing.Dequeue() > after && closes <= until) yield return (closes, false);
            }
            if (cycle.OpensAt > until) yield break;
            if (cycle.OpensAt > after) yield return (cycle.OpensAt, true);
            closing.Enqueue(cycle.ClosesAt);
        }
    }

    const int MinutesOfDay = 1440;

    // Months have these many days, and nothing else differs from cycle to cycle.
    static readonly int[] Days = [28, 29, 30, 31];

    static int Length(CycleKind cycle) => cycle switch
    {
        CycleKind.Daily => 1,
        CycleKind.Weekly => 7,
        CycleKind.Monthly => LongestMonth,
    };

    const int LongestMonth = 31;

    // In a month, the days that it does not have are its last one; 32 is the first of the next.
    int DayOf(WindowEdge edge, int daysOfMonth) => Cycle switch
    {
        CycleKind.Daily or CycleKind.Weekly => edge.Day,
        CycleKind.Monthly => edge.Day <= LongestMonth ? Math.Min(edge.Day, daysOfMonth) : edge.Day - LongestMonth + daysOfMonth,
    };

    long At(DateOnly first, WindowEdge edge, TimeZoneInfo zone) =>
        FirstMoment(first.AddDays(DayOf(edge, DateTime.DaysInMonth(first.Year, first.Month)) - 1).ToDateTime(default).AddMinutes(edge.Minute), zone);

    // The first moment at which the clock shows this time or a later one: of a time that comes twice the first, of one that is left out the moment at which it is.
    static long FirstMoment(DateTime local, TimeZoneInfo zone)
    {
        while (zone.IsInvalidTime(local)) local = local.AddMinutes(1);
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUnixTimeMilliseconds();
    }
}

/// <summary>Where a cycle's window begins or ends.</summary>
/// <param name="Day">The day of the cycle, from 1. Of a month, 31 is its last day, however many it has, and 32 the first of the next.</param>
/// <param name="Minute">The minute of the day by the clock, 0 to 1439.</param>
public sealed record WindowEdge(int Day, int Minute)
{
    /// <summary>Reads a time of day such as <c>18:30</c> as minutes; null when it is none.</summary>
    public static int? MinuteOf(string time) => time is [>= '0' and <= '9', >= '0' and <= '9', ':', >= '0' and <= '9', >= '0' and <= '9']
        && int.Parse(time[..2]) is < 24 and var hour && int.Parse(time[3..]) is < 60 and var minute ? hour * 60 + minute : null;

    /// <summary>The time of day as <see cref="MinuteOf"/> reads it.</summary>
    public string Time => $"{Minute / 60:00}:{Minute % 60:00}";
}
