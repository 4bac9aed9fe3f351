using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Reflow.Core.Flows;

namespace Reflow.Server.Store;

/// <summary>How the parts of an instance and its events are written into columns. What is written here is read back for years: names may be added, never changed.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(IReadOnlyList<FlowEvent>))]
[JsonSerializable(typeof(FlowEvent.Started), TypeInfoPropertyName = "EventStarted")]
[JsonSerializable(typeof(FlowEvent.Fired), TypeInfoPropertyName = "EventFired")]
[JsonSerializable(typeof(FlowEvent.Undone), TypeInfoPropertyName = "EventUndone")]
[JsonSerializable(typeof(FlowEvent.TaskOpened), TypeInfoPropertyName = "EventTaskOpened")]
[JsonSerializable(typeof(FlowEvent.Voted), TypeInfoPropertyName = "EventVoted")]
[JsonSerializable(typeof(FlowEvent.TaskClosed), TypeInfoPropertyName = "EventTaskClosed")]
[JsonSerializable(typeof(FlowEvent.TaskRevived), TypeInfoPropertyName = "EventTaskRevived")]
[JsonSerializable(typeof(FlowEvent.Transferred), TypeInfoPropertyName = "EventTransferred")]
[JsonSerializable(typeof(FlowEvent.AssigneesAdded), TypeInfoPropertyName = "EventAssigneesAdded")]
[JsonSerializable(typeof(FlowEvent.Copied), TypeInfoPropertyName = "EventCopied")]
[JsonSerializable(typeof(FlowEvent.Expedited), TypeInfoPropertyName = "EventExpedited")]
[JsonSerializable(typeof(FlowEvent.Reminded), TypeInfoPropertyName = "EventReminded")]
[JsonSerializable(typeof(FlowEvent.CameDue), TypeInfoPropertyName = "EventCameDue")]
[JsonSerializable(typeof(FlowEvent.FormChanged), TypeInfoPropertyName = "EventFormChanged")]
[JsonSerializable(typeof(FlowEvent.Migrated), TypeInfoPropertyName = "EventMigrated")]
[JsonSerializable(typeof(FlowEvent.Ended), TypeInfoPropertyName = "EventEnded")]
[JsonSerializable(typeof(Firing))]
[JsonSerializable(typeof(FlowMarking))]
[JsonSerializable(typeof(IReadOnlyList<FlowToken>))]
[JsonSerializable(typeof(ResumePoint))]
[JsonSerializable(typeof(IReadOnlyList<Assignee>))]
sealed partial class FlowJson : JsonSerializerContext
{
    /// <summary>Events as a history row holds them; each names itself in <c>event</c>.</summary>
    public static string Write(IReadOnlyList<FlowEvent> events) => JsonSerializer.Serialize(events, Events.List);

    /// <summary>The events of a history row.</summary>
    public static IReadOnlyList<FlowEvent> ReadEvents(string payload) => JsonSerializer.Deserialize(payload, Events.List)!;

    /// <summary>Labels as the wire shows them: <c>[{language_code, text}]</c>, the code as text (contracts: apaas §2).</summary>
    public static string Labels(IReadOnlyList<Label> labels) => Written(json => WriteLabels(json, labels));

    /// <summary>Writes labels as the wire shows them.</summary>
    public static void WriteLabels(Utf8JsonWriter json, IReadOnlyList<Label> labels)
    {
        json.WriteStartArray();
        foreach (var label in labels) WriteText(json, label.Language.ToString(CultureInfo.InvariantCulture), label.Text);
        json.WriteEndArray();
    }

    /// <summary>The lines of the form as the task list shows them: <c>file_key</c> is one text, <c>file_value</c> is a list (contracts: apaas §1.3).</summary>
    public static string Summary(FlowDefinition definition, FormValues form) => Written(json =>
    {
        json.WriteStartArray();
        foreach (var line in definition.Summary)
        {
            var label = definition.Form.First(field => field.Key == line.Field).Label;
            json.WriteStartObject();
            json.WritePropertyName("file_key"u8);
            var main = label.FirstOrDefault(text => text.Language == Chinese) ?? label.FirstOrDefault() ?? new(Chinese, line.Field);
            WriteText(json, main.Language.ToString(CultureInfo.InvariantCulture), main.Text);
            json.WriteStartArray("file_value"u8);
            WriteText(json, Chinese.ToString(CultureInfo.InvariantCulture), form.Display(line.Field) ?? "");
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    /// <summary>A chat group as a history row holds it.</summary>
    public static string Write(string chatId, FlowChat chat) => Written(json =>
    {
        json.WriteStartObject();
        json.WriteString("chat_id"u8, chatId);
        if (chat.Name is not null) json.WriteString("chat_name"u8, chat.Name);
        json.WriteStartArray("invited"u8);
        foreach (var user in chat.Users) json.WriteStringValue(user);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    const int Chinese = 2052;

    static void WriteText(Utf8JsonWriter json, string language, string text)
    {
        json.WriteStartObject();
        json.WriteString("language_code"u8, language);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }

    static string Written(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) write(json);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>The events with their names. A class of its own: it needs the generated part, which is ready only after this class's own fields.</summary>
    static class Events
    {
        public static readonly JsonTypeInfo<IReadOnlyList<FlowEvent>> List = (JsonTypeInfo<IReadOnlyList<FlowEvent>>)new JsonSerializerOptions
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
            TypeInfoResolver = ((IJsonTypeInfoResolver)Default).WithAddedModifier(NameEvents),
        }.GetTypeInfo(typeof(IReadOnlyList<FlowEvent>));
    }

    static void NameEvents(JsonTypeInfo type)
    {
        if (type.Type != typeof(FlowEvent)) return;
        type.PolymorphismOptions = new() { TypeDiscriminatorPropertyName = "event" };
        foreach (var (derived, name) in new (Type, string)[]
        {
            (typeof(FlowEvent.Started), "started"), (typeof(FlowEvent.Fired), "fired"), (typeof(FlowEvent.Undone), "undone"), (typeof(FlowEvent.TaskOpened), "task_opened"),
            (typeof(FlowEvent.Voted), "voted"), (typeof(FlowEvent.TaskClosed), "task_closed"), (typeof(FlowEvent.TaskRevived), "task_revived"),
            (typeof(FlowEvent.Transferred), "transferred"), (typeof(FlowEvent.AssigneesAdded), "assignees_added"), (typeof(FlowEvent.Copied), "copied"),
            (typeof(FlowEvent.Expedited), "expedited"), (typeof(FlowEvent.Reminded), "reminded"), (typeof(FlowEvent.CameDue), "came_due"),
            (typeof(FlowEvent.FormChanged), "form_changed"), (typeof(FlowEvent.Migrated), "migrated"), (typeof(FlowEvent.Ended), "ended"),
        }) type.PolymorphismOptions.DerivedTypes.Add(new(derived, name));
    }
}
