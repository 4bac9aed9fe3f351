using Reflow.Server.Jobs;

namespace Reflow.Server.Control;

/// <summary>What only a server has that was started as a test double (design: §8): nothing of it exists in a system of record.</summary>
/// <param name="Clock">The clock that can be moved.</param>
/// <param name="Clockwork">Moves it past what comes due.</param>
/// <param name="Faults">The faults that strike calls.</param>
/// <param name="Calls">Keeps calls apart from what replaces all data.</param>
sealed record TestDouble(TestClock Clock, Clockwork Clockwork, Faults Faults, CallGate Calls)
{
    /// <summary>One over a clock.</summary>
    /// <param name="real">The clock that its own begins with.</param>
    /// <param name="seed">What chance begins with.</param>
    public static TestDouble Over(TimeProvider real, int seed)
    {
        var clock = new TestClock(real);
        return new(clock, new(clock), new(seed), new());
    }

    /// <summary>How the names of operations begin that a test double alone answers.</summary>
    public const string Operations = "control.test.";

    /// <summary>Whether an operation looks at the server from outside: such calls are not logged, no fault strikes them, and they pass while data is replaced.</summary>
    public static bool LooksOn(string operation) => operation.StartsWith(Operations, StringComparison.Ordinal) || operation.StartsWith("control.request.", StringComparison.Ordinal) || operation is "control.healthz" or "control.readyz";
}
