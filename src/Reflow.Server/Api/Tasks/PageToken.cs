using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Reflow.Server.Api.Tasks;

/// <summary>
/// Where a list goes on: after the row of this key and id. Opaque, and bound to its list, so that the token of another list, and one that was tampered with, is told from one that was given out.
/// It is no secret: it leads to nothing that the caller may not read anyhow.
/// </summary>
static class PageToken
{
    const int SealLength = 6;

    /// <summary>The token of the place after a row.</summary>
    /// <param name="list">What names the list: its operation, and whose it is.</param>
    /// <param name="key">By what the list is sorted.</param>
    /// <param name="id">What tells rows of one key apart.</param>
    public static string Write(string list, long key, string id)
    {
        var place = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{key}.{id}"));
        return Base64Url.EncodeToString([.. Seal(list, place), .. place]);
    }

    /// <summary>The place that a token stands for; null when it is not one of this list.</summary>
    public static (long Key, string Id)? Read(string list, string token)
    {
        if (!Base64Url.IsValid(token)) return null;
        var bytes = Base64Url.DecodeFromChars(token);
        if (bytes.Length <= SealLength || !Seal(list, bytes.AsSpan(SealLength)).SequenceEqual(bytes.AsSpan(0, SealLength))) return null;
        var parts = Encoding.UTF8.GetString(bytes.AsSpan(SealLength)).Split('.', 2);
        return (long.Parse(parts[0], CultureInfo.InvariantCulture), parts[1]);
    }

    static ReadOnlySpan<byte> Seal(string list, ReadOnlySpan<byte> place) => SHA256.HashData([.. Encoding.UTF8.GetBytes(list), 0, .. place]).AsSpan(0, SealLength);
}
