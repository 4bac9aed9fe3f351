using Reflow.Core.Reports;
using Xunit;

namespace Reflow.Core.Tests.Reports;

public class ReportFormTests
{
    static readonly ReportField[] Form =
    [
        new(1, "今日工作", FieldType.Text, IsRequired: true), new(2, "工时", FieldType.Number), new(3, "进度", FieldType.Dropdown, Options: ["正常", "有风险"]),
        new(4, "项目", FieldType.MultiSelect, Options: ["华南", "华北"]), new(5, "下次", FieldType.Datetime), new(6, "地点", FieldType.Address), new(7, "照片", FieldType.Image), new(8, "附件", FieldType.Attachment),
        new(9, "标签", FieldType.MultiSelect), new(10, "心情", FieldType.Dropdown),
    ];

    [Fact]
    public void Fields_are_filled_in_by_id_or_name_in_the_order_of_the_form()
    {
        var (filled, faults) = Fill(("工时", ["7.50"]), ("1", ["写代码"]), ("项目", ["华北", "华南"]), ("下次", ["2026-05-04 09:00"]), ("照片", ["a.png", "b.png"]), ("心情", [""]));
        Assert.Empty(faults);
        Assert.Equal(Form.Select(field => field.Id), filled.Select(field => field.Id));
        Assert.Equal(["写代码", "7.50", "", "华北,华南", "2026-05-04 09:00", "", "", "", "", ""], filled.Select(field => field.Value));
    }

    public static TheoryData<string, string, string[], string> Wrong => new()
    {
        { "a text too long", "今日工作", [new('x', 20_001)], "20000" },
        { "two texts", "今日工作", ["a", "b"], "one value" },
        { "a number that is none", "工时", ["八"], "number" },
        { "a number with an exponent", "工时", ["1e3"], "number" },
        { "an option that there is not", "进度", ["好"], "正常, 有风险" },
        { "two options of a dropdown", "进度", ["正常", "有风险"], "one value" },
        { "a choice that there is not", "项目", ["华南", "华东"], "华东" },
        { "a choice twice", "项目", ["华南", "华南"], "once" },
        { "a choice with the wire's separator", "标签", ["a,b"], "comma" },
        { "an empty choice", "标签", ["a", ""], "1 to 200" },
        { "a time that is none", "下次", ["soon"], "2026-05-01 09:00" },
        { "an address too long", "地点", [new('x', 501)], "500" },
        { "too many files", "附件", [.. Enumerable.Range(0, 51).Select(i => $"{i}")], "50 files" },
        { "a file without a name", "照片", ["a.png", ""], "names each file" },
        { "an option of 201 characters", "心情", [new('x', 201)], "1 to 200" },
        { "a field that there is not", "工作时", ["8"], "did you mean" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void What_a_field_cannot_hold_is_told(string what, string field, string[] entries, string sentence)
    {
        var contents = new List<(string, string[])> { (field, entries) };
        if (field != "今日工作") contents.Add(("今日工作", ["x"]));
        var fault = Assert.Single(Fill([.. contents]).Faults);
        Assert.True(fault.Path == $"contents.{field}", what);
        Assert.Contains(sentence, fault.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_are_told_at_once() => Assert.Equal(
        ["contents.今日工作", "contents.工时", "contents.5", "contents.无"], Fill(("工时", ["x"]), ("5", ["y"]), ("无", ["z"])).Faults.Select(fault => fault.Path));

    [Fact]
    public void A_field_by_id_and_by_name_is_there_twice() => Assert.Contains("twice", Assert.Single(Fill(("1", ["a"]), ("今日工作", ["b"])).Faults).Sentence, StringComparison.Ordinal);

    [Fact]
    public void A_draft_may_leave_out_what_a_report_must_say()
    {
        Assert.Empty(ReportForm.Fill(Form, new Dictionary<string, IReadOnlyList<string>>(), TimeZoneInfo.Utc, isDraft: true).Faults);
        Assert.Contains("filled in", Assert.Single(Fill(("今日工作", [""])).Faults).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_that_is_wrong_with_a_form_is_told()
    {
        Assert.Equal(
            ["fields[0].name", "fields[1].name", "fields[2].name", "fields[2].field_id", "fields[3].options", "fields[4].options", "fields[5].options[1]", "fields[5].options[2]", "fields[5].options[3]"],
            ReportForm.Faults(
            [
                new(1, " ", FieldType.Text), new(2, new('x', 201), FieldType.Text), new(2, "", FieldType.Text), new(4, "a", FieldType.Text, Options: ["x"]),
                new(5, "b", FieldType.Dropdown, Options: []), new(6, "c", FieldType.MultiSelect, Options: ["x", "x", "", "y,z"]),
            ]).Select(fault => fault.Path));
        Assert.Equal("fields[1].name", Assert.Single(ReportForm.Faults([new(1, "a", FieldType.Text), new(2, "a", FieldType.Number)])).Path);
        Assert.Equal("fields", Assert.Single(ReportForm.Faults([])).Path);
        Assert.Empty(ReportForm.Faults(Form));
    }

    [Fact]
    public void A_draft_keeps_its_fields_when_they_are_named_otherwise()
    {
        var kept = ReportDraft.ById(Form, Contents([("工时", ["8"]), ("1", ["x"]), ("无", ["y"])]));
        Assert.Equal(["1", "2", "无"], kept.Keys.Order(StringComparer.Ordinal));
    }

    static (IReadOnlyList<FilledField> Filled, IReadOnlyList<ReportFault> Faults) Fill(params (string, string[])[] contents) =>
        ReportForm.Fill(Form, Contents(contents), TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"), isDraft: false);

    static Dictionary<string, IReadOnlyList<string>> Contents((string Name, string[] Entries)[] contents) => contents.ToDictionary(entry => entry.Name, entry => (IReadOnlyList<string>)entry.Entries);
}
