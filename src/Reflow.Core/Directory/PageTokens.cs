using System.Security.Cryptography;
using System.Text;

namespace Reflow.Core.Directory;

/// <summary>
/// The page tokens of contact lists: the last id of the page before, and a check that ties it to its list. They hide nothing; the check tells a token of
/// another list, or a mistyped one, from one of this list.
/// </summary>
public static class PageTokens
{
    const int CheckLength = 9;

    /// <summary>The token of the page after <paramref name="last"/>.</summary>
    public static string Write(string list, string last)
    {
        var id = Encoding.UTF8.GetBytes(last);
        return Convert.ToBase64String([.. Check(list, id), .. id]).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }

    /// <summary>The last id of the page before; null when the token is not one of this list.</summary>
    public static string? Read(string list, string token)
    {
        if (token.Length > 1024 || !token.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') || token.Length % 4 == 1) return null;
        var bytes = Convert.FromBase64String(token.Replace('-', '+').Replace('_', '/') + new string('=', (4 - token.Length % 4) % 4));
        return bytes.Length > CheckLength && bytes.AsSpan(0, CheckLength).SequenceEqual(Check(list, bytes.AsSpan(CheckLength))) ? Encoding.UTF8.GetString(bytes, CheckLength, bytes.Length - CheckLength) : null;
    }

    static ReadOnlySpan<byte> Check(string list, ReadOnlySpan<byte> id) => SHA256.HashData([.. Encoding.UTF8.GetBytes(list), 0, .. id]).AsSpan(0, CheckLength);
}
