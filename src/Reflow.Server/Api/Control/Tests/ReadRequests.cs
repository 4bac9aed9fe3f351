using System.Globalization;
using System.Text;
using System.Text.Json;
using Reflow.Core;
using Reflow.Server.Control;
using Reflow.Server.Gateway;

namespace Reflow.Server.Api.Control.Tests;

/// <summary>
/// The request log under <c>/reflow/v1/requests</c>: GET answers what came, oldest first; POST expect asserts that it came so many times, and waits for it; DELETE forgets it.
/// Secrets are masked; calls that read the log are not in it.
/// </summary>
static class ReadRequests
{
    const int UsualPage = 100, MostPage = 1_000, LongestWait = 60_000;

    static readonly Error Off = new(403, 403, "requests are not logged: start the server with --request-log on, or --test-double");

    /// <param name="routes">Where it is served.</param>
    /// <param name="log">The log; null when requests are not logged.</param>
    public static void Serve(Routes routes, RequestLog? log)
    {
        if (log is null)
        {
            foreach (var act in new[] { "list", "expect", "clear" }) routes.Serve($"control.request.{act}", static _ => new(Off));
            return;
        }
        routes.Serve("control.request.list", call =>
        {
            var filter = new RequestFilter(
                call.Number("after"), call.Number("since"), call.Number("until"), call.Query("operation"), call.Query("app_id"), call.Number("status"), call.Number("code", int.MinValue), call.Query("contains"));
            var size = (int)(call.Number("page_size", 1, MostPage) ?? UsualPage);
            if (call.Body.Refusal is { } refusal) return new(refusal);
            var found = log.Find(filter);
            return new(Reply.Object(json =>
            {
                Write(json, found.Take(size));
                json.WriteBoolean("has_more"u8, found.Count > size);
            }));
        });
        routes.Serve("control.request.expect", call => Expect(call, log));
        routes.Serve("control.request.clear", call =>
        {
            log.Clear();
            return new(Reply.Empty);
        });
    }

    static async ValueTask<Reply> Expect(Call call, RequestLog log)
    {
        var body = call.Body;
        var filter = new RequestFilter(
            body.Integer("after"), body.Integer("since"), body.Integer("until"), body.Text("operation"), body.Text("app_id"), body.Integer("status"), body.Integer("code"), body.Text("contains"));
        var (times, least, most) = (Count(body, "times"), Count(body, "at_least"), Count(body, "at_most"));
        if (times is not null && (least ?? most) is not null) body.Violation("times", $"{times}", "cannot be together with at_least or at_most");
        if (least > most) body.Violation("at_most", $"{most}", "is less than at_least");
        var patience = body.Integer("timeout_ms") ?? 0;
        if (patience is < 0 or > LongestWait) body.Violation("timeout_ms", $"{patience}", $"is an integer from 0 to {LongestWait}");
        if (body.Refusal is { } refusal) return refusal;
        least = times ?? least ?? (most is null ? 1 : 0);
        most = times ?? most ?? long.MaxValue;
        var found = await log.Wait(filter, seen => seen.Count >= least, TimeSpan.FromMilliseconds(patience), call.Aborted);
        if (found.Count < least || found.Count > most) return new Error(409, 409, Missed(found.Count, least.Value, most.Value));
        return Reply.Object(json =>
        {
            json.WriteNumber("count"u8, found.Count);
            Write(json, found.TakeLast(UsualPage));
        });
    }

    static string Missed(int found, long least, long most) =>
        $"expected {(least == most ? $"{least}" : most == long.MaxValue ? $"at least {least}" : least == 0 ? $"at most {most}" : $"{least} to {most}")} such {(least == 1 && most is 1 or long.MaxValue ? "call" : "calls")}, and {found} came";

    static long? Count(Input body, string name)
    {
        if (body.Integer(name) is not { } count) return null;
        if (count < 0) body.Violation(name, $"{count}", "is an integer from 0 on");
        return count;
    }

    static void Write(Utf8JsonWriter json, IEnumerable<LoggedRequest> requests)
    {
        json.WriteObjects("requests"u8, requests, request =>
        {
            Write(json, request);
        });
    }

    static void Write(Utf8JsonWriter json, LoggedRequest request)
    {
        json.WriteNumber("number"u8, request.Number);
        json.WriteNumber("at"u8, request.At);
        json.WriteString("log_id"u8, request.LogId);
        if (request.Operation is { } operation) json.WriteString("operation"u8, operation);
        if (request.Tenant is { } tenant) json.WriteString("tenant_key"u8, tenant);
        if (request.AppId is { } app) json.WriteString("app_id"u8, app);
        if (request.UserId is { } user) json.WriteString("user_id"u8, user);
        json.WriteString("method"u8, request.Method);
        json.WriteString("url"u8, Masks.Url(request.Url));
        WriteMessage(json, "request"u8, request.Headers, request.Body, request.BodyLength);
        json.WriteString("outcome"u8, request.Outcome.ToString().ToLowerInvariant());
        if (request.Status > 0) json.WriteNumber("status"u8, request.Status);
        if (request.Code is { } code) json.WriteNumber("code"u8, code);
        WriteMessage(json, "answer"u8, request.AnswerHeaders, request.Answer, request.AnswerLength);
        json.WriteNumber("took_us"u8, request.Took);
        if (request.Faults.Count > 0)
        {
            json.WriteStartArray("faults"u8);
            foreach (var id in request.Faults) json.WriteStringValue(id);
            json.WriteEndArray();
        }
        json.WriteString("curl"u8, Curl(request));
    }

    static void WriteMessage(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<KeyValuePair<string, string>> headers, byte[] body, int length)
    {
        json.WriteStartObject(name);
        json.WriteStartObject("headers"u8);
        foreach (var (header, value) in headers) json.WriteString(header, Masks.Header(header, value));
        json.WriteEndObject();
        json.WriteString("body"u8, Masks.Body(Encoding.UTF8.GetString(body)));
        if (length > body.Length) json.WriteNumber("body_length"u8, length);
        json.WriteEndObject();
    }

    static string Curl(LoggedRequest request)
    {
        var line = new StringBuilder("curl -s");
        if (request.Method is not "GET") line.Append(CultureInfo.InvariantCulture, $" -X {request.Method}");
        line.Append(' ').Append(Quoted(Masks.Url(request.Url)));
        foreach (var (header, value) in request.Headers.Where(header => header.Key is not ("Host" or "Content-Length" or "Connection" or "Accept-Encoding" or "Transfer-Encoding")))
            line.Append(" -H ").Append(Quoted($"{header}: {Masks.Header(header, value)}"));
        if (request.BodyLength > 0) line.Append(" --data-binary ").Append(Quoted(Masks.Body(Encoding.UTF8.GetString(request.Body))));
        return line.ToString();
    }

    static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
