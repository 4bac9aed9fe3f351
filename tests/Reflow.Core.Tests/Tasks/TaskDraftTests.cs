using Reflow.Core.Directory;
using Reflow.Core.Tasks;
using Xunit;

namespace Reflow.Core.Tests.Tasks;

public class TaskDraftTests
{
    static readonly TaskDraft Least = new() { Summary = "x", PlatformName = "{}" };
    static readonly TaskCall Call = new(new Actor.App("cli_a"), 0, "task.v1.task.create", new(Zones.Find));

    [Theory]
    [InlineData("1772438400", false, 1772438400)]
    [InlineData("1772500000", true, 1772496000)]
    [InlineData("253402300799", false, 253402300799)]
    public void A_due_time_is_kept_in_seconds_and_a_whole_day_begins_at_midnight_utc(string time, bool allDay, long kept)
    {
        var due = Content(Least with { DueTime = time, DueIsAllDay = allDay }).Due;
        Assert.Equal(new Due(kept, "Asia/Shanghai", allDay), due);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    public void No_due_time_is_none(string? time) => Assert.Null(Content(Least with { DueTime = time }).Due);

    [Theory]
    [InlineData("253402300800")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("+1")]
    public void A_due_time_outside_the_calendar_is_refused(string time) => Assert.Equal(1470439, Error(Least with { DueTime = time })?.Code);

    [Fact]
    public void The_platforms_name_gets_lower_case_sorted_languages() =>
        Assert.Equal("""{"en_us":"\"A\"","zh_cn":"流程"}""", Content(Least with { PlatformName = """{ "ZH_CN": "流程", "en_us": "\"A\"" }""" }).Origin.PlatformName);

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"en_us\":1}")]
    [InlineData("{\"en_us\":\"\\ud800\"}")]
    [InlineData("{\"klingon\":\"x\"}")]
    public void A_platforms_name_is_a_dictionary_of_known_languages(string name) => Assert.Equal(1470415, Error(Least with { PlatformName = name })?.Code);

    [Theory]
    [InlineData("https://example.org", true)]
    [InlineData("HTTP://example.org", true)]
    [InlineData("applink://client", true)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("example.org", false)]
    public void A_link_is_one_that_something_opens(string url, bool opens) => Assert.Equal(opens ? null : 1470436, Error(Least with { Url = url })?.Code);

    [Theory]
    [InlineData("""{"custom_complete":{"pc":{"href":"https://x","tip":{"zh_cn":"去","en_us":"Go"}},"ios":{}}}""", true)]
    [InlineData("""{"custom_complete":{}}""", true)]
    [InlineData("", true)]
    [InlineData("""{"custom":{}}""", false)]
    [InlineData("""{"custom_complete":{"pc":{"tip":{"xx":"y"}}}}""", false)]
    [InlineData("""{"custom_complete":{"pc":{"href":1}}}""", false)]
    [InlineData("""{"custom_complete":[]}""", false)]
    [InlineData("7", false)]
    public void A_custom_completion_has_the_documented_shape(string custom, bool fits) => Assert.Equal(fits ? null : 1470438, Error(Least with { Custom = custom })?.Code);

    [Fact]
    public void Lengths_count_code_points()
    {
        Assert.Null(Error(Least with { Summary = string.Concat(Enumerable.Repeat("😀", Call.Settings.LongestSummary)) }));
        Assert.Equal(1470437, Error(Least with { Summary = new('x', Call.Settings.LongestSummary + 1) })?.Code);
        Assert.Null(Error(Least with { Description = new('x', TaskSettings.LongestText) }));
        Assert.Equal(1470437, Error(Least with { Description = new('x', TaskSettings.LongestText + 1) })?.Code);
    }

    [Fact]
    public void What_stays_was_allowed_when_it_was_written()
    {
        var written = Least with { Summary = new('x', 300), DueTime = "1", RepeatRule = "FREQ=DAILY" };
        var task = Assert.IsType<TaskEvent.Created>(Assert.Single(TaskRules.Create(written, "id", Call))).Task;
        task = task with { Content = task.Content with { RepeatRule = "FREQ=HOURLY" } };
        var strict = Call with { Settings = Call.Settings with { LongestSummary = 2 } };
        Assert.Null(TaskDraft.Of(task).Check(strict, task).Error);
        Assert.Equal(1470437, (TaskDraft.Of(task) with { Summary = "xxx" }).Check(strict, task).Error?.Code);
        Assert.Equal(1470434, (TaskDraft.Of(task) with { RepeatRule = "FREQ=MINUTELY" }).Check(strict, task).Error?.Code);
    }

    [Fact]
    public void Rich_text_wins_and_its_plain_text_is_the_title()
    {
        var content = Content(Least with { Summary = "plain", RichSummary = "see [the page](https://example.org) <at id=ou_1></at>now" });
        Assert.Equal(("see the page now", "see [the page](https://example.org) <at id=ou_1></at>now"), (content.Summary, content.RichSummary));
    }

    [Theory]
    [InlineData("<at id=ou_1></at>", true)]
    [InlineData("<at id=\"ou_1\"></at>", true)]
    [InlineData("<a>https://example.org</a>", true)]
    [InlineData("a < b and <b>bold</b> stay", true)]
    [InlineData("<at id=ou_1>", false)]
    [InlineData("<at></at>", false)]
    [InlineData("<at id=></at>", false)]
    [InlineData("</a>", false)]
    [InlineData("<a><at id=ou_1></at></a>", false)]
    [InlineData("<a>x</at>", false)]
    public void Tags_open_and_close(string text, bool wellFormed) => Assert.Equal(wellFormed, RichText.IsWellFormed(text));

    static TaskContent Content(TaskDraft draft)
    {
        var (content, error) = draft.Check(Call);
        Assert.Null(error);
        return content!;
    }

    static Error? Error(TaskDraft draft) => draft.Check(Call).Error;
}
