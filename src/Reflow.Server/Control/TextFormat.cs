using System.Text.RegularExpressions;

namespace Reflow.Server.Control;

/// <summary>What a text in a workspace file looks like. The pattern is the one that the JSON Schema shows.</summary>
/// <param name="Pattern">A regular expression over the whole text, without backtracking.</param>
/// <param name="Sentence">What it must look like, as the end of "must be …".</param>
public sealed record TextFormat(Regex Pattern, string Sentence)
{
    /// <summary>A format from a pattern that begins with ^ and ends with $.</summary>
    public static TextFormat Of(string pattern, string sentence) =>
        new(new(pattern, RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant), sentence);

    /// <summary>A name that code refers to: letters, digits, and <c>_ - .</c> behind the first.</summary>
    public static readonly TextFormat Key = Of(@"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}$", "1 to 64 letters, digits, _ - and ., beginning with a letter or digit");

    /// <summary>A lower-case UUID.</summary>
    public static readonly TextFormat Uuid = Of("^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", "a lower-case UUID");

    /// <summary>A decimal id that fits in 63 bits and does not begin with 0.</summary>
    public static readonly TextFormat Number = Of("^[1-9][0-9]{0,18}$", "a decimal number of at most 19 digits");
}
