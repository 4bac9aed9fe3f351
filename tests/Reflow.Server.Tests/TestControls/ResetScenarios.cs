using Reflow.Server.Tests.Identity;
using Reflow.Server.Tests.Projects;
using Xunit;

namespace Reflow.Server.Tests.TestControls;

/// <summary>All data replaced: reset, and snapshots.</summary>
public class ResetScenarios
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_system_of_record_refuses_every_control_of_a_test_double_and_does_nothing()
    {
        await using var reflow = await TestReflow.Start(settings => settings with { AdminToken = "a" });
        var before = await reflow.State();
        var controls = reflow.Served.Values.Where(operation => operation.Name.StartsWith("control.test.", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(controls);
        foreach (var operation in controls)
        {
            var answer = await reflow.Send(new(operation.Method, operation.Path, "{}", "a"));
            Assert.Equal((403, 403), (answer.Status, answer.Code));
            Assert.Contains("--test-double", answer.Message, StringComparison.Ordinal);
        }
        Assert.Equal(before, await reflow.State());
    }

    [Fact]
    public async Task Nobody_without_the_admin_token_moves_anything()
    {
        await using var desk = await Desk.Start();
        foreach (var operation in desk.Reflow.Served.Values.Where(operation => operation.Name.StartsWith("control.test.", StringComparison.Ordinal)))
            Assert.Equal(401, (await desk.Reflow.Send(new(operation.Method, operation.Path, "{}", await desk.Reflow.Token()))).Status);
    }

    [Fact]
    public async Task A_reset_brings_the_workspace_back_and_tokens_stay_good()
    {
        await using var desk = await Desk.Start();
        await desk.Do("POST", "/reset");
        var before = await desk.Reflow.State();
        var token = await desk.Reflow.Token();
        await desk.NewTask();
        await desk.Reflow.Send(new("POST", "/open-apis/apaas/v1/applications/package_demo__c/flows/purchase/execute",
            new { operator_ = 0, @operator = "{\"_id\":\"1001\"}", @params = "{\"amount\":1}", is_async = false }, token));
        Assert.NotEqual(before, await desk.Reflow.State());
        await desk.Do("POST", "/reset", new { to = "workspace" });
        Assert.Equal(before, await desk.Reflow.State());
        Assert.Equal(0, (await desk.Reflow.Send(new("GET", "/open-apis/task/v1/tasks/0d38e26e-190a-49e9-93a2-35067763ed02", null, token))).Code);
    }

    [Theory]
    [InlineData("/reset")]
    [InlineData("/snapshots/before/restore")]
    public async Task What_was_counted_is_forgotten(string control)
    {
        await using var desk = await Desk.Start(settings => settings with { RateLimits = true });
        await desk.Do("POST", "/snapshots/before");
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 50; i++) Assert.Equal(1470602, (await Call()).Code);
            Assert.Equal(429, (await Call()).Status);
            await desk.Do("POST", control);
        }

        Task<Answer> Call() => desk.Reflow.Post("/open-apis/task/v1/tasks/none/uncomplete");
    }

    [Theory]
    [InlineData("/reset")]
    [InlineData("/snapshots/before/restore")]
    public async Task What_users_granted_and_what_renews_tokens_outlives_a_reset(string control)
    {
        await using var desk = await Desk.Start();
        await desk.Do("POST", "/snapshots/before");
        var used = (await desk.Reflow.Grant(scopes: ["task:task", "offline_access"])).Json.GetProperty("refresh_token").GetString()!;
        var granted = (await desk.Reflow.Send(Grants.Refresh(used))).Ok().Json;
        var plugin = (await desk.Reflow.Send(new("POST", "/open_api/authen/plugin_token", new { plugin_id = "MII_DEMO00000000001", plugin_secret = "ReflowDemoPluginSecret00000000001" }))).Ok().Data.GetProperty("token").GetString()!;
        var code = (await desk.Reflow.Send(new("POST", "/open_api/authen/auth_code", new { plugin_id = "MII_DEMO00000000001" }) { Headers = [("X-USER-KEY", "7000000000000001001")] })).Ok().Data.GetProperty("code").GetString();
        var task = await desk.NewTask();
        await desk.Do("POST", control);
        Assert.Equal(1470602, (await desk.Reflow.Get($"/open-apis/task/v1/tasks/{task}")).Code);
        (await desk.Reflow.Send(new("GET", "/open-apis/task/v1/tasks", null, granted.GetProperty("access_token").GetString()))).Ok();
        // A used one is used, its successor is good once, and what it stands for is all that was granted.
        (await desk.Reflow.Send(Grants.Refresh(used))).Refuses(20073);
        var renewed = (await desk.Reflow.Send(Grants.Refresh(granted.GetProperty("refresh_token").GetString()!))).Ok().Json;
        Assert.Equal("task:task offline_access", renewed.GetProperty("scope").GetString());
        (await desk.Reflow.Send(Grants.Refresh(granted.GetProperty("refresh_token").GetString()!))).Refuses(20073);
        // Whoever agreed is not asked again.
        var browser = new Browser(desk.Reflow);
        await browser.SignIn(await browser.Get(Browser.Url("&scope=task:task")));
        Assert.NotEmpty(Browser.Sent(await browser.Get(Browser.Url("&scope=task:task")))["code"]);
        (await desk.Reflow.Send(new("POST", "/open_api/authen/user_plugin_token", new { code, grant_type = "authorization_code" }) { Headers = [("X-PLUGIN-TOKEN", plugin)] })).Ok();
    }

    [Fact]
    public async Task What_was_granted_means_nothing_while_its_user_is_not_there()
    {
        await using var desk = await Desk.Start();
        var refresh = await desk.Reflow.RefreshToken();
        await desk.Do("POST", "/reset", new { to = "nothing" });
        Assert.NotEqual(0, (await desk.Reflow.Send(Grants.Refresh(refresh))).Code);
        await desk.Do("POST", "/reset");
        (await desk.Reflow.Send(Grants.Refresh(refresh))).Ok();
    }

    [Fact]
    public async Task A_server_that_found_an_empty_store_resets_to_the_very_rows_that_it_began_with()
    {
        await using var reflow = await TestReflow.StartOn(await TestStore.Empty(), new(), settings => settings with { TestDouble = true, AdminToken = "a" });
        var began = await reflow.State();
        (await reflow.Post("/open-apis/task/v1/tasks/0d38e26e-190a-49e9-93a2-35067763ed02/uncomplete")).Ok();
        Assert.NotEqual(began, await reflow.State());
        (await reflow.Send(new("POST", "/reflow/v1/reset", null, "a"))).Ok();
        Assert.Equal(began, await reflow.State());
    }

    [Fact]
    public async Task A_reset_to_nothing_leaves_no_tenant_and_a_reset_to_the_workspace_brings_them_back()
    {
        await using var desk = await Desk.Start();
        await desk.NewTask();
        await desk.Do("POST", "/reset", new { to = "nothing" });
        Assert.Equal(99991663, (await desk.Reflow.Get("/open-apis/task/v1/tasks/0d38e26e-190a-49e9-93a2-35067763ed02")).Code);
        Assert.False(await desk.Reflow.Db.ReadSystem(s => s.Find("select 1 from tenant", r => true), Ct));
        await desk.Do("POST", "/reset");
        (await desk.Reflow.Get("/open-apis/task/v1/tasks/0d38e26e-190a-49e9-93a2-35067763ed02")).Ok();
    }

    /// <summary>Each change makes two rows that belong together; whoever read between two data would see one of them.</summary>
    [Fact]
    public async Task Calls_beside_resets_see_the_data_before_or_after_and_never_between()
    {
        await using var desk = await Desk.Start();
        await desk.Do("POST", "/reset");
        var seen = new System.Collections.Concurrent.ConcurrentBag<string>();
        using var done = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(async caller =>
        {
            while (!done.IsCancellationRequested)
            {
                var made = (await desk.Reflow.Post("/open-apis/task/v1/tasks", new { summary = $"{caller}", collaborator_ids = new[] { await desk.Reflow.OpenId("1001") }, origin = new { platform_i18n_name = "{}" } })).Ok()
                    .Data.GetProperty("task").GetProperty("id").GetString();
                var task = await desk.Reflow.Get($"/open-apis/task/v1/tasks/{made}");
                seen.Add(task.Code == 0 ? $"there, {task.Data.GetProperty("task").GetProperty("collaborators").GetArrayLength()} collaborators" : "gone");
            }
        }).ToList();
        for (var round = 1; round <= 10; round++)
        {
            await Held.Until(() => seen.Count >= 8 * round || callers.Any(caller => caller.IsCompleted), "the callers have made more tasks");
            await desk.Do("POST", "/reset");
        }
        await done.CancelAsync();
        await Task.WhenAll(callers);
        Assert.Subset(new HashSet<string> { "there, 1 collaborators", "gone" }, seen.ToHashSet());
        Assert.Contains("there, 1 collaborators", seen);
        await desk.Do("POST", "/reset");
        Assert.Equal(0, await desk.Reflow.Db.ReadSystem(session => session.Find(
            "select count(*) from task_member m where not exists (select 1 from task t where t.tenant = m.tenant and t.id = m.task_id)", r => r.GetInt64(0)), Ct));
    }

    [Fact]
    public async Task After_a_restore_and_a_restart_ids_are_made_by_a_node_that_never_made_any()
    {
        await using var data = await TestStore.Empty();
        var starts = new List<long>();
        for (var start = 0; start < 4; start++)
        {
            var again = await TestReflow.StartOn(data, new(), settings => settings with { TestDouble = true, AdminToken = "a" });
            if (start == 0) (await again.Send(new("POST", "/reflow/v1/snapshots/first", null, "a"))).Ok();
            else (await again.Send(new("POST", start % 2 == 1 ? "/reflow/v1/snapshots/first/restore" : "/reflow/v1/reset", null, "a"))).Ok();
            starts.Add(await again.Db.ReadSystem(session => session.Find(TestStore.IsPostgres ? "select number + 1 from node_number order by until desc limit 1" : "select starts from node", r => r.GetInt64(0)), Ct));
            await again.Stop();
        }
        Assert.Equal([1, 2, 3, 4], starts);
    }

    [Fact]
    public async Task A_reset_to_something_else_is_refused()
    {
        await using var desk = await Desk.Start();
        var before = await desk.Reflow.State();
        Assert.Equal(400, (await desk.Control("POST", "/reset", new { to = "monday" })).Status);
        Assert.Equal(before, await desk.Reflow.State());
    }

    [Fact]
    public async Task A_snapshot_is_gone_back_to_as_often_as_one_likes()
    {
        await using var desk = await Desk.Start();
        var task = await desk.NewTask();
        var saved = await desk.Do("POST", "/snapshots/one-task");
        Assert.Equal("one-task", saved.GetProperty("name").GetString());
        var before = await desk.Reflow.State();
        for (var round = 0; round < 2; round++)
        {
            (await desk.Complete(task)).Ok();
            Assert.NotEqual("0", await desk.Completed(task));
            await desk.Do("POST", "/snapshots/one-task/restore");
            Assert.Equal("0", await desk.Completed(task));
            Assert.Equal(before, await desk.Reflow.State());
        }
        Assert.Equal("one-task", Assert.Single((await desk.Do("GET", "/snapshots")).GetProperty("snapshots").EnumerateArray()).GetProperty("name").GetString());
        await desk.Do("DELETE", "/snapshots/one-task");
        Assert.Empty((await desk.Do("GET", "/snapshots")).GetProperty("snapshots").EnumerateArray());
    }

    [Fact]
    public async Task An_item_is_what_the_snapshot_has_although_another_with_the_same_version_was_read()
    {
        await using var desk = await Desk.Start();
        var item = await DemoSpace.Story(desk.Reflow);
        await desk.Do("POST", "/snapshots/new");
        await DemoSpace.Do(desk.Reflow, DemoSpace.Item(item), new { update_fields = new[] { new { field_key = "name", field_value = "x" } } }, method: "PUT");
        await desk.Do("POST", "/snapshots/renamed");
        await desk.Do("POST", "/snapshots/new/restore");
        await DemoSpace.Confirm(desk.Reflow, item, "doing", DemoSpace.Whole);
        Assert.Contains("doing3", await DemoSpace.Stand(desk.Reflow, item), StringComparison.Ordinal);
        await desk.Do("POST", "/snapshots/renamed/restore");
        Assert.Contains("doing2", await DemoSpace.Stand(desk.Reflow, item), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Saving_under_a_name_again_takes_the_place_of_what_was_saved()
    {
        await using var desk = await Desk.Start();
        await desk.Do("POST", "/snapshots/s");
        var task = await desk.NewTask();
        await desk.Do("POST", "/snapshots/s");
        await desk.Do("POST", "/reset");
        await desk.Do("POST", "/snapshots/s/restore");
        Assert.Equal("0", await desk.Completed(task));
    }

    [Fact]
    public async Task A_snapshot_goes_down_as_text_and_up_again_also_on_another_server()
    {
        await using var desk = await Desk.Start();
        var task = await desk.NewTask("长 \"quoted\"\n");
        await desk.Do("POST", "/snapshots/s");
        var (state, text) = (await desk.Reflow.State(), (await desk.Control("GET", "/snapshots/s/data")).Text);
        Assert.StartsWith("""{"reflow_snapshot":1,"schema":[1,""", text, StringComparison.Ordinal);
        await using var other = await Desk.Start();
        Assert.Equal("copy", (await other.Do("PUT", "/snapshots/copy/data", text)).GetProperty("name").GetString());
        await other.Do("POST", "/snapshots/copy/restore");
        Assert.Equal(state, await other.Reflow.State());
        Assert.Equal("0", await other.Completed(task));
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("{", "line 1")]
    [InlineData("""{"reflow_snapshot":2,"schema":[]}""", "line 1")]
    [InlineData("""{"reflow_snapshot":1,"schema":[1]}""", "another version")]
    [InlineData("HEAD\n{\"table\":\"sqlite_master\",\"columns\":[\"name\"]}", "line 2")]
    [InlineData("HEAD\n{\"table\":\"task\",\"columns\":[\"tenant) values (1); --\"]}", "line 2")]
    [InlineData("HEAD\n[1]", "line 2")]
    [InlineData("HEAD\n{\"table\":\"tenant\",\"columns\":[\"tenant\",\"name\"]}\n[\"t\"]", "line 3")]
    [InlineData("HEAD\n{\"table\":\"tenant\",\"columns\":[\"tenant\",\"name\"]}\n[\"t\",{}]", "line 3")]
    public async Task What_is_no_snapshot_is_refused_with_its_line_and_leaves_nothing(string text, string says)
    {
        await using var desk = await Desk.Start();
        await desk.Do("POST", "/snapshots/s");
        var head = (await desk.Control("GET", "/snapshots/s/data")).Text.Split('\n')[0];
        var refused = await desk.Control("PUT", "/snapshots/bad/data", text.Replace("HEAD", head, StringComparison.Ordinal));
        Assert.Equal(400, refused.Status);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.Equal(["s"], (await desk.Do("GET", "/snapshots")).GetProperty("snapshots").EnumerateArray().Select(snapshot => snapshot.GetProperty("name").GetString()));
        if (TestStore.IsPostgres) Assert.Equal(1, await desk.Reflow.Db.ReadSystem(s => s.Find("select count(*) from pg_namespace where nspname like 'reflow@_%' escape '@' and obj_description(oid, 'pg_namespace') not like '%resets%'", r => r.GetInt64(0)), Ct));
        else Assert.Single(Directory.GetFiles(Path.Combine(desk.Reflow.Store.Name, "snapshots")));
    }

    [Theory]
    [InlineData("POST", "/snapshots/none/restore", 404)]
    [InlineData("GET", "/snapshots/none/data", 404)]
    [InlineData("PUT", "/snapshots/-/data", 400)]
    [InlineData("DELETE", "/snapshots/none", 404)]
    [InlineData("POST", "/snapshots/..%2F..%2Fetc", 400)]
    [InlineData("POST", "/snapshots/-x", 400)]
    [InlineData("POST", "/snapshots/%E5%BF%AB%E7%85%A7", 400)]
    public async Task What_is_not_there_or_cannot_be_a_name_is_refused(string method, string path, int status)
    {
        await using var desk = await Desk.Start();
        var before = await desk.Reflow.State();
        Assert.Equal(status, (await desk.Control(method, path)).Status);
        Assert.Equal(before, await desk.Reflow.State());
        Assert.Empty((await desk.Do("GET", "/snapshots")).GetProperty("snapshots").EnumerateArray());
    }

    [Fact]
    public async Task Data_in_memory_is_gone_with_the_server()
    {
        string directory;
        await using (var reflow = await TestReflow.StartInMemory())
        {
            directory = reflow.Directory!;
            Assert.True(Directory.Exists(directory));
            (await reflow.Post("/open-apis/task/v1/tasks/0d38e26e-190a-49e9-93a2-35067763ed02/uncomplete")).Ok();
        }
        Assert.False(Directory.Exists(directory));
    }
}
