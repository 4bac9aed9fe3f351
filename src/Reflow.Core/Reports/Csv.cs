using System.Globalization;
using System.Text;

namespace Reflow.Core.Reports;

/// <summary>Writes comma-separated values (RFC 4180) that are safe to open in a spreadsheet.</summary>
public static class Csv
{
    /// <summary>Adds a row.</summary>
    public static void AppendRow(StringBuilder csv, IEnumerable<string> cells)
    {
        var separator = "";
        foreach (var cell in cells)
        {
            csv.Append(separator);
            AppendCell(csv, Harmless(cell));
            separator = ",";
        }
        csv.Append("\r\n");
    }

    /// <summary>The text, behind an apostrophe when a spreadsheet would take it for a formula. Numbers are none.</summary>
    public static string Harmless(string text) => text.AsSpan().TrimStart(' ') is [var first, ..] && IsDangerous(first) && !IsNumber(text) ? "'" + text : text;

    static bool IsDangerous(char first) => first is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠';

    static bool IsNumber(string text) => decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);

    static void AppendCell(StringBuilder csv, string text)
    {
        if (text.AsSpan().IndexOfAny(",\"\r\n") < 0) csv.Append(text);
        else csv.Append('"').Append(text).Replace("\"", "\"\"", csv.Length - text.Length, text.Length).Append('"');
    }
}
