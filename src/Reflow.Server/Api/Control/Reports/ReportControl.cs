using System.Globalization;
using System.Text.Json;
using Reflow.Core;
using Reflow.Core.Reports;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Reports;

/// <summary>
/// What Feishu's Report v1 cannot do (contracts: report §5, §6): rules, drafts, submissions, who still owes a report, and exports.
/// People are named by their <c>user_id</c>; who acts stands in the body as <c>operator_user_id</c>.
/// </summary>
static class ReportControl
{
    public static void Serve(Routes routes, Db db, Ids ids)
    {
        CreateReportRule.Serve(routes, db, ids);
        UpdateReportRule.Serve(routes, db, ids);
        RetireReportRule.Serve(routes, db);
        GetReportRule.Serve(routes, db);
        ListReportRules.Serve(routes, db);
        ListReportForms.Serve(routes, db);
        ListReportCycles.Serve(routes, db);
        GetReportCycle.Serve(routes, db);
        AddReportViews.Serve(routes, db);
        ListReportViews.Serve(routes, db);
        ExportReports.Serve(routes, db);
        CreateReportDraft.Serve(routes, db, ids);
        UpdateReportDraft.Serve(routes, db);
        GetReportDraft.Serve(routes, db);
        ListReportDrafts.Serve(routes, db);
        DeleteReportDraft.Serve(routes, db);
        SubmitReportDraft.Serve(routes, db, ids);
        SubmitReport.Serve(routes, db, ids);
        GetReport.Serve(routes, db);
        EditReport.Serve(routes, db);
        RecallReport.Serve(routes, db);
    }

    /// <summary>An id as its digits say it; null when they are none.</summary>
    public static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <summary>The rule that the path names, or that there is none.</summary>
    public static async ValueTask<(ReportRule? Rule, Error? Missing)> Rule(this Call call, Session session) =>
        Number(call.Path("rule_id")) is { } id && await ReportRules.Find(session, id) is { } rule ? (rule, null) : (null, FlowControl.Missing($"There is no rule {call.Path("rule_id")}."));

    /// <summary>The draft that the path names, or that there is none.</summary>
    public static async ValueTask<(ReportDraft? Draft, Error? Missing)> Draft(this Call call, Session session) =>
        Number(call.Path("draft_id")) is { } id && await ReportDrafts.Find(session, id) is { } draft ? (draft, null) : (null, FlowControl.Missing($"There is no draft {call.Path("draft_id")}."));

    /// <summary>The report that the path names, or that there is none.</summary>
    public static async ValueTask<((Report Report, ReportFiling Filing)? Found, Error? Missing)> Report(this Call call, Session session) =>
        Number(call.Path("report_id")) is { } id && await ReportFilings.Find(session, id) is { } found ? (found, null) : (null, FlowControl.Missing($"There is no report {call.Path("report_id")}."));

    /// <summary>Who acts: a member of the tenant.</summary>
    public static string Operator(this Call call, ReportDirectory directory)
    {
        var by = call.Body.RequiredText("operator_user_id");
        if (call.Body.Has("operator_user_id") && !directory.Has(by)) call.Body.Violation("operator_user_id", by, $"There is no user '{by}'.");
        return by;
    }

    /// <summary>Who acts, and must be the one whose thing it is.</summary>
    public static void MustBe(this Call call, string owner, string what)
    {
        var by = call.Body.RequiredText("operator_user_id");
        if (call.Body.Has("operator_user_id") && by != owner) call.Body.Violation("operator_user_id", by, $"The {what} is of '{owner}'.");
    }

    /// <summary>Members, each once.</summary>
    public static IReadOnlyList<string> Users(this Input body, string name, ReportDirectory directory, int most, int least = 0)
    {
        var users = body.Texts(name, most, least);
        var seen = new HashSet<string>();
        for (var i = 0; i < users.Count; i++)
        {
            if (!directory.Has(users[i])) body.Violation($"{name}[{i}]", users[i], $"There is no user '{users[i]}'.");
            else if (!seen.Add(users[i])) body.Violation($"{name}[{i}]", users[i], "is there twice.");
        }
        return users;
    }

    /// <summary>Notes faults beside those of the body.</summary>
    public static void Note(this Input body, IEnumerable<ReportFault> faults)
    {
        foreach (var fault in faults) body.Violation(fault.Path, "", fault.Sentence);
    }

    /// <summary>What was filled in: for each field one text, or one for each choice or file.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Contents(this Input body)
    {
        var contents = new Dictionary<string, IReadOnlyList<string>>();
        if (!body.Has("contents")) return contents;
        var sent = body.Raw("contents");
        if (sent.ValueKind is not JsonValueKind.Object)
        {
            body.WrongType("contents", sent);
            return contents;
        }
        foreach (var member in sent.EnumerateObject())
        {
            if (Entries(member.Value) is { } entries) contents[member.Name] = entries;
            else body.Violation($"contents.{member.Name}", member.Value.ValueKind.ToString(), "must be a text, a number, or a list of them.");
        }
        return contents;
    }

    /// <summary>A page's size and the id after which it starts, as the query says.</summary>
    public static (int Size, long After) Page(this Call call, int usual, int most) => ((int)(call.Number("page_size", 1, most) ?? usual), call.Number("page_token") ?? 0);

    static IReadOnlyList<string>? Entries(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Null) return [];
        if (value.ValueKind is not JsonValueKind.Array) return Entry(value) is { } entry ? [entry] : null;
        var entries = value.EnumerateArray().Select(Entry).ToList();
        return entries.Contains(null) ? null : [.. entries.Select(entry => entry!)];
    }

    static string? Entry(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.True or JsonValueKind.False => null,
    };
}
