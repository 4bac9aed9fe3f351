using Reflow.Core.Projects;
using Reflow.Core.Projects.Search;
using Reflow.Server.Store;
using Xunit;
using static Reflow.Server.Tests.Projects.DemoSpace;

namespace Reflow.Server.Tests.Projects;

/// <summary>
/// The law of searching: for random items and random conditions, the store finds exactly the items for which the conditions hold one by one.
/// The seed of a failing search is in its message.
/// </summary>
public class SearchLaws
{
    const int Items = 40, Searches = 400;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_store_finds_what_the_rules_say()
    {
        await using var reflow = await TestReflow.Start();
        await Furnish(reflow, new Random(1));
        var projects = new ProjectStore(reflow.Db, new(reflow.Clock), reflow.Clock);
        var (space, items) = await reflow.Db.Read(Demo.Tenant, async session =>
        {
            var space = (await projects.Find(session, "demo"))!;
            List<(WorkItem Item, IReadOnlyList<ItemFact> Facts)> items = [];
            foreach (var id in await session.Query("select id from work_item where tenant = $1", r => r.GetInt64(0)))
                if (await ProjectStore.Load(session, id) is { TypeKey: "story" } item && item.ProjectKey == space.Project.Key)
                    items.Add((item, ItemFacts.Of((await projects.FlowOf(session, space, item.TypeKey, item.TemplateId, item.TemplateVersion))!, item)));
            return (space, items);
        }, Ct);
        var type = space.Project.Types.Single(t => t.Key == "story");
        var (read, hits) = (0, 0);
        for (var seed = 0; seed < Searches; seed++)
        {
            var group = new Conditions(new Random(seed), [.. items.Select(i => i.Item)]).Group(depth: 1);
            var (plan, error) = SearchParams.Read(type, group);
            if (error is not null) continue;
            read++;
            var expected = items.Where(i => i.Item.Aborted is not null == plan!.Terminated && plan.Query.Holds(i.Item, i.Facts)).Select(i => i.Item)
                .OrderByDescending(i => i.UpdatedAt).ThenByDescending(i => i.Id).Select(i => i.Id).ToList();
            hits += expected.Count is > 0 and < Items / 2 ? 1 : 0;
            // From the few that one condition fits, and by walking all: both ways must find the same.
            foreach (var few in (int[])[ProjectSearch.Few, 0])
            {
                var found = await reflow.Db.Read(Demo.Tenant, s => ProjectSearch.Page(s, [new(space.Project.Key, "story", plan!)], 0, 1000, 5001, few), Ct);
                Assert.True(expected.SequenceEqual(found.Ids) && found.Total == expected.Count, $"seed {seed}, few {few}: {plan} finds {string.Join(' ', found.Ids)} ({found.Total}), not {string.Join(' ', expected)}");
            }
            var second = await reflow.Db.Read(Demo.Tenant, s => ProjectSearch.Page(s, [new(space.Project.Key, "story", plan!)], 2, 3, 5001), Ct);
            Assert.True(expected.Skip(2).Take(3).SequenceEqual(second.Ids), $"seed {seed}: the second page");
        }
        Assert.True(read > Searches / 2, $"only {read} of {Searches} searches made sense: the generator has lost its teeth");
        Assert.True(hits > read / 5, $"only {hits} of {read} searches told items apart");
    }

    [Fact]
    public async Task What_is_kept_beside_an_item_is_what_is_true_of_it()
    {
        await using var reflow = await TestReflow.Start();
        await Furnish(reflow, new Random(2));
        var projects = new ProjectStore(reflow.Db, new(reflow.Clock), reflow.Clock);
        await Kept(reflow, projects);
        // Items that an older Reflow stored have none of it: a start makes up for that.
        await reflow.Db.Change(Demo.Tenant, async s => await s.Execute("delete from item_fact where tenant = $1") + await s.Execute("update work_item set has_facts = 0 where tenant = $1"), Ct);
        await ItemFactRows.FillIn(reflow.Db, projects, Ct);
        await Kept(reflow, projects);
    }

    static Task<bool> Kept(TestReflow reflow, ProjectStore projects) => reflow.Db.Read(Demo.Tenant, async session =>
    {
        foreach (var id in await session.Query("select id from work_item where tenant = $1", r => r.GetInt64(0)))
        {
            var rows = await session.Query("select field, line, at, text, number from item_fact where tenant = $1 and item = $2",
                r => new ItemFact(r.GetString(0), r.GetInt32(1), r.GetInt32(2), r.TextOrNull(3), r.IsDBNull(4) ? null : r.GetDouble(4)), id);
            IReadOnlyList<ItemFact> facts = [];
            if (await ProjectStore.Load(session, id) is { } item && await projects.Find(session, item.ProjectKey) is { } space)
                facts = ItemFacts.Of((await projects.FlowOf(session, space, item.TypeKey, item.TemplateId, item.TemplateVersion))!, item);
            Assert.Equal(facts.Select(f => f.ToString()).Order(StringComparer.Ordinal), rows.Select(f => f.ToString()).Order(StringComparer.Ordinal));
        }
        return true;
    }, Ct);

    /// <summary>Stories of every kind: filled in and not, on their way, done with, terminated, deleted, changed at one moment and at several.</summary>
    internal static async Task Furnish(TestReflow reflow, Random random)
    {
        List<long> ids = [];
        for (var i = 0; i < Items; i++)
        {
            List<object> fields = [];
            void Maybe(string key, Func<object> value)
            {
                if (random.Next(2) == 0) fields.Add(new { field_key = key, field_value = value() });
            }
            Maybe("field_priority", () => random.Next(2) == 0 ? "p0" : "p1");
            Maybe("field_658c22", () => Pick(random, "Login", "login page", "登录", "LOG 1"));
            Maybe("field_budget", () => random.Next(4) * 0.5);
            Maybe("field_due", () => Start + random.Next(3));
            Maybe("field_tags", () => new[] { "web", "app", "api" }.Where(_ => random.Next(2) == 0).ToArray());
            Maybe("field_reviewers", () => new[] { Manager, Legal }.Where(_ => random.Next(2) == 0).ToArray());
            Maybe("field_urgent", () => random.Next(2) == 0);
            Maybe("field_ready", () => random.Next(2) == 0);
            Maybe("field_summary", () => Pick(random, "short", "一段 Login 摘要"));
            Maybe("field_business", () => Pick(random, "retail", "wholesale"));
            Maybe("field_linked", () => ids.Where(_ => random.Next(4) == 0).ToArray());
            Maybe("field_cases", () => Enumerable.Range(0, random.Next(3)).Select(_ => new[] { new { field_key = "case_name", field_value = (object)Pick(random, "a", "b") }, new { field_key = "case_passed", field_value = (object)(random.Next(2) == 0) } }).ToArray());
            ids.Add(await Story(reflow, random.Next(3) == 0 ? 100002 : 100001, DemoSpace.Space, Director, [.. fields]));
            if (random.Next(2) == 0) reflow.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        foreach (var id in ids)
            switch (random.Next(8))
            {
                case 0: await Do(reflow, Item(id, "/abort"), new { is_aborted = true, reason = "x" }, Director, "PUT"); break;
                case 1: await Do(reflow, Item(id), null, Director, "DELETE"); break;
                case 2: await Do(reflow, Item(id), new { update_fields = new[] { new { field_key = "field_tags", field_value = (object?)null }, new { field_key = "name", field_value = (object?)"Renamed" } } }, Director, "PUT"); break;
                case 3 or 4: await reflow.Send(await Call(reflow, Node(id, "doing"), Whole, Director)); break;
                case 5:
                    await reflow.Send(await Call(reflow, Node(id, "doing"), Whole, Director));
                    await reflow.Send(await Call(reflow, Node(id, "doing"), new { action = "rollback", rollback_reason = "x" }, Director));
                    break;
            }
    }

    static string Pick(Random random, params string[] of) => of[random.Next(of.Length)];

    /// <summary>Conditions that mostly make sense, all of it decided by the random source.</summary>
    sealed class Conditions(Random random, IReadOnlyList<WorkItem> items)
    {
        static readonly string[] Words = ["~", "!~", "=", "!=", "<", "<=", ">", ">=", "HAS ANY OF", "HAS NONE OF", "IS NULL", "IS NOT NULL", "CONTAINS", "NOT CONTAINS"];

        public SearchGroup Group(int depth) => new(Pick(random, "AND", "OR"), [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Param())],
            depth < 3 && random.Next(3) == 0 ? [Group(depth + 1), .. random.Next(2) == 0 ? Array.Empty<SearchGroup>() : [Group(depth + 1)]] : []);

        SearchParam Param() => random.Next(20) switch
        {
            0 => One("name", Text("登录", "renamed", "录")),
            1 => One("field_658c22", Text("log", "Login", "登录", "nothing")),
            2 => One("field_summary", Text("login", "short")),
            3 => One("field_budget", new FieldValue.Number(random.Next(4) * 0.5m)),
            4 => One("field_due", new FieldValue.Number(Start + random.Next(3))),
            5 => One("field_tags", List("web", "app", "api")),
            6 => One("field_reviewers", List(Manager, Legal, Finance)),
            7 => One("field_urgent", new FieldValue.Flag(random.Next(2) == 0)),
            8 => One("field_ready", List("true", "false", "undefined")),
            9 => One("priority", List("p0", "p1", "p9")),
            10 => One("business", List("retail", "wholesale")),
            11 => One("field_linked", new FieldValue.Items([.. Some(items).Select(i => new FieldValue.Number(i.Id))])),
            12 => One("work_item_id", random.Next(2) == 0 ? new FieldValue.Number(items[random.Next(items.Count)].Id) : new FieldValue.Items([.. Some(items).Select(i => new FieldValue.Number(i.Id))])),
            13 => One("work_item_status", random.Next(6) == 0 ? List("closed") : List("started", "doing", "released")),
            14 => One(Pick(random, "updated_at", "created_at"), new FieldValue.Number(items[random.Next(items.Count)].UpdatedAt)),
            15 => One("people", List(Initiator, Manager, Director, Finance)),
            16 => One(Pick(random, "current_nodes", "all_states"), List("开发", "测试", "文档", "修复", "审批")),
            17 => One("role_owners", Named("role", Pick(random, "PM", "RD", "reporter"), "owners", List(Manager, Director, Initiator))),
            18 => random.Next(2) == 0
                ? One("node_owners", Named("state_name", Pick(random, "开发", "测试"), "owners", List(Initiator, Manager, Finance)))
                : One("feature_state_time", new FieldValue.Members(new Dictionary<string, FieldValue?>
                {
                    ["state_name"] = new FieldValue.Text(Pick(random, "开发", "测试")),
                    ["state_timestamp"] = new FieldValue.Number(items[random.Next(items.Count)].UpdatedAt),
                    ["state_condition"] = new FieldValue.Number(random.Next(2)),
                })),
            _ => random.Next(3) == 0 ? One("field_cases", Text("")) with { Operator = Pick(random, "IS NULL", "IS NOT NULL") } : new("field_cases", Pick(random, "MEET", "NOT MEET"), null, Pick(random, "ANY", "EVERY"),
                new(Pick(random, "AND", "OR"), [new("case_name", Pick(random, "=", "!=", "~"), Text("a", "b")), new("case_passed", Pick(random, "=", "!="), new FieldValue.Flag(random.Next(2) == 0))], [])),
        };

        SearchParam One(string key, FieldValue value)
        {
            // Any operator now and then; mostly one that the key takes.
            var known = SearchKey.Find(Type, key);
            var words = random.Next(20) == 0 || known is null ? Words : [.. Words.Where(w => known.Takes(SearchOperators.Parse(w)!.Value))];
            return new(key, words[random.Next(words.Length)], value);
        }

        // Kinds of keys, not their options, are asked for here.
        static readonly WorkItemType Type = new("story", "story")
        {
            Fields =
            [
                new("field_658c22", "x", FieldType.Text), new("field_summary", "x", FieldType.MultiText), new("field_budget", "x", FieldType.Number), new("field_due", "x", FieldType.Date), new("field_tags", "x", FieldType.MultiSelect),
                new("field_reviewers", "x", FieldType.MultiUser), new("field_urgent", "x", FieldType.Bool), new("field_ready", "x", FieldType.Signal), new("field_priority", "x", FieldType.Select) { Alias = "priority" },
                new("field_linked", "x", FieldType.WorkItemRelatedMultiSelect), new("field_cases", "x", FieldType.CompoundField),
            ],
        };

        FieldValue.Text Text(params string[] of) => new(Pick(random, of));

        FieldValue.Items List(params string[] of) => new([.. Some(of).Select(t => new FieldValue.Text(t))]);

        FieldValue.Items Named(string name, string value, string list, FieldValue.Items values) =>
            new([new FieldValue.Members(new Dictionary<string, FieldValue?> { [name] = new FieldValue.Text(value), [list] = values })]);

        IEnumerable<T> Some<T>(IReadOnlyList<T> of)
        {
            var some = of.Where(_ => random.Next(2) == 0).Take(3).ToList();
            return some.Count > 0 ? some : [of[random.Next(of.Count)]];
        }
    }
}
