using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Reports;

/// <summary>
/// GET /reflow/v1/tenants/:tenant/reports/rules/:rule_id/cycles/:cycle: who has reported for a cycle, in time or late, and who has not, of those who must by today's directory and of all
/// others who did; by user id, in pages. <c>current</c> is the cycle that opened last. With <c>state</c> only those who are <c>submitted</c>, <c>late</c> or <c>missing</c>.
/// </summary>
static class GetReportCycle
{
    const int UsualPage = 100, MostPage = 500;

    static readonly string[] States = ["submitted", "late", "missing"];

    public static void Serve(Routes routes, Db db) => routes.Serve("control.report.cycle.get", call =>
    {
        var size = (int)(call.Number("page_size", 1, MostPage) ?? UsualPage);
        if (call.Query("state") is { } state && !States.Contains(state)) call.Body.Violation("state", state, $"must be one of {string.Join(", ", States)}");
        return call.Read(db, session => Handle(session, call, size));
    });

    static async ValueTask<Reply> Handle(Session session, Call call, int size)
    {
        var (rule, missing) = await call.Rule(session);
        if (missing is not null) return missing;
        if (rule!.Schedule is not { } schedule) return FlowControl.Missing($"The rule {rule.Id} has no cycles.");
        var name = call.Path("cycle");
        var (cycle, fault) = schedule.Choose(name is "current" ? null : name, call.Now, ReportRules.ZoneOf(rule));
        if (fault is not null) return FlowControl.Missing($"There is no cycle {name}: it {fault}");
        var directory = await ReportDirectory.Load(session);
        var expected = (await ReportDirectory.Expected(session, directory, rule.Reporters)).ToHashSet();
        var filed = (await ReportFilings.OfCycle(session, rule.Id, cycle!.Name)).ToLookup(filing => filing.UserId);
        var people = expected.Concat(filed.Select(own => own.Key)).Distinct().Order(StringComparer.Ordinal)
            .Select(user => new Person(user, expected.Contains(user), [.. filed[user]])).ToList();
        var after = call.Query("page_token") ?? "";
        var shown = people.Where(person => string.CompareOrdinal(person.UserId, after) > 0 && (call.Query("state") ?? person.State) == person.State).Take(size + 1).ToList();
        return ReportShapes.Page("people", shown, size, (json, person) =>
        {
            json.WriteStartObject();
            json.WriteString("user_id"u8, person.UserId);
            json.WriteString("name"u8, directory.NameOf(person.UserId));
            json.WriteString("state"u8, person.State);
            json.WriteBoolean("must_report"u8, person.MustReport);
            json.WriteObjects("reports"u8, person.Filings, filing =>
            {
                json.WriteString("report_id"u8, $"{filing.ReportId}");
                json.WriteNumber("commit_time"u8, filing.CommitTime);
                json.WriteBoolean("late"u8, filing.IsLate);
            });
            json.WriteEndObject();
        }, person => person.UserId, json =>
        {
            ReportShapes.Cycle(json, cycle, call.Now);
            json.WriteNumber("expected"u8, expected.Count);
            foreach (var state in States) json.WriteNumber(state, people.Count(person => person.State == state));
        });
    }

    sealed record Person(string UserId, bool MustReport, IReadOnlyList<ReportFiling> Filings)
    {
        // Who came in time once is not late, whatever follows.
        public string State => Filings is [] ? "missing" : Filings.All(filing => filing.IsLate) ? "late" : "submitted";
    }
}
