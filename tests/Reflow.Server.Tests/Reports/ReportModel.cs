using FsCheck;
using FsCheck.Fluent;
using Xunit;
using static Reflow.Server.Tests.Reports.ReportControlDesk;

namespace Reflow.Server.Tests.Reports;

/// <summary>
/// Whatever members submit, change and recall, and however the clock goes on between: Feishu's own call answers exactly what the rules say, to apps and to members,
/// and whoever reads on from page to page meets each report once.
/// </summary>
public sealed class ReportModel : IAsyncLifetime
{
    const int ReadersPage = 2, Cases = 25;
    static readonly string[] Writers = ["initiator", "manager", "finance"];
    static readonly IReadOnlyList<(string User, string KunlunId)> People = [("initiator", "1001"), ("manager", "1002"), ("finance", "1003"), ("director", "1004"), ("legal", "1005")];
    TestReflow reflow = null!;

    public async ValueTask InitializeAsync() => reflow = await Start();

    public ValueTask DisposeAsync() => reflow.DisposeAsync();

    [Fact]
    public void The_official_call_answers_what_the_rules_say() =>
        Prop.ForAll(Arb.From(Step.Any.ListOf().Select(steps => steps.ToArray()), Smaller), steps => Holds(steps).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(Cases));

    async Task<bool> Holds(Step[] steps)
    {
        // Taken from 17:00 to 10:00 in Beijing, two of a member for a day, none late; and the same without a schedule.
        var rules = new[]
        {
            await Made(reflow, Rule("""{"cycle":"daily","window_open":{"day":1,"time":"17:00"},"window_close":{"day":2,"time":"10:00"},"most_per_cycle":2}""")),
            await Made(reflow),
        };
        List<Known> all = [];
        var (read, last) = (new List<string>(), "");
        foreach (var step in steps)
        {
            switch (step)
            {
                case Step.Wait wait:
                    reflow.Clock.Advance(TimeSpan.FromMinutes(wait.Minutes));
                    break;
                case Step.Submit submit:
                    var (cycle, open) = Now(submit.Rule);
                    var expected = open && (submit.Rule == 1 || all.Count(known => known.Rule == 0 && known.Writer == submit.Writer && known.Cycle == cycle && !known.Recalled) < 2);
                    var id = await Submit(rules[submit.Rule], submit);
                    if (id is not null != expected) return false;
                    if (expected) all.Add(new(id!, submit.Rule, submit.Writer, cycle, submit.Text, false));
                    break;
                case Step.Edit edit when all.Count > 0:
                    var edited = all[edit.Which % all.Count];
                    var changed = (await Send(reflow, "PUT", $"/{edited.Id}", new { operator_user_id = edited.Writer, contents = new { 今日工作 = edit.Text } })).Code == 0;
                    if (changed != IsOpen(edited)) return false;
                    if (changed) all[edit.Which % all.Count] = edited with { Text = edit.Text };
                    break;
                case Step.Recall recall when all.Count > 0:
                    var recalled = all[recall.Which % all.Count];
                    if ((await Send(reflow, "POST", $"/{recalled.Id}/recall", new { operator_user_id = recalled.Writer })).Code == 0 != IsOpen(recalled)) return false;
                    if (IsOpen(recalled)) all[recall.Which % all.Count] = recalled with { Recalled = true };
                    break;
                case Step.ReadOn:
                    var page = await Page(rules[0], last, ReadersPage);
                    if (!page.SequenceEqual(all.Where(known => known.Rule == 0 && !known.Recalled && Past(known.Id, last)).Take(ReadersPage).Select(known => known.Id))) return false;
                    read.AddRange(page);
                    last = page.LastOrDefault(last);
                    break;
            }
        }
        if (read.Distinct().Count() != read.Count) return false;
        for (var rule = 0; rule < rules.Length; rule++)
        {
            var left = all.Where(known => known.Rule == rule && !known.Recalled).ToList();
            if (!await Shows(rules[rule], null, left)) return false;
            foreach (var (user, kunlunId) in People)
                if (!await Shows(rules[rule], await reflow.UserToken(kunlunId), [.. left.Where(known => known.Writer == user || user is "legal" || Leader(known.Writer) == user)])) return false;
        }
        return true;
    }

    async Task<bool> Shows(string rule, string? token, IReadOnlyList<Known> expected)
    {
        List<string> shown = [];
        for (var last = ""; ;)
        {
            var data = (await reflow.Send(new("POST", ReportDesk.Path, ReportDesk.Everything(("rule_id", rule), ("page_token", last)), token ?? await AppToken()))).Ok().Data;
            shown.AddRange(data.GetProperty("items").EnumerateArray().Select(item => $"{item.GetProperty("task_id").GetString()} {item.GetProperty("form_contents")[0].GetProperty("field_value").GetString()}"));
            if (!data.GetProperty("has_more").GetBoolean()) return shown.SequenceEqual(expected.Select(known => $"{known.Id} {known.Text}"));
            last = data.GetProperty("page_token").GetString()!;
        }
    }

    async Task<IReadOnlyList<string>> Page(string rule, string after, int size) =>
        [.. (await reflow.Send(new("POST", ReportDesk.Path, ReportDesk.Everything(("rule_id", rule), ("page_token", after), ("page_size", size)), await AppToken()))).Ok().Data.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("task_id").GetString()!)];

    // A new one each time: the clock goes on past any token's end.
    async Task<string> AppToken() => (await reflow.Send(new("POST", "/open-apis/auth/v3/tenant_access_token/internal", new { app_id = Demo.App, app_secret = Demo.Secrets[Demo.App] })))
        .Json.GetProperty("tenant_access_token").GetString()!;

    async Task<string?> Submit(string rule, Step.Submit submit)
    {
        var body = new { operator_user_id = submit.Writer, rule_id = rule, contents = new { 今日工作 = submit.Text } };
        if (!submit.FromDraft) return Id(await Send(reflow, "POST", "", body));
        var draft = (await Send(reflow, "POST", "/drafts", body)).Ok().Data.GetProperty("draft_id").GetString();
        var answer = await Send(reflow, "POST", $"/drafts/{draft}/submit", new { operator_user_id = submit.Writer });
        if (answer.Code != 0) (await Send(reflow, "DELETE", $"/drafts/{draft}", new { operator_user_id = submit.Writer })).Ok();
        return Id(answer);

        static string? Id(Answer answer) => answer.Code == 0 ? answer.Data.GetProperty("report_id").GetString() : null;
    }

    // Beijing has kept the same eight hours since 1991.
    (long Cycle, bool Open) Now(int rule)
    {
        if (rule == 1) return (0, true);
        var minutes = reflow.Clock.GetUtcNow().ToUnixTimeSeconds() / 60 + 8 * 60;
        var (day, minute) = (minutes / 1440, minutes % 1440);
        return minute >= 17 * 60 ? (day, true) : (day - 1, minute < 10 * 60);
    }

    bool IsOpen(Known known) => !known.Recalled && (known.Rule == 1 || Now(0) is var (cycle, open) && open && cycle == known.Cycle);

    static string Leader(string writer) => writer is "initiator" ? "manager" : "director";

    static bool Past(string id, string last) => last is "" || long.Parse(id) > long.Parse(last);

    static IEnumerable<Step[]> Smaller(Step[] steps) => steps.Length switch
    {
        0 => [],
        1 => [[]],
        var count => [steps[..(count / 2)], steps[(count / 2)..], .. Enumerable.Range(0, count).Select(left => steps.Where((_, i) => i != left).ToArray())],
    };

    sealed record Known(string Id, int Rule, string Writer, long Cycle, string Text, bool Recalled);

    abstract record Step
    {
        Step() { }

        public sealed record Wait(int Minutes) : Step;
        public sealed record Submit(int Rule, string Writer, string Text, bool FromDraft) : Step;
        public sealed record Edit(int Which, string Text) : Step;
        public sealed record Recall(int Which) : Step;
        public sealed record ReadOn : Step;

        public static Gen<Step> Any { get; } = Gen.Frequency(
            (3, Gen.Choose(0, 600).Select(minutes => (Step)new Wait(minutes))),
            (8, from rule in Gen.Choose(0, 1)
                from writer in Gen.Elements(Writers)
                from text in Gen.Choose(0, 99)
                from fromDraft in Gen.Elements(true, false)
                select (Step)new Submit(rule, writer, $"t{text}", fromDraft)),
            (2, from which in Gen.Choose(0, 99) from text in Gen.Choose(0, 99) select (Step)new Edit(which, $"e{text}")),
            (2, Gen.Choose(0, 99).Select(which => (Step)new Recall(which))),
            (3, Gen.Constant((Step)new ReadOn())));
    }
}
