using Reflow.Core.Reports;
using Xunit;

namespace Reflow.Core.Tests.Reports;

public class FieldValueTests
{
    static readonly TimeZoneInfo Shanghai = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");

    [Theory]
    [InlineData(FieldType.Text, " 修好了登录\r\n写了测试 ", " 修好了登录\r\n写了测试 ")]
    [InlineData(FieldType.Number, "-007.50", "-007.50")]
    [InlineData(FieldType.Dropdown, "高", "高")]
    [InlineData(FieldType.Address, "北京市\r\n海淀区\n知春路 1 号\n", "北京市 海淀区 知春路 1 号")]
    [InlineData(FieldType.Datetime, "2026-03-02 09:05", "2026-03-02 09:05")]
    [InlineData(FieldType.Datetime, "2026-03-02", "2026-03-02 00:00")]
    [InlineData(FieldType.Datetime, "2026-03-02T17:30:00Z", "2026-03-03 01:30")]
    [InlineData(FieldType.Datetime, "2026-03-02T17:30:59-08:00", "2026-03-03 09:30")]
    [InlineData(FieldType.Image, "site.png", "")]
    [InlineData(FieldType.Attachment, "report.pdf", "")]
    [InlineData(FieldType.MultiSelect, "周一", "周一")]
    public void A_value_is_always_a_text(FieldType type, string typed, string wire) =>
        Assert.Equal(wire, FieldValue.Read(type, [typed], Shanghai)!.Render(Shanghai));

    [Fact]
    public void Several_choices_are_joined_in_their_order() =>
        Assert.Equal("周三,周一", FieldValue.Read(FieldType.MultiSelect, ["周三", "周一"], Shanghai)!.Render(Shanghai));

    [Fact]
    public void An_empty_field_is_an_empty_text()
    {
        foreach (var type in Enum.GetValues<FieldType>()) Assert.Equal("", FieldValue.Read(type, [], Shanghai)!.Render(Shanghai));
    }

    [Theory]
    [InlineData(FieldType.Number, "many")]
    [InlineData(FieldType.Number, "1,5")]
    [InlineData(FieldType.Number, "")]
    [InlineData(FieldType.Datetime, "tomorrow")]
    [InlineData(FieldType.Datetime, "2026-02-30")]
    public void What_a_field_cannot_hold_is_no_value(FieldType type, string typed) => Assert.Null(FieldValue.Read(type, [typed], Shanghai));

    [Fact]
    public void Only_choices_take_more_than_one_entry() => Assert.Null(FieldValue.Read(FieldType.Dropdown, ["高", "低"], Shanghai));

    [Fact]
    public void Every_type_has_a_word_of_its_own_and_attachments_keep_their_misspelling()
    {
        foreach (var type in Enum.GetValues<FieldType>()) Assert.Equal(type, FieldTypes.Parse(type.Wire()));
        Assert.Equal("attachement", FieldType.Attachment.Wire());
        Assert.Null(FieldTypes.Parse("attachment"));
    }
}
