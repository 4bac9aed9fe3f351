using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Reports;

/// <summary>Report v1: the operations that are served (contracts: report §1).</summary>
static class ReportsApi
{
    public static void Serve(Routes routes, Db db)
    {
        QueryRules.Serve(routes, db);
        RemoveRuleViews.Serve(routes, db);
        QueryReportTasks.Serve(routes, db);
    }
}
