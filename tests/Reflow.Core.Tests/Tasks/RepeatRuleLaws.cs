using FsCheck;
using FsCheck.Fluent;
using Reflow.Core.Tasks;
using Xunit;

namespace Reflow.Core.Tests.Tasks;

/// <summary>What holds for every rule and every time: the days are those that the standard's words say, one after the other looked at.</summary>
public class RepeatRuleLaws
{
    const long Day = 86_400;
    static readonly string[] ZoneNames = ["America/New_York", "Europe/Berlin", "Asia/Shanghai", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo"];
    static readonly string[] Weekdays = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

    /// <summary>A rule in its parts, so that it can be written, read by other means, and shrunk.</summary>
    sealed record Sample(string Unit, int Interval, int[] Months, int[] MonthDays, int[] Days, int[] Nths, int WeekStart, long Time, int Zone)
    {
        public ZoneOffset Offset => Zones.Find(ZoneNames[Zone])!;

        // Ordinals go with months and years only, days of the month not with weeks.
        public bool HasNths => Unit is "MONTHLY" or "YEARLY" && Nths is not [];

        public int Nth(int i) => HasNths ? Nths[i % Nths.Length] : 0;

        public override string ToString() => $"FREQ={Unit};INTERVAL={Interval};WKST={Weekdays[WeekStart]}"
            + (Months is [] ? "" : $";BYMONTH={string.Join(',', Months)}")
            + (MonthDays is [] || Unit is "WEEKLY" ? "" : $";BYMONTHDAY={string.Join(',', MonthDays)}")
            + (Days is [] ? "" : $";BYDAY={string.Join(',', Days.Select((day, i) => (Nth(i) == 0 ? "" : $"{Nth(i)}") + Weekdays[day]))}");
    }

    static readonly Arbitrary<Sample> Samples = Arb.From(
        from unit in Gen.Elements("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
        from interval in Gen.Frequency((3, Gen.Constant(1)), (2, Gen.Choose(2, 5)))
        from months in Some(Gen.Choose(1, 12), 3)
        from monthDays in Some(Gen.Choose(-31, 31).Where(day => day != 0), 3)
        from days in Some(Gen.Choose(0, 6), 4)
        from nths in Some(Gen.Choose(-5, 5), 2)
        from weekStart in Gen.Choose(0, 6)
        from time in Gen.Choose(0, 2_000_000_000)
        from zone in Gen.Choose(0, ZoneNames.Length - 1)
        select new Sample(unit, interval, months, monthDays, days, nths, weekStart, time, zone),
        sample =>
        [
            .. Less(sample.Months).Select(months => sample with { Months = months }),
            .. Less(sample.MonthDays).Select(monthDays => sample with { MonthDays = monthDays }),
            .. Less(sample.Days).Select(days => sample with { Days = days }),
            .. Less(sample.Nths).Select(nths => sample with { Nths = nths }),
            .. sample.Interval > 1 ? new[] { sample with { Interval = sample.Interval - 1 } } : [],
            .. sample.Zone != 2 ? new[] { sample with { Zone = 2 } } : [],
        ]);

    static Gen<int[]> Some(Gen<int> item, int most) => Gen.Frequency((2, Gen.Constant(Array.Empty<int>())), (1, Gen.Choose(1, most).SelectMany(count => item.ArrayOf(count)).Select(items => items.Distinct().ToArray())));

    static IEnumerable<int[]> Less(int[] items) => items.Select((_, left) => items.Where((_, i) => i != left).ToArray());

    [Fact]
    public void The_next_day_is_the_first_one_that_the_rule_means() => Prop.ForAll(Samples, sample =>
    {
        var due = new Due(sample.Time, ZoneNames[sample.Zone], IsAllDay: false);
        var next = RepeatRule.Parse(sample.ToString())!.Next(due, sample.Offset);
        var today = DateOnly.FromDayNumber((int)((sample.Offset.Show(due.Time) + 719_162 * Day) / Day));
        // Twenty years of days, one by one.
        DateOnly? first = null;
        for (var day = 1; day < 7300 && first is null; day++)
            if (Means(sample, today, today.AddDays(day))) first = today.AddDays(day);
        if (first is null) return next is null || next.Time > due.Time + 7000 * Day;
        var wanted = (first.Value.DayNumber - 719_162) * Day + (sample.Offset.Show(due.Time) + 719_162 * Day) % Day;
        return next is not null && next.Time == sample.Offset.Moment(wanted);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Every_time_comes_after_the_one_before_and_shows_the_same_clock_unless_it_is_skipped() => Prop.ForAll(Samples, sample =>
    {
        var (rule, zone) = (RepeatRule.Parse(sample.ToString())!, sample.Offset);
        var due = new Due(sample.Time, ZoneNames[sample.Zone], IsAllDay: false);
        var clock = zone.Show(due.Time) % Day;
        for (var i = 0; i < 20 && rule.Next(due, zone) is { } next; i++)
        {
            if (next.Time <= due.Time) return false;
            if ((next.WallTime ?? zone.Show(next.Time) % Day) != clock) return false;
            due = next;
        }
        return true;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void As_many_are_due_as_are_counted() => Prop.ForAll(Samples, Arb.From(Gen.Choose(1, 12)), (sample, count) =>
    {
        var endless = 1 + Times(sample.ToString(), sample).Take(count).Count();
        return 1 + Times($"{sample};COUNT={count}", sample).Take(100).Count() == Math.Min(count, endless);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_text_is_too_odd_to_be_read()
    {
        var parts = Gen.Elements("FREQ=DAILY", "FREQ=", "=", ";", "COUNT=-1", "COUNT=99999999999", "BYDAY=,", "BYDAY=1", "UNTIL=Z", "UNTIL=99999999", "INTERVAL=+1", "BYMONTH=١", "RRULE:", "WKST=MO", "BYSETPOS=1");
        Prop.ForAll(Arb.From(parts.ArrayOf().Select(list => string.Join(';', list))), text =>
        {
            var rule = RepeatRule.Parse(text);
            return rule is null || text.Contains("FREQ=DAILY", StringComparison.Ordinal);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_moment_shows_what_it_was_made_from_unless_the_clocks_skip_it() => Prop.ForAll(Arb.From(Gen.Choose(0, 2_000_000_000)), Arb.From(Gen.Choose(0, ZoneNames.Length - 1)), (second, zone) =>
    {
        var offset = Zones.Find(ZoneNames[zone])!;
        var moment = offset.Moment(second);
        // Whatever a moment shows leads back to it, or to the one before it that shows the same.
        var shown = offset.Show(second);
        return (offset.Show(moment) == second || offset.Show(moment - 2 * Day) < second && offset.Show(moment) > second) && offset.Moment(shown) <= second && offset.Show(offset.Moment(shown)) == shown;
    }).QuickCheckThrowOnFailure();

    static IEnumerable<Due> Times(string text, Sample sample)
    {
        Due? due = new(sample.Time, ZoneNames[sample.Zone], IsAllDay: false);
        for (var rule = RepeatRule.Parse(text)!; rule.Next(due, sample.Offset) is { } next; rule = RepeatRule.Parse(rule.Rest)!) yield return due = next;
    }

    // The words of RFC 5545 §3.3.10, without any of the steps that the rule takes.
    static bool Means(Sample rule, DateOnly start, DateOnly day)
    {
        var units = rule.Unit switch
        {
            "DAILY" => day.DayNumber - start.DayNumber,
            "WEEKLY" => (Week(day) - Week(start)) / 7,
            "MONTHLY" => (day.Year - start.Year) * 12 + day.Month - start.Month,
            _ => day.Year - start.Year,
        };
        if (units % rule.Interval != 0) return false;
        if (rule.Months is not [] && !rule.Months.Contains(day.Month)) return false;
        var last = DateTime.DaysInMonth(day.Year, day.Month);
        var monthDays = rule.Unit is "WEEKLY" ? [] : rule.MonthDays;
        if (monthDays is not [] && !monthDays.Any(wanted => wanted == day.Day || last + 1 + wanted == day.Day)) return false;
        if (rule.Days is not [])
            return rule.Days.Select((wanted, i) => (wanted, Nth: rule.Nth(i))).Any(one => (int)day.DayOfWeek == one.wanted && (one.Nth == 0 || Place(day, one.Nth)));
        return rule.Unit switch
        {
            "DAILY" => true,
            "WEEKLY" => day.DayOfWeek == start.DayOfWeek,
            "MONTHLY" => monthDays is not [] || day.Day == start.Day,
            _ => monthDays is not [] || day.Day == start.Day && (rule.Months is not [] || day.Month == start.Month),
        };

        int Week(DateOnly of)
        {
            while ((int)of.DayOfWeek != rule.WeekStart) of = of.AddDays(-1);
            return of.DayNumber;
        }

        // The n-th of its weekday: so many of the same weekday lie in the month, or the year, up to it.
        bool Place(DateOnly of, int nth)
        {
            var inYear = rule.Unit is "YEARLY" && rule.Months is [];
            bool Same(DateOnly other) => other.Year == of.Year && (inYear || other.Month == of.Month);
            var count = 0;
            for (var other = of; Same(other); other = other.AddDays(nth > 0 ? -7 : 7)) count++;
            return count == Math.Abs(nth);
        }
    }
}
