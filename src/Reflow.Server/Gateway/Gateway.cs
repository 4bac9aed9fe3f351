using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Reflow.Server.Store;

namespace Reflow.Server.Gateway;

/// <summary>
/// What every call passes, in this order: route, the door of its family (identity, scopes, limits, body), the operation, the envelope.
/// Nothing that a caller sends leads to a 5xx: that means a bug or a dead database.
/// </summary>
sealed partial class Gateway(Routes routes, Doors doors, TimeProvider clock, ILogger<Gateway> log)
{
    static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    [ThreadStatic] static ArrayBufferWriter<byte>? buffer;
    [ThreadStatic] static Utf8JsonWriter? writer;
    readonly LogIds logIds = new(clock);

    /// <summary>Answers one request.</summary>
    public async Task Handle(HttpContext http)
    {
        if (routes.Find(http.Request.Method, http.Request.Path.Value ?? "") is not { } match)
        {
            await NotFound(http);
            return;
        }
        using var call = new Call(http, match, logIds.Next(), clock);
        var door = doors.Of(match.Operation.Family);
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
        var response = call.Http.Response;
        response.StatusCode = reply.Refusal?.Error.Http ?? 200;
        response.ContentType = "application/json; charset=utf-8";
        response.Headers["X-Tt-Logid"] = call.LogId;
        response.Headers["X-Request-Id"] = call.LogId;
        foreach (var (name, value) in reply.Refusal?.Headers ?? []) response.Headers[name] = value;
        Render(call, door, reply);
        await response.BodyWriter.FlushAsync(call.Aborted);
    }

    // No await between taking the thread's buffer and handing its bytes on.
    static void Render(Call call, Door door, in Reply reply)
    {
        var bytes = buffer ??= new(4096);
        var json = writer ??= new(bytes, Json);
        bytes.ResetWrittenCount();
        json.Reset();
        door.Write(json, call, reply);
        json.Flush();
        call.Http.Response.ContentLength = bytes.WrittenCount;
        call.Http.Response.BodyWriter.Write(bytes.WrittenSpan);
    }

    static Task NotFound(HttpContext http)
    {
        http.Response.StatusCode = 404;
        http.Response.ContentType = "text/plain";
        return http.Response.WriteAsync("404 page not found", http.RequestAborted);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Operation} failed, log id {LogId}")]
    partial void Failed(Exception e, string operation, string logId);
}
