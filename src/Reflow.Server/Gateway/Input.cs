using System.Globalization;
using System.Text.Json;
using Reflow.Core;

namespace Reflow.Server.Gateway;

/// <summary>
/// Reads the members of a JSON object with the manners that SDKs need (contracts: platform §2.3, task §0.4): unknown members are ignored, null is absent,
/// an integer may come as a numeric text. What is wrong is collected: one wrong type is a 9499, otherwise all missing and out-of-range members together are a 99992402.
/// Ask for every member first, then look at <see cref="Refusal"/>; the values read beside a fault mean nothing.
/// </summary>
public sealed class Input
{
    readonly JsonElement json;
    readonly string path;
    readonly Faults faults;

    Input(JsonElement json, string path, Faults faults) => (this.json, this.path, this.faults) = (json, path, faults);

    /// <summary>The input of a whole body; a default element is an empty one.</summary>
    public static Input Of(JsonElement body)
    {
        var input = new Input(body, "", new());
        if (body.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.Object)) input.WrongType("body", body);
        return input;
    }

    /// <summary>What is wrong with all that was asked for; null when nothing is.</summary>
    public Refusal? Refusal => faults.WrongType is { } wrong ? wrong
        : faults.Violations is [] ? null
        : new Refusal(GatewayErrors.FieldValidation) { Fields = faults.Violations };

    /// <summary>True when the member is there and not null.</summary>
    public bool Has(string name) => Member(name).ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    /// <summary>A text that may be absent.</summary>
    public string? Text(string name) => Has(name) ? TextOf(Member(name), name) : null;

    /// <summary>A text that must be there; empty is there.</summary>
    public string RequiredText(string name) => Text(name) ?? Missing(name, "");

    /// <summary>An id: a text, or a number where a client's types made it one. Never goes through a double.</summary>
    public string? Id(string name) => Member(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var id)
        ? id.ToString(CultureInfo.InvariantCulture)
        : Text(name);

    /// <summary>As <see cref="Id"/>, and must be there.</summary>
    public string RequiredId(string name) => Id(name) ?? Missing(name, "");

    /// <summary>A 64-bit integer, as a number or as a numeric text; may be absent.</summary>
    public long? Integer(string name)
    {
        var value = Member(name);
        switch (value.ValueKind)
        {
            case JsonValueKind.Undefined or JsonValueKind.Null: return null;
            case JsonValueKind.Number when value.TryGetInt64(out var number): return number;
            case JsonValueKind.String when TextOf(value, name) is var text:
                if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed)) return parsed;
                break;
        }
        WrongType(name, value);
        return null;
    }

    /// <summary>As <see cref="Integer"/>, and must be there.</summary>
    public long RequiredInteger(string name)
    {
        if (!Has(name)) return Missing(name, 0L);
        return Integer(name) ?? 0;
    }

    /// <summary>A truth value; <paramref name="otherwise"/> when absent.</summary>
    public bool Flag(string name, bool otherwise = false)
    {
        var value = Member(name);
        switch (value.ValueKind)
        {
            case JsonValueKind.Undefined or JsonValueKind.Null: return otherwise;
            case JsonValueKind.True: return true;
            case JsonValueKind.False: return false;
            default:
                WrongType(name, value);
                return otherwise;
        }
    }

    /// <summary>A list of texts; empty when absent. More than <paramref name="most"/> or fewer than <paramref name="least"/> are out of range.</summary>
    public IReadOnlyList<string> Texts(string name, int most, int least = 0) => List(name, most, least, TextOf);

    /// <summary>As <see cref="Texts"/>, of ids: each a text, or a number where a client's types made it one.</summary>
    public IReadOnlyList<string> Ids(string name, int most, int least = 0) => List(name, most, least, (item, place) =>
        item.ValueKind is JsonValueKind.Number && item.TryGetInt64(out var id) ? id.ToString(CultureInfo.InvariantCulture) : TextOf(item, place));

    /// <summary>A nested object; an empty one when absent.</summary>
    public Input Object(string name)
    {
        var value = Member(name);
        if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Undefined or JsonValueKind.Null) return new(value, $"{path}{name}.", faults);
        WrongType(name, value);
        return new(default, $"{path}{name}.", faults);
    }

    /// <summary>The objects of a list; empty when absent.</summary>
    public IReadOnlyList<Input> Objects(string name)
    {
        var value = Member(name);
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) return [];
        if (value.ValueKind is not JsonValueKind.Array)
        {
            WrongType(name, value);
            return [];
        }
        var items = new List<Input>();
        foreach (var item in value.EnumerateArray())
        {
            var place = $"{name}[{items.Count}]";
            if (item.ValueKind is not JsonValueKind.Object) WrongType(place, item);
            items.Add(new(item, $"{path}{place}.", faults));
        }
        return items;
    }

    /// <summary>The member as it was sent, for values whose type depends on something else; undefined when absent.</summary>
    public JsonElement Raw(string name) => Member(name);

    /// <summary>All of it as it was sent; undefined when nothing was.</summary>
    public JsonElement Whole => json;

    /// <summary>Forgets what was noted, for work that looks at the input once more.</summary>
    public void Forget()
    {
        faults.WrongType = null;
        faults.Violations.Clear();
    }

    /// <summary>Notes that a parameter is out of range.</summary>
    public void Violation(string name, string value, string description) => faults.Violations.Add(new(path + name, value, description));

    /// <summary>Notes that a member has a type that it cannot have.</summary>
    public void WrongType(string name, JsonElement value) => faults.WrongType ??= GatewayErrors.WrongType(path + name, Shortened(value));

    IReadOnlyList<string> List(string name, int most, int least, Func<JsonElement, string, string> read)
    {
        var value = Member(name);
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            if (least > 0) Missing(name, "");
            return [];
        }
        if (value.ValueKind is not JsonValueKind.Array)
        {
            WrongType(name, value);
            return [];
        }
        var count = value.GetArrayLength();
        if (count > most) Violation(name, count.ToString(CultureInfo.InvariantCulture), $"the max len is {most}");
        else if (count < least) Violation(name, count.ToString(CultureInfo.InvariantCulture), $"the min len is {least}");
        else return [.. value.EnumerateArray().Select((item, i) => read(item, $"{name}[{i}]"))];
        return [];
    }

    JsonElement Member(string name) => json.ValueKind is JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : default;

    T Missing<T>(string name, T nothing)
    {
        Violation(name, "", $"{name} is required");
        return nothing;
    }

    string TextOf(JsonElement value, string name)
    {
        if (value.ValueKind is JsonValueKind.String) return value.GetString()!;
        WrongType(name, value);
        return "";
    }

    // Cut between characters, never inside one: the answer must stay text.
    static string Shortened(JsonElement value)
    {
        var raw = value.GetRawText();
        return raw.Length <= 64 ? raw : string.Concat(raw.AsSpan(0, char.IsHighSurrogate(raw[63]) ? 63 : 64), "…");
    }

    sealed class Faults
    {
        public Error? WrongType;
        public List<FieldViolation> Violations { get; } = [];
    }
}
