using System.Globalization;

namespace Reflow.Core.Reports;

/// <summary>A page of reports, oldest first (contracts: report §4.5).</summary>
/// <param name="Items">The reports.</param>
/// <param name="HasMore">Whether at least one more report follows, so that a next page is never empty.</param>
public sealed record ReportPage(IReadOnlyList<Report> Items, bool HasMore)
{
    /// <summary>The most reports of a page.</summary>
    public const int Largest = 20;

    /// <summary>Where the next page starts: the id of the last report of this one, which the next page leaves out. Null on the last page.</summary>
    public string? NextToken => HasMore ? Items[^1].Id.ToString(CultureInfo.InvariantCulture) : null;

    /// <summary>How many reports a page has; null when the size is not within 0 to <see cref="Largest"/>. 0 asks for nothing in particular and gets a full page.</summary>
    public static int? Size(long asked) => asked switch
    {
        < 0 or > Largest => null,
        0 => Largest,
        _ => (int)asked,
    };

    /// <summary>The page that these reports make, of which one more than the size was read where there is one.</summary>
    public static ReportPage Of(List<Report> oneMore, int size) => oneMore.Count > size
        ? new(oneMore[..size], true)
        : new(oneMore, false);

    /// <summary>Reads a token: the id after which the page starts, 0 for the first page; null when it is none. Whether a report has that id is the store's to say.</summary>
    public static long? After(string token) => token.Length == 0 ? 0
        : long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0 ? id
        : null;
}
