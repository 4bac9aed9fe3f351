using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Reflow.Core.Reports;
using Xunit;

namespace Reflow.Core.Tests.Reports;

public class ReportPageTests
{
    [Theory]
    [InlineData(0, 20)]
    [InlineData(1, 1)]
    [InlineData(20, 20)]
    [InlineData(-1, null)]
    [InlineData(21, null)]
    [InlineData(long.MinValue, null)]
    [InlineData(4_294_967_301, null)]
    public void A_size_is_within_0_to_20_and_0_is_a_full_page(long asked, int? size) => Assert.Equal(size, ReportPage.Size(asked));

    [Theory]
    [InlineData("", 0L)]
    [InlineData("6969507070261329948", 6969507070261329948L)]
    [InlineData("0", null)]
    [InlineData("-5", null)]
    [InlineData(" 5", null)]
    [InlineData("+5", null)]
    [InlineData("5.0", null)]
    [InlineData("0x5", null)]
    [InlineData("٥", null)]
    [InlineData("9223372036854775808", null)]
    [InlineData("abc", null)]
    public void A_token_is_the_decimal_id_of_a_report(string token, long? after) => Assert.Equal(after, ReportPage.After(token));

    [Fact]
    public void Pages_of_any_size_add_up_to_the_whole_list() => Prop.ForAll(ArbMap.Default.ArbFor<NonNegativeInt>(), ArbMap.Default.ArbFor<PositiveInt>(), (count, size) =>
    {
        List<Report> all = [.. Enumerable.Range(1, count.Get).Select(i => new Report((1000L + i / 3) << 32 | (uint)i, Content, "[]"u8.ToArray()))];
        List<Report> seen = [];
        string? token = "";
        while (token is not null)
        {
            var after = ReportPage.After(token)!.Value;
            var page = ReportPage.Of([.. all.Where(report => report.Id > after).Take(size.Get + 1)], size.Get);
            if (page.HasMore && page.Items.Count != size.Get || seen.Count > all.Count) return false;
            seen.AddRange(page.Items);
            token = page.NextToken;
        }
        return seen.SequenceEqual(all);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_report_knows_its_second() => Assert.Equal(1622714908, new Report(1622714908L << 32 | 4_000_000_000, Content, "[]"u8.ToArray()).CommitTime);

    [Fact]
    public void A_filled_form_is_the_wires_array_with_texts_for_ids_and_Chinese_left_readable() => Assert.Equal(
        """[{"field_id":"6969506834487410689","field_name":"今日 \"工作\"","field_value":"a\nb+c"}]""",
        Encoding.UTF8.GetString(FilledField.Write([new(6969506834487410689, "今日 \"工作\"", "a\nb+c")]).Span));

    static readonly ReportContent Content = new(1, "u", "日报", "张三", "", [], [], []);
}
