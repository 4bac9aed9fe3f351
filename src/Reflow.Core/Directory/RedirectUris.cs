namespace Reflow.Core.Directory;

/// <summary>Where an app may have its users sent back to, and what is told there (contracts: platform §1.4).</summary>
public static class RedirectUris
{
    /// <summary>
    /// True when the address is on the app's list: the same text character for character, but for a query of its own, which clients add to what they registered.
    /// Anything but printable ASCII is not.
    /// </summary>
    public static bool IsRegistered(string uri, IReadOnlyList<string> registered)
    {
        if (uri.Any(c => c is <= ' ' or > '~')) return false;
        var whole = Before(uri, '#');
        var bare = Before(whole, '?');
        return registered.Any(known => known == whole || known == bare);
    }

    /// <summary>The address with one more parameter in its query, and <paramref name="state"/> when there is one; its fragment goes behind.</summary>
    public static string With(string uri, string name, string value, string? state)
    {
        var (whole, fragment) = Before(uri, '#') is var before && before.Length == uri.Length ? (uri, "") : (before, uri[before.Length..]);
        var answer = $"{name}={Uri.EscapeDataString(value)}{(state is null ? "" : $"&state={Uri.EscapeDataString(state)}")}";
        var join = !whole.Contains('?') ? "?" : whole[^1] is '?' or '&' ? "" : "&";
        return whole + join + answer + fragment;
    }

    static string Before(string text, char mark) => text.IndexOf(mark) is >= 0 and var at ? text[..at] : text;
}
