using FsCheck;
using FsCheck.Fluent;
using Reflow.Core.Reports;
using Xunit;

namespace Reflow.Core.Tests.Reports;

/// <summary>Cycles follow one another without a gap by the calendar and the clock of any time zone, also where the clock is put forward or back.</summary>
public class ReportScheduleLaws
{
    static readonly TimeZoneInfo[] Zones =
    [
        .. new[] { "Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo", "America/Havana", "America/St_Johns", "UTC" }.Select(TimeZoneInfo.FindSystemTimeZoneById),
    ];

    [Fact]
    public void Cycles_open_one_after_another_and_close_after_they_open() => Prop.ForAll(Cases(), c =>
    {
        var first = c.Schedule.FirstOf(c.Day);
        var (cycle, next) = (c.Schedule.Of(first, c.Zone), c.Schedule.Of(c.Schedule.Step(first, 1), c.Zone));
        return cycle.OpensAt < next.OpensAt && cycle.OpensAt < cycle.ClosesAt && cycle.ClosesAt < next.ClosesAt && c.Schedule.Step(next.First, -1) == first;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_day_is_in_one_cycle_which_its_first_day_names() => Prop.ForAll(Cases(), c =>
    {
        var first = c.Schedule.FirstOf(c.Day);
        return first <= c.Day && c.Day < c.Schedule.Step(first, 1) && c.Schedule.FirstOf(first) == first && ReportCycle.DayOf(ReportCycle.NameOf(first)) == first;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_current_cycle_is_the_one_that_opened_last() => Prop.ForAll(Cases(), c =>
    {
        var current = c.Schedule.Current(c.Now, c.Zone);
        return current.OpensAt <= c.Now && c.Now < c.Schedule.Of(c.Schedule.Step(current.First, 1), c.Zone).OpensAt;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_windows_of_a_time_are_those_of_every_cycle_that_open_or_close_in_it_in_order() => Prop.ForAll(Cases(), c =>
    {
        var (after, until) = (c.Now, c.Now + (long)TimeSpan.FromDays(70).TotalMilliseconds);
        var first = c.Schedule.Current(after, c.Zone).First;
        var expected = Enumerable.Range(-5, 90).Select(n => c.Schedule.Of(c.Schedule.Step(first, n), c.Zone))
            .SelectMany(cycle => new[] { (At: cycle.OpensAt, Opens: true), (At: cycle.ClosesAt, Opens: false) })
            .Where(window => window.At > after && window.At <= until).Order().ToList();
        var windows = c.Schedule.Windows(after, until, c.Zone).ToList();
        return expected.SequenceEqual(windows.Order()) && windows.Select(window => window.At).SequenceEqual(expected.Select(window => window.At));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_window_opens_when_the_clock_first_shows_its_time_or_a_later_one() => Prop.ForAll(Cases(), c =>
    {
        var cycle = c.Schedule.Of(c.Schedule.FirstOf(c.Day), c.Zone);
        var shown = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(cycle.OpensAt), c.Zone).DateTime;
        var wanted = Wanted(c.Schedule, cycle.First);
        var before = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(cycle.OpensAt - 60_000), c.Zone).DateTime;
        return shown >= wanted && before < wanted && shown - wanted <= TimeSpan.FromHours(1);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("America/New_York", "2026-03-08", 90, "2026-03-08T06:30:00Z")]
    [InlineData("America/New_York", "2026-03-08", 150, "2026-03-08T07:00:00Z")]
    [InlineData("America/New_York", "2026-11-01", 90, "2026-11-01T05:30:00Z")]
    [InlineData("America/New_York", "2026-11-02", 0, "2026-11-02T05:00:00Z")]
    [InlineData("Asia/Shanghai", "2026-05-04", 1439, "2026-05-04T15:59:00Z")]
    [InlineData("America/Havana", "2026-03-08", 0, "2026-03-08T05:00:00Z")]
    public void Days_on_which_the_clock_is_changed(string timezone, string day, int minute, string opens)
    {
        var schedule = new ReportSchedule(CycleKind.Daily, timezone, new(1, minute), new(2, 0), false, 1);
        Assert.Equal(DateTimeOffset.Parse(opens, null).ToUnixTimeMilliseconds(), schedule.Of(ReportCycle.DayOf(day)!.Value, TimeZoneInfo.FindSystemTimeZoneById(timezone)).OpensAt);
    }

    [Fact]
    public void A_clock_that_is_put_back_over_midnight_does_not_bring_yesterday_back()
    {
        // 00:01 became 23:01 of the day before.
        var now = DateTimeOffset.Parse("2010-11-07T02:45:00Z", null).ToUnixTimeMilliseconds();
        var schedule = new ReportSchedule(CycleKind.Daily, "America/St_Johns", new(1, 0), new(2, 0), false, 1);
        Assert.Equal("2010-11-07", schedule.Current(now, TimeZoneInfo.FindSystemTimeZoneById("America/St_Johns")).Name);
    }

    [Theory]
    [InlineData("2026-02-01", 31, "2026-02-28")]
    [InlineData("2028-02-01", 30, "2028-02-29")]
    [InlineData("2026-02-01", 32, "2026-03-01")]
    [InlineData("2026-04-01", 33, "2026-05-02")]
    [InlineData("2026-12-01", 62, "2027-01-31")]
    [InlineData("2026-01-01", 5, "2026-01-05")]
    public void The_last_days_of_a_long_month_are_the_last_day_of_a_short_one(string first, int day, string closes)
    {
        var schedule = new ReportSchedule(CycleKind.Monthly, "UTC", new(1, 0), new(day, 0), false, 1);
        Assert.Equal(ReportCycle.DayOf(closes), DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(schedule.Of(ReportCycle.DayOf(first)!.Value, TimeZoneInfo.Utc).ClosesAt).UtcDateTime));
    }

    [Fact]
    public void A_cycle_is_asked_for_by_its_first_day()
    {
        var schedule = new ReportSchedule(CycleKind.Weekly, "UTC", new(5, 0), new(8, 0), false, 1);
        Assert.Equal("2026-05-04", schedule.Choose("2026-05-04", 0, TimeZoneInfo.Utc).Cycle!.Name);
        Assert.Contains("2026-05-04", schedule.Choose("2026-05-10", 0, TimeZoneInfo.Utc).Fault, StringComparison.Ordinal);
        Assert.NotNull(schedule.Choose("2026-5-4", 0, TimeZoneInfo.Utc).Fault);
        // On Thursday the week before is still the one that opened last.
        Assert.Equal("2026-04-27", schedule.Choose(null, DateTimeOffset.Parse("2026-05-07T23:59:59Z", null).ToUnixTimeMilliseconds(), TimeZoneInfo.Utc).Cycle!.Name);
    }

    [Theory]
    [InlineData(999, false, 0, "does not take reports before")]
    [InlineData(1000, false, 0, null)]
    [InlineData(1999, false, 0, null)]
    [InlineData(2000, false, 0, "takes none late")]
    [InlineData(2000, true, 0, null)]
    [InlineData(1000, true, 1, null)]
    [InlineData(1000, true, 2, "2 reports")]
    public void A_cycle_says_why_it_takes_no_report(long now, bool allowLate, int submitted, string? why)
    {
        var schedule = new ReportSchedule(CycleKind.Daily, "UTC", new(1, 0), new(2, 0), allowLate, MostPerCycle: 2);
        var refused = new ReportCycle(new(2026, 5, 4), 1000, 2000).Refuses(schedule, now, submitted);
        if (why is null) Assert.Null(refused);
        else Assert.Contains(why, refused, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_that_is_wrong_with_a_schedule_is_told()
    {
        var schedule = new ReportSchedule(CycleKind.Weekly, "Mars/Olympus", new(8, 0), new(15, 0), false, 0);
        Assert.Equal(["timezone", "window_open.day", "window_close.day", "most_per_cycle"], schedule.Faults(_ => false).Select(fault => fault.Path));
        Assert.Equal(["window_close"], new ReportSchedule(CycleKind.Monthly, "UTC", new(29, 60), new(30, 30), false, 1).Faults(_ => true).Select(fault => fault.Path));
        Assert.Empty(new ReportSchedule(CycleKind.Monthly, "UTC", new(29, 60), new(32, 30), false, 1).Faults(_ => true));
    }

    static DateTime Wanted(ReportSchedule schedule, DateOnly first)
    {
        var days = schedule.Cycle is CycleKind.Monthly ? Math.Min(schedule.Opens.Day, DateTime.DaysInMonth(first.Year, first.Month)) : schedule.Opens.Day;
        return first.AddDays(days - 1).ToDateTime(new(0)).AddMinutes(schedule.Opens.Minute);
    }

    static Arbitrary<Case> Cases()
    {
        // Half of the days are near a change of some clock.
        var gen =
            from kind in Gen.Elements(Enum.GetValues<CycleKind>())
            let length = LengthOf(kind)
            from zone in Gen.Choose(0, Zones.Length - 1)
            from openDay in Gen.Choose(1, length)
            from closeDay in Gen.Choose(openDay, 2 * length)
            from open in Gen.Choose(0, 1439)
            from close in Gen.Choose(0, 1439)
            from day in Gen.OneOf(Gen.Choose(0, 60 * 365), Gen.Elements(20520, 20521, 20522, 20758, 20759, 20760, 20541, 20737, 20745))
            from minute in Gen.Choose(0, 1439)
            select new Case(new(kind, Zones[zone].Id, new(openDay, open), new(closeDay, close), false, 1), Zones[zone], new DateOnly(1970, 2, 1).AddDays(day), minute);
        return Arb.From(gen.Where(c => c.Schedule.Faults(_ => true) is []), Smaller);
    }

    static int LengthOf(CycleKind kind) => kind switch
    {
        CycleKind.Daily => 1,
        CycleKind.Weekly => 7,
        CycleKind.Monthly => 31,
    };

    static IEnumerable<Case> Smaller(Case c)
    {
        if (c.Minute > 0) yield return c with { Minute = 0 };
        if (c.Schedule.Opens.Minute > 0) yield return c with { Schedule = c.Schedule with { Opens = c.Schedule.Opens with { Minute = 0 } } };
        if (c.Zone != TimeZoneInfo.Utc) yield return c with { Zone = TimeZoneInfo.Utc };
    }

    sealed record Case(ReportSchedule Schedule, TimeZoneInfo Zone, DateOnly Day, int Minute)
    {
        public long Now => new DateTimeOffset(Day.ToDateTime(new(0)).AddMinutes(Minute), TimeSpan.Zero).ToUnixTimeMilliseconds();
    }
}
