using System.Text.Json;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>What administrators see and do of human tasks, over HTTP with the admin token.</summary>
public class ControlFlowScenarios
{
    const string Admin = "the-admin-token";
    const string Root = $"/reflow/v1/tenants/{Demo.Tenant}";
    const string Manager = "1002", Finance = "1003", Director = "1004", Legal = "1005";

    [Fact]
    public async Task A_preview_says_what_a_rollback_does_and_does_nothing()
    {
        await using var reflow = await Start();
        var (_, manager) = await Started(reflow, 20_000);
        await Agree(reflow, manager, Manager);
        await Agree(reflow, await Pending(reflow, Director), Director);
        var (finance, legal) = (await Pending(reflow, Finance), await Pending(reflow, Legal));
        var before = await reflow.State();
        var preview = await Post(reflow, $"/tasks/{legal}/rollback_preview", new { operator_user_id = Legal, to_task_id = manager });
        Assert.Equal(before, await reflow.State());
        Assert.Equal(new[] { finance, legal }.Order(), Texts(preview, "closed", "task_id").Order());
        var opened = Assert.Single(preview.GetProperty("opened").EnumerateArray());
        Assert.Equal(Manager, opened.GetProperty("assignees")[0].GetProperty("user_id").GetString());
        Assert.False(opened.TryGetProperty("task_id", out _));
        Assert.Contains(manager, preview.GetProperty("superseded").EnumerateArray().Select(id => id.GetString()));
        Assert.Empty(preview.GetProperty("kept").EnumerateArray());
        (await reflow.Post($"/open-apis/apaas/v1/user_tasks/{legal}/rollback", new { operator_user_id = Legal, to_task_id = manager, opinion = "x" })).Ok();
        Assert.Equal(opened.GetProperty("node").GetString(), (await Post(reflow, $"/tasks/{await Pending(reflow, Manager)}/rollback_preview", new { operator_user_id = Manager, to_task_id = await FirstPoint(reflow, await Pending(reflow, Manager), Manager) }))
            .GetProperty("closed")[0].GetProperty("node").GetString());
    }

    [Fact]
    public async Task A_preview_keeps_the_branch_that_a_rollback_leaves_alone()
    {
        await using var reflow = await Start();
        var (_, manager) = await Started(reflow, 1);
        await Agree(reflow, manager, Manager);
        var (finance, legal) = (await Pending(reflow, Finance), await Pending(reflow, Legal));
        await Refuses(reflow, "POST", $"/tasks/{finance}/rollback_preview", new { operator_user_id = Finance, to_task_id = legal }, 400, "rollback points");
        await Refuses(reflow, "POST", $"/tasks/{finance}/rollback_preview", new { operator_user_id = Director, to_task_id = manager }, 400, "assignee");
        await Refuses(reflow, "POST", $"/tasks/{finance}/rollback_preview", new { operator_user_id = Finance }, 400, "to_task_id");
        await Refuses(reflow, "POST", $"/tasks/{finance}/rollback_preview", new { operator_user_id = Finance, to_task_id = true }, 400, "to_task_id");
        await Refuses(reflow, "POST", "/tasks/x/rollback_preview", new { operator_user_id = Finance, to_task_id = manager }, 404, "no task x");
    }

    [Fact]
    public async Task Without_the_admin_token_or_a_tenant_nothing_is_told()
    {
        await using var reflow = await Start();
        var body = new { operator_user_id = Manager, to_task_id = "1" };
        Assert.Equal(401, (await reflow.Send(new("POST", $"{Root}/tasks/1/rollback_preview", body))).Status);
        Assert.Equal(401, (await reflow.Send(new("POST", $"{Root}/tasks/1/rollback_preview", body, await reflow.Token()))).Status);
        var answer = await reflow.Send(new("POST", "/reflow/v1/tenants/nobody/tasks/1/rollback_preview", body, Admin));
        Assert.Equal((404, 404, "There is no tenant nobody."), (answer.Status, answer.Code, answer.Message));
        // Another tenant's task is none of this one's.
        var (_, manager) = await Started(reflow, 1);
        Assert.Equal(404, (await reflow.Send(new("POST", $"/reflow/v1/tenants/{Demo.OtherTenant}/tasks/{manager}/rollback_preview", body, Admin))).Status);
    }

    static Task<TestReflow> Start() => TestReflow.Start(settings => settings with { AdminToken = Admin });

    static async Task<JsonElement> Post(TestReflow reflow, string path, object body) => (await reflow.Send(new("POST", Root + path, body, Admin))).Ok().Data;

    /// <summary>A refusal: the status, its reason in words, and nothing changed.</summary>
    static async Task Refuses(TestReflow reflow, string method, string path, object? body, int status, string words)
    {
        var before = await reflow.State();
        var answer = await reflow.Send(new(method, Root + path, body, Admin));
        Assert.Equal((status, status), (answer.Status, answer.Code));
        Assert.Contains(words, answer.Message, StringComparison.Ordinal);
        Assert.Equal(before, await reflow.State());
    }

    static IEnumerable<string> Texts(JsonElement data, string list, string member) => data.GetProperty(list).EnumerateArray().Select(item => item.GetProperty(member).GetString()!);

    /// <summary>Starts a purchase and answers it with the manager's task.</summary>
    static async Task<(string Instance, string Manager)> Started(TestReflow reflow, int amount)
    {
        var instance = (await reflow.Post("/open-apis/apaas/v1/applications/package_demo__c/flows/purchase/execute",
            new { @operator = """{"_id":1001}""", @params = $$"""{"amount":{{amount}}}""" })).Ok().Data.GetProperty("execution_id").GetString()!;
        return (instance, await Pending(reflow, Manager));
    }

    static async Task Agree(TestReflow reflow, string task, string who) => (await reflow.Post($"/open-apis/apaas/v1/approval_tasks/{task}/agree", new { user_id = who })).Ok();

    /// <summary>The newest task that waits for someone.</summary>
    static async Task<string> Pending(TestReflow reflow, string who) =>
        (await reflow.Post("/open-apis/apaas/v1/user_task/query", new { kunlun_user_id = who, source = "assignMe", type = "pending" })).Ok().Data.GetProperty("tasks")[0].GetProperty("task_id").GetString()!;

    static async Task<string> FirstPoint(TestReflow reflow, string task, string who) =>
        (await reflow.Post($"/open-apis/apaas/v1/user_tasks/{task}/rollback_points", new { operator_user_id = who })).Ok().Data.GetProperty("tasks")[0].GetProperty("id").GetString()!;
}
