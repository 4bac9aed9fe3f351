using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Reflow.Core.Reports;
using Xunit;

namespace Reflow.Core.Tests.Reports;

public class CsvTests
{
    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0")]
    [InlineData("-2+3", "'-2+3")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\r=1", "'\r=1")]
    [InlineData("  =1", "'  =1")]
    [InlineData("＝1", "'＝1")]
    [InlineData("-7.5", "-7.5")]
    [InlineData("+3", "+3")]
    [InlineData("a=1", "a=1")]
    [InlineData("", "")]
    public void What_a_spreadsheet_would_compute_is_kept_a_text(string text, string harmless) => Assert.Equal(harmless, Csv.Harmless(text));

    [Fact]
    public void Rows_read_back_as_they_were_written() => Prop.ForAll(Rows(), rows =>
    {
        var csv = new StringBuilder();
        foreach (var row in rows) Csv.AppendRow(csv, row);
        return Read(csv.ToString()).Select(row => string.Join('\u0001', row)).SequenceEqual(rows.Select(row => string.Join('\u0001', row.Select(Csv.Harmless))));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Only_cells_that_need_quotes_have_them()
    {
        var csv = new StringBuilder();
        Csv.AppendRow(csv, ["a", "b,c", "d\"e", "f\ng", "", " h"]);
        Assert.Equal("a,\"b,c\",\"d\"\"e\",\"f\ng\",, h\r\n", csv.ToString());
    }

    static Arbitrary<string[][]> Rows()
    {
        var cell = Gen.Elements('a', ',', '"', '\r', '\n', '=', ' ', '日', '-').ArrayOf().Select(text => new string(text));
        return Arb.From(cell.NonEmptyListOf().Select(row => row.ToArray()).NonEmptyListOf().Select(rows => rows.ToArray()), rows => rows.Length > 1 ? [rows[1..], rows[..^1]] : []);
    }

    // RFC 4180 §2, read character by character.
    static List<List<string>> Read(string csv)
    {
        List<List<string>> rows = [];
        List<string> row = [];
        var cell = new StringBuilder();
        var isQuoted = false;
        for (var i = 0; i < csv.Length; i++)
        {
            if (isQuoted && csv[i] == '"' && i + 1 < csv.Length && csv[i + 1] == '"') cell.Append(csv[i++]);
            else if (csv[i] == '"') isQuoted = !isQuoted;
            else if (isQuoted || csv[i] is not (',' or '\r')) cell.Append(csv[i]);
            else
            {
                row.Add(cell.ToString());
                cell.Clear();
                if (csv[i] == ',') continue;
                i++;
                rows.Add(row);
                row = [];
            }
        }
        return rows;
    }
}
