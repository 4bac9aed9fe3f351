using Reflow.Core;
using Reflow.Server.Control;
using Reflow.Server.Gateway;

namespace Reflow.Server.Api.Control.Tests;

/// <summary>
/// The clock of a test double under <c>/reflow/v1/clock</c>: GET reads it; POST freeze, set, advance and resume move it. Every answer tells the time, Unix ms, and whether it stands still.
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
        routes.Serve("control.test.clock.set", call =>
        {
            var to = call.Body.RequiredInteger("now");
            if (call.Body.Has("now") && to is < 0 or > Latest) call.Body.Violation("now", $"{to}", "is a Unix time in ms, at most that of the year 2100");
            return new(call.Body.Refusal is { } refusal ? refusal : Go(clock, to));
        });
        routes.Serve("control.test.clock.advance", call =>
        {
            var by = call.Body.RequiredInteger("by_ms");
            if (call.Body.Has("by_ms") && by < 0) call.Body.Violation("by_ms", $"{by}", "is a time in ms from 0 on; the clock goes back only after a reset, by set");
            else if (by > Latest - clock.Now) call.Body.Violation("by_ms", $"{by}", "goes past the year 2100");
            return new(call.Body.Refusal is { } refusal ? refusal : Go(clock, clock.Now + by));
        });
    }

    static Reply Go(TestClock clock, long to) => clock.TrySet(to) ? Reading(clock)
        : new Error(400, 400, $"now: the clock stands at {clock.Now} and goes back only after a reset, before the next call");

    static Reply Reading(TestClock clock) => Reply.Object(json =>
    {
        json.WriteNumber("now"u8, clock.Now);
        json.WriteBoolean("frozen"u8, clock.Frozen);
    });
}
