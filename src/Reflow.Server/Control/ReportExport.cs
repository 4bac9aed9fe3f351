using System.Globalization;
using System.Text.Json.Nodes;
using Reflow.Core.Reports;
using Reflow.Server.Api.Control.Reports;
using Reflow.Server.Store;

namespace Reflow.Server.Control;

/// <summary>Writes how reports behave, and their rules, as <see cref="ReportWorkspace"/> reads them.</summary>
static class ReportExport
{
    public static async ValueTask<JsonObject> Write(Session session)
    {
        var departments = (await session.Query("/* export */ select open_department_id, department_id from department where tenant = $1", r => (Open: r.GetString(0), Id: r.GetString(1)))).ToDictionary(d => d.Open, d => d.Id);
        var views = (await session.Query("/* export */ select rule_id, user_id from report_view where tenant = $1 order by rule_id, user_id", r => (Rule: r.GetInt64(0), User: r.GetString(1)))).ToLookup(v => v.Rule, v => v.User);
        var settings = await session.Find("/* export */ select enabled, require_page_token, user_max_items, cc_counts_as_received, exact_rule_names from report_settings where tenant = $1", r => new JsonObject
        {
            ["enabled"] = r.GetInt64(0) == 1,
            ["require_page_token"] = r.GetInt64(1) == 1,
            ["user_max_items"] = r.GetInt64(2),
            ["cc_counts_as_received"] = r.GetInt64(3) == 1,
            ["exact_rule_names"] = r.GetInt64(4) == 1,
        });
        return new JsonObject().With("settings", settings)
            .With("rules", (await ReportRules.List(session, withDeleted: true, 0, int.MaxValue - 1)).Select(rule => Rule(rule, departments, views[rule.Id])));
    }

    static JsonObject Rule(ReportRule rule, Dictionary<string, string> departments, IEnumerable<string> views) => new JsonObject()
        .With("rule_id", Id(rule.Id)).With("name", rule.Name).With("icon_name", rule.IconName).With("creator", rule.Creator).With("owner", rule.Owner == rule.Creator ? null : rule.Owner)
        .With("fields", rule.Fields.Select(field => new JsonObject()
            .With("field_id", Id(field.Id)).With("name", field.Name).With("type", field.Type.Wire()).With("required", field.IsRequired).With("options", field.Options ?? [])))
        .With("schedule", rule.Schedule is not { } schedule ? null : new JsonObject()
            .With("cycle", ReportShapes.Word(schedule.Cycle)).With("timezone", schedule.Timezone).With("window_open", Edge(schedule.Opens)).With("window_close", Edge(schedule.Closes))
            .With("allow_late", schedule.AllowLate).With("most_per_cycle", schedule.MostPerCycle))
        .With("need_report", Audience(rule.Reporters, departments)).With("cc", Audience(rule.Cc, departments))
        .With("to", Audience(rule.To, departments).With("leaders", rule.ToLeaders.Select(level => Id(level))).With("department_owners", rule.ToDepartmentOwners.Select(level => Id(level))))
        .With("managers", rule.Managers).With("views", views).With("is_deleted", rule.IsDeleted);

    static JsonObject Edge(WindowEdge edge) => new JsonObject().With("day", edge.Day).With("time", edge.Time);

    static JsonObject Audience(Audience audience, Dictionary<string, string> departments) => new JsonObject()
        .With("users", audience.Users).With("departments", audience.Departments.Select(id => departments.GetValueOrDefault(id, id))).With("chats", audience.Chats);

    static string Id(long id) => id.ToString(CultureInfo.InvariantCulture);
}
