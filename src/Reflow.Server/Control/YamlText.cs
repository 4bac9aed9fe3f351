using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Reflow.Server.Control;

/// <summary>Writes JSON values as YAML of many lines, the same text for the same values.</summary>
static partial class YamlText
{
    /// <summary>Writes a document.</summary>
    public static string Write(JsonObject document)
    {
        var text = new StringBuilder();
        Members(text, document, 0);
        return text.ToString();
    }

    // The first member stands where the cursor is, the others below it.
    static void Members(StringBuilder text, JsonObject map, int indent)
    {
        var first = true;
        foreach (var (name, value) in map)
        {
            if (!first) text.Append(' ', indent);
            first = false;
            Scalar(text, name);
            text.Append(':');
            switch (value)
            {
                case JsonObject { Count: > 0 } members:
                    text.Append('\n').Append(' ', indent + 2);
                    Members(text, members, indent + 2);
                    break;
                case JsonArray { Count: > 0 } items when items.Any(item => item is JsonObject or JsonArray):
                    text.Append('\n');
                    Items(text, items, indent + 2);
                    break;
                default:
                    text.Append(' ');
                    Short(text, value);
                    text.Append('\n');
                    break;
            }
        }
    }

    static void Items(StringBuilder text, JsonArray items, int indent)
    {
        foreach (var item in items)
        {
            text.Append(' ', indent).Append("- ");
            if (item is JsonObject { Count: > 0 } members) Members(text, members, indent + 2);
            else
            {
                Short(text, item);
                text.Append('\n');
            }
        }
    }

    /// <summary>On one line.</summary>
    static void Short(StringBuilder text, JsonNode? value)
    {
        switch (value)
        {
            case JsonObject map:
                text.Append('{');
                foreach (var (name, member) in map)
                {
                    if (text[^1] is not '{') text.Append(", ");
                    Scalar(text, name);
                    text.Append(": ");
                    Short(text, member);
                }
                text.Append('}');
                break;
            case JsonArray list:
                text.Append('[').AppendJoin(", ", list.Select(item =>
                {
                    var one = new StringBuilder();
                    Short(one, item);
                    return one;
                })).Append(']');
                break;
            case null:
                text.Append("null");
                break;
            default:
                if (value.GetValueKind() is JsonValueKind.String) Scalar(text, value.GetValue<string>());
                else text.Append(value.ToJsonString());
                break;
        }
    }

    static void Scalar(StringBuilder text, string value)
    {
        if (Plain().IsMatch(value) && !Word().IsMatch(value))
        {
            text.Append(value);
            return;
        }
        text.Append('"');
        foreach (var character in value)
            if (character is '"' or '\\') text.Append('\\').Append(character);
            else if (character is < ' ' or '\x7f' or '\x85' or '\u2028' or '\u2029' or '\ufeff') text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            else text.Append(character);
        text.Append('"');
    }

    [GeneratedRegex(@"^[A-Za-z\u4e00-\u9fff][A-Za-z0-9_\-\u4e00-\u9fff]*$")]
    private static partial Regex Plain();

    // What YAML, of one version or another, takes for something else than a text.
    [GeneratedRegex("^(y|n|yes|no|on|off|true|false|null)$", RegexOptions.IgnoreCase)]
    private static partial Regex Word();
}

/// <summary>Builds maps that leave out what is as usual.</summary>
static class Maps
{
    /// <summary>Adds a text unless it is null or empty.</summary>
    public static JsonObject With(this JsonObject map, string name, string? text)
    {
        if (!string.IsNullOrEmpty(text)) map[name] = text;
        return map;
    }

    /// <summary>Adds a number unless it is null.</summary>
    public static JsonObject With(this JsonObject map, string name, long? number)
    {
        if (number is { } value) map[name] = value;
        return map;
    }

    /// <summary>Adds a truth value unless it is the usual one.</summary>
    public static JsonObject With(this JsonObject map, string name, bool truth, bool usual = false)
    {
        if (truth != usual) map[name] = truth;
        return map;
    }

    /// <summary>Adds a list of texts unless it is empty.</summary>
    public static JsonObject With(this JsonObject map, string name, IEnumerable<string> texts)
    {
        var list = new JsonArray([.. texts.Select(text => JsonValue.Create(text))]);
        if (list.Count > 0) map[name] = list;
        return map;
    }

    /// <summary>Adds a list of maps unless it is empty.</summary>
    public static JsonObject With(this JsonObject map, string name, IEnumerable<JsonObject> maps)
    {
        var list = new JsonArray([.. maps]);
        if (list.Count > 0) map[name] = list;
        return map;
    }

    /// <summary>Adds a map unless it is null or empty.</summary>
    public static JsonObject With(this JsonObject map, string name, JsonObject? members)
    {
        if (members is { Count: > 0 }) map[name] = members;
        return map;
    }

    /// <summary>Adds a list of texts, empty or not; <c>*</c> where it is that alone.</summary>
    public static JsonObject WithAll(this JsonObject map, string name, IReadOnlyList<string> texts)
    {
        map[name] = texts is ["*"] ? "*" : new JsonArray([.. texts.Select(text => JsonValue.Create(text))]);
        return map;
    }
}
