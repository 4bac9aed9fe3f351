using Xunit;
using static Reflow.Server.Tests.ControlPlane;

namespace Reflow.Server.Tests;

/// <summary>What administrators see and do of human tasks, over HTTP with the admin token.</summary>
public class ControlFlowScenarios
{
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

    [Fact]
    public async Task The_graph_tells_what_waits_what_holds_what_was_undone_and_what_was_never_reached()
    {
        await using var reflow = await Start();
        var (instance, manager) = await Started(reflow, 20_000);
        reflow.Clock.Advance(TimeSpan.FromSeconds(1));
        await Agree(reflow, manager, Manager);
        var director = await Pending(reflow, Director);
        var between = reflow.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        reflow.Clock.Advance(TimeSpan.FromSeconds(1));
        (await reflow.Post($"/open-apis/apaas/v1/user_tasks/{director}/rollback", new { operator_user_id = Director, to_task_id = manager, opinion = "again" })).Ok();

        var graph = await Get(reflow, $"/instances/{instance}");
        var tasks = graph.GetProperty("tasks").EnumerateArray().ToDictionary(t => t.GetProperty("task_id").GetString()!);
        var (managers, directors) = (tasks[manager].GetProperty("node").GetString()!, tasks[director].GetProperty("node").GetString()!);
        var start = graph.GetProperty("edges")[0].GetProperty("from").GetString()!;
        var states = States(graph);
        Assert.Equal(("live", "pending", "undone"), (states[start], states[managers], states[directors]));
        Assert.Contains("not_reached", states.Values);
        Assert.True(tasks[manager].GetProperty("superseded").GetBoolean());
        Assert.Equal("rolled_back", tasks[director].GetProperty("status").GetString());
        Assert.Contains(graph.GetProperty("firings").EnumerateArray(), f => f.GetProperty("state").GetString() == "undone" && f.GetProperty("undone_by").GetString() == director);

        var then = States(await Get(reflow, $"/instances/{instance}?at={between}"));
        Assert.Equal(("live", "live", "pending"), (then[start], then[managers], then[directors]));
        var first = await Get(reflow, $"/instances/{instance}?at={between - 1}");
        Assert.Equal(("pending", "not_reached"), (States(first)[managers], States(first)[directors]));
        await Refuses(reflow, "GET", $"/instances/{instance}?at=1", null, 404, "had not started");
        await Refuses(reflow, "GET", $"/instances/{instance}?at=yesterday", null, 400, "at: ");
        await Refuses(reflow, "GET", "/instances/1", null, 404, "no instance 1");
    }

    [Fact]
    public async Task The_timeline_tells_every_change_in_pages()
    {
        await using var reflow = await Start();
        var (instance, manager) = await Started(reflow, 20_000);
        (await reflow.Post($"/open-apis/apaas/v1/approval_tasks/{manager}/agree", new { user_id = Manager, opinion = "fine" })).Ok();
        var first = await Get(reflow, $"/instances/{instance}/timeline?page_size=1");
        Assert.Equal("started", first.GetProperty("changes")[0].GetProperty("events")[0].GetProperty("event").GetString());
        Assert.True(first.GetProperty("has_more").GetBoolean());
        var second = await Get(reflow, $"/instances/{instance}/timeline?page_token={first.GetProperty("page_token").GetString()}");
        var change = Assert.Single(second.GetProperty("changes").EnumerateArray());
        Assert.Equal((Manager, "apaas.v1.approval_task.agree"), (change.GetProperty("by").GetString(), change.GetProperty("operation").GetString()));
        Assert.Equal("fine", change.GetProperty("events")[0].GetProperty("opinion").GetString());
        Assert.False(second.GetProperty("has_more").GetBoolean());
        await Refuses(reflow, "GET", $"/instances/{instance}/timeline?page_size=0", null, 400, "page_size");
        await Refuses(reflow, "GET", "/instances/x/timeline", null, 404, "no instance x");
    }

    [Fact]
    public async Task Instances_are_started_filtered_and_paged_newest_first()
    {
        await using var reflow = await Start();
        var from = reflow.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        var started = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            // Two of them in one millisecond: the id decides then.
            if (i != 3) reflow.Clock.Advance(TimeSpan.FromSeconds(1));
            started.Insert(0, (await Post(reflow, "/instances", new { @namespace = "package_demo__c", flow = "purchase", operator_user_id = "1001", @params = new { amount = 77_000 + i } })).GetProperty("instance_id").GetString()!);
        }
        var found = new List<string>();
        for (var token = ""; token is not null;)
        {
            var page = await Get(reflow, $"/instances?started_from={from + 1}&page_size=2&page_token={token}");
            found.AddRange(Texts(page, "instances", "instance_id"));
            token = page.GetProperty("has_more").GetBoolean() ? page.GetProperty("page_token").GetString() : null;
        }
        Assert.Equal(started, found);
        Assert.Equal([started[2]], Texts(await Get(reflow, "/instances?text=77002&flow=purchase&namespace=package_demo__c&initiator=1001&status=in_process"), "instances", "instance_id"));
        Assert.Empty(Texts(await Get(reflow, "/instances?text=7_002"), "instances", "instance_id"));
        Assert.Empty(Texts(await Get(reflow, $"/instances?started_to={from}&text=77002"), "instances", "instance_id"));
        foreach (var none in new[] { "initiator=1002", "flow=x", "namespace=x", "status=failed" })
            Assert.Empty(Texts(await Get(reflow, $"/instances?started_from={from + 1}&{none}"), "instances", "instance_id"));
        await Refuses(reflow, "GET", "/instances?status=done", null, 400, "status: must be one of in_process");
        await Refuses(reflow, "GET", "/instances?page_token=x", null, 400, "page_token");
        await Refuses(reflow, "POST", "/instances", new { @namespace = "package_demo__c", flow = "purchase" }, 400, "operator_user_id");
        await Refuses(reflow, "POST", "/instances", new { @namespace = "package_demo__c", flow = "purchase", operator_user_id = "9" }, 400, "no user '9'");
        await Refuses(reflow, "POST", "/instances", new { @namespace = "package_demo__c", flow = "nothing", operator_user_id = "1001" }, 404, "flow nothing");
        await Refuses(reflow, "POST", "/instances", new { @namespace = "package_demo__c", flow = "purchase", operator_user_id = "1001", @params = "x" }, 400, "params");
        await Refuses(reflow, "POST", "/instances", new { @namespace = "package_demo__c", flow = "purchase", operator_user_id = "1001", @params = new { amount = "much" } }, 400, "amount");
    }

    [Fact]
    public async Task A_batch_does_what_it_can_and_says_what_became_of_each()
    {
        await using var reflow = await Start();
        var (_, first) = await Started(reflow, 1);
        var (_, second) = await Started(reflow, 1);
        var agreed = await Post(reflow, "/tasks/batch_agree", new { operator_user_id = Manager, task_ids = new[] { first, "1", first, second } });
        Assert.Equal([0, 404, 400, 0], agreed.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("code").GetInt32()));
        Assert.Equal([first, "1", first, second], Texts(agreed, "results", "task_id"));
        Assert.Equal(2, agreed.GetProperty("succeeded").GetInt32());

        var (third, fourth) = ((await Started(reflow, 1)).Manager, (await Started(reflow, 1)).Manager);
        var (start, other) = (await FirstPoint(reflow, third, Manager), await FirstPoint(reflow, fourth, Manager));
        var back = await Post(reflow, "/tasks/batch_rollback", new { operator_user_id = Manager, opinion = "again", items = new[] { new { task_id = third, to_task_id = other }, new { task_id = fourth, to_task_id = other }, new { task_id = third, to_task_id = start } } });
        Assert.Equal([400, 0, 0], back.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("code").GetInt32()));
        Assert.Contains("rollback points", back.GetProperty("results")[0].GetProperty("msg").GetString(), StringComparison.Ordinal);

        await Refuses(reflow, "POST", "/tasks/batch_agree", new { operator_user_id = Manager, task_ids = Array.Empty<string>() }, 400, "task_ids");
        await Refuses(reflow, "POST", "/tasks/batch_agree", new { operator_user_id = "9", task_ids = new[] { first } }, 400, "operator_user_id");
        await Refuses(reflow, "POST", "/tasks/batch_rollback", new { operator_user_id = Manager, opinion = "x", items = new[] { new { task_id = first } } }, 400, "items[0].to_task_id");
        await Refuses(reflow, "POST", "/tasks/batch_rollback", new { operator_user_id = Manager, opinion = "x" }, 400, "items");
        await Refuses(reflow, "POST", "/tasks/batch_rollback", new { operator_user_id = Manager, opinion = " ", items = new[] { new { task_id = first, to_task_id = start } } }, 400, "opinion");
    }

    [Fact]
    public async Task An_administrator_hands_a_task_over_and_history_says_who_and_why()
    {
        await using var reflow = await Start();
        var (instance, manager) = await Started(reflow, 1);
        await Refuses(reflow, "POST", $"/tasks/{manager}/reassign", new { operator_user_id = Director, to_user_ids = new[] { Legal } }, 400, "opinion");
        await Refuses(reflow, "POST", $"/tasks/{manager}/reassign", new { operator_user_id = Director, to_user_ids = Array.Empty<string>(), opinion = "x" }, 400, "to_user_ids");
        await Refuses(reflow, "POST", $"/tasks/{manager}/reassign", new { operator_user_id = Director, to_user_ids = new[] { "9" }, opinion = "x" }, 400, "no user '9'");
        await Refuses(reflow, "POST", $"/tasks/{manager}/reassign", new { operator_user_id = "9", to_user_ids = new[] { Legal }, opinion = "x" }, 400, "operator_user_id");
        await Refuses(reflow, "POST", "/tasks/1/reassign", new { operator_user_id = Director, to_user_ids = new[] { Legal }, opinion = "x" }, 404, "no task 1");
        await Post(reflow, $"/tasks/{manager}/reassign", new { operator_user_id = Director, to_user_ids = new[] { Legal }, opinion = "on leave" });
        Assert.Equal(manager, await Pending(reflow, Legal));
        await Audited(reflow, instance, Director, "control.flow.task.reassign", "on leave");
        await Agree(reflow, manager, Legal);
    }

    [Fact]
    public async Task An_administrator_jumps_back_without_being_asked()
    {
        await using var reflow = await Start();
        var (instance, manager) = await Started(reflow, 20_000);
        await Agree(reflow, manager, Manager);
        var director = await Pending(reflow, Director);
        await Refuses(reflow, "POST", $"/tasks/{director}/rollback_preview", new { operator_user_id = Legal, to_task_id = manager }, 400, "assignee");
        var preview = await Post(reflow, $"/tasks/{director}/rollback_preview", new { operator_user_id = Legal, to_task_id = manager, as_administrator = true });
        Assert.Equal([director], Texts(preview, "closed", "task_id"));
        await Refuses(reflow, "POST", $"/tasks/{director}/jump_back", new { operator_user_id = Legal, to_task_id = director, opinion = "x" }, 400, "rollback points");
        await Refuses(reflow, "POST", $"/tasks/{director}/jump_back", new { operator_user_id = Legal, to_task_id = manager, opinion = "" }, 400, "opinion");
        await Post(reflow, $"/tasks/{director}/jump_back", new { operator_user_id = Legal, to_task_id = manager, opinion = "wrong supplier" });
        Assert.NotEqual(manager, await Pending(reflow, Manager));
        await Audited(reflow, instance, Legal, "control.flow.task.jump_back", "wrong supplier");
        await Refuses(reflow, "POST", $"/tasks/{director}/jump_back", new { operator_user_id = Legal, to_task_id = manager, opinion = "x" }, 400, "closed");
    }

    [Fact]
    public async Task An_administrator_jumps_back_where_the_flow_lets_nobody()
    {
        await using var reflow = await Start();
        await Deploy(reflow, Ask("first", "\"1002\"") + "," + Ask("second", "\"1003\""), Edges("start-first", "first-second", "second-end"), ""","rollback":{"enabled":false}""");
        var instance = await Trip(reflow);
        var first = await At(reflow, instance, "first");
        await Agree(reflow, first, Manager);
        var second = await At(reflow, instance, "second");
        Assert.Empty((await reflow.Post($"/open-apis/apaas/v1/user_tasks/{second}/rollback_points", new { operator_user_id = Finance })).Ok().Data.GetProperty("tasks").EnumerateArray());
        await Post(reflow, $"/tasks/{second}/jump_back", new { operator_user_id = Legal, to_task_id = first, opinion = "wrong" });
        await Agree(reflow, await At(reflow, instance, "first"), Manager);
    }

    [Fact]
    public async Task An_administrator_terminates_an_instance_once()
    {
        await using var reflow = await Start();
        var (instance, manager) = await Started(reflow, 1);
        await Refuses(reflow, "POST", "/instances/1/terminate", new { operator_user_id = Legal, opinion = "x" }, 404, "no instance 1");
        await Refuses(reflow, "POST", $"/instances/{instance}/terminate", new { operator_user_id = "9", opinion = "x" }, 400, "operator_user_id");
        await Post(reflow, $"/instances/{instance}/terminate", new { operator_user_id = Legal, opinion = "duplicate" });
        var graph = await Get(reflow, $"/instances/{instance}");
        Assert.Equal("canceled", graph.GetProperty("status").GetString());
        Assert.Equal("canceled", graph.GetProperty("tasks").EnumerateArray().Single(t => t.GetProperty("task_id").GetString() == manager).GetProperty("status").GetString());
        Assert.DoesNotContain("pending", States(graph).Values);
        await Audited(reflow, instance, Legal, "control.flow.instance.terminate", "duplicate");
        await Refuses(reflow, "POST", $"/instances/{instance}/terminate", new { operator_user_id = Legal, opinion = "x" }, 400, "ended");
    }

    /// <summary>The last change of an instance says who did it, by which operation, and why.</summary>
    static async Task Audited(TestReflow reflow, string instance, string who, string operation, string why)
    {
        var last = (await Get(reflow, $"/instances/{instance}/timeline")).GetProperty("changes").EnumerateArray().Last();
        Assert.Equal((who, operation), (last.GetProperty("by").GetString(), last.GetProperty("operation").GetString()));
        Assert.Contains(last.GetProperty("events").EnumerateArray(), e => e.TryGetProperty("opinion", out var said) && said.GetString() == why);
    }
}
