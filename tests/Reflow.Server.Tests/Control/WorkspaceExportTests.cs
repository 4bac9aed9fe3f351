using System.Text.Json;
using Reflow.Server.Control;
using Reflow.Server.Tests.Tasks;
using Xunit;

namespace Reflow.Server.Tests.Control;

/// <summary>An exported workspace is one that can be applied, and says all that the format can.</summary>
public class WorkspaceExportTests
{
    const string Admin = "the-admin-token", Root = "/reflow/v1/workspace";

    [Fact]
    public async Task The_demo_applied_to_an_empty_server_is_the_same_workspace_to_the_byte_and_answers_calls_the_same()
    {
        await using var first = await Start();
        await using var second = await Empty();
        var file = await Export(first, secrets: true);
        (await Apply(second, file)).Ok();
        Assert.Equal(file, await Export(second, secrets: true));
        foreach (var reflow in new[] { first, second }) await Work(reflow);
        Assert.Equal(await Answers(first), await Answers(second));
    }

    [Fact]
    public async Task Applied_where_it_came_from_it_changes_nothing()
    {
        await using var reflow = await Start();
        var before = await reflow.State();
        foreach (var secrets in new[] { true, false })
        {
            var applied = (await Apply(reflow, await Export(reflow, secrets))).Ok().Data;
            Assert.False(applied.GetProperty("changed").GetBoolean(), applied.ToString());
            Assert.Equal(before, await reflow.State());
        }
    }

    [Fact]
    public async Task The_demo_is_exported_with_every_definition_that_its_file_has()
    {
        await using var reflow = await Start();
        var exported = Workspace.Parse("export", await Export(reflow, secrets: true)).Workspace!.Tenants[0];
        var demo = Workspace.Demo().Tenants[0];
        Assert.Equal((demo.Tasks.Count, demo.Flows.Roles.Count, demo.Flows.Definitions.Count, demo.Projects.Count, demo.Reports.Rules.Count, demo.Reports.Views.Count),
            (exported.Tasks.Count, exported.Flows.Roles.Count, exported.Flows.Definitions.Count, exported.Projects.Count, exported.Reports.Rules.Count, exported.Reports.Views.Count));
        Assert.Equal(demo.Directory.Apps.Select(app => app.SecretHash), exported.Directory.Apps.Select(app => app.SecretHash));
    }

    [Fact]
    public async Task Without_secrets_nobody_can_read_them_and_a_new_app_is_refused_by_name()
    {
        await using var reflow = await Start();
        var (bare, full) = (await Export(reflow, secrets: false), await Export(reflow, secrets: true));
        Assert.Contains("secret_hash", full, StringComparison.Ordinal);
        Assert.DoesNotContain("secret_hash", bare, StringComparison.Ordinal);
        Assert.DoesNotContain("password_hash", bare, StringComparison.Ordinal);
        await using var empty = await Empty();
        var before = await empty.State();
        var refused = await Apply(empty, bare);
        Assert.Equal(400, refused.Status);
        Assert.Contains($"{Demo.App} is new here and has no secret", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await empty.State());
    }

    [Fact]
    public async Task Texts_that_YAML_takes_for_something_else_come_back_as_they_were()
    {
        await using var reflow = await Start();
        string[] texts = ["yes", "null", "1.0", "- x", "a: b", "# x", "'\"\\", "line\nbreak\ttab", "🚄\u2028\u0085\ufeff\u007f", " edges ", "{a}", "*", "&a", "是", "y"];
        foreach (var text in texts)
            (await reflow.Post("/open-apis/task/v1/tasks", new { summary = text, origin = new { platform_i18n_name = """{"zh_cn":"y"}""" } })).Ok();
        await using var empty = await Empty();
        var file = await Export(reflow, secrets: true);
        (await Apply(empty, file)).Ok();
        Assert.Equal(file, await Export(empty, secrets: true));
        var summaries = (await Tasks(empty)).Select(task => task.GetProperty("summary").GetString()).ToList();
        Assert.All(texts, text => Assert.Contains(text.Trim(), summaries.Select(summary => summary!.Trim())));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "zh_cn" : "平台" }""")]
    [InlineData("""{"en_us":"Platform","zh_cn":"\u5e73\u53f0"}""")]
    public async Task The_name_of_a_tasks_origin_comes_back_as_it_was(string name)
    {
        await using var reflow = await Start();
        (await reflow.Post("/open-apis/task/v1/tasks", new { summary = "x", origin = new { platform_i18n_name = name } })).Ok();
        var file = await Export(reflow, secrets: true);
        Assert.False((await Apply(reflow, file)).Ok().Data.GetProperty("changed").GetBoolean());
        await using var empty = await Empty();
        (await Apply(empty, file)).Ok();
        Assert.Equal(file, await Export(empty, secrets: true));
        Assert.Equal((await Tasks(reflow)).Select(Origin), (await Tasks(empty)).Select(Origin));

        static string? Origin(JsonElement task) => task.GetProperty("origin").GetProperty("platform_i18n_name").GetString();
    }

    [Fact]
    public async Task Tasks_come_with_their_reminders_and_comments_also_where_what_they_hang_on_is_gone()
    {
        await using var reflow = await Start();
        var id = await reflow.NewTask(due: TaskDesk.Start + 7200, followers: ["1002"]);
        foreach (var minutes in new[] { 30, -30 }) (await reflow.On(id, "POST", "/reminders", new { relative_fire_minute = minutes })).Ok();
        var parent = (await reflow.On(id, "POST", "/comments", new { content = "gone" })).Ok().Data.GetProperty("comment").GetProperty("id").GetString()!;
        var reply = (await reflow.On(id, "POST", "/comments", new { rich_content = "[r](https://x.example)", parent_id = parent }, by: "1002")).Ok().Data.GetProperty("comment").GetProperty("id").GetString()!;
        (await reflow.On(id, "POST", "/comments", new { content = "answer", parent_id = reply })).Ok();
        (await reflow.On(id, "DELETE", $"/comments/{parent}")).Ok();
        (await reflow.On(id, "POST", "/batch_delete_follower" + TaskDesk.ByUserId, new { id_list = await reflow.UserIds("1002") })).Ok();
        var undue = await reflow.NewTask(due: TaskDesk.Start + 7200);
        (await reflow.On(undue, "POST", "/reminders", new { relative_fire_minute = 30 })).Ok();
        (await reflow.On(undue, "PATCH", "", new { task = new { }, update_fields = new[] { "due" } })).Ok();
        await using var empty = await Empty();
        var file = await Export(reflow, secrets: true);
        (await Apply(empty, file)).Ok();
        Assert.Equal(file, await Export(empty, secrets: true));
        Assert.Equal([30, -30], (await empty.Get($"/open-apis/task/v1/tasks/{id}/reminders")).Ok().Data.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("relative_fire_minute").GetInt32()));
        var comments = (await empty.Get($"/open-apis/task/v1/tasks/{id}/comments")).Ok().Data.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal([(reply, "0"), (comments[1].GetProperty("id").GetString(), reply)], comments.Select(comment => (comment.GetProperty("id").GetString(), comment.GetProperty("parent_id").GetString())));
    }

    [Fact]
    public async Task A_file_that_is_no_text_is_refused()
    {
        await using var reflow = await Start();
        var refused = await reflow.Send(new("POST", $"{Root}/apply", new byte[] { 0xff }, Admin) { Headers = [("Content-Type", "application/yaml")] });
        Assert.Equal((400, "workspace: The file is not UTF-8."), (refused.Status, refused.Message));
    }

    [Fact]
    public async Task The_schema_is_served_as_it_is_shipped()
    {
        await using var reflow = await Start();
        var answer = await reflow.Send(new("GET", $"{Root}/schema", null, Admin));
        Assert.Equal(("application/schema+json; charset=utf-8", Workspace.Schema()), (answer.Headers["Content-Type"], answer.Text));
    }

    static Task<TestReflow> Start() => TestReflow.Start(settings => settings with { AdminToken = Admin });

    static async Task<TestReflow> Empty() => await TestReflow.StartOn(await TestStore.Empty(), new(), settings => settings with { AdminToken = Admin, Demo = false });

    static async Task<string> Export(TestReflow reflow, bool secrets)
    {
        var answer = await reflow.Send(new("GET", $"{Root}/export{(secrets ? "?secrets=true" : "")}", null, Admin));
        Assert.Equal(200, answer.Status);
        return answer.Text;
    }

    static Task<Answer> Apply(TestReflow reflow, string file) => reflow.Send(new("POST", $"{Root}/apply", file, Admin) { Headers = [("Content-Type", "application/yaml")] });

    static async Task<IReadOnlyList<JsonElement>> Tasks(TestReflow reflow) => [.. (await reflow.Get("/open-apis/task/v1/tasks?page_size=100")).Ok().Data.GetProperty("items").EnumerateArray()];

    // A flow starts and an item is made, so that definitions are used and not only listed.
    static async Task Work(TestReflow reflow) =>
        (await reflow.Send(new("POST", $"/reflow/v1/tenants/{Demo.Tenant}/instances", new { @namespace = "package_demo__c", flow = "purchase", operator_user_id = "1001", @params = new { amount = 20000 } }, Admin))).Ok();

    static async Task<string> Answers(TestReflow reflow)
    {
        var plugin = (await reflow.Send(new("POST", "/open_api/authen/plugin_token", new { plugin_id = "MII_DEMO00000000001", plugin_secret = "ReflowDemoPluginSecret00000000001" }))).Json.GetProperty("data").GetProperty("token").GetString()!;
        Request Project(string method, string path, object? body = null) => new(method, $"/open_api/{path}", body) { Headers = [("X-PLUGIN-TOKEN", plugin), ("X-USER-KEY", "7000000000000001001")] };
        List<string> answers =
        [
            string.Join('\n', await Tasks(reflow)),
            (await reflow.Get("/open-apis/contact/v3/users/find_by_department?department_id=0&user_id_type=user_id&department_id_type=department_id")).Ok().Data.ToString(),
            (await reflow.Post("/open-apis/apaas/v1/user_task/query", new { kunlun_user_id = "1002", type = "pending", source = "assignMe" })).Ok().Data.GetProperty("tasks").EnumerateArray()
                .Count(task => task.ToString().Contains("20000", StringComparison.Ordinal)).ToString(),
            (await reflow.Get("/open-apis/report/v1/rules/query?rule_name=日报")).Ok().Data.ToString(),
        ];
        Assert.Equal("1", answers[2]);
        foreach (var request in new[] { Project("GET", "demo/work_item/all-types"), Project("POST", "demo/field/all", new { work_item_type_key = "story" }), Project("GET", "demo/template_list/story"), Project("GET", "demo/template_detail/100001"), Project("GET", "demo/flow_roles/story") })
            answers.Add((await reflow.Send(request)).Ok().Json.GetProperty("data").ToString());
        return string.Join("\n\n", answers);
    }
}
