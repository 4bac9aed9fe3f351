using System.Globalization;
using System.Text.RegularExpressions;

namespace Reflow.Core.Tasks;

/// <summary>The grammar of a task's repeat rule: an RRULE of RFC 5545 §3.3.10.</summary>
public static partial class RepeatRule
{
    static readonly HashSet<string> Frequencies = ["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"];

    /// <summary>True when the text is a rule: each part known and in range, none twice, a frequency, and not both COUNT and UNTIL.</summary>
    public static bool IsWellFormed(string text)
    {
        if (text.StartsWith("RRULE:", StringComparison.Ordinal)) text = text["RRULE:".Length..];
        var parts = new HashSet<string>();
        foreach (var part in text.Split(';'))
        {
            var (name, value) = part.IndexOf('=') is > 0 and var at ? (part[..at], part[(at + 1)..]) : (part, "");
            if (!parts.Add(name) || !IsPart(name, value)) return false;
        }
        return parts.Contains("FREQ") && !(parts.Contains("COUNT") && parts.Contains("UNTIL"));
    }

    static bool IsPart(string name, string value) => name switch
    {
        "FREQ" => Frequencies.Contains(value),
        "UNTIL" => Until().IsMatch(value),
        "COUNT" or "INTERVAL" => InRange(value, 1, int.MaxValue),
        "BYSECOND" => All(value, 0, 60),
        "BYMINUTE" => All(value, 0, 59),
        "BYHOUR" => All(value, 0, 23),
        "BYDAY" => value.Split(',').All(day => Weekday().IsMatch(day)),
        "BYMONTHDAY" => AllSigned(value, 31),
        "BYYEARDAY" or "BYSETPOS" => AllSigned(value, 366),
        "BYWEEKNO" => AllSigned(value, 53),
        "BYMONTH" => All(value, 1, 12),
        "WKST" => value is "MO" or "TU" or "WE" or "TH" or "FR" or "SA" or "SU",
        _ => false,
    };

    static bool All(string list, int from, int to) => list.Split(',').All(item => InRange(item, from, to));

    static bool AllSigned(string list, int most) => list.Split(',').All(item => InRange(item.TrimStart('+', '-') == item ? item : item[1..], 1, most));

    static bool InRange(string text, int from, int to) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= from && number <= to;

    [GeneratedRegex("^[0-9]{8}(T[0-9]{6}Z?)?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Until();

    [GeneratedRegex("^([+-]?([1-9]|[1-4][0-9]|5[0-3]))?(MO|TU|WE|TH|FR|SA|SU)$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Weekday();
}
