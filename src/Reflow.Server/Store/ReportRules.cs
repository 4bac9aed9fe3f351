using System.Globalization;
using System.Text.Json;
using Reflow.Core.Directory;
using Reflow.Core.Reports;

namespace Reflow.Server.Store;

/// <summary>The rules of reports and the versions of their forms.</summary>
static class ReportRules
{
    // Who says nothing else means, and sees, the time of clients in China.
    public const string UsualTimezone = "Asia/Shanghai";

    /// <summary>Where a rule's moments are meant and shown, and by whose calendar its cycles go.</summary>
    public static TimeZoneInfo ZoneOf(ReportRule rule) => TimeZoneInfo.FindSystemTimeZoneById(rule.Schedule?.Timezone ?? UsualTimezone);

    /// <summary>A rule, deleted or not; null when there is none.</summary>
    public static ValueTask<ReportRule?> Find(Session session, long ruleId) =>
        session.Find("select doc from report_rule where tenant = $1 and rule_id = $2", r => Read(r.GetString(0)), ruleId);

    /// <summary>Rules by id, one more than <paramref name="limit"/> when there are more.</summary>
    public static async ValueTask<IReadOnlyList<ReportRule>> List(Session session, bool withDeleted, long after, int limit) => await session.Query(
        "select doc from report_rule where tenant = $1 and rule_id > $2 and is_deleted <= $3 order by rule_id limit $4", r => Read(r.GetString(0)), after, withDeleted, limit + 1);

    /// <summary>Makes a rule what is given, its form the next version when it differs from the last one; false when it was all of this already.</summary>
    public static async ValueTask<(ReportRule Rule, bool Changed)> Put(Session session, ReportRule rule, string by, long now, string operation)
    {
        var known = await Find(session, rule.Id);
        rule = rule with { FormVersion = await PutForm(session, rule, now) };
        if (known is not null && Write(known) == Write(rule)) return (rule, false);
        await ReportStore.SetRule(session, rule);
        await Record(session, "report_rule", rule.Id, by, now, operation, Write(rule));
        return (rule, true);
    }

    /// <summary>Stores a rule's form as its next version unless it is the last one already, and answers the version.</summary>
    /// <param name="session">The change's session.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="now">Unix ms.</param>
    /// <param name="isFirst">Whether it is known that there is none yet.</param>
    public static async ValueTask<int> PutForm(Session session, ReportRule rule, long now, bool isFirst = false)
    {
        var fields = WriteFields(rule.Fields);
        var (version, known) = isFirst ? default : await session.Find("select version, fields from report_form where tenant = $1 and rule_id = $2 order by version desc limit 1",
            r => (r.GetInt32(0), r.GetString(1)), rule.Id);
        if (known == fields) return version;
        await session.Write("insert into report_form (tenant, rule_id, version, fields, created_at) values ($1, $2, $3, $4, $5)", rule.Id, version + 1, fields, now);
        return version + 1;
    }

    /// <summary>Versions of a rule's form, oldest first, one more than <paramref name="limit"/> when there are more.</summary>
    public static async ValueTask<IReadOnlyList<ReportFormVersion>> Forms(Session session, long ruleId, long after = 0, int limit = int.MaxValue - 1) => await session.Query(
        "select version, fields, created_at from report_form where tenant = $1 and rule_id = $2 and version > $3 order by version limit $4",
        r => new ReportFormVersion(r.GetInt32(0), JsonSerializer.Deserialize(r.GetString(1), StoreJson.Default.ReportFieldArray)!, r.GetInt64(2)), ruleId, after, limit + 1);

    /// <summary>Every field that the rule's form ever had, in the order in which they came, each as it was named last.</summary>
    public static async ValueTask<IReadOnlyList<ReportField>> EveryField(Session session, long ruleId)
    {
        var fields = new OrderedDictionary<long, ReportField>();
        foreach (var form in await Forms(session, ruleId))
            foreach (var field in form.Fields) fields[field.Id] = field;
        return [.. fields.Values];
    }

    /// <summary>Gives members a board over the rule's reports; those who have one keep it. Answers how many are new.</summary>
    public static async ValueTask<int> AddViews(Session session, long ruleId, IReadOnlyList<string> userIds, string by, long now, string operation)
    {
        var added = 0;
        foreach (var userId in userIds) added += await session.Execute("insert into report_view (tenant, rule_id, user_id) values ($1, $2, $3) on conflict do nothing", ruleId, userId);
        if (added > 0) await Record(session, "report_rule", ruleId, by, now, operation, "[\"views added\"]");
        return added;
    }

    /// <summary>Who has a board over the rule's reports, by id, one more than <paramref name="limit"/> when there are more.</summary>
    public static async ValueTask<IReadOnlyList<string>> Views(Session session, long ruleId, string after, int limit) => await session.Query(
        "select user_id from report_view where tenant = $1 and rule_id = $2 and user_id > $3 order by user_id limit $4", r => r.GetString(0), ruleId, after, limit + 1);

    /// <summary>Adds the next row of a thing's history.</summary>
    public static async ValueTask Record(Session session, string kind, long id, string by, long now, string operation, string payload)
    {
        var name = id.ToString(CultureInfo.InvariantCulture);
        var seq = await session.Find("select coalesce(max(seq), 0) + 1 from history where tenant = $1 and kind = $2 and id = $3", r => r.GetInt64(0), kind, name);
        await History.Append(session, kind, name, seq, now, new Actor.User(by).ToString(), operation, payload);
    }

    static ReportRule Read(string doc) => JsonSerializer.Deserialize(doc, StoreJson.Default.ReportRule)!;

    static string Write(ReportRule rule) => JsonSerializer.Serialize(rule, StoreJson.Readable.ReportRule);

    static string WriteFields(IReadOnlyList<ReportField> fields) => JsonSerializer.Serialize([.. fields], StoreJson.Readable.ReportFieldArray);
}

/// <summary>A version of a rule's form.</summary>
/// <param name="Version">From 1.</param>
/// <param name="Fields">Its fields, in order.</param>
/// <param name="CreatedAt">Unix ms.</param>
sealed record ReportFormVersion(int Version, IReadOnlyList<ReportField> Fields, long CreatedAt);
