using System.Text.Json;
using Xunit;
using static Reflow.Server.Tests.Projects.DemoSpace;

namespace Reflow.Server.Tests.Projects;

/// <summary>What a space is made of, and who works there.</summary>
public class CatalogueScenarios
{
    public static TheoryData<Refused> All =>
    [
        Of("project.team.all", 10301, "a space that is none", "/open_api/nospace/teams/all", null, method: "GET"),
        Of("project.business.all", 10404, "no member of the space", $"{Board}/business/all", null, method: "GET"),
        Of("project.work_item_type.all", 10404, "no member of the space", $"{Board}/work_item/all-types", null, method: "GET"),
        Of("project.work_item_type.get", 30014, "a type that is none", $"{Space}/work_item/type/epic", null, method: "GET"),
        Of("project.work_item_type.update", 30014, "a type that is none", $"{Space}/work_item/type/epic", new { description = "x" }, Director, "PUT"),
        Of("project.work_item_type.update", 10005, "nobody who administers the space", $"{Space}/work_item/type/story", new { description = "x" }, Manager, "PUT"),
        Of("project.work_item_type.update", 20006, "a field that is none", $"{Space}/work_item/type/story", new { schedule_field_key = "nowhere" }, Director, "PUT"),
        Of("project.work_item_type.update", 20006, "a role that is none", $"{Space}/work_item/type/story", new { belong_role_keys = new[] { "CEO" } }, Director, "PUT"),
        Of("project.field.all", 30001, "a type that is none", $"{Space}/field/all", new { work_item_type_key = "epic" }),
        Of("project.field.meta", 30014, "a type that is none", $"{Space}/work_item/epic/meta", null, method: "GET"),
        new Refused("a type that is switched off", "project.field.meta", 20044, async r =>
        {
            await Do(r, $"{Space}/work_item/type/story", new { is_disabled = true }, Director, "PUT");
            return await Call(r, $"{Space}/work_item/story/meta", null, method: "GET");
        }),
        Of("project.template.list", 30014, "a type that is none", $"{Space}/template_list/epic", null, method: "GET"),
        Of("project.template.detail", 30001, "an id that is no number", $"{Space}/template_detail/x", null, method: "GET"),
        Of("project.template.detail", 50006, "another space's template", $"{Space}/template_detail/200001", null, method: "GET"),
        Of("project.flow_role.list", 1000052062, "a space that is none", "/open_api/nospace/flow_roles/story", null, method: "GET"),
        Of("project.flow_role.list", 30014, "a type that is none", $"{Space}/flow_roles/epic", null, method: "GET"),
        Of("project.user.query", 30006, "a key that nobody has", "/open_api/user/query", new { user_keys = new[] { Manager, "1" } }),
        Of("project.user.query", 20004, "more than a hundred", "/open_api/user/query", new { user_keys = Enumerable.Repeat(Manager, 51), emails = Enumerable.Repeat("x", 50) }),
        Of("project.user.search", 20006, "nothing to look for", "/open_api/user/search", new { query = " " }),
        Of("project.space.list", 30006, "a user whom nobody knows", "/open_api/projects", new { user_key = "1" }),
        new Refused("a user who has left", "project.space.list", 10302, async r =>
        {
            await Resign(r, Legal);
            return await Call(r, "/open_api/projects", new { user_key = Legal });
        }),
        new Refused("a caller who has left", "project.team.all", 10302, async r =>
        {
            await Resign(r, Legal);
            return await Call(r, $"{Space}/teams/all", null, Legal, "GET");
        }),
        Of("project.space.detail", 20001, "more than a hundred", "/open_api/projects/detail", new { project_keys = Enumerable.Repeat("demo", 101) }),
    ];

    [Theory, MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task Refused(Refused scenario)
    {
        await using var reflow = await TestReflow.Start();
        await scenario.Check(reflow);
    }

    [Fact]
    public async Task Spaces_are_those_where_the_user_works()
    {
        await using var reflow = await TestReflow.Start();
        Assert.Equal(["66f11218c3b4a0b423340001"], Texts(await Do(reflow, "/open_api/projects", new { user_key = Initiator })));
        Assert.Equal(["66f11218c3b4a0b423340001", "66f11218c3b4a0b423340002"], Texts(await Do(reflow, "/open_api/projects", new { user_key = Manager })));
        Assert.Equal(["66f11218c3b4a0b423340002", "66f11218c3b4a0b423340001"], Texts(await Do(reflow, "/open_api/projects", new { order = new[] { "-last_visited" } }, Manager)));
        var details = await Do(reflow, "/open_api/projects/detail", new { project_keys = new[] { "66f11218c3b4a0b423340002", "nospace" }, simple_names = new[] { "demo" } }, Initiator);
        var only = Assert.Single(details.EnumerateObject());
        Assert.Equal($$"""{"project_key":"66f11218c3b4a0b423340001","name":"演示空间","simple_name":"demo","administrators":["{{Director}}"]}""", only.Value.GetRawText());
    }

    [Fact]
    public async Task People_are_found_by_key_address_out_id_and_name()
    {
        await using var reflow = await TestReflow.Start();
        var user = (await Do(reflow, "/open_api/user/query", new { emails = new[] { "MANAGER@demo.example" } }))[0];
        Assert.Equal((Manager, "王二", "Wang Er", "activated", long.Parse(Manager)), (Text(user, "user_key"), Text(user, "name_cn"), Text(user, "name_en"), Text(user, "status"), user.GetProperty("user_id").GetInt64()));
        var outId = Text(user, "out_id");
        var both = await Do(reflow, "/open_api/user/query", new { user_keys = new[] { Legal }, out_ids = new[] { outId } });
        Assert.Equal([Legal, Manager], both.EnumerateArray().Select(u => Text(u, "user_key")));
        // Whoever looks people up acts for nobody yet.
        var noUser = await reflow.Send(new("POST", "/open_api/user/query", new { user_keys = new[] { Legal } }) { Headers = [("X-PLUGIN-TOKEN", await Token(reflow))] });
        Assert.Equal(Legal, Text(noUser.Ok().Data[0], "user_key"));
        Assert.Equal([Manager], (await Do(reflow, "/open_api/user/search", new { query = "wang" })).EnumerateArray().Select(u => Text(u, "user_key")));
        Assert.Equal([Manager], (await Do(reflow, "/open_api/user/search", new { query = "demo.example", project_key = "board" }, Manager)).EnumerateArray().Select(u => Text(u, "user_key")).Where(k => k != Director));
    }

    [Fact]
    public async Task Teams_and_business_lines_are_as_the_workspace_has_them()
    {
        await using var reflow = await TestReflow.Start();
        Assert.Equal($$"""[{"team_id":9001,"team_name":"前端组","user_keys":["{{Initiator}}","{{Manager}}"],"administrators":["{{Manager}}"]}]""", (await Get(reflow, "/teams/all")).GetRawText());
        var lines = await Get(reflow, "/business/all");
        Assert.Equal(["retail", "wholesale"], lines.EnumerateArray().Select(l => Text(l, "id")));
        var child = lines[0].GetProperty("children")[0];
        Assert.Equal(("retail_app", "retail", 2), (Text(child, "id"), Text(child, "parent"), child.GetProperty("level_id").GetInt32()));
        Assert.Equal($$$"""{"PM":{"role":"PM","name":"产品经理","owners":["{{{Manager}}}"]}}""", lines[0].GetProperty("role_owners").GetRawText());
        Assert.True(lines[1].GetProperty("disabled").GetBoolean());
    }

    [Fact]
    public async Task Types_fields_roles_and_templates_say_what_an_item_is_made_of()
    {
        await using var reflow = await TestReflow.Start();
        Assert.Equal("""{"type_key":"story","name":"需求","api_name":"story","is_disable":2,"enable_model_resource_lib":false}""", (await Get(reflow, "/work_item/all-types"))[0].GetRawText());
        var type = await Get(reflow, "/work_item/type/story");
        Assert.Equal(("field_schedule", "排期", true), (Text(type, "schedule_field_key"), Text(type, "schedule_field_name"), type.GetProperty("enable_schedule").GetBoolean()));
        var fields = (await Do(reflow, $"{Space}/field/all", new { work_item_type_key = "story" })).EnumerateArray().ToDictionary(f => Text(f, "field_key"));
        Assert.Equal(["started", "doing", "released"], fields["work_item_status"].GetProperty("options").EnumerateArray().Select(o => Text(o, "value")));
        Assert.Equal(("priority", "select", true), (Text(fields["field_priority"], "field_alias"), Text(fields["field_priority"], "field_type_key"), fields["field_priority"].GetProperty("is_custom_field").GetBoolean()));
        Assert.False(fields["name"].GetProperty("is_custom_field").GetBoolean());
        var meta = (await Get(reflow, "/work_item/story/meta")).EnumerateArray().ToDictionary(f => Text(f, "field_key"));
        Assert.Equal(1, meta["name"].GetProperty("is_required").GetInt32());
        Assert.Equal("""{"value":"p1","label":"P1"}""", meta["field_priority"].GetProperty("default_value").GetProperty("value").GetRawText());
        Assert.Equal(["PM", "RD", "reporter"], meta["role_owners"].GetProperty("role_assign").EnumerateArray().Select(r => Text(r, "role")));
        Assert.False(meta.ContainsKey("work_item_status"));
        var roles = (await Get(reflow, "/flow_roles/story")).EnumerateArray().ToDictionary(r => Text(r, "key"));
        Assert.Equal((2, true, 3), (roles["RD"].GetProperty("member_assign_mode").GetInt32(), roles["RD"].GetProperty("is_owner").GetBoolean(), roles["reporter"].GetProperty("member_assign_mode").GetInt32()));
        var templates = (await Get(reflow, "/template_list/story")).EnumerateArray().ToList();
        Assert.Equal([("100001", 2), ("100002", 2), ("100003", 1)], templates.Select(t => (Text(t, "template_id"), t.GetProperty("is_disabled").GetInt32())));
        var template = await Get(reflow, "/template_detail/100001");
        var nodes = template.GetProperty("workflow_confs").EnumerateArray().ToDictionary(n => Text(n, "state_key"));
        Assert.Equal(["test", "docs"], Texts(nodes["release"].GetProperty("pre_node_state_key")));
        Assert.Equal((3, 3, true), (nodes["test"].GetProperty("pass_mode").GetInt32(), nodes["test"].GetProperty("owner_usage_mode").GetInt32(), nodes["docs"].GetProperty("is_milestone").GetBoolean()));
        Assert.Equal(1, nodes["test"].GetProperty("task_confs")[0].GetProperty("node_pass_required_mode").GetInt32());
        Assert.Equal(2, nodes["docs"].GetProperty("fields").EnumerateArray().Single(f => Text(f, "field_key") == "field_summary").GetProperty("is_visibility").GetInt32());
    }

    [Fact]
    public async Task A_type_is_changed_by_its_administrator_and_only_where_the_call_says_something()
    {
        await using var reflow = await TestReflow.Start();
        await Do(reflow, $"{Space}/work_item/type/story", new { description = "新的说明", is_pinned = false, enable_schedule = false, belong_role_keys = new[] { "PM" } }, Director, "PUT");
        var type = await Get(reflow, "/work_item/type/story");
        Assert.Equal(("新的说明", false, false, "", "field_budget"), (Text(type, "description"), type.GetProperty("is_pinned").GetBoolean(), type.GetProperty("enable_schedule").GetBoolean(),
            Text(type, "schedule_field_key"), Text(type, "estimate_point_field_key")));
        Assert.Equal("PM", Text(type.GetProperty("belong_roles")[0], "key"));
        Assert.Equal("需求", Text(type, "name"));
    }

    [Fact]
    public async Task A_field_is_required_and_there_as_its_conditions_say()
    {
        await using var reflow = await TestReflow.Start();
        var meta = (await Get(reflow, "/work_item/story/meta")).EnumerateArray().Single(f => Text(f, "field_key") == "field_hurry");
        Assert.Equal((3, 2, 3), (meta.GetProperty("is_required").GetInt32(), meta.GetProperty("is_visibility").GetInt32(), meta.GetProperty("default_value").GetProperty("default_appear").GetInt32()));
        Assert.Equal(20038, await Create("p0", urgent: true));
        Assert.Equal(0, await Create("p1", urgent: true));
        Assert.Equal(0, await Create("p0", urgent: false));
        Assert.Equal(0, await Create("p0", urgent: true, new { field_key = "field_hurry", field_value = "明天发布" }));

        async Task<int> Create(string priority, bool urgent, params object[] more) => (await reflow.Send(await Call(reflow, $"{Space}/work_item/create", new
        {
            work_item_type_key = "story",
            name = "x",
            required_mode = 1,
            field_value_pairs = new object[] { new { field_key = "field_priority", field_value = priority }, new { field_key = "field_urgent", field_value = urgent } }.Concat(more),
        }))).Code;
    }

    [Fact]
    public async Task Rows_of_a_compound_field_hold_its_fields_and_a_tree_keeps_each_level()
    {
        await using var reflow = await TestReflow.Start();
        async Task<int> Update(string key, object value) =>
            (await reflow.Send(await Call(reflow, Item(await Story(reflow)), new { update_fields = new[] { new { field_key = key, field_value = value } } }, method: "PUT"))).Code;
        Assert.Equal(0, await Update("field_cases", new[] { new[] { new { field_key = "case_name", field_value = "a" } } }));
        Assert.Equal(20006, await Update("field_cases", new[] { new[] { new { field_key = "field_budget", field_value = 1 } } }));
        Assert.Equal(20006, await Update("field_cases", new[] { new[] { new { field_key = "case_passed", field_value = "yes" } } }));
        Assert.Equal(20006, await Update("field_cases", new[] { new { field_key = "case_name", field_value = "a" } }));
        Assert.Equal(0, await Update("field_area", new { value = "shop", children = new { value = "pay" } }));
        Assert.Equal(20050, await Update("field_area", new { value = "pay", children = new { value = "shop" } }));
    }

    static Refused Of(string operation, int code, string name, string path, object? body, string user = Initiator, string method = "POST") =>
        new(name, operation, code, reflow => Call(reflow, path, body, user, method));

    static Task<JsonElement> Get(TestReflow reflow, string path) => Do(reflow, $"{Space}{path}", null, method: "GET");

    static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    static IEnumerable<string> Texts(JsonElement list) => list.EnumerateArray().Select(t => t.GetString()!);

    static Task<int> Resign(TestReflow reflow, string user) => reflow.Db.Change(Demo.Tenant, s =>
        s.Execute($"update member set doc = {(TestStore.IsPostgres ? "(doc::jsonb || '{\"is_resigned\":true}')::text" : "json_set(doc, '$.is_resigned', json('true'))")} where tenant = $1 and user_key = $2", user), TestContext.Current.CancellationToken);
}
