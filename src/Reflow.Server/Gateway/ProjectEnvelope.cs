using System.Text.Json;
using Reflow.Core;

namespace Reflow.Server.Gateway;

/// <summary>
/// Feishu Project's envelope: <c>{data, err, err_msg, err_code}</c> (contracts: project §1.3). Token calls carry <c>error</c> beside it, also on success,
/// because their documented shape has nothing else and clients read it unchecked.
/// </summary>
static class ProjectEnvelope
{
    /// <summary>Writes the whole body of an answer.</summary>
    public static void Write(Utf8JsonWriter json, Call call, in Reply reply)
    {
        var error = reply.Refusal?.Error;
        json.WriteStartObject();
        json.WritePropertyName("data"u8);
        if (error is null && reply.Members is { } data && !reply.IsTopLevel) data(json);
        else Empty(json);
        json.WritePropertyName("err"u8);
        if (error is null) Empty(json);
        else WriteError(json, call, error);
        json.WriteString("err_msg"u8, error?.Message ?? "");
        json.WriteNumber("err_code"u8, error?.Code ?? 0);
        if (call.Operation.Name.StartsWith("project.authen.", StringComparison.Ordinal))
        {
            json.WriteStartObject("error"u8);
            json.WriteNumber("code"u8, error?.Code ?? 0);
            json.WriteString("msg"u8, error?.Detail ?? "success");
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    static void WriteError(Utf8JsonWriter json, Call call, Error error)
    {
        json.WriteStartObject();
        json.WriteNumber("code"u8, error.Code);
        json.WriteString("msg"u8, error.Detail);
        json.WriteString("log_id"u8, call.LogId);
        json.WriteEndObject();
    }

    static void Empty(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteEndObject();
    }
}
