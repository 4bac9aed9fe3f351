namespace Reflow.Core.Tasks;

/// <summary>What a rule counts in.</summary>
public enum RepeatUnit
{
    /// <summary><c>FREQ=DAILY</c>.</summary>
    Day,
    /// <summary><c>FREQ=WEEKLY</c>.</summary>
    Week,
    /// <summary><c>FREQ=MONTHLY</c>.</summary>
    Month,
    /// <summary><c>FREQ=YEARLY</c>.</summary>
    Year,
}

/// <summary>A weekday of a rule, or the n-th of its month or year.</summary>
/// <param name="Day">The weekday.</param>
/// <param name="Nth">Which one, from the end when negative; 0 for every one.</param>
public readonly record struct RepeatDay(DayOfWeek Day, int Nth);

/// <summary>The last moment that a rule gives.</summary>
/// <param name="Second">A second, inclusive.</param>
/// <param name="IsUtc">True when it is a Unix second, false when it is what the clocks on the wall show.</param>
public readonly record struct RepeatEnd(long Second, bool IsUtc);

/// <summary>
/// By which a task repeats: the RRULE of RFC 5545 §3.3.10 as far as it names days. The time of day is the due time's own (contracts: task §2.7),
/// so the parts that name hours, minutes and seconds are no part of it.
/// </summary>
public sealed partial record RepeatRule
{
    /// <summary>The most days that are looked at for the next one: far more than a day needs that anybody will live to see, and a rule that gives none must end too.</summary>
    const int MostDays = 50_000;
    const long LastSecond = 253_402_300_799;
    static readonly int Epoch = new DateOnly(1970, 1, 1).DayNumber;

    RepeatRule(string text) => Text = text;

    /// <summary>The rule as it was written.</summary>
    public string Text { get; }

    /// <summary><c>FREQ</c>.</summary>
    public RepeatUnit Unit { get; private init; }

    /// <summary><c>INTERVAL</c>: every so many units.</summary>
    public int Interval { get; private init; } = 1;

    /// <summary><c>COUNT</c>: so many times, the one that is due now included; null without end.</summary>
    public int? Count { get; private init; }

    /// <summary><c>UNTIL</c>; null without end.</summary>
    public RepeatEnd? Until { get; private init; }

    /// <summary><c>BYMONTH</c>.</summary>
    public IReadOnlyList<int> Months { get; private init; } = [];

    /// <summary><c>BYWEEKNO</c>.</summary>
    public IReadOnlyList<int> Weeks { get; private init; } = [];

    /// <summary><c>BYYEARDAY</c>.</summary>
    public IReadOnlyList<int> YearDays { get; private init; } = [];

    /// <summary><c>BYMONTHDAY</c>; from the end of the month when negative.</summary>
    public IReadOnlyList<int> MonthDays { get; private init; } = [];

    /// <summary><c>BYDAY</c>.</summary>
    public IReadOnlyList<RepeatDay> Days { get; private init; } = [];

    /// <summary><c>BYSETPOS</c>: which of the days of one unit.</summary>
    public IReadOnlyList<int> Positions { get; private init; } = [];

    /// <summary><c>WKST</c>: where weeks begin.</summary>
    public DayOfWeek WeekStart { get; private init; } = DayOfWeek.Monday;

    /// <summary>The rule for what comes after this time: one time fewer where times are counted.</summary>
    public string Rest => Count is not { } count ? Text
        : string.Join(';', Text.Split(';').Select(part => part.Contains("COUNT=", StringComparison.Ordinal) ? $"{part[..part.IndexOf('=', StringComparison.Ordinal)]}={count - 1}" : part));

    /// <summary>
    /// When it is due next: the first day after this one that the rule gives, at the same time on the wall. Null when there is none: the rule has ended, or gives no day.
    /// A time that the clocks skip that day is kept in mind for the days after (<see cref="Due.WallTime"/>).
    /// </summary>
    /// <param name="due">When it is due now; what the rule counts from.</param>
    /// <param name="zone">The timezone of <paramref name="due"/>.</param>
    public Due? Next(Due due, ZoneOffset zone)
    {
        if (Count == 1) return null;
        var shown = due.IsAllDay ? due.Time : zone.Show(due.Time);
        var time = (shown % WallClock.Day + WallClock.Day) % WallClock.Day;
        var today = (int)((shown - time) / WallClock.Day);
        if (DayAfter(Epoch + today) is not { } day) return null;
        var wanted = (day - Epoch) * WallClock.Day + (due.WallTime ?? time);
        var moment = due.IsAllDay ? wanted : zone.Moment(wanted);
        if (moment is < 0 or > LastSecond || Until is { } until && (until.IsUtc ? moment : wanted) > until.Second) return null;
        return due with { Time = moment, WallTime = !due.IsAllDay && zone.Show(moment) != wanted ? due.WallTime ?? time : null };
    }

    /// <summary>The first day after this one, both as <see cref="DateOnly.DayNumber"/>.</summary>
    int? DayAfter(int start)
    {
        if (start >= DateOnly.MaxValue.DayNumber) return null;
        var rule = From(DateOnly.FromDayNumber(start));
        var fitting = new List<int>();
        var left = MostDays;
        for (long unit = 0; rule.Span(start, unit * Interval) is var (first, last); unit++)
        {
            fitting.Clear();
            for (var day = first; day <= last; day++)
            {
                if (left-- == 0) return null;
                var date = DateOnly.FromDayNumber(day);
                if (rule.Months is not [] && !rule.Months.Contains(date.Month)) day += DateTime.DaysInMonth(date.Year, date.Month) - date.Day;
                else if (rule.Fits(date)) fitting.Add(day);
            }
            if (rule.Chosen(fitting).FirstOrDefault(day => day > start) is > 0 and var next) return next;
        }
        return null;
    }

    /// <summary>The days of the n-th unit from the one that a day lies in; null beyond the calendar.</summary>
    (int First, int Last)? Span(int start, long n)
    {
        var last = DateOnly.MaxValue.DayNumber;
        var from = DateOnly.FromDayNumber(start);
        switch (Unit)
        {
            case RepeatUnit.Day:
                return start + n <= last ? ((int)(start + n), (int)(start + n)) : null;
            case RepeatUnit.Week:
                var monday = start - (from.DayOfWeek - WeekStart + 7) % 7 + 7 * n;
                return monday <= last ? ((int)monday, (int)Math.Min(monday + 6, last)) : null;
            case RepeatUnit.Month:
                var month = from.Year * 12 + from.Month - 1 + n;
                if (month / 12 > DateOnly.MaxValue.Year) return null;
                var first = new DateOnly((int)(month / 12), (int)(month % 12) + 1, 1);
                return (first.DayNumber, first.DayNumber + DateTime.DaysInMonth(first.Year, first.Month) - 1);
            case RepeatUnit.Year:
                if (from.Year + n > DateOnly.MaxValue.Year) return null;
                var year = (int)(from.Year + n);
                return (new DateOnly(year, 1, 1).DayNumber, new DateOnly(year, 12, 31).DayNumber);
        }
        throw new System.Diagnostics.UnreachableException();
    }

    /// <summary>The rule with what it leaves open taken from the day that it counts from (RFC 5545 §3.3.10).</summary>
    RepeatRule From(DateOnly start) => Unit switch
    {
        RepeatUnit.Day => this,
        RepeatUnit.Week => Days is [] ? this with { Days = [new(start.DayOfWeek, 0)] } : this,
        RepeatUnit.Month => Days is [] && MonthDays is [] ? this with { MonthDays = [start.Day] } : this,
        RepeatUnit.Year when Days is not [] || MonthDays is not [] || YearDays is not [] => this,
        RepeatUnit.Year => Weeks is not [] ? this with { Days = [new(start.DayOfWeek, 0)] }
            : this with { MonthDays = [start.Day], Months = Months is [] ? [start.Month] : Months },
    };

    bool Fits(DateOnly date) =>
        (MonthDays is [] || Has(MonthDays, date.Day, DateTime.DaysInMonth(date.Year, date.Month)))
        && (YearDays is [] || Has(YearDays, date.DayOfYear, DaysIn(date.Year)))
        && (Weeks is [] || HasWeek(date))
        && (Days is [] || HasDay(date));

    bool HasDay(DateOnly date)
    {
        var (day, length) = Unit is RepeatUnit.Year && Months is [] ? (date.DayOfYear, DaysIn(date.Year)) : (date.Day, DateTime.DaysInMonth(date.Year, date.Month));
        foreach (var wanted in Days)
            if (wanted.Day == date.DayOfWeek && (wanted.Nth == 0 || wanted.Nth == (day - 1) / 7 + 1 || wanted.Nth == -((length - day) / 7 + 1))) return true;
        return false;
    }

    // A week belongs to the year that has four of its days.
    bool HasWeek(DateOnly date)
    {
        var fourth = date.DayNumber - (date.DayOfWeek - WeekStart + 7) % 7 + 3;
        if (fourth > DateOnly.MaxValue.DayNumber) return false;
        var middle = DateOnly.FromDayNumber(fourth);
        var rest = (DaysIn(middle.Year) - middle.DayOfYear) / 7;
        var week = (middle.DayOfYear - 1) / 7 + 1;
        return Has(Weeks, week, week + rest);
    }

    static bool Has(IReadOnlyList<int> wanted, int number, int most)
    {
        foreach (var one in wanted)
            if (one == number || one == number - most - 1) return true;
        return false;
    }

    IEnumerable<int> Chosen(List<int> days) => Positions is [] ? days
        : Positions.Select(position => position > 0 ? position - 1 : days.Count + position).Where(index => index >= 0 && index < days.Count).Distinct().Order().Select(index => days[index]);

    static int DaysIn(int year) => DateTime.IsLeapYear(year) ? 366 : 365;
}
