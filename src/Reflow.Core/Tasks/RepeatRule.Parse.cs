using System.Globalization;

namespace Reflow.Core.Tasks;

public sealed partial record RepeatRule
{
    static readonly Dictionary<string, RepeatUnit> Units = new()
    {
        ["DAILY"] = RepeatUnit.Day,
        ["WEEKLY"] = RepeatUnit.Week,
        ["MONTHLY"] = RepeatUnit.Month,
        ["YEARLY"] = RepeatUnit.Year,
    };
    static readonly string[] Weekdays = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
    /// <summary>The most values of one part. All days of a month, from both ends, are fewer; each one costs time for each day that is looked at.</summary>
    const int MostValues = 64;

    /// <summary>Reads a rule; null when it is none: a part is unknown, out of range, there twice, or does not go with the others.</summary>
    public static RepeatRule? Parse(string text)
    {
        var known = new HashSet<string>();
        RepeatRule? rule = new(text);
        foreach (var part in (text.StartsWith("RRULE:", StringComparison.Ordinal) ? text["RRULE:".Length..] : text).Split(';'))
        {
            var (name, value) = part.IndexOf('=', StringComparison.Ordinal) is > 0 and var at ? (part[..at], part[(at + 1)..]) : (part, "");
            if (!known.Add(name) || rule.With(name, value) is not { } read) return null;
            rule = read;
        }
        return known.Contains("FREQ") && !(rule.Count is not null && rule.Until is not null) && rule.FitsTogether ? rule : null;
    }

    // Each line is a "MUST NOT" of RFC 5545 §3.3.10.
    bool FitsTogether =>
        (Weeks is [] || Unit is RepeatUnit.Year)
        && (YearDays is [] || Unit is RepeatUnit.Year)
        && (MonthDays is [] || Unit is not RepeatUnit.Week)
        && (Days.All(day => day.Nth == 0) || Unit is RepeatUnit.Month or RepeatUnit.Year && Weeks is [])
        && (Positions is [] || Months is not [] || Weeks is not [] || YearDays is not [] || MonthDays is not [] || Days is not []);

    RepeatRule? With(string name, string value) => name switch
    {
        "FREQ" => Units.TryGetValue(value, out var unit) ? this with { Unit = unit } : null,
        "INTERVAL" => Number(value, 1, int.MaxValue) is { } interval ? this with { Interval = interval } : null,
        "COUNT" => Number(value, 1, int.MaxValue) is { } count ? this with { Count = count } : null,
        "UNTIL" => End(value) is { } end ? this with { Until = end } : null,
        "WKST" => Weekday(value) is { } day ? this with { WeekStart = day } : null,
        "BYMONTH" => List(value, item => Number(item, 1, 12)) is { } months ? this with { Months = months } : null,
        "BYWEEKNO" => List(value, item => Signed(item, 53)) is { } weeks ? this with { Weeks = weeks } : null,
        "BYYEARDAY" => List(value, item => Signed(item, 366)) is { } days ? this with { YearDays = days } : null,
        "BYMONTHDAY" => List(value, item => Signed(item, 31)) is { } days ? this with { MonthDays = days } : null,
        "BYDAY" => List(value, OneDay) is { } days ? this with { Days = days } : null,
        "BYSETPOS" => List(value, item => Signed(item, 366)) is { } positions ? this with { Positions = positions } : null,
        _ => null,
    };

    static IReadOnlyList<T>? List<T>(string text, Func<string, T?> read) where T : struct
    {
        var items = text.Split(',').Select(read).ToList();
        return items.Count <= MostValues && items.All(item => item is not null) ? [.. items.Select(item => item!.Value)] : null;
    }

    static int? Number(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : null;

    static int? Signed(string text, int most) => text is ['-', .. var rest] ? -Number(rest, 1, most) : Number(text.StartsWith('+') ? text[1..] : text, 1, most);

    static DayOfWeek? Weekday(string text) => Array.IndexOf(Weekdays, text) is >= 0 and var day ? (DayOfWeek)day : null;

    static RepeatDay? OneDay(string text)
    {
        if (text.Length < 2 || Weekday(text[^2..]) is not { } day) return null;
        return text.Length == 2 ? new(day, 0) : Signed(text[..^2], 53) is { } nth ? new(day, nth) : null;
    }

    static RepeatEnd? End(string text)
    {
        if (DateOnly.TryParseExact(text, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            return new((date.DayNumber - Epoch + 1) * WallClock.Day - 1, IsUtc: false);
        var isUtc = text.EndsWith('Z');
        return DateTime.TryParseExact(isUtc ? text[..^1] : text, "yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? new((time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond, isUtc)
            : null;
    }
}
