using System.Text.Json;
using Reflow.Core.Reports;

namespace Reflow.Server.Store;

/// <summary>Reports that are being written. A member has at most one for a rule and cycle; nobody but the control plane sees it.</summary>
static class ReportDrafts
{
    const string Kind = "report_draft", Columns = "draft_id, rule_id, cycle, user_id, contents, created_at, updated_at";

    /// <summary>A draft; null when there is none.</summary>
    public static ValueTask<ReportDraft?> Find(Session session, long draftId) =>
        session.Find($"select {Columns} from report_draft where tenant = $1 and draft_id = $2", Read, draftId);

    /// <summary>The draft of a member for a rule and cycle; null when there is none.</summary>
    public static ValueTask<ReportDraft?> Of(Session session, string userId, long ruleId, string cycle) => session.Find(
        $"select {Columns} from report_draft{session.Engine.By("report_draft_of_writer")} where tenant = $1 and user_id = $2 and rule_id = $3 and cycle = $4", Read, userId, ruleId, cycle);

    /// <summary>Drafts by id, of one member or all, for one rule or all; one more than <paramref name="limit"/> when there are more.</summary>
    public static async ValueTask<IReadOnlyList<ReportDraft>> List(Session session, string? userId, long? ruleId, long after, int limit) => await session.Query(
        $"select {Columns} from report_draft where tenant = $1 and draft_id > $2 and (user_id = $3 or $3 is null) and (rule_id = $4 or $4 is null) order by draft_id limit $5",
        Read, after, userId, ruleId, limit + 1);

    /// <summary>Stores a new draft.</summary>
    public static async ValueTask Insert(Session session, ReportDraft draft, string operation)
    {
        await session.Write(
            $"insert into report_draft (tenant, {Columns}) values ($1, $2, $3, $4, $5, $6, $7, $8)",
            draft.Id, draft.RuleId, draft.Cycle, draft.UserId, Write(draft.Contents), draft.CreatedAt, draft.UpdatedAt);
        await ReportRules.Record(session, Kind, draft.Id, draft.UserId, draft.UpdatedAt, operation, Write(draft.Contents));
    }

    /// <summary>Replaces what a draft says; false when it said so already.</summary>
    public static async ValueTask<bool> Update(Session session, ReportDraft draft, string operation)
    {
        var contents = Write(draft.Contents);
        if (await session.Execute("update report_draft set contents = $3, updated_at = $4 where tenant = $1 and draft_id = $2 and contents <> $3", draft.Id, contents, draft.UpdatedAt) == 0) return false;
        await ReportRules.Record(session, Kind, draft.Id, draft.UserId, draft.UpdatedAt, operation, contents);
        return true;
    }

    /// <summary>Removes a draft: it was thrown away, or it was submitted.</summary>
    public static async ValueTask Delete(Session session, ReportDraft draft, long now, string operation)
    {
        await session.Write("delete from report_draft where tenant = $1 and draft_id = $2", draft.Id);
        await ReportRules.Record(session, Kind, draft.Id, draft.UserId, now, operation, "[\"removed\"]");
    }

    static ReportDraft Read(System.Data.Common.DbDataReader r) => new(
        r.GetInt64(0), r.GetInt64(1), r.GetString(2), r.GetString(3),
        JsonSerializer.Deserialize(r.GetString(4), StoreJson.Default.DictionaryStringStringArray)!.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<string>)pair.Value),
        r.GetInt64(5), r.GetInt64(6));

    static string Write(IReadOnlyDictionary<string, IReadOnlyList<string>> contents) =>
        JsonSerializer.Serialize(contents.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray()), StoreJson.Readable.DictionaryStringStringArray);
}
