using System.Text.Json;
using Xunit;
using static Reflow.Server.Tests.Projects.DemoSpace;

namespace Reflow.Server.Tests.Projects;

/// <summary>Templates and roles that calls change; what runs goes on as it began.</summary>
public class TemplateAndRoleScenarios
{
    const string Make = "/open_api/template/v2/create_template", Change = "/open_api/template/v2/update_template", Gone = "/open_api/template/v2/delete_template/demo/";

    public static TheoryData<Refused> All =>
    [
        Of("project.template.create", 10005, "nobody who administers the space", Make, new { project_key = "demo", work_item_type_key = "story", template_name = "x" }, Manager),
        Of("project.template.create", 20006, "no name", Make, new { project_key = "demo", work_item_type_key = "story", template_name = " " }),
        Of("project.template.create", 20006, "a copy of what is none", Make, new { project_key = "demo", work_item_type_key = "story", template_name = "x", copy_template_id = 200001 }),
        Of("project.template.create", 50006, "a name that is taken", Make, new { project_key = "demo", work_item_type_key = "story", template_name = "标准需求" }),
        Of("project.template.create", 30014, "a type that is none", Make, new { project_key = "demo", work_item_type_key = "epic", template_name = "x" }),
        Of("project.template.update", 10005, "nobody who administers the space", Change, new { project_key = "demo", template_id = 100001 }, Manager, "PUT"),
        Of("project.template.update", 50006, "a template that is none", Change, new { project_key = "demo", template_id = 5 }, Director, "PUT"),
        Edit("an action that is none", new { action = 4, state_key = "docs" }),
        Edit("a node that is none", new { action = 3, state_key = "nowhere" }),
        Edit("a node that is there", new { action = 1, state_key = "docs" }),
        Edit("a circle", new { action = 3, state_key = "doing", pre_node_state_key = new[] { "release" } }),
        Edit("a role that is none", new { action = 3, state_key = "docs", owner_usage_mode = 2, owner_roles = new[] { "CEO" } }),
        Edit("an owner whom nobody knows", new { action = 3, state_key = "docs", owners = new[] { "1" } }),
        Edit("a subtask that is none", new { action = 3, state_key = "docs", task_confs = new[] { new { action = 2, id = "regression" } } }),
        Of("project.template.delete", 10005, "nobody who administers the space", Gone + "100001", null, Manager, "DELETE"),
        Of("project.template.delete", 20006, "an id that is no number", Gone + "x", null, Director, "DELETE"),
        Of("project.template.delete", 50006, "a template that is none", Gone + "5", null, Director, "DELETE"),
        Role("create", 10005, "nobody who administers the space", new { role = new { id = "QA", name = "测试" } }, Manager),
        Role("create", 20006, "an id that is taken", new { role = new { id = "PM", name = "x" } }),
        Role("create", 20006, "given members that are not given", new { role = new { id = "QA", name = "x", member_assign_mode = 2 } }),
        Role("create", 30014, "a type that is none", new { role = new { id = "QA" } }, type: "epic"),
        Role("update", 10005, "nobody who administers the space", new { role = new { id = "PM" } }, Manager),
        Role("update", 20006, "a role that is none", new { role_id = "QA", role = new { name = "x" } }),
        Role("update", 30014, "a type that is none", new { role_id = "PM" }, type: "epic"),
        Role("delete", 10005, "nobody who administers the space", new { role_id = "PM" }, Manager),
        Role("delete", 20006, "a role that is none", new { role_id = "QA" }),
        Role("delete", 30014, "a type that is none", new { role_id = "PM" }, type: "epic"),
        Role("delete", 20093, "a role that a template names", new { role_id = "PM" }),
        new Refused("a role that somebody has", "project.flow_role.delete", 20093, async r =>
        {
            await Do(r, $"{Space}/flow_roles/story/create_role", new { role = new { id = "QA", name = "测试", member_assign_mode = 2, members = new[] { Legal } } }, Director);
            await Story(r);
            return await Call(r, $"{Space}/flow_roles/story/delete_role", new { role_id = "QA" }, Director);
        }),
    ];

    [Theory, MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task Refused(Refused scenario)
    {
        await using var reflow = await TestReflow.Start();
        await scenario.Check(reflow);
    }

    [Fact]
    public async Task An_item_keeps_the_version_that_it_began_with()
    {
        await using var reflow = await TestReflow.Start();
        var before = await Story(reflow);
        await Do(reflow, Change, new
        {
            project_key = "demo",
            template_id = "100001",
            workflow_confs = new object[]
            {
                new { action = 2, state_key = "docs" },
                new { action = 1, state_key = "audit", name = "审计", pre_node_state_key = new[] { "test" }, pass_mode = 2, owners = (string[]?)null, task_confs = new[] { new { action = 1, id = "list", name = "清单", node_pass_required_mode = 1 } } },
                new { action = 3, state_key = "release", pre_node_state_key = new[] { "audit" }, done_actual_point = false },
            },
        }, Director, "PUT");
        var after = await Story(reflow);
        Assert.Equal("start3 doing2 test1 docs1 release1 end1", await Stand(reflow, before));
        Assert.Equal("start3 doing2 test1 release1 end1 audit1", await Stand(reflow, after));
        var template = await Do(reflow, $"{Space}/template_detail/100001", null, method: "GET");
        Assert.Equal(2, template.GetProperty("version").GetInt32());
        Assert.Contains(("audit", "release"), Connections(template));
        Assert.DoesNotContain(Connections(template), c => c.From == "docs" || c.To == "docs");
        await Do(reflow, Gone + "100001", null, Director, "DELETE");
        Assert.DoesNotContain("100001", (await Do(reflow, $"{Space}/template_list/story", null, method: "GET")).GetRawText());
        Assert.Equal(50006, (await reflow.Send(await Call(reflow, $"{Space}/work_item/create", new { work_item_type_key = "story", template_id = 100001, name = "x" }))).Code);
        await Confirm(reflow, before, "doing", Whole);
        Assert.Equal("start3 doing3 test2 docs2 release1 end1", await Stand(reflow, before));
    }

    [Fact]
    public async Task A_template_begins_as_a_copy_or_with_one_thing_to_do()
    {
        await using var reflow = await TestReflow.Start();
        var copy = (await Do(reflow, Make, new { project_key = "demo", work_item_type_key = "story", template_name = "副本", copy_template_id = 100001 }, Director)).GetInt64();
        Assert.Equal("start3 doing2 test1 docs1 release1 end1", await Stand(reflow, await Of(reflow, "story", copy)));
        var fresh = (await Do(reflow, Make, new { project_key = "demo", work_item_type_key = "story", template_name = "新的" }, Director)).GetInt64();
        Assert.Equal("started3 doing2 ended1", await Stand(reflow, await Of(reflow, "story", fresh)));
        var states = (await Do(reflow, Make, new { project_key = "demo", work_item_type_key = "bug", template_name = "新的" }, Director)).GetInt64();
        Assert.Equal(2, (await Do(reflow, $"{Space}/template_detail/{states}", null, method: "GET")).GetProperty("state_flow_confs").GetArrayLength());
        await Of(reflow, "bug", states);
    }

    [Fact]
    public async Task A_role_is_made_changed_and_taken_away()
    {
        await using var reflow = await TestReflow.Start();
        Assert.Equal("QA", (await Do(reflow, $"{Space}/flow_roles/story/create_role", new { role = new { id = "QA", name = "测试", is_member_multi = false } }, Director)).GetString());
        await Do(reflow, $"{Space}/flow_roles/story/update_role", new { role_id = "QA", role = new { name = "质量", member_assign_mode = 2, members = new[] { Legal }, is_owner = true } }, Director);
        var role = (await Do(reflow, $"{Space}/flow_roles/story", null, method: "GET")).EnumerateArray().Single(r => r.GetProperty("key").GetString() == "QA");
        Assert.Equal(("质量", 2, false, true, Legal), (role.GetProperty("name").GetString(), role.GetProperty("member_assign_mode").GetInt32(), role.GetProperty("is_member_multi").GetBoolean(),
            role.GetProperty("is_owner").GetBoolean(), role.GetProperty("members")[0].GetString()));
        await Do(reflow, $"{Space}/flow_roles/story/delete_role", new { role_id = "QA" }, Director);
        Assert.DoesNotContain("QA", (await Do(reflow, $"{Space}/flow_roles/story", null, method: "GET")).GetRawText());
        // A change of roles is none of the templates.
        Assert.Equal(1, (await Do(reflow, $"{Space}/template_detail/100001", null, method: "GET")).GetProperty("version").GetInt32());
    }

    static async Task<long> Of(TestReflow reflow, string type, long template) =>
        (await Do(reflow, $"{Space}/work_item/create", new { work_item_type_key = type, template_id = template, name = "x" })).GetInt64();

    static IEnumerable<(string? From, string? To)> Connections(JsonElement template) => template.GetProperty("connections").EnumerateArray()
        .Select(c => (c.GetProperty("source_state_key").GetString(), c.GetProperty("target_state_key").GetString()));

    static Refused Of(string operation, int code, string name, string path, object? body, string user = Director, string method = "POST") => new(name, operation, code, reflow => Call(reflow, path, body, user, method));

    static Refused Edit(string name, object conf) => Of("project.template.update", 20006, name, Change, new { project_key = "demo", template_id = 100001, workflow_confs = new[] { conf } }, Director, "PUT");

    static Refused Role(string act, int code, string name, object body, string user = Director, string type = "story") =>
        Of($"project.flow_role.{act}", code, name, $"{Space}/flow_roles/{type}/{act}_role", body, user);
}
