using Reflow.Core.Reports;

namespace Reflow.Server.Store;

/// <summary>Submitting, changing and recalling reports, and which of them are for which cycle of their rule.</summary>
static class ReportFilings
{
    const string Columns = "f.report_id, f.rule_id, f.user_id, f.cycle, f.late, f.form_version, f.edited_at";

    /// <summary>Files a submitted report under its cycle.</summary>
    public static async ValueTask Insert(Session session, ReportFiling filing) => await session.Write(
        "insert into report_filing (tenant, report_id, rule_id, user_id, cycle, late, form_version, edited_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        filing.ReportId, filing.RuleId, filing.UserId, filing.Cycle, filing.IsLate, filing.FormVersion, filing.EditedAt);

    /// <summary>A report with its filing; null when there is none.</summary>
    public static async ValueTask<(Report Report, ReportFiling Filing)?> Find(Session session, long reportId) =>
        await Whole(session, await session.Query($"select {Columns}, r.content_id, r.form from report r join report_filing f on f.tenant = r.tenant and f.report_id = r.report_id where r.tenant = $1 and r.report_id = $2", ReadFiled, reportId)) is [var found] ? found : null;

    /// <summary>The report that names this origin; null when none does.</summary>
    public static ValueTask<long?> WithOrigin(Session session, string origin) =>
        session.Find("select report_id from report where tenant = $1 and origin = $2", r => (long?)r.GetInt64(0), origin);

    /// <summary>The greatest id of a report; 0 when there is none.</summary>
    public static ValueTask<long> Newest(Session session) =>
        session.Find("select report_id from report where tenant = $1 order by report_id desc limit 1", r => r.GetInt64(0));

    /// <summary>How many reports a member submitted for a cycle of a rule.</summary>
    public static async ValueTask<int> Count(Session session, long ruleId, string cycle, string userId) => await session.Find(
        $"select count(*) from report_filing{session.Engine.By("report_filing_of_cycle")} where tenant = $1 and rule_id = $2 and cycle = $3 and user_id = $4", r => r.GetInt32(0), ruleId, cycle, userId);

    /// <summary>What was submitted for a cycle, by member and time.</summary>
    public static async ValueTask<IReadOnlyList<ReportFiling>> OfCycle(Session session, long ruleId, string cycle) => await session.Query(
        $"select {Columns} from report_filing f{session.Engine.By("report_filing_of_cycle")} where tenant = $1 and rule_id = $2 and cycle = $3 order by user_id, report_id", Read, ruleId, cycle);

    /// <summary>How many members submitted for each cycle from one to another.</summary>
    public static async ValueTask<IReadOnlyDictionary<string, int>> Writers(Session session, long ruleId, string from, string to) => (await session.Query(
        $"""
        select cycle, count(distinct user_id) from report_filing{session.Engine.By("report_filing_of_cycle")}
        where tenant = $1 and rule_id = $2 and cycle between $3 and $4 group by cycle
        """, r => (Cycle: r.GetString(0), Writers: r.GetInt32(1)), ruleId, from, to)).ToDictionary(row => row.Cycle, row => row.Writers);

    /// <summary>Reports of a rule with their filings, oldest first.</summary>
    public static async ValueTask<IReadOnlyList<(Report Report, ReportFiling Filing)>> Page(Session session, long ruleId, ReportWindow window, long after, int limit) => await Whole(session, await session.Query(
        $"""
        select {Columns}, r.content_id, r.form from report r{session.Engine.By("report_of_rule")} join report_filing f on f.tenant = r.tenant and f.report_id = r.report_id
        where r.tenant = $1 and r.rule_id = $2 and r.report_id between $3 and $4 order by r.report_id limit $5
        """, ReadFiled, ruleId, Math.Max(window.FirstId, after + 1), window.LastId, limit));

    /// <summary>Replaces what a report says; its id, its time and its recipients stay (contracts: report §4.5).</summary>
    public static async ValueTask Edit(Session session, Report report, Report changed, ReportFiling filing, int formVersion, long now, string operation)
    {
        await session.Write("update report set form = $3 where tenant = $1 and report_id = $2", report.Id, changed.FormText);
        await session.Write("update report_filing set form_version = $3, edited_at = $4 where tenant = $1 and report_id = $2", report.Id, formVersion, now);
        await ReportRules.Record(session, "report", report.Id, filing.UserId, now, operation, $$"""{"before":{{report.FormText}}}""");
    }

    /// <summary>Takes a report back: nobody reads it any more, and its id stays known as a place in a list (contracts: report §4.5).</summary>
    public static async ValueTask Recall(Session session, Report report, ReportFiling filing, long now, string operation)
    {
        await session.Write(
            "insert into report_recalled (tenant, report_id, rule_id, user_id, cycle, doc, form, recalled_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
            report.Id, report.RuleId, report.From, filing.Cycle, ReportContents.Write(report.Content), report.FormText, now);
        foreach (var userId in ReportStore.Readers(report)) await session.Write("delete from report_reader where tenant = $1 and user_id = $2 and report_id = $3", userId, report.Id);
        await session.Write("delete from report_filing where tenant = $1 and report_id = $2", report.Id);
        await session.Write("delete from report where tenant = $1 and report_id = $2", report.Id);
        await ReportRules.Record(session, "report", report.Id, filing.UserId, now, operation, "[\"recalled\"]");
    }

    /// <summary>The last thing that a member wrote under a rule, as it was filled in; null when there is none.</summary>
    public static ValueTask<string?> LastForm(Session session, long ruleId, string userId) => session.Find(
        $"select form from report{session.Engine.By("report_of_submitter")} where tenant = $1 and user_id = $2 and rule_id = $3 order by report_id desc limit 1", r => r.GetString(0), userId, ruleId);

    static (ReportFiling Filing, string ContentId, byte[] Form) ReadFiled(System.Data.Common.DbDataReader r) => (Read(r), r.GetString(7), r.Utf8(8));

    static async ValueTask<List<(Report Report, ReportFiling Filing)>> Whole(Session session, List<(ReportFiling Filing, string ContentId, byte[] Form)> rows)
    {
        var contents = await ReportContents.Of(session, rows.Select(row => row.ContentId));
        return rows.ConvertAll(row => (new Report(row.Filing.ReportId, contents[row.ContentId], row.Form), row.Filing));
    }

    static ReportFiling Read(System.Data.Common.DbDataReader r) => new(r.GetInt64(0), r.GetInt64(1), r.GetString(2), r.GetString(3), r.Truth(4), r.GetInt32(5), r.IntegerOrNull(6));
}

/// <summary>What of a report Feishu's API does not show.</summary>
/// <param name="ReportId">The report.</param>
/// <param name="RuleId">The rule that it follows.</param>
/// <param name="UserId">Who submitted it.</param>
/// <param name="Cycle">The cycle that it is for, by its first day; empty where the rule had none.</param>
/// <param name="IsLate">Whether it came after the cycle's window had closed.</param>
/// <param name="FormVersion">The version of the form that it was written on.</param>
/// <param name="EditedAt">When its writer changed it last, Unix ms; null while it is as it was submitted.</param>
sealed record ReportFiling(long ReportId, long RuleId, string UserId, string Cycle, bool IsLate, int FormVersion, long? EditedAt)
{
    /// <summary>When it was submitted, Unix seconds.</summary>
    public long CommitTime => ReportId >> 32;
}
