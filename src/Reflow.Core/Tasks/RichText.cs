using System.Text;
using System.Text.RegularExpressions;

namespace Reflow.Core.Tasks;

/// <summary>The markdown subset of Task v1: <c>&lt;at id=…&gt;&lt;/at&gt;</c>, <c>&lt;a&gt;https://…&lt;/a&gt;</c> and <c>[text](https://…)</c>; all else is literal (contracts: task §2.2).</summary>
public static partial class RichText
{
    /// <summary>False when a tag is not closed, is closed without being open, or an <c>at</c> names nobody.</summary>
    public static bool IsWellFormed(string text)
    {
        string? open = null;
        foreach (Match tag in Tags().Matches(text))
        {
            var name = tag.Groups["name"].Value;
            if (tag.Groups["close"].Success)
            {
                if (open != name) return false;
                open = null;
            }
            else
            {
                if (open is not null) return false;
                if (name == "at" && !Mentions().IsMatch(tag.Value)) return false;
                open = name;
            }
        }
        return open is null;
    }

    /// <summary>The text without its markup: a link is its text, a mention is nothing.</summary>
    public static string Plain(string text)
    {
        var links = Links().Replace(text, link => link.Groups["text"].Value);
        var plain = new StringBuilder();
        var from = 0;
        foreach (Match tag in Tags().Matches(links))
        {
            plain.Append(links, from, tag.Index - from);
            from = tag.Index + tag.Length;
        }
        return plain.Append(links, from, links.Length - from).ToString();
    }

    [GeneratedRegex("<(?<close>/)?(?<name>at|a)(?<rest>\\s[^<>]*)?>", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Tags();

    [GeneratedRegex("^<at\\s+id=(\"[^\"<>\\s]+\"|[^\"<>\\s]+)\\s*>$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Mentions();

    [GeneratedRegex("\\[(?<text>[^\\[\\]]*)\\]\\(https?://[^()\\s]*\\)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Links();
}
