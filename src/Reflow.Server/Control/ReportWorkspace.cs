using System.Globalization;
using System.Text.Json;
using Reflow.Core.Reports;
using Reflow.Server.Api.Control.Reports;
using Reflow.Server.Store;

namespace Reflow.Server.Control;

/// <summary>The reports of one tenant in a workspace file: how they behave, their rules, drafts, and some that are submitted.</summary>
/// <param name="Settings">How they behave; null when the file does not say.</param>
/// <param name="Rules">Rules, their departments named by <c>department_id</c>.</param>
/// <param name="Views">Who has a board over the reports of a rule.</param>
/// <param name="Submitted">Submitted reports.</param>
/// <param name="Drafts">Reports that are being written.</param>
public sealed record ReportWorkspace(
    ReportSettings? Settings, IReadOnlyList<ReportRule> Rules, IReadOnlyList<(long RuleId, string UserId)> Views, IReadOnlyList<SubmittedReport> Submitted, IReadOnlyList<DraftedReport> Drafts)
{
    static readonly TextFormat Level = TextFormat.Of("^[0-5]$", "0 (the first level) to 5 (the sixth)");
    static readonly TextFormat TimeOfDay = TextFormat.Of("^([01][0-9]|2[0-3]):[0-5][0-9]$", "a time of day such as 18:30");
    static readonly TextFormat ChatId = TextFormat.Of("^oc_[0-9a-zA-Z]{1,64}$", "oc_ and at most 64 letters and digits");

    internal static ReportWorkspace Read(YamlSection tenant)
    {
        var reports = tenant.Section("reports");
        var settings = reports.Section("settings");
        var said = ReadSettings(settings);
        var views = new List<(long, string)>();
        var rules = reports.Sections("rules").Select(rule => ReadRule(rule, views)).ToList();
        return new(
            settings.IsPresent ? said : null, rules, views, [.. reports.Sections("submitted").Select(report => SubmittedReport.Read(report, rules))],
            [.. reports.Sections("drafts").Select(draft => DraftedReport.Read(draft, rules))]);
    }

    /// <summary>Makes the rules what the file says and submits the reports that were not submitted before.</summary>
    internal async ValueTask Apply(Applying applying)
    {
        if (Settings is not null) applying.Count("report settings", await PutSettings(Settings, applying));
        if (Rules is []) return;
        var directory = await ReportDirectory.Load(applying.Session);
        var rules = new Dictionary<long, ReportRule>();
        await applying.Each(Rules, async rule =>
        {
            var wanted = rules[rule.Id] = OnTheWire(rule, directory) with { FormVersion = await ReportRules.PutForm(applying.Session, rule, rule.CreatedAt, applying.IsNew) };
            applying.Count("report rules", await applying.Put("report_rule", [("rule_id", rule.Id)],
                [("is_deleted", rule.IsDeleted ? 1L : 0L), ("doc", JsonSerializer.Serialize(wanted, StoreJson.Readable.ReportRule))]));
        });
        await applying.Each(Views, async view => applying.Count("report views", await PutView(view.RuleId, view.UserId, applying)));
        var taken = new HashSet<long>();
        await applying.Each(Submitted, async report => applying.Count("reports", await report.Submit(rules[report.RuleId], directory, taken, applying)));
        await applying.Each(Drafts, async draft => applying.Count("report drafts", await draft.Begin(rules[draft.RuleId], applying)));
    }

    static ValueTask<Outcome> PutSettings(ReportSettings settings, Applying applying) => applying.Put("report_settings", [],
    [
        ("enabled", Number(settings.Enabled)), ("require_page_token", Number(settings.RequirePageToken)), ("user_max_items", (long)settings.UserMaxItems),
        ("cc_counts_as_received", Number(settings.CcCountsAsReceived)), ("exact_rule_names", Number(settings.ExactRuleNames)),
    ]);

    static async ValueTask<Outcome> PutView(long ruleId, string userId, Applying applying) =>
        await applying.Session.Execute("insert into report_view (tenant, rule_id, user_id) values ($1, $2, $3) on conflict do nothing", ruleId, userId) == 1 ? Outcome.Created : Outcome.Unchanged;

    static long Number(bool flag) => flag ? 1 : 0;

    // Rules name departments by their open_department_id, whatever the file names them by.
    static ReportRule OnTheWire(ReportRule rule, ReportDirectory directory) => rule with { Reporters = OnTheWire(rule.Reporters, directory), Cc = OnTheWire(rule.Cc, directory) };

    static Audience OnTheWire(Audience audience, ReportDirectory directory) => audience with { Departments = [.. audience.Departments.Select(directory.OpenId)] };

    static ReportSettings ReadSettings(YamlSection settings) => new(
        settings.Flag("enabled", true), settings.Flag("require_page_token", true), (int)(settings.Integer("user_max_items", 1, 10_000) ?? 1000),
        settings.Flag("cc_counts_as_received", true), settings.Flag("exact_rule_names"));

    static ReportRule ReadRule(YamlSection rule, List<(long RuleId, string UserId)> views)
    {
        var written = rule.RequiredText("rule_id", TextFormat.Number);
        rule.Declare("report_rule", "rule_id", written);
        _ = long.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var id);
        var name = rule.RequiredText("name");
        var fields = rule.Sections("fields", 100);
        var to = rule.Section("to");
        views.AddRange(rule.References("user", "views").Select(user => (id, user)));
        ReportRule read = new(
            id, name, rule.Text("icon_name") ?? "", (id >> 32) * 1000, rule.RequiredReference("user", "creator"), rule.Reference("user", "owner") ?? rule.Text("creator") ?? "",
            [.. fields.Select((field, i) => ReadField(field, id + 1 + i))],
            ReadAudience(rule.Section("need_report")), ReadAudience(rule.Section("cc")), new(to.References("user", "users"), [], to.Texts("chats", ChatId)),
            Levels(to, "leaders"), Levels(to, "department_owners"), rule.References("user", "managers"), rule.Flag("is_deleted"), Schedule: ReadSchedule(rule.Section("schedule")));
        // An empty form is nothing that a report could follow, but a rule that is only looked for may have it.
        foreach (var fault in fields is [] ? [] : ReportForm.Faults(read.Fields)) rule.Fault("fields", $"{fault.Path}: {fault.Sentence}");
        return read;
    }

    static ReportField ReadField(YamlSection field, long otherwise)
    {
        var written = field.Text("field_id", TextFormat.Number);
        var options = field.Texts("options");
        return new(
            long.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : otherwise, field.RequiredText("name"), field.RequiredOneOf<FieldType>("type", type => type.Wire()),
            field.Flag("required"), options is [] ? null : options);
    }

    static ReportSchedule? ReadSchedule(YamlSection section)
    {
        var cycle = section.RequiredOneOf<CycleKind>("cycle", ReportShapes.Word);
        var (opens, closes) = ReportSchedule.Whole(cycle);
        var schedule = new ReportSchedule(
            cycle, section.Text("timezone") ?? ReportRules.UsualTimezone, ReadEdge(section.Section("window_open"), opens), ReadEdge(section.Section("window_close"), closes),
            section.Flag("allow_late"), (int)(section.Integer("most_per_cycle", 1, ReportSchedule.MostReports) ?? 1));
        if (!section.IsPresent) return null;
        var faults = schedule.Faults(name => Timezones.Find(name) is not null).ToList();
        foreach (var fault in faults) section.Fault($"{fault.Path}: {fault.Sentence}");
        // What else is in the file is read by one that can be.
        return faults is [] ? schedule : new(cycle, ReportRules.UsualTimezone, opens, closes, true, 1);
    }

    static WindowEdge ReadEdge(YamlSection edge, WindowEdge otherwise)
    {
        var (day, time) = (edge.Integer("day", 1, 62) ?? 1, edge.Text("time", TimeOfDay));
        return edge.IsPresent ? new((int)day, time is null ? 0 : WindowEdge.MinuteOf(time) ?? 0) : otherwise;
    }

    static Audience ReadAudience(YamlSection audience) => new(audience.References("user", "users"), audience.References("department", "departments"), audience.Texts("chats", ChatId));

    static IReadOnlyList<int> Levels(YamlSection to, string name) => [.. to.Texts(name, Level).Select(level => level[0] - '0').Distinct().Order()];
}

/// <summary>A submitted report in a workspace file. It is submitted once: the same rule, user and time are the same report.</summary>
/// <param name="Place">Where it stands in the file.</param>
/// <param name="RuleId">The rule that it follows.</param>
/// <param name="User">Who submitted it.</param>
/// <param name="CommitTime">When.</param>
/// <param name="Fields">The form as it was filled in.</param>
/// <param name="To">Who received it; null for whom the rule says.</param>
public sealed record SubmittedReport(WorkspacePlace Place, long RuleId, string User, Moment CommitTime, IReadOnlyList<FilledField> Fields, IReadOnlyList<string>? To)
{
    internal static SubmittedReport Read(YamlSection report, IReadOnlyList<ReportRule> rules)
    {
        _ = long.TryParse(report.RequiredReference("report_rule", "rule"), NumberStyles.None, CultureInfo.InvariantCulture, out var ruleId);
        var (user, time) = (report.RequiredReference("user", "user"), report.RequiredTime("commit_time"));
        var read = new SubmittedReport(report.PlaceOf("commit_time"), ruleId, user, time, ReadFields(report, rules.FirstOrDefault(rule => rule.Id == ruleId)), report.Has("to") ? report.References("user", "to") : null);
        report.Declare("report", "commit_time", read.Origin);
        return read;
    }

    /// <summary>What names this report among all that files bring.</summary>
    string Origin => string.Create(CultureInfo.InvariantCulture, $"{RuleId}/{User}/{(CommitTime.IsRelative ? "+" : "")}{CommitTime.Millis}");

    internal async ValueTask<Outcome> Submit(ReportRule rule, ReportDirectory directory, HashSet<long> taken, Applying applying)
    {
        if (!applying.IsNew && await ReportStore.HasOrigin(applying.Session, Origin)) return Outcome.Unchanged;
        var second = CommitTime.At(applying.Now) / 1000;
        if (second is < 0 or > int.MaxValue)
        {
            applying.Fault(Place, "must be between 1970 and 2038.");
            return Outcome.Unchanged;
        }
        var id = Report.IdOf(second, Origin);
        while (!taken.Add(id) || !applying.IsNew && await ReportStore.Has(applying.Session, id)) id++;
        await ReportStore.Insert(applying.Session, new(id, directory.Compose(rule, User, To), FilledField.Write(Fields)), Origin);
        var cycle = rule.Schedule?.Current(second * 1000, ReportRules.ZoneOf(rule));
        await ReportFilings.Insert(applying.Session, new(id, RuleId, User, cycle?.Name ?? "", cycle?.IsClosed(second * 1000) ?? false, rule.FormVersion, null));
        return Outcome.Created;
    }

    // What a report in a file leaves out was not filled in, whatever the form asks for.
    static IReadOnlyList<FilledField> ReadFields(YamlSection report, ReportRule? rule) => rule is null ? [] : DraftedReport.Filled(report, rule).Filled;
}
