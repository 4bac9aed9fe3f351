using System.Globalization;
using Reflow.Core.Reports;
using Reflow.Server.Store;

namespace Reflow.Server.Control;

/// <summary>A report in a workspace file that is being written. It is begun once and from then on belongs to its writer: submitted or thrown away, it does not come back at the next start.</summary>
/// <param name="RuleId">The rule that it follows.</param>
/// <param name="User">Who writes it.</param>
/// <param name="Cycle">The cycle that it is for, by its first day; empty where the rule has none.</param>
/// <param name="Contents">What was filled in so far, by field id.</param>
public sealed record DraftedReport(long RuleId, string User, string Cycle, IReadOnlyDictionary<string, IReadOnlyList<string>> Contents)
{
    internal const string Operation = "report.draft";

    internal static DraftedReport Read(YamlSection draft, IReadOnlyList<ReportRule> rules)
    {
        _ = long.TryParse(draft.RequiredReference("report_rule", "rule"), NumberStyles.None, CultureInfo.InvariantCulture, out var ruleId);
        var (user, cycle) = (draft.RequiredReference("user", "user"), draft.Text("cycle"));
        var rule = rules.FirstOrDefault(rule => rule.Id == ruleId);
        if (rule is { Schedule: null } && cycle is not null) draft.Fault("cycle", "the rule has no cycles.");
        else if (rule is { Schedule: { } schedule } && schedule.Choose(cycle ?? "", 0, ReportRules.ZoneOf(rule)).Fault is { } fault) draft.Fault("cycle", fault);
        var contents = rule is null ? [] : Filled(draft, rule).Contents;
        draft.Declare("report_draft", "rule", $"{ruleId}/{user}/{cycle}");
        return new(ruleId, user, cycle ?? "", rule is null ? contents : ReportDraft.ById(rule.Fields, contents));
    }

    /// <summary>What <c>contents</c> says by field name; choices and files are separated by commas.</summary>
    internal static (Dictionary<string, IReadOnlyList<string>> Contents, IReadOnlyList<FilledField> Filled) Filled(YamlSection section, ReportRule rule)
    {
        var types = rule.Fields.DistinctBy(field => field.Name).ToDictionary(field => field.Name, field => field.Type);
        var contents = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var (name, text) in section.TextMap("contents"))
            contents[name] = types.GetValueOrDefault(name) is FieldType.MultiSelect or FieldType.Image or FieldType.Attachment ? text.Split(',', StringSplitOptions.TrimEntries) : [text];
        var (filled, faults) = ReportForm.Fill(rule.Fields, contents, ReportRules.ZoneOf(rule), isDraft: true);
        foreach (var fault in faults) section.Fault("contents", $"{fault.Path["contents.".Length..]}: {fault.Sentence}");
        return (contents, filled);
    }

    internal async ValueTask<Outcome> Begin(ReportRule rule, Applying applying)
    {
        var id = Report.IdOf(rule.CreatedAt / 1000, $"draft/{RuleId}/{User}/{Cycle}");
        // Its history tells whether it was ever here.
        if (!applying.IsNew && (await applying.Session.Find("select 1 from history where tenant = $1 and kind = 'report_draft' and id = $2 limit 1", r => true, $"{id}")
            || await ReportDrafts.Of(applying.Session, User, RuleId, Cycle) is not null)) return Outcome.Unchanged;
        await ReportDrafts.Insert(applying.Session, new(id, RuleId, Cycle, User, Contents, applying.Now, applying.Now), Operation);
        return Outcome.Created;
    }
}
