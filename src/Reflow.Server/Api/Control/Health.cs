using Reflow.Server.Gateway;

namespace Reflow.Server.Api.Control;

/// <summary>GET /healthz: 200 once calls are served.</summary>
static class Health
{
    public static void Serve(Routes routes) => routes.Serve("control.healthz", static _ => ValueTask.FromResult(Reply.Empty));
}
