using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Reflow.Server.Control;
using Reflow.Server.Store;

namespace Reflow.Server.Gateway;

/// <summary>
/// What every call passes, in this order: route, the door of its family (identity, scopes, limits, body), the operation, the envelope.
/// Nothing that a caller sends leads to a 5xx: that means a bug or a dead database.
/// </summary>
/// <param name="routes">What is served.</param>
/// <param name="doors">What each family asks of a call.</param>
/// <param name="readiness">Whether the server is stopping.</param>
/// <param name="clock">When calls come.</param>
/// <param name="testing">The controls of a test double; null in a system of record.</param>
/// <param name="requests">Where requests are logged; null for nowhere.</param>
/// <param name="chance">What log ids are made of.</param>
/// <param name="log">Where faults of the server are told.</param>
sealed partial class Gateway(Routes routes, Doors doors, Readiness readiness, TimeProvider clock, TestDouble? testing, RequestLog? requests, Chance chance, ILogger<Gateway> log)
{
    /// <summary>How answers are written: Chinese text as it is, and whoever writes minds what is valid.</summary>
    public static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic] static ArrayBufferWriter<byte>? buffer;
    [ThreadStatic] static Utf8JsonWriter? writer;
    readonly LogIds logIds = new(clock, chance);
    readonly Troubles troubles = new();

    /// <summary>Answers one request.</summary>
    public async Task Handle(HttpContext http)
    {
        // Later versions of HTTP have frames for this, which the host sends.
        if (readiness.IsStopping && HttpProtocol.IsHttp11(http.Request.Protocol)) http.Response.Headers.Connection = "close";
        var match = routes.Find(http.Request.Method, http.Request.Path.Value ?? "");
        if (testing is not null || requests is not null)
        {
            await Watched(http, match);
            return;
        }
        if (match is null)
        {
            await NotFound(http);
            return;
        }
        using var call = new Call(http, match, logIds.Next(), clock);
        var door = doors.Of(match.Operation);
        var reply = await Answer(call, door, match.Handler);
        if (!http.RequestAborted.IsCancellationRequested) await Send(call, door, reply);
    }

    async ValueTask<Reply> Answer(Call call, Door door, Handler handler)
    {
        try
        {
            return await door.Admit(call) is { } refusal ? refusal : await handler(call);
        }
        catch (StoreBusyException)
        {
            return door.Busy(call.Operation);
        }
        catch (StoreGoneException e)
        {
            if (troubles.IsNews(e)) Unreachable(call.Operation.Name, call.LogId, e.Message);
            return new Refusal(door.Busy(call.Operation) with { Http = 503 }) { Headers = [new("Retry-After", "1")] };
        }
        catch (BadHttpRequestException e)
        {
            // The rest of the body is not worth waiting for.
            call.Http.Response.Headers.Connection = "close";
            return door.Unreadable(e.Message);
        }
        catch (OperationCanceledException) when (call.Aborted.IsCancellationRequested)
        {
            return Reply.Empty;
        }
        catch (IOException) when (call.Aborted.IsCancellationRequested)
        {
            return Reply.Empty;
        }
        catch (Exception e)
        {
            Failed(e, call.Operation.Name, call.LogId);
            return door.Broken(call.Operation);
        }
    }

    static async Task Send(Call call, Door door, Reply reply)
    {
        if (door.PageOf(call, reply) is { } page)
        {
            await call.Http.Response.BodyWriter.WriteAsync(page.Begin(call), call.Aborted);
            return;
        }
        Head(call, reply);
        if (reply.File is { } file) await file.Write(call.Http.Response.BodyWriter, call.Aborted);
        else Render(call, door, reply);
        await call.Http.Response.BodyWriter.FlushAsync(call.Aborted);
    }

    static void Head(Call call, in Reply reply)
    {
        var response = call.Http.Response;
        response.StatusCode = reply.Refusal?.Error.Http ?? 200;
        response.ContentType = reply.File?.ContentType ?? "application/json; charset=utf-8";
        if (reply.File is { } file) response.Headers.ContentDisposition = $"attachment; filename=\"{file.Name}\"";
        response.Headers["X-Tt-Logid"] = call.LogId;
        response.Headers["X-Request-Id"] = call.LogId;
        foreach (var (name, value) in reply.Refusal?.Headers ?? []) response.Headers[name] = value;
    }

    static void Render(Call call, Door door, in Reply reply)
    {
        var body = Rendered(call, door, reply);
        call.Http.Response.ContentLength = body.Length;
        call.Http.Response.BodyWriter.Write(body);
    }

    // In the thread's own buffer: no await until its bytes are handed on.
    static ReadOnlySpan<byte> Rendered(Call call, Door door, in Reply reply)
    {
        var bytes = buffer ??= new(4096);
        var json = writer ??= new(bytes, Json);
        bytes.ResetWrittenCount();
        json.Reset();
        door.Write(json, call, reply);
        json.Flush();
        return bytes.WrittenSpan;
    }

    static Task NotFound(HttpContext http)
    {
        http.Response.StatusCode = 404;
        http.Response.ContentType = "text/plain";
        return http.Response.WriteAsync("404 page not found", http.RequestAborted);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The store cannot serve {Operation}, log id {LogId}: {Why}. Who calls is told to come back; this is said once a minute")]
    partial void Unreachable(string operation, string logId, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Operation} failed, log id {LogId}")]
    partial void Failed(Exception e, string operation, string logId);
}
