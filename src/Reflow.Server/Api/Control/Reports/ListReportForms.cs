using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Reports;

/// <summary>GET /reflow/v1/tenants/:tenant/reports/rules/:rule_id/forms: the versions of a rule's form, oldest first, paged by version.</summary>
static class ListReportForms
{
    const int UsualPage = 20, MostPage = 100;

    public static void Serve(Routes routes, Db db) => routes.Serve("control.report.form.list", call =>
    {
        var (size, after) = call.Page(UsualPage, MostPage);
        return call.Read(db, async session =>
        {
            var (rule, missing) = await call.Rule(session);
            if (missing is not null) return missing;
            return ReportShapes.Page("forms", await ReportRules.Forms(session, rule!.Id, after, size), size, (json, form) =>
            {
                json.WriteStartObject();
                json.WriteNumber("form_version"u8, form.Version);
                json.WriteNumber("created_at"u8, form.CreatedAt);
                ReportShapes.Fields(json, form.Fields);
                json.WriteEndObject();
            }, form => $"{form.Version}");
        });
    });
}
