using System.Globalization;
using Reflow.Core;
using Reflow.Core.Reports;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Reports;

/// <summary>POST /open-apis/report/v1/tasks/query (seed 003; contracts: report §4): the reports of a span of time, oldest first.</summary>
static class QueryReportTasks
{
    // What a user is answered has up to a thousand reports in one piece.
    public static void Serve(Routes routes, Db db) => routes.Serve("report.v1.task.query", async call => call.Caller.UserId is null
        ? await db.ReadBriefly(call.Caller.Tenant, session => Answer(session, call), call.Aborted)
        : await db.Read(call.Caller.Tenant, session => Answer(session, call), call.Aborted));

    // The order of the checks is the contract's (report §4.6); what they need to know is asked at once, and thrown away when it is not needed.
    static async ValueTask<Reply> Answer(Session session, Call call)
    {
        var asked = Read(call.Body);
        var (ids, _) = UserIds.Of(call);
        var (ruleId, isRule) = RuleOf(asked.RuleId);
        var (size, after) = (ReportPage.Size(asked.PageSize), ReportPage.After(asked.PageToken));
        var filter = new ReportFilter(asked.Window, after ?? 0) { RuleId = ruleId, Reader = call.Caller.UserId };
        ReportSettings settings = null!;
        IReadOnlyList<string> from = [];
        Error? unknown = null;
        var (hasRule, hasPage) = (true, true);
        ReportPage? page = null;
        await session.Together(
            async () => settings = await ReportStore.Settings(session),
            async () => hasRule = ruleId is null || await ReportStore.HasRule(session, ruleId.Value),
            async () => hasPage = after is null or 0 || await ReportStore.Has(session, after.Value),
            async () => (from, unknown) = ids is not null && asked.UserId is { Length: > 0 } userId ? await DirectoryStore.Resolve(session, call.Caller, ids.Type, [userId], byScope: false) : ([], null),
            // What an app asks of everybody hangs on none of the other answers.
            async () => page = call.Caller.UserId is null && asked.UserId is null or "" && size is not null ? await ReportStore.Page(session, filter, size.Value) : null);
        if (settings.RequirePageToken && !call.Body.Has("page_token")) call.Body.Violation("page_token", "", "page_token is required; the first page has the empty one");
        if (call.Body.Refusal is { } bad) return bad;
        if (!settings.Enabled) return ReportErrors.TenantNotExist.Because("the tenant has reports switched off");
        if (size is null) return ReportErrors.PageSizeInvalid.Because($"page_size is {asked.PageSize}; it can be 0 to {ReportPage.Largest}");
        if (unknown is not null) return unknown;
        if (!isRule || !hasRule) return ReportErrors.RuleNotExist.Because($"no rule has the id {asked.RuleId}");
        if (after is null || !hasPage) return NoSuchPage(asked.PageToken);
        // A user's own reports come in one piece, as long as they are not too many for one answer.
        page ??= await ReportStore.Page(session, filter with { From = from is [var one] ? one : null, WithCopies = settings.CcCountsAsReceived }, call.Caller.UserId is null ? size.Value : settings.UserMaxItems);
        return ReportJson.Reply(page, ids!);
    }

    static Asked Read(Input body) => new(
        new(Second(body, "commit_start_time"), Second(body, "commit_end_time")), body.Id("rule_id"), body.Text("user_id"), body.Id("page_token") ?? "", body.RequiredInteger("page_size"));

    static long Second(Input body, string name)
    {
        var second = body.RequiredInteger(name);
        if (second >= ReportWindow.Milliseconds)
            body.Violation(name, second.ToString(CultureInfo.InvariantCulture), $"{name} is in seconds; this looks like milliseconds");
        return second;
    }

    // Empty and zero ask for any rule; a text that is no number is the id of none.
    static (long? Id, bool IsRule) RuleOf(string? asked) => asked switch
    {
        null or "" => (null, true),
        _ when long.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var id) => (id == 0 ? null : id, true),
        _ => (null, false),
    };

    static Refusal NoSuchPage(string token) => new(GatewayErrors.FieldValidation)
    {
        Fields = [new("page_token", token, "page_token is that of an earlier answer, or empty for the first page")],
    };

    sealed record Asked(ReportWindow Window, string? RuleId, string? UserId, string PageToken, long PageSize);
}
