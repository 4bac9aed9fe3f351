using System.Runtime.InteropServices;

namespace Reflow.Server;

/// <summary>What the process is told by SIGTERM, SIGINT and SIGQUIT: to stop, the first time; to stop at once, the second. A third ends it as if nobody listened.</summary>
public sealed class StopSignals : IDisposable
{
    readonly CancellationTokenSource first = new(), second = new();
    readonly PosixSignalRegistration[] listening;

    /// <summary>Listens from now on.</summary>
    public StopSignals() => listening = [.. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT }.Select(signal => PosixSignalRegistration.Create(signal, Hear))];

    /// <summary>Ends when the process is told to stop.</summary>
    public CancellationToken Stop => first.Token;

    /// <summary>Ends when it is told so again.</summary>
    public CancellationToken StopAtOnce => second.Token;

    /// <summary>Listens no more.</summary>
    public void Dispose()
    {
        foreach (var registration in listening) registration.Dispose();
        first.Dispose();
        second.Dispose();
    }

    void Hear(PosixSignalContext signal)
    {
        signal.Cancel = !second.IsCancellationRequested;
        if (first.IsCancellationRequested) second.Cancel();
        else first.Cancel();
    }
}
