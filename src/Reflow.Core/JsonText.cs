using System.Text.Json;

namespace Reflow.Core;

/// <summary>What JSON can say and text cannot.</summary>
public static class JsonText
{
    /// <summary>
    /// False when a name or text in this JSON escapes half a surrogate pair, which is no text, or U+0000, which no store takes.
    /// Parsers look at escapes only when somebody asks for the text, and then it is too late to say no. Broken JSON is left to the parser: true.
    /// </summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="maxDepth">How deep objects and arrays may nest.</param>
    public static bool EscapesAreText(ReadOnlySpan<byte> json, int maxDepth)
    {
        if (json.IndexOf("\\u"u8) < 0) return true;
        var reader = new Utf8JsonReader(json, new() { MaxDepth = maxDepth });
        try
        {
            while (reader.Read())
                if (reader.ValueIsEscaped && reader.GetString()!.Contains('\0')) return false;
            return true;
        }
        catch (JsonException) { return true; }
        catch (InvalidOperationException) { return false; }
    }
}
