using System.Globalization;
using System.Text.Json;
using Reflow.Server.Gateway;

namespace Reflow.Server.Api.Tasks;

/// <summary>The manners of lists (contracts: task §0.5): <c>page_token</c> is there exactly when more follows, since iterators stop at its absence.</summary>
static class Paging
{
    /// <summary>The largest page of tasks and of comments.</summary>
    public const int MostItems = 100;
    /// <summary>The largest page of members and of reminders.</summary>
    public const int MostOfOne = 50;
    const int UsualSize = 50;

    /// <summary>The size that is asked for; absent and 0 are the usual one. What is no size is noted beside the faults of the body; one that is too large is told apart.</summary>
    public static int Size(Call call, int most, out bool tooLarge)
    {
        tooLarge = false;
        if (call.Query("page_size") is not { } text) return UsualSize;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var size) || size < 0)
        {
            call.Body.Violation("page_size", text, $"page_size is from 0 to {most}");
            return UsualSize;
        }
        tooLarge = size > most;
        return size == 0 ? UsualSize : (int)Math.Min(size, most);
    }

    /// <summary>As <see cref="Size(Call, int, out bool)"/>, where too large is out of range as well.</summary>
    public static int Size(Call call)
    {
        var size = Size(call, MostOfOne, out var tooLarge);
        if (tooLarge) call.Body.Violation("page_size", call.Query("page_size")!, $"page_size is from 0 to {MostOfOne}");
        return size;
    }

    /// <summary>The place that a page_token stands for; null for the first page. One that no answer of the list gave is noted beside the faults of the body.</summary>
    public static (long Key, string Id)? Place(Call call, string list)
    {
        if (call.Query("page_token") is not { } token) return null;
        if (PageToken.Read(list, token) is { } place) return place;
        call.Body.Violation("page_token", token, "page_token is that of an earlier answer, or empty for the first page");
        return null;
    }

    /// <summary><c>{"items":[…],"has_more":…}</c> of what was found, which is one more than the size when more follows.</summary>
    public static Reply Reply<T>(IReadOnlyList<T> found, int size, Func<T, string> tokenAfter, Action<Utf8JsonWriter, T> write) => Gateway.Reply.Data(json =>
    {
        var hasMore = found.Count > size;
        json.WriteStartObject();
        json.WriteObjects("items"u8, found.Take(size), item =>
        {
            write(json, item);
        });
        if (hasMore) json.WriteString("page_token"u8, tokenAfter(found[size - 1]));
        json.WriteBoolean("has_more"u8, hasMore);
        json.WriteEndObject();
    });
}
