using System.Globalization;
using Reflow.Server.Control;

namespace Reflow.Server.Gateway;

// The way of a call when it is logged or when faults may strike it. What the operation does, and the answer's body, are the same as without.
sealed partial class Gateway
{
    const string HintHeader = "X-Reflow-Hint";

    async Task Watched(HttpContext http, Routes.Match? match)
    {
        var began = clock.GetTimestamp();
        // Kestrel would tell the real time, beside stamps of a time that was moved.
        if (testing is not null) http.Response.Headers.Date = clock.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        if (match is null)
        {
            var at = clock.GetUtcNow().ToUnixTimeMilliseconds();
            await NotFound(http);
            requests?.Add(Entry(http, at, began) with { Status = 404 });
            return;
        }
        using var call = new Call(http, match, logIds.Next(), clock);
        var door = doors.Of(match.Operation);
        var (reply, strike) = await Answer(call, door, match.Handler, began);
        var outcome = strike?.Effect switch
        {
            FaultEffect.Drop => RequestOutcome.Dropped,
            FaultEffect.LoseAnswer => RequestOutcome.Lost,
            _ => http.RequestAborted.IsCancellationRequested ? RequestOutcome.Abandoned : RequestOutcome.Answered,
        };
        byte[] body = [];
        if (outcome is RequestOutcome.Answered)
        {
            if (testing is not null && Hints.Of(call, reply, strike) is { } hint) http.Response.Headers[HintHeader] = hint;
            // A file is not kept: it can be of any length.
            body = reply.File is null ? Body(call, door, reply) : [];
            try
            {
                if (reply.File is not null) await Send(call, door, reply);
                else await (strike?.Effect is FaultEffect.SlowAnswer slow ? SendSlowly(call, body, slow.Milliseconds) : http.Response.BodyWriter.WriteAsync(body, call.Aborted).AsTask());
            }
            catch (OperationCanceledException) when (call.Aborted.IsCancellationRequested)
            {
                outcome = RequestOutcome.Abandoned;
            }
        }
        else if (outcome is not RequestOutcome.Abandoned) http.Abort();
        if (requests is null || TestDouble.LooksOn(call.Operation.Name)) return;
        var entry = Entry(http, call.Now, began);
        requests.Add(entry with
        {
            LogId = call.LogId,
            Operation = call.Operation.Name,
            Tenant = call.Caller?.Tenant,
            AppId = call.Caller?.AppId,
            UserId = call.Caller?.UserId,
            Body = Beginning(call.Sent.Span),
            BodyLength = call.Sent.Length,
            Status = outcome is RequestOutcome.Answered ? http.Response.StatusCode : 0,
            Code = outcome is RequestOutcome.Answered ? reply.Refusal?.Error.Code ?? 0 : null,
            AnswerHeaders = outcome is RequestOutcome.Answered ? Headers(http.Response.Headers) : [],
            Answer = Beginning(body),
            AnswerLength = body.Length,
            Outcome = outcome,
            Faults = strike?.Ids ?? [],
        });
    }

    async Task<(Reply, Strike?)> Answer(Call call, Door door, Handler handler, long began)
    {
        if (testing is null || TestDouble.LooksOn(call.Operation.Name)) return (await Answer(call, door, handler), null);
        testing.Clock.Worked();
        Strike? strike = null;
        var place = await testing.Calls.Enter(CancellationToken.None);
        try
        {
            return (await Answer(call, door, async admitted =>
            {
                strike = testing.Faults.Try(admitted.Operation, admitted.Caller?.AppId);
                if (strike is null) return await handler(admitted);
                if (strike.Latency > 0)
                {
                    // Whoever waits must not hold up a reset.
                    place.Dispose();
                    await Task.Delay(TimeSpan.FromMilliseconds(strike.Latency), TimeProvider.System, admitted.Aborted);
                    place = await testing.Calls.Enter(admitted.Aborted);
                }
                if (Faults.RefusalOf(admitted.Operation, strike.Effect) is { } refusal) return refusal;
                return strike.Effect is FaultEffect.Drop ? Reply.Empty : await handler(admitted);
            }), strike);
        }
        finally
        {
            place.Dispose();
        }
    }

    static byte[] Body(Call call, Door door, in Reply reply)
    {
        if (door.PageOf(call, reply) is { } page) return page.Begin(call);
        Head(call, reply);
        var bytes = Rendered(call, door, reply);
        call.Http.Response.ContentLength = bytes.Length;
        return bytes.ToArray();
    }

    static async Task SendSlowly(Call call, byte[] body, int milliseconds)
    {
        const int most = 50;
        var pieces = Math.Clamp(body.Length, 1, most);
        for (var piece = 0; piece < pieces; piece++)
        {
            var from = (int)((long)body.Length * piece / pieces);
            var to = (int)((long)body.Length * (piece + 1) / pieces);
            await call.Http.Response.BodyWriter.WriteAsync(body.AsMemory(from..to), call.Aborted);
            await Task.Delay(TimeSpan.FromMilliseconds((double)milliseconds / pieces), TimeProvider.System, call.Aborted);
        }
    }

    LoggedRequest Entry(HttpContext http, long at, long began) => new(
        at, "", null, null, null, null, http.Request.Method, $"{http.Request.Scheme}://{http.Request.Host}{http.Request.Path.ToUriComponent()}{http.Request.QueryString}",
        Headers(http.Request.Headers), [], 0, http.Response.StatusCode, null, [], [], 0, testing is { Clock.Frozen: true } ? 0 : (long)clock.GetElapsedTime(began).TotalMicroseconds, RequestOutcome.Answered, []);

    static List<KeyValuePair<string, string>> Headers(IHeaderDictionary headers) => [.. headers.Select(header => KeyValuePair.Create(header.Key, header.Value.ToString()))];

    static byte[] Beginning(ReadOnlySpan<byte> body) => body[..Math.Min(body.Length, RequestLog.LongestBody)].ToArray();
}
