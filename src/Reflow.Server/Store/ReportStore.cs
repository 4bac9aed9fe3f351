using System.Globalization;
using System.Text;
using System.Text.Json;
using Reflow.Core.Directory;
using Reflow.Core.Reports;

namespace Reflow.Server.Store;

/// <summary>Reports and their rules on disk, as Feishu's API shows them.</summary>
static class ReportStore
{
    /// <summary>The operation under which history records what a workspace file submits.</summary>
    const string Submit = "report.submit";

    /// <summary>The tenant's settings; the defaults until somebody sets them.</summary>
    public static async ValueTask<ReportSettings> Settings(Session session) => await session.Find(
        "select enabled, require_page_token, user_max_items, cc_counts_as_received, exact_rule_names from report_settings where tenant = $1",
        r => new ReportSettings(r.Truth(0), r.Truth(1), r.GetInt32(2), r.Truth(3), r.Truth(4))) ?? new();

    /// <summary>Replaces the tenant's settings.</summary>
    public static async ValueTask SetSettings(Session session, ReportSettings settings) => await session.Write(
        """
        insert into report_settings (tenant, enabled, require_page_token, user_max_items, cc_counts_as_received, exact_rule_names) values ($1, $2, $3, $4, $5, $6)
        on conflict (tenant) do update set enabled = excluded.enabled, require_page_token = excluded.require_page_token, user_max_items = excluded.user_max_items,
            cc_counts_as_received = excluded.cc_counts_as_received, exact_rule_names = excluded.exact_rule_names
        """,
        settings.Enabled, settings.RequirePageToken, settings.UserMaxItems, settings.CcCountsAsReceived, settings.ExactRuleNames);

    /// <summary>Whether the tenant has, or had, a rule of this id.</summary>
    public static async ValueTask<bool> HasRule(Session session, long ruleId) =>
        await session.Find("select 1 from report_rule where tenant = $1 and rule_id = $2", r => true, ruleId);

    /// <summary>The tenant's rules; those that are deleted only when asked for.</summary>
    public static async ValueTask<IReadOnlyList<ReportRule>> Rules(Session session, bool withDeleted) => await session.Query(
        "select doc from report_rule where tenant = $1 and is_deleted <= $2", r => JsonSerializer.Deserialize(r.GetString(0), StoreJson.Default.ReportRule)!, withDeleted);

    /// <summary>Creates or replaces a rule.</summary>
    public static async ValueTask SetRule(Session session, ReportRule rule) => await session.Write(
        """
        insert into report_rule (tenant, rule_id, is_deleted, doc) values ($1, $2, $3, $4)
        on conflict (tenant, rule_id) do update set is_deleted = excluded.is_deleted, doc = excluded.doc
        """,
        rule.Id, rule.IsDeleted, JsonSerializer.Serialize(rule, StoreJson.Readable.ReportRule));

    /// <summary>Takes a rule's board from these members, from everybody when none is named; those who have none are passed over.</summary>
    public static async ValueTask RemoveViews(Session session, long ruleId, IReadOnlyList<string> userIds, Actor by, long now)
    {
        var removed = 0;
        if (userIds is []) removed = await session.Execute("delete from report_view where tenant = $1 and rule_id = $2", ruleId);
        foreach (var userId in userIds) removed += await session.Execute("delete from report_view where tenant = $1 and rule_id = $2 and user_id = $3", ruleId, userId);
        if (removed == 0) return;
        var id = ruleId.ToString(CultureInfo.InvariantCulture);
        var seq = await session.Find("select coalesce(max(seq), 0) + 1 from history where tenant = $1 and kind = 'report_rule' and id = $2", r => r.GetInt64(0), id);
        await History.Append(session, "report_rule", id, seq, now, by.ToString(), "report.v1.rule.view.remove", "[\"views removed\"]");
    }

    /// <summary>Whether a report has this id, or had it before it was recalled.</summary>
    public static async ValueTask<bool> Has(Session session, long reportId) => await session.Find(
        "select 1 from report where tenant = $1 and report_id = $2 union all select 1 from report_recalled where tenant = $1 and report_id = $2", r => true, reportId);

    /// <summary>Whether a report of this origin was taken before.</summary>
    public static async ValueTask<bool> HasOrigin(Session session, string origin) =>
        await session.Find("select 1 from report where tenant = $1 and origin = $2", r => true, origin);

    /// <summary>Stores a submitted report and whom it is readable for.</summary>
    /// <param name="session">The change's session.</param>
    /// <param name="report">The report.</param>
    /// <param name="origin">What names it where it came from; null when nothing does.</param>
    /// <param name="operation">The operation's name in the contract, for history.</param>
    public static async ValueTask Insert(Session session, Report report, string? origin = null, string operation = Submit)
    {
        var contentId = await ReportContents.Put(session, report.Content);
        await session.Write("insert into report (tenant, report_id, rule_id, user_id, origin, content_id, form) values ($1, $2, $3, $4, $5, $6, $7)",
            report.Id, report.RuleId, report.From, origin, contentId, report.FormText);
        await History.Append(session, "report", report.Id.ToString(CultureInfo.InvariantCulture), 1, report.CommitTime * 1000, new Actor.User(report.From).ToString(), operation, "[\"submitted\"]");
        await AddReader(session, report, report.From, "from");
        foreach (var recipient in report.Content.To) await AddReader(session, report, recipient.UserId, "to");
        foreach (var copied in report.Content.Cc) await AddReader(session, report, copied, "cc");
    }

    /// <summary>Whom a report is readable for.</summary>
    public static IEnumerable<string> Readers(Report report) => report.Content.To.Select(recipient => recipient.UserId).Concat(report.Content.Cc).Append(report.From).Distinct();

    /// <summary>The page of reports that a filter lets through, oldest first.</summary>
    public static async ValueTask<ReportPage> Page(Session session, ReportFilter filter, int size)
    {
        var (sql, args) = filter.Statement(size + 1);
        var rows = await session.Query(sql, r => (Id: r.GetInt64(0), ContentId: r.GetString(1), Form: r.Utf8(2)), args);
        var contents = await ReportContents.Of(session, rows.Select(row => row.ContentId));
        return ReportPage.Of(rows.ConvertAll(row => new Report(row.Id, contents[row.ContentId], row.Form)), size);
    }

    static async ValueTask AddReader(Session session, Report report, string userId, string role) => await session.Write(
        "insert into report_reader (tenant, user_id, report_id, role) values ($1, $2, $3, $4) on conflict do nothing", userId, report.Id, role);
}

/// <summary>Which reports are asked for.</summary>
/// <param name="Window">Submitted within.</param>
/// <param name="After">The id after which they start; 0 for the first.</param>
sealed record ReportFilter(ReportWindow Window, long After)
{
    /// <summary>Only those of this rule.</summary>
    public long? RuleId { get; init; }

    /// <summary>Only those that this member submitted.</summary>
    public string? From { get; init; }

    /// <summary>Only those that this member submitted or received.</summary>
    public string? Reader { get; init; }

    /// <summary>Whether those that the reader got a copy of count as received.</summary>
    public bool WithCopies { get; init; } = true;

    /// <summary>
    /// The statement for at most so many reports. Each combination has a text of its own, so that each is prepared once and walks the one index that fits.
    /// </summary>
    public (string Sql, object?[] Args) Statement(int limit)
    {
        var sql = new StringBuilder("select r.report_id, r.content_id, r.form from ");
        List<object?> args = [Math.Max(Window.FirstId, After + 1), Window.LastId];
        var key = Reader is null ? "r" : "s";
        sql.Append(Reader is null
            ? "report r where r.tenant = $1"
            : "report_reader s join report r on r.tenant = s.tenant and r.report_id = s.report_id where s.tenant = $1");
        sql.Append(CultureInfo.InvariantCulture, $" and {key}.report_id between $2 and $3");
        if (Reader is not null) And("s.user_id", Reader);
        if (Reader is not null && !WithCopies) sql.Append(" and s.role <> 'cc'");
        if (RuleId is not null) And("r.rule_id", RuleId);
        if (From is not null) And("r.user_id", From);
        args.Add(limit);
        sql.Append(CultureInfo.InvariantCulture, $" order by {key}.report_id limit ${args.Count + 1}");
        return (sql.ToString(), [.. args]);

        void And(string column, object? value)
        {
            args.Add(value);
            sql.Append(CultureInfo.InvariantCulture, $" and {column} = ${args.Count + 1}");
        }
    }
}
