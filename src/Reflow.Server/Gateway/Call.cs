using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Reflow.Core;
using Reflow.Server.Store;

namespace Reflow.Server.Gateway;

/// <summary>One call on its way through the gateway: the operation, who calls, and what was sent.</summary>
public sealed class Call : IDisposable
{
    /// <summary>Bodies above this are refused, in bytes.</summary>
    public const int LargestBody = 1 << 20;
    /// <summary>Bodies above this are not even read to their end, in bytes.</summary>
    public const int LargestBodyRead = 16 << 20;
    const int DeepestBody = 64;

    readonly string[] pathValues;
    JsonDocument? body;
    byte[]? rented;

    internal Call(HttpContext http, Routes.Match match, string logId, TimeProvider clock)
    {
        (Http, Operation, LogId, pathValues) = (http, match.Operation, logId, match.Values);
        Now = clock.GetUtcNow().ToUnixTimeMilliseconds();
    }

    /// <summary>The request and its answer, for what only HTTP knows: headers, host.</summary>
    public HttpContext Http { get; }

    /// <summary>The contract's row.</summary>
    public Operation Operation { get; }

    /// <summary>The id that finds this call in logs; in the answer as <c>X-Tt-Logid</c> and <c>error.log_id</c>.</summary>
    public string LogId { get; }

    /// <summary>The moment of the call, Unix ms: one call sees one moment.</summary>
    public long Now { get; }

    /// <summary>Who calls; the door sets it before the operation runs. Operations without a token must not ask.</summary>
    public Caller Caller { get; internal set; } = null!;

    /// <summary>Ends when the caller hangs up.</summary>
    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>The body's members.</summary>
    public Input Body { get; private set; } = Input.Of(default);

    /// <summary>The bytes of the body as they were read; gone when the call is.</summary>
    internal ReadOnlyMemory<byte> Sent { get; private set; }

    /// <summary>The value of a path parameter.</summary>
    public string Path(string name)
    {
        for (var i = 0; i < pathValues.Length; i++)
            if (Operation.Parameters[i] == name) return pathValues[i];
        throw new ArgumentException($"{Operation.Path} has no :{name}", nameof(name));
    }

    /// <summary>The value of a query parameter, the last one when it is repeated; null when absent or empty.</summary>
    public string? Query(string name) => Http.Request.QueryString.HasValue && Http.Request.Query.TryGetValue(name, out var values) && values is [.., { Length: > 0 } last] ? last : null;

    /// <summary>The values of a query parameter that may be repeated, without empty ones.</summary>
    public IReadOnlyList<string> QueryList(string name) => Http.Request.Query.TryGetValue(name, out var values) ? [.. values.Where(value => !string.IsNullOrEmpty(value)).Select(value => value!)] : [];

    /// <summary>Reads and parses the body; an absent one is an empty object. False with the reason when it is no JSON or too large.</summary>
    /// <param name="forms">Whether it may be a form as well, whose fields are then its members.</param>
    internal async ValueTask<(bool Read, string Why)> ReadBody(bool forms = false)
    {
        var request = Http.Request;
        if (Http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false }) return (true, "");
        rented = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(request.ContentLength ?? 0, 1023, LargestBody) + 1);
        var length = 0;
        while (await request.Body.ReadAsync(rented.AsMemory(length), Aborted) is > 0 and var read)
        {
            length += read;
            if (length > LargestBody)
            {
                // Read to its end, as far as that is bearable: a client that is still sending does not see the answer.
                while (await request.Body.ReadAsync(rented, Aborted) > 0) { }
                return (false, $"the body is larger than {LargestBody} bytes");
            }
            if (length == rented.Length) Grow();
        }
        Sent = rented.AsMemory(0, length);
        // Whoever says "form" and sends an object means the object: curl -d does.
        return forms && request.HasFormContentType && !Sent.Span.Trim(" \t\r\n"u8).StartsWith("{"u8) ? ParseForm(Sent.Span) : Parse(Sent);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        body?.Dispose();
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
    }

    (bool Read, string Why) Parse(ReadOnlyMemory<byte> sent)
    {
        // Some clients begin their JSON with a byte order mark.
        if (sent.Span.StartsWith("\uFEFF"u8)) sent = sent[3..];
        if (sent.Span.Trim(" \t\r\n"u8).IsEmpty) return (true, "");
        if (!Utf8.IsValid(sent.Span)) return (false, "the body is not UTF-8");
        if (!JsonText.EscapesAreText(sent.Span, DeepestBody)) return (false, "the body escapes what is no text: half a surrogate pair, or U+0000");
        try
        {
            body = JsonDocument.Parse(sent, new() { MaxDepth = DeepestBody });
        }
        catch (JsonException e)
        {
            return (false, $"the body is not JSON: {e.Message}");
        }
        Body = Input.Of(body.RootElement);
        return (true, "");
    }

    (bool Read, string Why) ParseForm(ReadOnlySpan<byte> sent)
    {
        var fields = QueryHelpers.ParseQuery(Encoding.UTF8.GetString(sent));
        if (fields.Any(field => field.Value.Count > 1)) return (false, "a field comes twice");
        if (fields.Any(field => field.Key.Contains('\0') || field.Value.ToString().Contains('\0'))) return (false, "a field holds what is no text: U+0000");
        body = JsonSerializer.SerializeToDocument(fields.ToDictionary(field => field.Key, field => field.Value.ToString()), StoreJson.Default.DictionaryStringString);
        Body = Input.Of(body.RootElement);
        return (true, "");
    }

    void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(rented!.Length * 2);
        rented.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(rented);
        rented = larger;
    }
}
