using Reflow.Core.Reports;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Reports;

/// <summary>Takes reports: checks what was written, finds who receives it, and files it, all in the transaction of the call.</summary>
static class ReportDesk
{
    const int MostRecipients = 200;

    /// <summary>What somebody wants to submit.</summary>
    /// <param name="Rule">The rule.</param>
    /// <param name="Writer">Who.</param>
    /// <param name="Cycle">For which cycle; null for the current one.</param>
    /// <param name="Contents">What was filled in.</param>
    public sealed record Written(ReportRule Rule, string Writer, string? Cycle, IReadOnlyDictionary<string, IReadOnlyList<string>> Contents);

    /// <summary>Whom the body names to receive the report instead of those whom the rule names; null for the rule's. The writer is never among them.</summary>
    public static IReadOnlyList<string>? Recipients(Call call, ReportDirectory directory) =>
        call.Body.Has("to_user_ids") ? call.Body.Users("to_user_ids", directory, MostRecipients) : null;

    /// <summary>Takes a report unless anything is wrong, here or in the body; null then.</summary>
    public static async ValueTask<(Report Report, ReportFiling Filing)?> Take(
        Call call, Session session, Ids ids, ReportDirectory directory, Written written, IReadOnlyList<string>? to, string? origin)
    {
        var (rule, writer) = (written.Rule, written.Writer);
        var zone = ReportRules.ZoneOf(rule);
        if (rule.IsDeleted) call.Body.Violation("rule_id", $"{rule.Id}", "The rule is retired.");
        var cycle = Place(call, rule, written.Cycle);
        if (cycle is not null && cycle.Refuses(rule.Schedule!, call.Now, await ReportFilings.Count(session, rule.Id, cycle.Name, writer)) is { } refused)
            call.Body.Violation("cycle", cycle.Name, refused);
        var (filled, faults) = ReportForm.Fill(rule.Fields, written.Contents, zone, isDraft: false);
        call.Body.Note(faults);
        if (call.Body.Refusal is not null) return null;
        var report = new Report(ids.Snowflake(call.Now / 1000, after: await ReportFilings.Newest(session)), directory.Compose(rule, writer, to?.Where(user => user != writer).ToList()), FilledField.Write(filled));
        var filing = new ReportFiling(report.Id, rule.Id, writer, cycle?.Name ?? "", cycle?.IsClosed(call.Now) ?? false, rule.FormVersion, null);
        await ReportStore.Insert(session, report, origin, call.Operation.Name);
        await ReportFilings.Insert(session, filing);
        return (report, filing);
    }

    /// <summary>The cycle that a text of the body names, or the current one; null where the rule has none. What is wrong with it is noted.</summary>
    public static ReportCycle? Place(Call call, ReportRule rule, string? asked)
    {
        if (rule.Schedule is not { } schedule)
        {
            if (asked is not null) call.Body.Violation("cycle", asked, "The rule has no cycles.");
            return null;
        }
        var (cycle, fault) = schedule.Choose(asked, call.Now, ReportRules.ZoneOf(rule));
        if (fault is not null) call.Body.Violation("cycle", asked!, fault);
        return cycle;
    }

    /// <summary>Notes why its writer cannot change or recall a report any more: the window of its cycle has closed (contracts: report §4.5, a finished span stays as it is).</summary>
    public static void MustBeOpen(Call call, ReportRule rule, ReportFiling filing)
    {
        if (rule.Schedule is not { } schedule || ReportCycle.DayOf(filing.Cycle) is not { } first) return;
        if (schedule.Of(first, ReportRules.ZoneOf(rule)).IsClosed(call.Now)) call.Body.Violation("report_id", $"{filing.ReportId}", $"The window of its cycle {filing.Cycle} has closed.");
    }
}
