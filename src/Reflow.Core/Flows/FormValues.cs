using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Reflow.Core.Conditions;

namespace Reflow.Core.Flows;

/// <summary>What was filled into an instance's form: <c>params</c> of the execution, read by the types of the definition's fields (contracts: apaas §1.3).</summary>
public sealed class FormValues
{
    const int DeepestForm = 32;
    readonly Dictionary<string, ConditionValue> values;

    FormValues(Dictionary<string, ConditionValue> values) => this.values = values;

    /// <summary>The values as conditions see them; fields that were not filled in are left out.</summary>
    public IReadOnlyDictionary<string, ConditionValue> Conditions => values;

    /// <summary>The user ids that a field of type <see cref="FieldType.User"/> or <see cref="FieldType.Users"/> names.</summary>
    public IReadOnlyList<string> Users(string field) => values.GetValueOrDefault(field) switch
    {
        ConditionValue.Text one => [one.Value],
        ConditionValue.List many => [.. many.Items.OfType<ConditionValue.Text>().Select(item => item.Value)],
        _ => [],
    };

    /// <summary>A field's value in words, for the lines of the task list; null when it was not filled in.</summary>
    public string? Display(string field) => values.GetValueOrDefault(field) is { } value ? Words(value) : null;

    /// <summary>Reads a JSON object, or says why it is not one that fits the form. Members that the form does not have are ignored; null is not filled in.</summary>
    public static (FormValues? Values, string? Why) Parse(FlowDefinition definition, string json)
    {
        var (values, faults) = Check(definition, json);
        return faults is [] ? (values, null) : (null, string.Join(' ', faults.Select(f => f.Sentence)));
    }

    /// <summary>Everything that keeps a JSON object from being this definition's form, each with the member; empty when nothing does.</summary>
    public static IReadOnlyList<FlowFault> Faults(FlowDefinition definition, string json) => Check(definition, json).Faults;

    /// <summary>A form with other values for some of its members; null empties one, and members that the definition does not have are left out.</summary>
    /// <param name="definition">Whose form it is.</param>
    /// <param name="form">The form, a JSON object.</param>
    /// <param name="changes">The members that change, a JSON object.</param>
    public static string With(FlowDefinition definition, string form, JsonElement changes)
    {
        using var document = JsonDocument.Parse(form);
        var members = new Dictionary<string, JsonElement>();
        foreach (var member in document.RootElement.EnumerateObject()) members[member.Name] = member.Value;
        foreach (var member in changes.EnumerateObject().Where(m => definition.Form.Any(f => f.Key == m.Name))) members[member.Name] = member.Value;
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            foreach (var (name, value) in members.Where(m => m.Value.ValueKind is not JsonValueKind.Null))
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    static (FormValues Values, IReadOnlyList<FlowFault> Faults) Check(FlowDefinition definition, string json)
    {
        var values = new Dictionary<string, ConditionValue>();
        try
        {
            var sent = Encoding.UTF8.GetBytes(json);
            if (!JsonText.EscapesAreText(sent, DeepestForm)) return Not("params escapes what is no text.");
            using var document = JsonDocument.Parse(sent, new() { MaxDepth = DeepestForm });
            if (document.RootElement.ValueKind is not JsonValueKind.Object) return Not("params is not a JSON object.");
            List<FlowFault> faults = [];
            foreach (var field in definition.Form)
            {
                if (!document.RootElement.TryGetProperty(field.Key, out var value) || value.ValueKind is JsonValueKind.Null) continue;
                if (Read(field.Type, value) is { } read) values[field.Key] = read;
                else faults.Add(new($"params.{field.Key}", $"Field '{field.Key}' of params is not {In(field.Type)}."));
            }
            return (new(values), faults);
        }
        catch (JsonException)
        {
            return Not("params is not JSON.");
        }
        static (FormValues, IReadOnlyList<FlowFault>) Not(string why) => (new([]), [new("params", why)]);
    }

    /// <summary>Reads what <see cref="Parse"/> has accepted before.</summary>
    /// <exception cref="ArgumentException">It had not.</exception>
    public static FormValues Read(FlowDefinition definition, string json) =>
        Parse(definition, json) is ({ } values, _) ? values : throw new ArgumentException("the form does not fit its definition", nameof(json));

    static ConditionValue? Read(FieldType type, JsonElement value) => (type, value.ValueKind) switch
    {
        (FieldType.Text or FieldType.User, JsonValueKind.String) => new ConditionValue.Text(value.GetString()!),
        // A user's id may come as a number where a client holds it as one.
        (FieldType.User, JsonValueKind.Number) when value.TryGetInt64(out var id) => new ConditionValue.Text(id.ToString(CultureInfo.InvariantCulture)),
        (FieldType.Number, JsonValueKind.Number) when value.TryGetDecimal(out var number) => new ConditionValue.Number(number),
        (FieldType.Boolean, JsonValueKind.True or JsonValueKind.False) => new ConditionValue.Bool(value.GetBoolean()),
        (FieldType.Time, JsonValueKind.Number) when value.TryGetInt64(out var moment) => new ConditionValue.Time(moment),
        (FieldType.Users, JsonValueKind.Array) => List(FieldType.User, value),
        (FieldType.Texts, JsonValueKind.Array) => List(FieldType.Text, value),
        _ => null,
    };

    static ConditionValue.List? List(FieldType element, JsonElement array)
    {
        var items = new List<ConditionValue>();
        foreach (var item in array.EnumerateArray())
        {
            if (Read(element, item) is not { } read) return null;
            items.Add(read);
        }
        return new(items);
    }

    static string Words(ConditionValue value) => value switch
    {
        ConditionValue.Bool x => x.Value ? "true" : "false",
        ConditionValue.Number x => x.Value.ToString(CultureInfo.InvariantCulture),
        ConditionValue.Text x => x.Value,
        ConditionValue.Time x => x.Millis.ToString(CultureInfo.InvariantCulture),
        ConditionValue.List x => string.Join(", ", x.Items.Select(Words)),
        ConditionValue.Object => "",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static string In(FieldType type) => type switch
    {
        FieldType.Text => "a text",
        FieldType.Number => "a number of at most 28 digits",
        FieldType.Boolean => "true or false",
        FieldType.Time => "a moment in Unix milliseconds",
        FieldType.User => "a user id",
        FieldType.Users => "a list of user ids",
        FieldType.Texts => "a list of texts",
    };
}
