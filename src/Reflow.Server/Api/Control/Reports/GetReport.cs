using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Reports;

/// <summary>GET /reflow/v1/tenants/:tenant/reports/:report_id: one report with its cycle, and whom it went to.</summary>
static class GetReport
{
    public static void Serve(Routes routes, Db db) => routes.Serve("control.report.get", call => call.Read(db, async session =>
    {
        var (found, missing) = await call.Report(session);
        return found is var (report, filing) ? Reply.Data(json => ReportShapes.Report(json, report, filing)) : missing!;
    }));
}
