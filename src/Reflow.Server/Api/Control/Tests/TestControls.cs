using Reflow.Server.Control;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Tests;

/// <summary>What a test suite does with the server under test: the operations that are served. A system of record refuses them at the door.</summary>
static class TestControls
{
    public static void Serve(Routes routes, TestDouble testing, RequestLog? requests, Resets resets, Snapshots snapshots, TestTenants tenants, Lazy<Workspace> workspace)
    {
        MoveClock.Serve(routes, testing);
        ArmFaults.Serve(routes, testing.Faults);
        ResetData.Serve(routes, testing, resets, snapshots);
        MakeTenants.Serve(routes, tenants, workspace);
        ReadRequests.Serve(routes, requests);
    }
}
