using Reflow.Server.Gateway;

namespace Reflow.Server.Api.Control;

/// <summary>GET /healthz: 200 while the process lives. GET /readyz: 200 while calls should be sent to it, else 503 with the reason; asking costs nothing, however often.</summary>
static class Health
{
    public static void Serve(Routes routes, Readiness readiness)
    {
        routes.Serve("control.healthz", static _ => ValueTask.FromResult(Reply.Empty));
        routes.Serve("control.readyz", _ => ValueTask.FromResult(readiness.Fault is { } fault ? fault : Reply.Empty));
    }
}
