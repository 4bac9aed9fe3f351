using Reflow.Server;

using var signals = new StopSignals();
var command = Settings.Command(async (settings, _) =>
{
    try
    {
        await using var server = await ReflowServer.Start(settings, TimeProvider.System, signals.Stop);
        Console.WriteLine($"Reflow is serving on {server.Address}");
        Console.WriteLine($"Admin token of the control plane: {settings.AdminToken}");
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
