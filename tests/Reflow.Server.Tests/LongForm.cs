namespace Reflow.Server.Tests;

/// <summary>How much of a test is done: what fits into every run, or all of it, when <c>REFLOW_TEST_LONG</c> is set.</summary>
static class LongForm
{
    static readonly bool IsOn = Environment.GetEnvironmentVariable("REFLOW_TEST_LONG") is { Length: > 0 };

    public static int Of(int usual, int full) => IsOn ? full : usual;
}
