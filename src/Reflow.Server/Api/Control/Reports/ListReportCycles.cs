using Reflow.Core.Reports;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Reports;

/// <summary>
/// GET /reflow/v1/tenants/:tenant/reports/rules/:rule_id/cycles: the cycles of a rule, newest first, from the current one back to the one in which the rule was made; each with how many
/// members submitted for it. The page token is a cycle's name.
/// </summary>
static class ListReportCycles
{
    const int UsualPage = 10, MostPage = 100;

    public static void Serve(Routes routes, Db db) => routes.Serve("control.report.cycle.list", call =>
    {
        var size = (int)(call.Number("page_size", 1, MostPage) ?? UsualPage);
        var after = call.Query("page_token") is { } token ? ReportCycle.DayOf(token) : null;
        if (after is null && call.Query("page_token") is { } wrong) call.Body.Violation("page_token", wrong, "is not one that an answer gave");
        return call.Read(db, async session =>
        {
            var (rule, missing) = await call.Rule(session);
            if (missing is not null) return missing;
            var cycles = rule!.Schedule is { } schedule ? Cycles(rule, schedule, call.Now, after, size + 1) : [];
            var writers = cycles is [var newest, .., var oldest] ? await ReportFilings.Writers(session, rule.Id, oldest.Name, newest.Name)
                : cycles is [var one] ? await ReportFilings.Writers(session, rule.Id, one.Name, one.Name) : new Dictionary<string, int>();
            return ReportShapes.Page("cycles", cycles, size, (json, cycle) =>
            {
                json.WriteStartObject();
                ReportShapes.Cycle(json, cycle, call.Now);
                json.WriteNumber("submitted"u8, writers.GetValueOrDefault(cycle.Name));
                json.WriteEndObject();
            }, cycle => cycle.Name);
        });
    });

    static List<ReportCycle> Cycles(ReportRule rule, ReportSchedule schedule, long now, DateOnly? after, int most)
    {
        var zone = ReportRules.ZoneOf(rule);
        var current = schedule.Current(now, zone);
        var first = after is { } day && schedule.Step(schedule.FirstOf(day), -1) is var before && before < current.First ? before : current.First;
        var cycles = new List<ReportCycle>();
        for (var cycle = schedule.Of(first, zone); cycles.Count < most && (cycle == current || cycle.ClosesAt > rule.CreatedAt); cycle = schedule.Of(schedule.Step(cycle.First, -1), zone)) cycles.Add(cycle);
        return cycles;
    }
}
