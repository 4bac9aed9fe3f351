using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Reflow.Core.Projects;

namespace Reflow.Server.Store;

/// <summary>How spaces, templates and items are written into their columns. Nothing is left out, since a member that is absent would be read as zero.</summary>
[JsonSerializable(typeof(Project))]
[JsonSerializable(typeof(Template))]
[JsonSerializable(typeof(WorkItem))]
[JsonSerializable(typeof(BatchRequest))]
[JsonSerializable(typeof(long[]))]
[JsonSerializable(typeof(BatchOutcome))]
sealed partial class ProjectJson : JsonSerializerContext
{
    /// <summary>The one configuration.</summary>
    public static ProjectJson Stored { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        IgnoreReadOnlyProperties = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new FieldValueConverter(), new FormItemConverter(), new WhenConverter() },
    });

    /// <summary>A value as JSON says it; null for JSON's null. Numbers beyond 28 digits are no field values: false.</summary>
    public static bool TryRead(JsonElement json, out FieldValue? value)
    {
        value = null;
        switch (json.ValueKind)
        {
            case JsonValueKind.Undefined or JsonValueKind.Null:
                return true;
            case JsonValueKind.String:
                value = new FieldValue.Text(json.GetString()!);
                return true;
            case JsonValueKind.True or JsonValueKind.False:
                value = new FieldValue.Flag(json.ValueKind is JsonValueKind.True);
                return true;
            case JsonValueKind.Number when json.TryGetDecimal(out var number):
                value = new FieldValue.Number(number);
                return true;
            case JsonValueKind.Array:
                List<FieldValue?> items = [];
                foreach (var item in json.EnumerateArray())
                {
                    if (!TryRead(item, out var one)) return false;
                    items.Add(one);
                }
                value = new FieldValue.Items(items);
                return true;
            case JsonValueKind.Object:
                Dictionary<string, FieldValue?> members = [];
                foreach (var member in json.EnumerateObject())
                {
                    if (!TryRead(member.Value, out var one)) return false;
                    members[member.Name] = one;
                }
                value = new FieldValue.Members(members);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Writes a value as JSON says it.</summary>
    public static void Write(Utf8JsonWriter json, FieldValue? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case FieldValue.Text text: json.WriteStringValue(text.Value); break;
            case FieldValue.Number number: json.WriteNumberValue(number.Value); break;
            case FieldValue.Flag flag: json.WriteBooleanValue(flag.Value); break;
            case FieldValue.Items items:
                json.WriteStartArray();
                foreach (var item in items.Values) Write(json, item);
                json.WriteEndArray();
                break;
            case FieldValue.Members members:
                json.WriteStartObject();
                foreach (var (name, member) in members.Values)
                {
                    json.WritePropertyName(name);
                    Write(json, member);
                }
                json.WriteEndObject();
                break;
        }
    }

    /// <summary>A value as JSON text.</summary>
    public static string Text(FieldValue? value)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) Write(json, value);
        return System.Text.Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    sealed class FieldValueConverter : JsonConverter<FieldValue>
    {
        public override FieldValue? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            using var json = JsonDocument.ParseValue(ref reader);
            return TryRead(json.RootElement, out var value) ? value : throw new JsonException("no field value");
        }

        public override void Write(Utf8JsonWriter writer, FieldValue value, JsonSerializerOptions options) => ProjectJson.Write(writer, value);
    }

    sealed class FormItemConverter : JsonConverter<FormItem>
    {
        public override FormItem Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            using var json = JsonDocument.ParseValue(ref reader);
            var item = json.RootElement;
            FormItem made = item.TryGetProperty("field", out var field) ? new FormItem.OfField(field.GetString()!) : new FormItem.OfRole(item.GetProperty("role").GetString()!);
            return made with { Required = (Requirement)item.GetProperty("required").GetInt32(), RequiredIf = Text("required_if"), Visible = Text("visible") };

            When? Text(string name) => item.TryGetProperty(name, out var text) ? Unbound(text.GetString()!) : null;
        }

        public override void Write(Utf8JsonWriter writer, FormItem value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteString(value is FormItem.OfField ? "field"u8 : "role"u8, value.Key);
            writer.WriteNumber("required"u8, (int)value.Required);
            if (value.RequiredIf is { } required) writer.WriteString("required_if"u8, required.Text);
            if (value.Visible is { } visible) writer.WriteString("visible"u8, visible.Text);
            writer.WriteEndObject();
        }
    }

    sealed class WhenConverter : JsonConverter<When>
    {
        public override When Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => Unbound(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, When value, JsonSerializerOptions options) => writer.WriteStringValue(value.Text);
    }

    // Its meaning needs the type's fields: ItemConditions.Bind gives it.
    static When Unbound(string text) => new(text, _ => false);
}
