using System.Runtime.InteropServices;
using Reflow.Server;

using var signals = new StopSignals();
// Linux ends a process that writes beyond its limit on the size of files (SIGXFSZ, 25), unless it listens: then the write fails, as it does on a full disk.
using var listens = PosixSignalRegistration.Create((PosixSignal)25, static signal => signal.Cancel = true);
var command = Settings.Command(async (settings, _) =>
{
    try
    {
        await using var server = await ReflowServer.Start(settings, TimeProvider.System, signals.Stop);
        Console.WriteLine($"Reflow is serving on {server.Address}");
        Console.WriteLine($"Admin token of the control plane: {settings.AdminToken}");
        // What it took to start, the contract and the workspace file above all, is garbage by now: whoever runs this beside their tests gets it back.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        await Task.Delay(Timeout.Infinite, signals.Stop).ContinueWith(static _ => { }, TaskScheduler.Default);
        await server.Drain(settings.Drain, signals.StopAtOnce);
        return 0;
    }
    catch (StartException e)
    {
        Console.Error.WriteLine($"reflow: {e.Message}");
        return 2;
    }
    catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
    {
        return 0;
    }
});
var said = command.Parse(args);
if (said.Errors is [var first, ..])
{
    Console.Error.WriteLine($"reflow: {first.Message}");
    return 2;
}
return await said.InvokeAsync(new() { ProcessTerminationTimeout = null });
