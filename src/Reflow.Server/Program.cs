using Reflow.Server;

var command = Settings.Command(async (settings, ct) =>
{
    try
    {
        await using var server = await ReflowServer.Start(settings, TimeProvider.System, ct);
        Console.WriteLine($"Reflow is serving on {server.Address}");
        Console.WriteLine($"Admin token of the control plane: {settings.AdminToken}");
        await server.WaitForShutdown(ct);
        return 0;
    }
    catch (StartException e)
    {
        Console.Error.WriteLine($"reflow: {e.Message}");
        return 2;
    }
});
var said = command.Parse(args);
if (said.Errors is [var first, ..])
{
    Console.Error.WriteLine($"reflow: {first.Message}");
    return 2;
}
return await said.InvokeAsync();
