using System.Globalization;
using System.Text.Json;
using Reflow.Core;
using Reflow.Core.Directory;
using Reflow.Server.Gateway;

namespace Reflow.Server.Api.Platform;

/// <summary>One page of a list of contact v3: at most 50, 10 unless asked otherwise; <c>page_token</c> is absent on the last (contracts: platform §3.2, §6).</summary>
/// <param name="List">What is listed: a token of one list does not fit another.</param>
/// <param name="Size">How many there are at most.</param>
/// <param name="After">The last id of the page before; null for the first page.</param>
sealed record ContactPage(string List, int Size, string? After)
{
    /// <summary>Reads <c>page_size</c> and <c>page_token</c>.</summary>
    public static (ContactPage? Page, Error? Error) Of(Call call, string list)
    {
        var size = 10;
        if (call.Query("page_size") is { } asked && (!int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out size) || size is < 1 or > 50)) return (null, ContactErrors.PageSize);
        if (call.Query("page_token") is not { } token) return (new(list, size, null), null);
        return PageTokens.Read(list, token) is { } after ? (new(list, size, after), null) : (null, ContactErrors.PageToken);
    }

    /// <summary>Writes the answer. <paramref name="found"/> may hold one more than the page has, which says that there is a next one.</summary>
    public Reply Reply<T>(IReadOnlyList<T> found, Func<T, string> id, Action<Utf8JsonWriter, T> write) => Gateway.Reply.Object(json =>
    {
        json.WriteBoolean("has_more"u8, found.Count > Size);
        if (found.Count > Size) json.WriteString("page_token"u8, PageTokens.Write(List, id(found[Size - 1])));
        json.WriteStartArray("items"u8);
        foreach (var item in found.Take(Size)) write(json, item);
        json.WriteEndArray();
    });
}
