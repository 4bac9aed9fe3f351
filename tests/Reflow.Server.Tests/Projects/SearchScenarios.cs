using System.Text.Json;
using Xunit;
using static Reflow.Server.Tests.Projects.DemoSpace;

namespace Reflow.Server.Tests.Projects;

/// <summary>Finding items: by filter, by conditions, by what links them, by words.</summary>
public class SearchScenarios
{
    const string Filter = "/work_item/filter", Across = "/open_api/work_items/filter_across_project", Universal = "/open_api/view_search/universal_search", Words = "/open_api/compositive_search";

    public static TheoryData<Refused> All =>
    [
        Filtered(20003, "no type", new { }),
        Filtered(30014, "a type that is none", new { work_item_type_keys = new[] { "story", "epic" } }),
        Filtered(20002, "a page that is too large", new { work_item_type_keys = Story1, page_size = 201 }),
        Filtered(20004, "more than ten people", new { work_item_type_keys = Story1, user_keys = Enumerable.Repeat(Manager, 11) }),
        Filtered(20013, "seconds for milliseconds", new { work_item_type_keys = Story1, created_at = new { start = 1_722_182_400 } }),
        Filtered(20013, "an interval that ends before it begins", new { work_item_type_keys = Story1, updated_at = new { start = End, end = Start } }),
        Filtered(20005, "a search that nobody kept", new { work_item_type_keys = Story1, search_id = "x" }),
        Crossed(20003, "no type", new { }),
        Crossed(30014, "a type that no space has", new { work_item_type_key = "epic" }),
        Crossed(20002, "a page that is too large", new { work_item_type_key = "story", page_size = 51 }),
        Crossed(20001, "more than a hundred spaces", new { work_item_type_key = "story", project_keys = Enumerable.Repeat("demo", 60), simple_names = Enumerable.Repeat("demo", 41) }),
        Crossed(20004, "more than ten people", new { work_item_type_key = "story", search_user = new { user_keys = Enumerable.Repeat(Manager, 11) } }),
        Crossed(20013, "seconds for milliseconds", new { work_item_type_key = "story", updated_at = new { end = 5 } }),
        Crossed(20028, "more than fifty items", new { work_item_type_key = "story", work_item_ids = Enumerable.Range(1, 51) }),
        new Refused("more than five thousand items", "project.work_item.filter_across_project", 20094, async r =>
        {
            await Multiply(r, await Story(r), 5001);
            return await Call(r, Across, new { work_item_type_key = "story" });
        }),
        Searched(20072, "neither AND nor OR", new { conjunction = "NOT", search_params = new[] { new { param_key = "name", @operator = "~", value = "x" } } }),
        Searched(20068, "a key that is none", One("nothing", "=", "x")),
        Searched(20068, "a field that is not searched", One("field_schedule", "IS NULL", null)),
        Searched(20063, "an operator that is none", One("name", "LIKE", "x")),
        Searched(20063, "an operator that another type has", One("field_due", "=", Start)),
        Searched(20069, "a text for a number", One("field_budget", "=", "x")),
        Searched(20069, "seconds for milliseconds", One("created_at", ">", 5)),
        Searched(20069, "terminated and not", One("work_item_status", "HAS ANY OF", new[] { "closed", "doing" })),
        Searched(20069, "nodes without their names", One("node_owners", "HAS ANY OF", new[] { new { owners = new[] { Manager } } })),
        Searched(20006, "more than fifty conditions", new { conjunction = "AND", search_params = Enumerable.Repeat(new { param_key = "name", @operator = "~", value = "x" }, 51) }),
        Searched(20006, "groups that nest too deep", Nested(11)),
        Searched(20002, "a page that is too large", One("name", "~", "x"), page: 51),
        new Refused("fields wanted and not wanted", "project.work_item.search_params", 20015, r => Call(r, $"{Space}/work_item/story/search/params", new { fields = new[] { "a", "-b" } })),
        new Refused("a type that is none", "project.work_item.search_params", 30014, r => Call(r, $"{Space}/work_item/epic/search/params", new { })),
        new Refused("more than five thousand items", "project.work_item.search_params", 20094, async r =>
        {
            await Multiply(r, await Story(r), 5001);
            return await Call(r, $"{Space}/work_item/story/search/params", new { search_group = One("name", "~", "登录") });
        }),
        Related(30018, "a field that is none", new { relation_key = "nothing", relation_work_item_type_key = "story" }),
        Related(30018, "a field that links nothing", new { relation_key = "field_budget", relation_work_item_type_key = "story" }),
        Related(30014, "a type that is none", new { relation_key = "field_linked", relation_work_item_type_key = "epic" }),
        new Refused("no item", "project.work_item.search_by_relation", 30005, r => Call(r, $"{Space}/work_item/story/1/search_by_relation", new { relation_key = "field_linked", relation_work_item_type_key = "story" })),
        new Refused("another space's item", "project.work_item.search_by_relation", 20014, async r =>
            await Call(r, Item(await Story(r, 200001, Board, Manager), "/search_by_relation"), new { relation_key = "field_linked", relation_work_item_type_key = "story" }, Manager)),
        Worded(20080, "nothing to look for", new { query_type = "workitem" }),
        Worded(20080, "too much to look for", new { query_type = "workitem", query = new string('x', 201) }),
        Worded(20081, "neither items nor views", new { query_type = "page", query = "x" }),
        Worded(20006, "a page before the first", new { query_type = "workitem", query = "x", page_num = -1 }),
        Universally(30014, "a type that is none", new { project_key = "demo", work_item_type_key = "epic" }),
        Universally(20006, "a field that is none", new { project_key = "demo", work_item_type_key = "story", field_selected = new[] { "nothing" } }),
        Universally(20006, "a cursor of somebody else", new { project_key = "demo", work_item_type_key = "story", pagination = new { search_after = "x" } }),
        Universally(20063, "an operator that is none", new { project_key = "demo", work_item_type_key = "story", search_group = One("name", "LIKE", "x") }),
        Universally(20068, "a key that is none", new { project_key = "demo", work_item_type_key = "story", search_group = One("nothing", "=", "x") }),
        Universally(20069, "a value that does not suit", new { project_key = "demo", work_item_type_key = "story", search_group = One("field_budget", "=", "x") }),
        new Refused("the nodes of a state flow", "project.work_item.query", 20003, async r =>
            await Call(r, $"{Space}/work_item/bug/query", new { work_item_ids = new[] { await Bug(r) }, expand = new { need_workflow = true } })),
    ];

    [Theory, MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task Refused(Refused scenario)
    {
        await using var reflow = await TestReflow.Start();
        await scenario.Check(reflow);
    }

    [Fact]
    public async Task Filter_pages_through_the_items_that_changed_last_first_and_leaves_out_the_terminated()
    {
        await using var reflow = await TestReflow.Start();
        List<long> ids = [];
        for (var i = 0; i < 5; i++)
        {
            ids.Add(await Story(reflow));
            reflow.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        var bug = await Bug(reflow);
        await Do(reflow, Item(ids[1], "/abort"), new { is_aborted = true, reason = "x" }, method: "PUT");
        reflow.Clock.Advance(TimeSpan.FromSeconds(1));
        await Do(reflow, Item(ids[0]), new { update_fields = new[] { new { field_key = "name", field_value = "改名" } } }, method: "PUT");
        Assert.Equal([ids[0], ids[4], ids[3], ids[2]], await Found(reflow, new { work_item_type_keys = Story1 }));
        Assert.Equal([ids[4]], await Found(reflow, new { work_item_type_keys = Story1, page_num = 2, page_size = 1 }, total: 4));
        Assert.Equal([ids[0], bug, ids[4], ids[3], ids[2]], await Found(reflow, new { work_item_type_keys = new[] { "story", "bug" } }));
        Assert.Equal([ids[4], ids[3]], await Found(reflow, new { work_item_type_keys = new[] { "story", "bug" }, page_size = 2, page_num = 2 }, total: 5));
        Assert.Empty(await Found(reflow, new { work_item_type_keys = Story1, page_num = 9 }, total: 4));
        Assert.Equal([ids[0]], await Found(reflow, new { work_item_type_keys = Story1, work_item_name = "改" }));
        Assert.Equal([ids[3]], await Found(reflow, new { work_item_type_keys = Story1, work_item_ids = new[] { ids[3], ids[1], 77 } }));
        Assert.Empty(await Found(reflow, new { work_item_type_keys = Story1, businesses = new[] { "retail" } }));
        Assert.Equal(4, (await Found(reflow, new { work_item_type_keys = Story1, priorities = new[] { "p1" } })).Count);
        // What the first Go SDK sends when nothing is set.
        Assert.Equal(4, (await Found(reflow, """
            {"work_item_name":"","user_keys":null,"work_item_ids":null,"work_item_type_keys":["story"],"created_at":null,"sub_stages":null,"page_num":0,"page_size":0,
             "work_item_status":[{"state_key":"","is_archived_state":false,"history":null}],"search_id":"","expand":null}
            """)).Count);
    }

    [Fact]
    public async Task Every_fixed_key_and_kind_of_field_is_searched()
    {
        await using var reflow = await TestReflow.Start();
        var (plain, other) = (await Story(reflow), await Story(reflow));
        var story = await Story(reflow, 100001, Space, Director, Pair("field_tags", new[] { "web", "app" }), Pair("field_reviewers", new[] { Legal }), Pair("field_urgent", true), Pair("field_budget", 12.5),
            Pair("field_due", Start), Pair("field_658c22", "Https://Sentry/1"), Pair("field_linked", new[] { plain }), Pair("field_business", "retail"), Pair("field_summary", "一段摘要"));
        async Task Only(string key, string op, object? value) => Assert.Equal([story], await Searched(reflow, One(key, op, value)));
        async Task AllBut(string key, string op, object? value) => Assert.Equal([other, plain], (await Searched(reflow, One(key, op, value))).Order().Reverse());
        await Only("work_item_id", "=", new[] { story });
        await AllBut("work_item_id", "<", story);
        await Only("field_tags", "CONTAINS", new[] { "web", "app" });
        await Only("tags", "HAS ANY OF", new[] { "web", "api" });
        Assert.Empty(await Searched(reflow, One("field_tags", "=", new[] { "web" })));
        await Only("field_tags", "=", new[] { "app", "web" });
        await AllBut("field_tags", "NOT CONTAINS", new[] { "web" });
        await AllBut("field_tags", "IS NULL", null);
        await Only("field_reviewers", "HAS ANY OF", new[] { Legal });
        await Only("field_urgent", "=", true);
        await AllBut("field_urgent", "!=", true);
        await Only("field_budget", ">=", 12.5);
        await Only("field_due", "<", Start + 1);
        await Only("sentry_link", "~", "sentry");
        await AllBut("sentry_link", "!~", "SENTRY");
        await Only("field_658c22", "=", "Https://Sentry/1");
        await Only("field_linked", "=", new[] { plain });
        await Only("business", "HAS ANY OF", new[] { "retail" });
        await Only("field_summary", "~", "摘要");
        await Only("owner", "=", new[] { Director });
        await Only("people", "HAS ANY OF", new[] { Director });
        await Only("role_owners", "=", new[] { new { role = "reporter", owners = new[] { Director } } });
        Assert.Equal(3, (await Searched(reflow, One("field_ready", "HAS NONE OF", new[] { "true" }))).Count);
        await Confirm(reflow, other, "doing", Whole);
        Assert.Equal([other], await Searched(reflow, One("current_nodes", "CONTAINS", new[] { "测试", "文档" })));
        Assert.Equal([other], await Searched(reflow, One("node_owners", "HAS ANY OF", new[] { new { state_name = "开发", owners = new[] { Initiator } } })));
        Assert.Equal([other], await Searched(reflow, One("feature_state_time", ">", new { state_name = "开发", state_timestamp = Start, state_condition = 1 })));
        Assert.Equal([other], await Searched(reflow, One("feature_state_time", "IS NOT NULL", new { state_name = "测试", state_condition = 0 })));
        Assert.Equal(3, (await Searched(reflow, One("all_states", "HAS ANY OF", new[] { "发布" }))).Count);
        Assert.Equal(3, (await Searched(reflow, One("template", "=", new[] { 100001 }))).Count);
        Assert.Equal(3, (await Searched(reflow, One("work_item_status", "HAS ANY OF", new[] { "doing" }))).Count);
        await Do(reflow, Item(plain, "/abort"), new { is_aborted = true, reason = "x" }, method: "PUT");
        Assert.Equal([plain], await Searched(reflow, One("work_item_status", "=", new[] { "closed" })));
        Assert.DoesNotContain(plain, await Searched(reflow, One("work_item_status", "!=", new[] { "closed" })));
    }

    [Fact]
    public async Task Groups_nest_and_the_rows_of_a_compound_field_are_looked_at_one_by_one()
    {
        await using var reflow = await TestReflow.Start();
        var red = await Story(reflow, fields: [Pair("field_cases", Rows(("a", true), ("b", false)))]);
        var green = await Story(reflow, fields: [Pair("field_cases", Rows(("b", true)))]);
        var none = await Story(reflow);
        object Row(string sub, object value) => new { param_key = sub, @operator = "=", value };
        object Meet(string pre, params object[] rows) => new { conjunction = "AND", search_params = new[] { new { param_key = "field_cases", @operator = "MEET", pre_operator = pre, value_search_groups = new { conjunction = "AND", search_params = rows } } } };
        Assert.Equal([red, green], (await Searched(reflow, Meet("ANY", Row("case_passed", true)))).Order());
        Assert.Equal([green], await Searched(reflow, Meet("EVERY", Row("case_passed", true))));
        // One row has both, not each row one of them.
        Assert.Equal([green], await Searched(reflow, Meet("ANY", Row("case_name", "b"), Row("case_passed", true))));
        Assert.Equal([none], await Searched(reflow, One("field_cases", "IS NULL", null)));
        Assert.Equal([red], await Searched(reflow, new { conjunction = "AND", search_params = new[] { new { param_key = "case_name", @operator = "=", value = "a", pre_operator = "ANY" } } }));
        object Leaf(string key, string op, object value) => new { param_key = key, @operator = op, value };
        Assert.Equal([red, none], (await Searched(reflow, new
        {
            conjunction = "OR",
            search_params = new[] { Leaf("case_name", "=", "a") },
            search_groups = new object[] { new { conjunction = "AND", search_params = new[] { Leaf("work_item_id", ">=", none), Leaf("name", "~", "登录") } } },
        })).Order());
    }

    [Fact]
    public async Task Linked_items_are_found_from_both_ends()
    {
        await using var reflow = await TestReflow.Start();
        var (a, b) = (await Story(reflow), await Story(reflow));
        var bug = await Bug(reflow);
        await Do(reflow, Item(a), new { update_fields = new[] { new { field_key = "field_linked", field_value = new[] { b, bug } } } }, method: "PUT");
        Assert.Equal([b], Ids(await Do(reflow, Item(a, "/search_by_relation"), new { relation_key = "linked", relation_work_item_type_key = "story" })));
        Assert.Equal([bug], Ids(await Do(reflow, Item(a, "/search_by_relation"), new { relation_key = "field_linked", relation_work_item_type_key = "bug" })));
        Assert.Equal([a], Ids(await Do(reflow, $"{Space}/work_item/bug/{bug}/search_by_relation", new { relation_key = "field_linked", relation_work_item_type_key = "story" })));
    }

    [Fact]
    public async Task Across_spaces_only_those_that_the_user_may_enter_are_searched()
    {
        await using var reflow = await TestReflow.Start();
        var (story, decision) = (await Story(reflow), await Story(reflow, 200001, Board, Manager));
        Assert.Equal([decision, story], Ids(await Do(reflow, Across, new { work_item_type_key = "story" }, Manager)).Order().Reverse());
        Assert.Equal([story], Ids(await Do(reflow, Across, new { work_item_type_key = "story" })));
        Assert.Equal([decision], Ids(await Do(reflow, Across, new { work_item_type_key = "story", simple_names = new[] { "board" } }, Manager)));
        Assert.Equal([decision], Ids(await Do(reflow, Across, new { work_item_type_key = "story", search_user = new { field_key = "owner", user_keys = new[] { Manager } } }, Manager)));
        Assert.Equal([story], Ids(await Do(reflow, Across, new { work_item_type_key = "story", template_ids = new[] { "100001" } }, Manager)));
        var words = (await reflow.Send(await Call(reflow, Words, new { query_type = "workitem", query = "登录", project_keys = new[] { "demo" } }))).Ok();
        Assert.Equal(story, words.Data[0].GetProperty("ID").GetInt64());
        Assert.Equal(1, words.Json.GetProperty("pagination").GetProperty("total").GetInt64());
        Assert.Equal(0, (await Do(reflow, Words, new { query_type = "view", query = "登录" })).GetArrayLength());
    }

    [Fact]
    public async Task A_cursor_goes_on_where_the_last_page_ended_whatever_changed_before_it()
    {
        await using var reflow = await TestReflow.Start();
        List<long> ids = [];
        for (var i = 0; i < 5; i++) ids.Add(await Story(reflow));
        object Page(string? after) => new { project_key = "demo", work_item_type_key = "story", pagination = new { page_size = 2, search_after = after }, field_selected = new[] { "priority" } };
        var first = await Do(reflow, Universal, Page(null));
        Assert.Equal((2, 5), (first.GetProperty("datas").GetArrayLength(), first.GetProperty("pagination").GetProperty("total").GetInt64()));
        Assert.Equal("field_priority", Assert.Single(first.GetProperty("datas")[0].GetProperty("fields").EnumerateArray()).GetProperty("field_key").GetString());
        await Story(reflow);
        List<long> seen = [];
        for (var page = first; ; page = await Do(reflow, Universal, Page(page.GetProperty("pagination").GetProperty("search_after").GetString())))
        {
            seen.AddRange(page.GetProperty("datas").EnumerateArray().Select(d => d.GetProperty("work_item_id").GetInt64()));
            if (page.GetProperty("pagination").GetProperty("search_after").GetString() is "") break;
        }
        Assert.Equal(ids.AsEnumerable().Reverse(), seen);
    }

    [Fact]
    public async Task What_is_expanded_is_shown_and_nothing_else()
    {
        await using var reflow = await TestReflow.Start();
        var other = await Story(reflow);
        var id = await Story(reflow, fields: [Pair("field_linked", new[] { other }), Pair("field_summary", new[] { new { type = "text", text = "一段" } })]);
        var bare = (await Do(reflow, $"{Space}/work_item/story/search/params", new { search_group = One("work_item_id", "=", new[] { id }), fields = new[] { "priority" } }))[0];
        Assert.Equal(["field_priority"], bare.GetProperty("fields").EnumerateArray().Select(f => f.GetProperty("field_key").GetString()!));
        Assert.Equal(0, bare.GetProperty("user_details").GetArrayLength() + bare.GetProperty("multi_texts").GetArrayLength() + bare.GetProperty("relation_fields_detail").GetArrayLength());
        var whole = (await Do(reflow, $"{Space}/work_item/story/query", new { work_item_ids = new[] { id }, expand = new { need_workflow = true, need_user_detail = true, need_multi_text = true, relation_fields_detail = true } }))[0];
        Assert.Equal("一段", whole.GetProperty("multi_texts")[0].GetProperty("field_value").GetProperty("doc_text").GetString());
        Assert.Equal(other, whole.GetProperty("relation_fields_detail")[0].GetProperty("detail")[0].GetProperty("story_id").GetInt64());
        Assert.Contains(Initiator, whole.GetProperty("user_details").EnumerateArray().Select(u => u.GetProperty("user_key").GetString()));
        Assert.Equal(6, whole.GetProperty("workflow_infos").GetProperty("workflow_nodes").GetArrayLength());
    }

    static string[] Story1 => ["story"];

    static object Pair(string key, object value) => new { field_key = key, field_value = value };

    static object[][] Rows(params (string Name, bool Passed)[] rows) => [.. rows.Select(r => new[] { Pair("case_name", r.Name), Pair("case_passed", r.Passed) })];

    static object One(string key, string op, object? value) => new { conjunction = "AND", search_params = new[] { new { param_key = key, @operator = op, value } } };

    static object Nested(int depth) => depth == 1 ? One("name", "~", "x") : new { conjunction = "AND", search_groups = new[] { Nested(depth - 1) } };

    static async Task<long> Bug(TestReflow reflow) =>
        (await Do(reflow, $"{Space}/work_item/create", new { work_item_type_key = "bug", name = "缺陷" })).GetInt64();

    static List<long> Ids(JsonElement items) => [.. items.EnumerateArray().Select(i => i.GetProperty("id").GetInt64())];

    static async Task<List<long>> Found(TestReflow reflow, object body, int? total = null)
    {
        var answer = (await reflow.Send(await Call(reflow, $"{Space}{Filter}", body))).Ok();
        if (total is not null) Assert.Equal(total, answer.Json.GetProperty("pagination").GetProperty("total").GetInt32());
        return Ids(answer.Data);
    }

    static async Task<List<long>> Searched(TestReflow reflow, object group) => Ids(await Do(reflow, $"{Space}/work_item/story/search/params", new { search_group = group, page_size = 50 }));

    static Refused Filtered(int code, string name, object body) => new(name, "project.work_item.filter", code, r => Call(r, $"{Space}{Filter}", body));

    static Refused Crossed(int code, string name, object body) => new(name, "project.work_item.filter_across_project", code, r => Call(r, Across, body));

    static Refused Searched(int code, string name, object group, int page = 0) => new(name, "project.work_item.search_params", code, r => Call(r, $"{Space}/work_item/story/search/params", new { search_group = group, page_size = page }));

    static Refused Related(int code, string name, object body) => new(name, "project.work_item.search_by_relation", code, async r => await Call(r, Item(await Story(r), "/search_by_relation"), body));

    static Refused Worded(int code, string name, object body) => new(name, "project.compositive_search.query", code, r => Call(r, Words, body));

    static Refused Universally(int code, string name, object body) => new(name, "project.view_search.universal_search", code, r => Call(r, Universal, body));

    // Copies of an item's row and of its title: enough of an item to be counted.
    static Task<int> Multiply(TestReflow reflow, long id, int copies) => reflow.Db.Change(Demo.Tenant, async s =>
    {
        await s.Execute("""
            insert into item_fact (tenant, item, field, line, at, text, folded, number)
            with recursive n (i) as (select 1 union all select i + 1 from n where i < $3)
            select tenant, n.i, field, line, at, text, folded, number from item_fact, n where tenant = $1 and item = $2 and field = 'name'
            """, id, copies);
        return await s.Execute("""
            insert into work_item (tenant, id, project_key, type_key, version, name, status, created_by, created_at, updated_at, doc)
            with recursive n (i) as (select 1 union all select i + 1 from n where i < $3)
            select tenant, n.i, project_key, type_key, version, name, status, created_by, created_at, updated_at, doc from work_item, n where tenant = $1 and id = $2
            """, id, copies);
    }, TestContext.Current.CancellationToken);
}
