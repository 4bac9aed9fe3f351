using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Reflow.Core.Flows;
using Reflow.Server.Control;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>A definition as the body of a call: the members of a flow in a workspace file, as JSON, with people by kunlun id.</summary>
static class FlowBody
{
    /// <summary>The definition, or everything that is wrong with it, the people that the tenant does not have among it.</summary>
    public static async ValueTask<(FlowDefinition? Definition, IReadOnlyList<FlowFault> Faults)> Read(Call call, Session session, FlowStore flows)
    {
        if (call.Body.Whole is not { ValueKind: JsonValueKind.Object } sent) return (null, [new("", "Send the definition as the body.")]);
        var (definition, faults) = FlowFormat.Check(OnOneLine(sent));
        if (definition is null) return (null, faults);
        List<FlowFault> more = [.. faults, .. FlowPeopleFaults.Of(definition, await flows.People(session))];
        if (await FlowVersions.HolderOf(session, definition) is { } holder) more.Add(new("api_id", $"It is the API id of flow '{holder}'."));
        return (definition, more);
    }

    // JSON may hold tabs between its members, and YAML may not.
    static string OnOneLine(JsonElement sent)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) sent.WriteTo(json);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
