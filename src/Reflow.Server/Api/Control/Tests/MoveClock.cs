using System.Text.Json;
using Reflow.Core;
using Reflow.Server.Control;
using Reflow.Server.Gateway;

namespace Reflow.Server.Api.Control.Tests;

/// <summary>
/// The clock of a test double under <c>/reflow/v1/clock</c>: GET reads it; POST freeze, set, advance and resume move it. Every answer tells the time, Unix ms, and whether
/// it stands still; going on also what came due on the way.
/// </summary>
static class MoveClock
{
    // The year 2100: what is computed from there, such as a due date years on, stays within what a date can say.
    const long Latest = 4_102_444_800_000;

    public static void Serve(Routes routes, TestDouble testing)
    {
        var clock = testing.Clock;
        routes.Serve("control.test.clock.get", call => new(Reading(clock)));
        routes.Serve("control.test.clock.freeze", call =>
        {
            clock.Freeze();
            return new(Reading(clock));
        });
        routes.Serve("control.test.clock.resume", call =>
        {
            clock.Resume();
            return new(Reading(clock));
        });
        routes.Serve("control.test.clock.set", async call =>
        {
            var to = call.Body.RequiredInteger("now");
            if (call.Body.Has("now") && to is < 0 or > Latest) call.Body.Violation("now", $"{to}", "is a Unix time in ms, at most that of the year 2100");
            return call.Body.Refusal is { } refusal ? refusal : await Go(call, testing, to);
        });
        routes.Serve("control.test.clock.advance", async call =>
        {
            var by = call.Body.RequiredInteger("by_ms");
            if (call.Body.Has("by_ms") && by < 0) call.Body.Violation("by_ms", $"{by}", "is a time in ms from 0 on; the clock goes back only after a reset, by set");
            else if (by > Latest - clock.Now) call.Body.Violation("by_ms", $"{by}", "goes past the year 2100");
            return call.Body.Refusal is { } refusal ? refusal : await Go(call, testing, clock.Now + by);
        });
    }

    static async ValueTask<Reply> Go(Call call, TestDouble testing, long to)
    {
        if (await testing.Clockwork.GoTo(to, call.Aborted) is not { } fired)
            return new Error(400, 400, $"now: the clock stands at {testing.Clock.Now} and goes back only after a reset, before the next call");
        return Reply.Object(json =>
        {
            Read(json, testing.Clock);
            json.WriteObjects("fired"u8, fired, work =>
            {
                json.WriteNumber("at"u8, work.At);
                json.WriteString("what"u8, work.What);
                json.WriteString("tenant_key"u8, work.Tenant);
                json.WriteString("id"u8, work.Id);
            });
        });
    }

    static Reply Reading(TestClock clock) => Reply.Object(json => Read(json, clock));

    static void Read(Utf8JsonWriter json, TestClock clock)
    {
        json.WriteNumber("now"u8, clock.Now);
        json.WriteBoolean("frozen"u8, clock.Frozen);
    }
}
