using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Reflow.Core.Reports;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests.Reports;

/// <summary>Whatever is asked, the store answers what a search through the whole list answers, and pages of any size add up to it.</summary>
public sealed class ReportStoreLaws : StoreTest
{
    const int Seconds = 12, People = 4, Rules = 3;
    readonly List<Report> all = [];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var random = new Random(11);
        string Anyone() => $"u{random.Next(People)}";
        for (var i = 0; i < 120; i++)
            all.Add(new((long)random.Next(Seconds) << 32 | (uint)i, new(random.Next(Rules), Anyone(), "日报", "", "", [], [new(Anyone(), "王"), new(Anyone(), "")], [Anyone()]), Encoding.UTF8.GetBytes($"""["第 {i} 份"]""")));
        await Db.ChangeSystem(async s =>
        {
            foreach (var report in all) await ReportStore.Insert(s.For("mine"), report);
            foreach (var report in all) await ReportStore.Insert(s.For("theirs"), report with { Id = report.Id + 200 });
            return 0;
        }, Ct);
        all.Sort((a, b) => a.Id.CompareTo(b.Id));
    }

    [Fact]
    public void Pages_of_any_size_add_up_to_what_was_asked_for() => Prop.ForAll(Asked(), asked =>
    {
        List<string> seen = [];
        long? after = 0;
        while (after is not null)
        {
            var page = Db.Read("mine", s => ReportStore.Page(s, asked.Filter with { After = after.Value }, asked.Size), Ct).GetAwaiter().GetResult();
            if (page.HasMore && page.Items.Count != asked.Size || seen.Count > all.Count) return false;
            seen.AddRange(page.Items.Select(Said));
            after = page.NextToken is { } token ? ReportPage.After(token) : null;
        }
        return seen.SequenceEqual(all.Where(report => Matches(asked.Filter, report)).Select(Said));
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(1L, null, null)]
    [InlineData(null, "u1", null)]
    [InlineData(1L, "u1", null)]
    [InlineData(null, null, "u2")]
    [InlineData(1L, null, "u2")]
    [InlineData(1L, "u1", "u2")]
    public async Task Every_question_walks_an_index_in_the_order_of_the_answer(long? rule, string? from, string? reader)
    {
        var (sql, args) = new ReportFilter(new(0, Seconds), 0) { RuleId = rule, From = from, Reader = reader, WithCopies = false }.Statement(20);
        if (TestStore.IsPostgres)
        {
            await WalksOnPostgres(sql, args);
            return;
        }
        var plan = string.Join('\n', await Db.Read("mine", s => s.Query($"explain query plan {sql}", r => r.GetString(3), args), Ct));
        Assert.DoesNotContain("SCAN", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
        Assert.Contains("report_id>? AND report_id<?", plan, StringComparison.Ordinal);
    }

    // On so few rows PostgreSQL reads whole tables and sorts, unless it is told not to where it can do otherwise.
    async Task WalksOnPostgres(string sql, object?[] args)
    {
        var plan = string.Join('\n', await Db.ReadSystem(async s =>
        {
            await s.Execute("set local enable_seqscan = off");
            await s.Execute("set local enable_bitmapscan = off");
            await s.Execute("set local enable_sort = off");
            return await s.For("mine").Query($"explain (costs off) {sql}", r => r.GetString(0), args);
        }, Ct));
        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Sort", plan, StringComparison.Ordinal);
        Assert.Contains("report_id >", plan, StringComparison.Ordinal);
    }

    static string Said(Report report) =>
        $"{report.Id} {report.RuleId} {report.From} {report.Content.RuleName} {string.Join(',', report.Content.To)} {string.Join(',', report.Content.Cc)} {report.FormText}";

    static bool Matches(ReportFilter filter, Report report) =>
        filter.Window.First <= report.CommitTime && report.CommitTime <= filter.Window.Last
        && (filter.RuleId is null || filter.RuleId == report.RuleId)
        && (filter.From is null || filter.From == report.From)
        && (filter.Reader is null || filter.Reader == report.From || report.Content.To.Any(to => to.UserId == filter.Reader)
            || filter.WithCopies && report.Content.Cc.Contains(filter.Reader));

    static Arbitrary<Query> Asked()
    {
        var someone = Gen.OneOf(Gen.Constant<string?>(null), Gen.Choose(0, People).Select(i => (string?)$"u{i}"));
        var gen =
            from first in Gen.Choose(-1, Seconds)
            from last in Gen.Choose(-1, Seconds)
            from rule in Gen.OneOf(Gen.Constant<long?>(null), Gen.Choose(0, Rules).Select(i => (long?)i))
            from @from in someone
            from reader in someone
            from copies in ArbMap.Default.GeneratorFor<bool>()
            from size in Gen.Choose(1, 25)
            select new Query(new(new(first, last), 0) { RuleId = rule, From = @from, Reader = reader, WithCopies = copies }, size);
        return Arb.From(gen, Smaller);
    }

    static IEnumerable<Query> Smaller(Query asked)
    {
        var filter = asked.Filter;
        if (filter.RuleId is not null) yield return asked with { Filter = filter with { RuleId = null } };
        if (filter.From is not null) yield return asked with { Filter = filter with { From = null } };
        if (filter.Reader is not null) yield return asked with { Filter = filter with { Reader = null } };
        if (filter.Window.First < filter.Window.Last) yield return asked with { Filter = filter with { Window = filter.Window with { First = filter.Window.First + 1 } } };
        if (asked.Size > 1) yield return asked with { Size = asked.Size - 1 };
    }

    sealed record Query(ReportFilter Filter, int Size);
}
