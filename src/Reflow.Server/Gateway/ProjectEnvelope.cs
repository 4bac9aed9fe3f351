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
        else WriteError(json, call, error, reply.Refusal!.Details);
        json.WriteString("err_msg"u8, error?.Message ?? "");
        json.WriteNumber("err_code"u8, error?.Code ?? 0);
        if (reply.Pagination is { } page) Write(json, page);
        if (call.Operation.Name.StartsWith("project.authen.", StringComparison.Ordinal))
        {
            json.WriteStartObject("error"u8);
            json.WriteNumber("code"u8, error?.Code ?? 0);
            json.WriteString("msg"u8, error?.Detail ?? "success");
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    static void WriteError(Utf8JsonWriter json, Call call, Error error, IReadOnlyList<RefusalDetail> details)
    {
        json.WriteStartObject();
        json.WriteNumber("code"u8, error.Code);
        json.WriteString("msg"u8, error.Detail);
        json.WriteString("log_id"u8, call.LogId);
        if (details.Count > 0) Write(json, details);
        json.WriteEndObject();
    }

    // Beside what is documented: clients ignore members that they do not know.
    static void Write(Utf8JsonWriter json, IReadOnlyList<RefusalDetail> details)
    {
        json.WriteStartArray("details"u8);
        foreach (var detail in details)
        {
            json.WriteStartObject();
            json.WriteNumber("code"u8, detail.Error.Code);
            json.WriteString("err_msg"u8, detail.Error.Message);
            json.WriteString("msg"u8, detail.Error.Detail);
            json.WriteString("kind"u8, detail.Kind);
            json.WriteString("key"u8, detail.Key);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void Write(Utf8JsonWriter json, Pagination page)
    {
        json.WriteStartObject("pagination"u8);
        json.WriteNumber("page_num"u8, page.Number);
        json.WriteNumber("page_size"u8, page.Size);
        json.WriteNumber("total"u8, page.Total);
        json.WriteEndObject();
    }

    static void Empty(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteEndObject();
    }
}
