using System.Text.RegularExpressions;

namespace Reflow.Server.Control;

/// <summary>Takes secrets out of what is shown of a request: tokens, passwords and codes. Of a token its kind stays, so that a reader sees what was sent.</summary>
static partial class Masks
{
    const string Mask = "***";

    /// <summary>A header's value.</summary>
    public static string Header(string name, string value) => name.ToLowerInvariant() switch
    {
        "authorization" => value.Split(' ', 2) is [var scheme, var token] ? $"{scheme} {Token(token)}" : Token(value),
        "x-plugin-token" => Token(value),
        "cookie" or "set-cookie" => Mask,
        "location" => Url(value),
        _ => value,
    };

    /// <summary>An address, by the names of its query parameters.</summary>
    public static string Url(string url) => Parameters().Replace(url, $"$1{Mask}");

    /// <summary>A body, JSON or form, by the names of its members.</summary>
    public static string Body(string body) => Parameters().Replace(Members().Replace(body, match => $"{match.Groups[1].Value}{Token(match.Groups[2].Value)}\""), $"$1{Mask}");

    static string Token(string token) => TokenKind().Match(token) is { Success: true } kind ? $"{kind.Value}{Mask}" : token.Length > 0 ? Mask : "";

    [GeneratedRegex(@"^(t|u|a|p|ur|v)-|^eyJ")]
    private static partial Regex TokenKind();

    // page_token tells a place in a list and is no secret. A code is one as a text only: beside msg it is a number.
    [GeneratedRegex(@"(""(?!page_token"")(?:[a-z_]*(?:secret|password|token|ticket|verifier)|code)""\s*:\s*"")((?:[^""\\]|\\.)*)""", RegexOptions.IgnoreCase)]
    private static partial Regex Members();

    [GeneratedRegex(@"((?:^|[?&])(?!page_token=)(?:[a-z_]*(?:secret|password|token|ticket|verifier)|code)=)[^&\s]+", RegexOptions.IgnoreCase)]
    private static partial Regex Parameters();
}
