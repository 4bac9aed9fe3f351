using Reflow.Server.Tests.Projects;
using Xunit;

namespace Reflow.Server.Tests.TestControls;

/// <summary>What a refusal says beside its documented text: why, and what would help.</summary>
public class HintScenarios
{
    [Fact]
    public async Task Of_a_token_of_the_wrong_kind_it_names_those_that_the_operation_takes()
    {
        await using var desk = await Desk.Start();
        var query = new { kunlun_user_id = "1004", type = "pending", source = "assignMe" };
        Assert.Contains("apaas.v1.user_task.query takes tenant tokens (t-).", await Hint(desk, new("POST", "/open-apis/apaas/v1/user_task/query", query, await desk.Reflow.UserToken("1004"))), StringComparison.Ordinal);
        Assert.Contains("authen.v1.user_info.get takes user tokens (u- or eyJ).", await Hint(desk, new("GET", "/open-apis/authen/v1/user_info", null, await desk.Reflow.Token())), StringComparison.Ordinal);
        Assert.Contains("takes tenant tokens (t-) and user tokens (u- or eyJ).", await Hint(desk, new("GET", "/open-apis/task/v1/tasks", null, "p-abc")), StringComparison.Ordinal);
        Assert.Contains("takes tenant tokens (t-) and user tokens (u- or eyJ).", await Hint(desk, new("GET", "/open-apis/task/v1/tasks")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_scope_that_is_missing_it_says_which_and_where_it_is_granted()
    {
        await using var desk = await Desk.Start();
        var hint = await Hint(desk, new("POST", "/open-apis/task/v1/tasks", new { summary = "x" }, await desk.Reflow.Token(Demo.ReportApp)));
        Assert.StartsWith($"Grant app {Demo.ReportApp} one of the scopes task:task; the workspace file has them under apps[].scopes.", hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_follower_who_changes_a_task_it_says_that_they_only_follow_it()
    {
        await using var desk = await Desk.Start();
        var change = new { task = new { summary = "y" }, update_fields = new[] { "summary" } };
        Assert.Contains("finance only follows task 0d38e26e-190a-49e9-93a2-35067763ed04; its creator and collaborators may change it.",
            await Hint(desk, new("PATCH", "/open-apis/task/v1/tasks/0d38e26e-190a-49e9-93a2-35067763ed04", change, await desk.Reflow.UserToken("1003"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_task_that_was_rolled_back_it_says_so_and_when()
    {
        await using var desk = await Desk.Start();
        var task = (await desk.Reflow.Post("/open-apis/apaas/v1/user_task/query", new { kunlun_user_id = "1004", type = "pending", source = "assignMe" })).Ok().Data.GetProperty("tasks")[0].GetProperty("task_id").GetString();
        var point = (await desk.Reflow.Post($"/open-apis/apaas/v1/user_tasks/{task}/rollback_points", new { operator_user_id = "1004" })).Ok().Data.GetProperty("tasks")[0].GetProperty("id").GetString();
        var back = new { operator_user_id = "1004", to_task_id = point, opinion = "x" };
        var at = desk.Reflow.Clock.GetUtcNow();
        (await desk.Reflow.Post($"/open-apis/apaas/v1/user_tasks/{task}/rollback", back)).Ok();
        desk.Reflow.Clock.Advance(TimeSpan.FromMinutes(5));
        var says = $"Task {task} is closed: it was rolled back at {at:yyyy-MM-dd'T'HH:mm:ss'Z'}.";
        Assert.StartsWith(says, await Hint(desk, new("POST", $"/open-apis/apaas/v1/user_tasks/{task}/rollback", back, await desk.Reflow.Token())), StringComparison.Ordinal);
        Assert.StartsWith(says, await Hint(desk, new("POST", $"/open-apis/apaas/v1/approval_tasks/{task}/agree", new { user_id = "1004" }, await desk.Reflow.Token())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_node_that_cannot_be_confirmed_it_lists_all_that_is_still_needed()
    {
        await using var desk = await Desk.Start();
        var item = await DemoSpace.Story(desk.Reflow);
        var call = await DemoSpace.Call(desk.Reflow, DemoSpace.Node(item, "doing"), new { action = "confirm" });
        var refused = await desk.Reflow.Send(call);
        var needs = refused.Json.GetProperty("err").GetProperty("details").EnumerateArray().Select(need => $"{need.GetProperty("kind").GetString()} {need.GetProperty("key").GetString()}".Trim()).ToList();
        Assert.InRange(needs.Count, 3, 10);
        Assert.StartsWith($"Still needed: {string.Join("; ", needs)}.", refused.Headers["X-Reflow-Hint"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_all_operations_of_the_control_plane_share_is_explained_as_well()
    {
        await using var desk = await Desk.Start();
        Assert.Contains("The body is no JSON.", await Hint(desk, new("POST", "/reflow/v1/clock/set", "{", Desk.Admin)), StringComparison.Ordinal);
        Assert.Contains("The bearer is another one.", await Hint(desk, new("GET", "/reflow/v1/clock", null, "x")), StringComparison.Ordinal);
    }

    static async Task<string> Hint(Desk desk, Request request)
    {
        var answer = await desk.Reflow.Send(request);
        Assert.True(answer.Headers.ContainsKey("X-Reflow-Hint"), $"{answer.Status} {answer.Text}");
        return answer.Headers["X-Reflow-Hint"];
    }
}
