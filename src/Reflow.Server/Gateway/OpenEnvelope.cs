using System.Text.Json;
using Reflow.Core.Directory;

namespace Reflow.Server.Gateway;

/// <summary>The open platform's envelope: <c>{code, msg, data}</c>, or <c>{code, msg, error}</c> (contracts: platform §2.1). The control plane answers in it too.</summary>
static class OpenEnvelope
{
    /// <summary>Writes the whole body of an answer.</summary>
    public static void Write(Utf8JsonWriter json, Call call, in Reply reply)
    {
        json.WriteStartObject();
        if (reply.Refusal is { } refusal) WriteRefusal(json, call, refusal);
        else
        {
            json.WriteNumber("code"u8, 0);
            json.WriteString("msg"u8, reply.Message);
            if (reply.IsTopLevel) reply.Members!(json);
            else
            {
                json.WritePropertyName("data"u8);
                if (reply.Members is { } data) data(json);
                else
                {
                    json.WriteStartObject();
                    json.WriteEndObject();
                }
            }
        }
        json.WriteEndObject();
    }

    /// <summary>Where the app's owner would grant it scopes.</summary>
    public static string AppPage(Call call, string appId, IReadOnlyList<string> scopes) =>
        $"{Origin(call)}/app/{appId}/auth?q={string.Join(',', scopes)}&op_from=openapi&token_type=tenant";

    static string Origin(Call call) => $"{call.Http.Request.Scheme}://{call.Http.Request.Host}";

    static void WriteRefusal(Utf8JsonWriter json, Call call, Refusal refusal)
    {
        var error = refusal.Error;
        json.WriteNumber("code"u8, error.Code);
        json.WriteString("msg"u8, error.Message);
        // The two kinds of refusal that the real gateway answers with empty data: unreadable bodies, and token endpoints with their HTTP 200.
        if (error.Code == GatewayErrors.BadRequest.Code || error.Http == 200)
        {
            json.WriteStartObject("data"u8);
            json.WriteEndObject();
        }
        json.WriteStartObject("error"u8);
        if (error.Reason is { } reason) json.WriteString("message"u8, reason);
        json.WriteString("log_id"u8, call.LogId);
        json.WriteString("logid"u8, call.LogId);
        if (refusal.Scopes is { Count: > 0 } scopes) WriteScopes(json, call, scopes, error.Code);
        // What a store refuses is an error alone; there is one field scope that a request can need.
        else if (error.Code == GatewayErrors.FieldScopeCode) WriteViolations(json, [Identities.UserIdScope], "field_scope_required"u8);
        if (refusal.Fields is { Count: > 0 } fields) WriteFields(json, fields);
        json.WriteEndObject();
    }

    static void WriteScopes(Utf8JsonWriter json, Call call, IReadOnlyList<string> scopes, int code)
    {
        if (code == GatewayErrors.UserScopeCode)
        {
            WriteViolations(json, scopes, "action_privilege_required"u8);
            return;
        }
        json.WriteString("troubleshooter"u8, $"排查建议查看(Troubleshooting suggestions): {Origin(call)}/search?from=openapi&log_id={call.LogId}&code=99991672&method_id={call.Operation.Name}");
        WriteViolations(json, scopes, "action_scope_required"u8);
        json.WriteStartArray("helps"u8);
        json.WriteStartObject();
        json.WriteString("url"u8, AppPage(call, call.Caller.AppId, scopes));
        json.WriteString("description"u8, $"Learn more about scopes and how to add them: [{string.Join(", ", scopes)}]");
        json.WriteEndObject();
        json.WriteEndArray();
    }

    static void WriteViolations(Utf8JsonWriter json, IReadOnlyList<string> scopes, ReadOnlySpan<byte> type)
    {
        json.WriteStartArray("permission_violations"u8);
        foreach (var scope in scopes)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, type);
            json.WriteString("subject"u8, scope);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void WriteFields(Utf8JsonWriter json, IReadOnlyList<FieldViolation> fields)
    {
        json.WriteStartArray("field_violations"u8);
        foreach (var field in fields)
        {
            json.WriteStartObject();
            json.WriteString("field"u8, field.Field);
            json.WriteString("value"u8, field.Value);
            json.WriteString("description"u8, field.Description);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
