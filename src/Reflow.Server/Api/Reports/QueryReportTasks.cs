using System.Globalization;
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

    // The order of the checks is the contract's (report §4.6).
    static async ValueTask<Reply> Answer(Session session, Call call)
    {
        var settings = await ReportStore.Settings(session);
        var asked = Read(call.Body, settings);
        var (ids, _) = UserIds.Of(call);
        if (call.Body.Refusal is { } bad) return bad;
        if (!settings.Enabled) return ReportErrors.TenantNotExist.Because("the tenant has reports switched off");
        if (ReportPage.Size(asked.PageSize) is not { } size) return ReportErrors.PageSizeInvalid.Because($"page_size is {asked.PageSize}; it can be 0 to {ReportPage.Largest}");
        var (from, unknown) = await DirectoryStore.Resolve(session, call.Caller, ids!.Type, asked.UserId is { Length: > 0 } userId ? [userId] : [], byScope: false);
        if (unknown is not null) return unknown;
        var (ruleId, isRule) = RuleOf(asked.RuleId);
        if (!isRule || ruleId is not null && !await ReportStore.HasRule(session, ruleId.Value)) return ReportErrors.RuleNotExist.Because($"no rule has the id {asked.RuleId}");
        if (ReportPage.After(asked.PageToken) is not { } after || after > 0 && !await ReportStore.Has(session, after)) return NoSuchPage(asked.PageToken);
        var filter = new ReportFilter(asked.Window, after) { RuleId = ruleId, From = from is [var one] ? one : null, Reader = call.Caller.UserId, WithCopies = settings.CcCountsAsReceived };
        // A user's own reports come in one piece, as long as they are not too many for one answer.
        var page = await ReportStore.Page(session, filter, call.Caller.UserId is null ? size : settings.UserMaxItems);
        return ReportJson.Reply(page, ids);
    }

    static Asked Read(Input body, ReportSettings settings)
    {
        if (!settings.RequirePageToken || body.Has("page_token")) return Members(body, body.Id("page_token") ?? "");
        body.Violation("page_token", "", "page_token is required; the first page has the empty one");
        return Members(body, "");
    }

    static Asked Members(Input body, string pageToken) =>
        new(new(Second(body, "commit_start_time"), Second(body, "commit_end_time")), body.Id("rule_id"), body.Text("user_id"), pageToken, body.RequiredInteger("page_size"));

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
