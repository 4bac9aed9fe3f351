using System.Globalization;
using Reflow.Core.Tasks;
using Xunit;

namespace Reflow.Core.Tests.Tasks;

/// <summary>When a task is due next (contracts: task §2.7): calendars that were computed by hand, among them the examples of RFC 5545 §3.8.5.3 for what names days.</summary>
public class RepeatRuleTests
{
    [Theory]
    [InlineData("FREQ=DAILY;COUNT=10", "1997-09-02", "09-03 09-04 09-05 09-06 09-07 09-08 09-09 09-10 09-11 end")]
    [InlineData("FREQ=DAILY;INTERVAL=2", "1997-09-02", "09-04 09-06 09-08")]
    [InlineData("FREQ=DAILY;INTERVAL=10;COUNT=5", "1997-09-02", "09-12 09-22 10-02 10-12 end")]
    [InlineData("FREQ=WEEKLY;COUNT=4", "1997-09-02", "09-09 09-16 09-23 end")]
    [InlineData("FREQ=WEEKLY;INTERVAL=2;WKST=SU", "1997-09-02", "09-16 09-30 10-14 10-28 11-11 11-25 12-09 12-23 01-06 01-20")]
    [InlineData("FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH", "1997-09-02", "09-04 09-09 09-11 09-16 09-18 09-23 09-25 09-30 10-02 end")]
    [InlineData("FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR", "1997-09-01", "09-03 09-05 09-15 09-17 09-19 09-29 10-01 10-03 10-13 10-15 10-17 10-27 10-29 10-31 11-10 11-12 11-14 11-24 11-26 11-28 12-08 12-10 12-12 12-22 end")]
    [InlineData("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05", "08-10 08-19 08-24 end")]
    [InlineData("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05", "08-17 08-19 08-31 end")]
    [InlineData("FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU,WE,TH,FR", "2026-03-05", "03-06 03-09 03-10")]
    [InlineData("FREQ=MONTHLY;COUNT=10;BYDAY=1FR", "1997-09-05", "10-03 11-07 12-05 01-02 02-06 03-06 04-03 05-01 06-05 end")]
    [InlineData("FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU", "1997-09-07", "09-28 11-02 11-30 01-04 01-25 03-01 03-29 05-03 05-31 end")]
    [InlineData("FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", "1997-09-22", "10-20 11-17 12-22 01-19 02-16 end")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=-3", "1997-09-28", "10-29 11-28 12-29 01-29 02-26")]
    [InlineData("FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15", "1997-09-02", "09-15 10-02 10-15 11-02 11-15 12-02 12-15 01-02 01-15 end")]
    [InlineData("FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1", "1997-09-30", "10-01 10-31 11-01 11-30 12-01 12-31 01-01 01-31 02-01 end")]
    [InlineData("FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15", "1997-09-10", "09-11 09-12 09-13 09-14 09-15 03-10 03-11 03-12 03-13 end")]
    [InlineData("FREQ=MONTHLY;INTERVAL=1;WKST=MO;BYDAY=2FR", "2026-03-13", "04-10 05-08 06-12")]
    [InlineData("FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13", "1997-09-13", "10-11 11-08 12-13 01-10 02-07 03-07 04-11 05-09 06-13")]
    [InlineData("FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04", "10-07 11-06 end")]
    [InlineData("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "1997-09-29", "10-30 11-27 12-30 01-29 02-26 03-30")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "2007-01-15", "01-30 02-15 03-15 03-30 end")]
    [InlineData("FREQ=MONTHLY", "2026-01-31", "03-31 05-31 07-31 08-31 10-31 12-31 01-31")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=-1", "2024-01-31", "02-29 03-31 04-30")]
    [InlineData("FREQ=YEARLY;COUNT=10;BYMONTH=6,7", "1997-06-10", "07-10 06-10 07-10 06-10 07-10 06-10 07-10 06-10 07-10 end")]
    [InlineData("FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200", "1997-01-01", "04-10 07-19 01-01 04-09 07-18 01-01 04-10 07-19 01-01 end")]
    [InlineData("FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "1997-03-13", "03-20 03-27 03-05 03-12 03-19 03-26 03-04")]
    [InlineData("FREQ=YEARLY;BYDAY=-1FR", "2026-12-25", "12-31 12-29 12-28")]
    [InlineData("RRULE:COUNT=3;FREQ=DAILY", "2026-03-02", "03-03 03-04 end")]
    [InlineData("FREQ=DAILY;UNTIL=20260304", "2026-03-02", "03-03 03-04 end")]
    [InlineData("FREQ=DAILY;UNTIL=20260304T090000", "2026-03-02", "03-03 03-04 end")]
    [InlineData("FREQ=DAILY;UNTIL=20260304T085959", "2026-03-02", "03-03 end")]
    [InlineData("FREQ=DAILY;UNTIL=20260304T140000Z", "2026-03-02", "03-03 03-04 end")]
    [InlineData("FREQ=DAILY;UNTIL=20260304T135959Z", "2026-03-02", "03-03 end")]
    public void A_task_is_due_next_on_these_days(string rule, string start, string days) =>
        Assert.Equal(days.Split(' '), Chain(rule, start + " 09:00", "America/New_York", days.Split(' ').Length).Select(time => time == "end" ? time : time[5..10]));

    [Theory]
    [InlineData("FREQ=YEARLY", "2024-02-29", "2028-02-29 2032-02-29")]
    [InlineData("FREQ=YEARLY", "2096-02-29", "2104-02-29")]
    [InlineData("FREQ=YEARLY;BYYEARDAY=366", "2024-12-31", "2028-12-31")]
    [InlineData("FREQ=YEARLY;BYYEARDAY=-366", "2024-01-01", "2028-01-01")]
    [InlineData("FREQ=YEARLY;BYDAY=20MO", "1997-05-19", "1998-05-18 1999-05-17")]
    [InlineData("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-05-12", "1998-05-11 1999-05-17")]
    [InlineData("FREQ=YEARLY;BYWEEKNO=53", "2020-12-31", "2026-12-31 2032-12-30")]
    [InlineData("FREQ=YEARLY;BYWEEKNO=-1", "2025-12-25", "2026-12-31")]
    [InlineData("FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "1996-11-05", "2000-11-07 2004-11-02")]
    [InlineData("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "1997-09-02", "1998-02-13 1998-03-13 1998-11-13 1999-08-13 2000-10-13")]
    [InlineData("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29", "2024-02-29", "2028-02-29")]
    [InlineData("FREQ=WEEKLY;BYMONTH=2;BYDAY=TH", "2026-02-26", "2027-02-04")]
    public void And_in_these_years(string rule, string start, string days) =>
        Assert.Equal(days.Split(' '), Chain(rule, start + " 09:00", "Asia/Shanghai", days.Split(' ').Length).Select(time => time[..10]));

    [Theory]
    [InlineData("America/New_York", "2026-03-07 02:30", "2026-03-08 03:30-04:00", "2026-03-09 02:30-04:00")] // skipped once, and kept in mind
    [InlineData("America/New_York", "2026-10-31 01:30", "2026-11-01 01:30-04:00", "2026-11-02 01:30-05:00")] // the first of two
    [InlineData("America/New_York", "2026-10-31 09:00", "2026-11-01 09:00-05:00", "2026-11-02 09:00-05:00")]
    [InlineData("Europe/Berlin", "2026-03-28 02:00", "2026-03-29 03:00+02:00", "2026-03-30 02:00+02:00")]
    [InlineData("Europe/Berlin", "2026-10-24 02:30", "2026-10-25 02:30+02:00", "2026-10-26 02:30+01:00")]
    [InlineData("Asia/Shanghai", "2026-03-28 02:30", "2026-03-29 02:30+08:00", "2026-03-30 02:30+08:00")]
    [InlineData("Australia/Lord_Howe", "2026-10-03 02:15", "2026-10-04 02:45+11:00", "2026-10-05 02:15+11:00")] // half an hour
    public void The_clock_on_the_wall_stays_when_clocks_are_changed(string zone, string start, params string[] next) =>
        Assert.Equal(next, Chain("FREQ=DAILY", start, zone, 2));

    [Fact]
    public void A_whole_day_is_a_date_wherever_one_is()
    {
        var due = new Due(Second("2026-03-07 00:00"), "America/New_York", IsAllDay: true);
        var next = RepeatRule.Parse("FREQ=DAILY")!.Next(due, Zones.Find(due.Timezone)!);
        Assert.Equal(due with { Time = Second("2026-03-08 00:00") }, next);
    }

    [Fact]
    public void What_is_counted_is_counted_down()
    {
        Assert.Equal("INTERVAL=2;COUNT=2;FREQ=DAILY", RepeatRule.Parse("INTERVAL=2;COUNT=3;FREQ=DAILY")!.Rest);
        Assert.Equal("FREQ=DAILY", RepeatRule.Parse("FREQ=DAILY")!.Rest);
    }

    [Theory]
    [InlineData("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31")]
    [InlineData("FREQ=DAILY;BYMONTH=4;BYMONTHDAY=31")]
    [InlineData("FREQ=WEEKLY;INTERVAL=2147483647;BYMONTH=2")]
    [InlineData("FREQ=DAILY;INTERVAL=2147483647")]
    [InlineData("FREQ=MONTHLY;INTERVAL=2147483647")]
    [InlineData("FREQ=YEARLY;INTERVAL=2147483647")]
    [InlineData("FREQ=YEARLY;INTERVAL=2;BYYEARDAY=366")] // from an odd year
    [InlineData("FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1")]
    [InlineData("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6")]
    [InlineData("FREQ=MONTHLY;BYDAY=53MO,-53MO,52TU,-52TU,51WE,-51WE,50TH,-50TH,49FR,48SA,47SU,46MO")]
    public void A_rule_that_gives_no_day_ends(string rule) => Assert.Null(RepeatRule.Parse(rule)!.Next(new(Second("2025-03-02 09:00"), "Asia/Shanghai", false), Zones.Find("Asia/Shanghai")!));

    [Theory]
    [InlineData("BYMONTH=2;", "9928-02-29")] // only the days of February are looked at
    [InlineData("BYYEARDAY=60;", null)] // all days of 184 years
    public void A_day_is_not_looked_for_for_ever(string more, string? day)
    {
        var rule = RepeatRule.Parse($"FREQ=YEARLY;INTERVAL=23;{more}BYMONTHDAY=29;BYDAY=WE")!;
        var next = rule.Next(new(Second("5696-02-29 00:00"), "Asia/Shanghai", IsAllDay: true), Zones.Find("Asia/Shanghai")!);
        Assert.Equal(day is null ? null : Second(day + " 00:00"), next?.Time);
    }

    [Fact]
    public void Nothing_is_due_after_the_calendar_ends() =>
        Assert.Null(RepeatRule.Parse("FREQ=DAILY")!.Next(new(253_402_300_799, "Asia/Shanghai", false), Zones.Find("Asia/Shanghai")!));

    [Theory]
    [InlineData("FREQ=DAILY")]
    [InlineData("RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3")]
    [InlineData("FREQ=YEARLY;UNTIL=20301231T000000Z;BYMONTH=1,12;WKST=SU")]
    [InlineData("FREQ=YEARLY;BYDAY=+20MO")]
    public void This_is_a_rule(string rule) => Assert.NotNull(RepeatRule.Parse(rule));

    [Theory]
    [InlineData("")]
    [InlineData("INTERVAL=2")]
    [InlineData("FREQ=FORTNIGHTLY")]
    [InlineData("FREQ=HOURLY")] // the time of day is the due time's
    [InlineData("FREQ=DAILY;BYHOUR=9")]
    [InlineData("FREQ=DAILY;FREQ=DAILY")]
    [InlineData("FREQ=DAILY;COUNT=1;UNTIL=20300101")]
    [InlineData("FREQ=DAILY;INTERVAL=0")]
    [InlineData("FREQ=DAILY;INTERVAL=2147483648")]
    [InlineData("FREQ=DAILY;COUNT=0")]
    [InlineData("FREQ=DAILY;UNTIL=20260230")]
    [InlineData("FREQ=DAILY;UNTIL=20260101T250000Z")]
    [InlineData("FREQ=WEEKLY;BYDAY=XX")]
    [InlineData("FREQ=WEEKLY;BYDAY=-1FR")]
    [InlineData("FREQ=WEEKLY;BYMONTHDAY=1")]
    [InlineData("FREQ=MONTHLY;BYDAY=0FR")]
    [InlineData("FREQ=MONTHLY;BYYEARDAY=1")]
    [InlineData("FREQ=MONTHLY;BYWEEKNO=1")]
    [InlineData("FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO")]
    [InlineData("FREQ=MONTHLY;BYSETPOS=1")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=32")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=0")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=--1")]
    [InlineData("FREQ=DAILY;NOPE=1")]
    [InlineData("FREQ=DAILY;")]
    public void This_is_none(string rule) => Assert.Null(RepeatRule.Parse(rule));

    // The times that follow one another, as tasks do: each is counted from the one before, under the rest of its rule.
    static IEnumerable<string> Chain(string text, string start, string zoneName, int most)
    {
        var zone = Zones.Find(zoneName)!;
        Due? due = new(zone.Moment(Second(start)), zoneName, IsAllDay: false);
        for (var i = 0; i < most; i++)
        {
            var rule = RepeatRule.Parse(text)!;
            due = rule.Next(due, zone);
            if (due is null)
            {
                yield return "end";
                yield break;
            }
            yield return DateTimeOffset.FromUnixTimeSeconds(due.Time).ToOffset(TimeSpan.FromSeconds(zone(due.Time))).ToString("yyyy-MM-dd HH:mmzzz", CultureInfo.InvariantCulture);
            text = rule.Rest;
        }
    }

    static long Second(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeSeconds();
}
