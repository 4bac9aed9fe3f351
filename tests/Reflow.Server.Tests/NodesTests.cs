using Reflow.Server.Store;
using Reflow.Server.Tests.Projects;
using Reflow.Server.Tests.Reports;
using Reflow.Server.Tests.Tasks;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>Several servers on one PostgreSQL are one Reflow.</summary>
[Trait("Engine", "PostgreSQL")]
public sealed class NodesTests : IAsyncLifetime
{
    TestReflow one = null!, two = null!;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        one = await TestReflow.Start();
        two = await TestReflow.StartOn(one.Store, new());
    }

    public async ValueTask DisposeAsync()
    {
        await two.Stop();
        await one.DisposeAsync();
    }

    [Fact]
    public async Task A_token_of_one_node_is_good_at_the_other_and_so_is_what_was_done_with_it()
    {
        Assert.Equal(await one.Token(), await two.Token());
        var id = await one.NewTask();
        (await two.Post($"/open-apis/task/v1/tasks/{id}/complete")).Ok();
        Assert.NotEqual("0", (await one.Get($"/open-apis/task/v1/tasks/{id}")).Ok().Data.GetProperty("task").GetProperty("complete_time").GetString());
    }

    [Fact]
    public async Task An_item_that_both_have_read_is_what_the_other_made_of_it()
    {
        var item = await DemoSpace.Story(one);
        foreach (var (node, other, act, stand) in new[] { (one, two, "confirm", "doing3"), (two, one, "rollback", "doing2"), (one, two, "confirm", "doing3") })
        {
            Assert.Equal(await DemoSpace.Stand(one, item), await DemoSpace.Stand(two, item));
            await DemoSpace.Confirm(node, item, "doing", act is "confirm" ? DemoSpace.Whole : new { action = act, rollback_reason = "x" });
            Assert.Contains(stand, await DemoSpace.Stand(other, item), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Ids_that_nodes_make_in_the_same_millisecond_differ()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => StartInstance(i % 2 == 0 ? one : two)));
        Assert.Equal(ids.Length, ids.Distinct().Count());
        // 13 bits behind the millisecond, the higher six of them the node.
        Assert.Equal(2, ids.Select(id => (long.Parse(id) >> 7) & 63).Distinct().Count());
    }

    [Fact]
    public async Task What_nodes_do_at_once_happens_one_after_the_other()
    {
        await two.Token();
        var id = await one.NewTask();
        var before = await Events();
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => (i % 2 == 0 ? one : two).Post(
            i % 3 == 0 ? "/open-apis/task/v1/tasks" : $"/open-apis/task/v1/tasks/{id}/{(i % 4 < 2 ? "complete" : "uncomplete")}",
            i % 3 == 0 ? new { summary = "x", origin = new { platform_i18n_name = "{}" } } : null), Ct)));
        Assert.All(answers, answer => Assert.True(answer.Status < 500, answer.Text));
        var seqs = await one.Db.Read(Demo.Tenant, s => s.Query("select seq from history where tenant = $1 and kind = 'task' and id = $2 order by seq", r => r.GetInt64(0), id), Ct);
        Assert.Equal(Enumerable.Range(1, seqs.Count).Select(n => (long)n), seqs);
        Assert.Equal(seqs.Count, await one.Db.Read(Demo.Tenant, s => s.Find("select version from task where tenant = $1 and id = $2", r => r.GetInt64(0), id), Ct));
        var events = await Events();
        Assert.True(events.Count > before.Count);
        Assert.Equal(Enumerable.Range(1, events.Count).Select(n => (long)n), events);

        Task<List<long>> Events() => one.Db.Read(Demo.Tenant, s => s.Query("select seq from outbox where tenant = $1 order by seq", r => r.GetInt64(0)), Ct);
    }

    [Fact]
    public async Task Reports_of_one_second_are_in_the_order_in_which_nodes_took_them()
    {
        await using var first = await TestReflow.StartOn(one.Store, new(), settings => settings with { AdminToken = ReportControlDesk.Admin });
        await using var second = await TestReflow.StartOn(one.Store, new(), settings => settings with { AdminToken = ReportControlDesk.Admin });
        var rule = (await Do(first, "/rules", new { operator_user_id = "director", name = "x", fields = new[] { new { name = "y", type = "text" } }, to = new { leaders = new[] { 0 } } })).GetProperty("rule_id").GetString();
        var ids = new List<long>();
        for (var i = 0; i < 6; i++)
            ids.Add(long.Parse((await Do(i % 2 == 0 ? second : first, "", new { operator_user_id = "initiator", rule_id = rule, contents = new { y = "z" } })).GetProperty("report_id").GetString()!));
        Assert.Equal(ids.Order(), ids);
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Single(ids.Select(id => id >> 32).Distinct());

        static async Task<System.Text.Json.JsonElement> Do(TestReflow node, string path, object body) =>
            (await node.Send(new("POST", ReportControlDesk.Root + path, body, ReportControlDesk.Admin))).Ok().Data;
    }

    [Fact]
    public async Task What_is_applied_at_one_node_shows_at_the_other()
    {
        var (id, token) = (await one.NewTask(), await two.Token());
        (await two.Send(new("GET", $"/open-apis/task/v1/tasks/{id}", null, token))).Ok();
        await one.Apply($$"""
            tenants:
              - tenant_key: "{{Demo.Tenant}}"
                name: 示例
                apps: [{app_id: {{Demo.App}}, secret: {{Demo.Secrets[Demo.App]}}, name: Demo, scopes: ["report:report"]}]
            """);
        await Until(async () => (await two.Send(new("GET", $"/open-apis/task/v1/tasks/{id}", null, token))).Code == 99991672, "the scope that the app lost is missing at the other node too");
    }

    [Fact]
    public async Task A_node_whose_number_was_given_to_another_takes_a_new_one()
    {
        var before = await NodeOf(two);
        await one.Db.ChangeSystem(s => s.Execute("update node_number set holder = 'another' where number = $1", before), Ct);
        // Whatever changes all tenants is told to all nodes; they renew their leases when they hear anything.
        await Until(async () =>
        {
            await one.Db.ChangeSystem(s => s.Execute("update node_number set until = until where number = $1", before), Ct);
            return await NodeOf(two) != before;
        }, "the node has another number");
        Assert.NotEqual(await NodeOf(one), await NodeOf(two));
    }

    [Fact]
    public async Task Nodes_that_lose_their_connections_answer_503_at_most_and_go_on()
    {
        var id = await one.NewTask();
        await two.Token();
        await TestStore.EndConnections(one.Store);
        foreach (var node in new[] { one, two })
        {
            await Until(async () =>
            {
                var answer = await node.Post($"/open-apis/task/v1/tasks/{id}/complete");
                Assert.True(answer.Status == 200 || answer.Status == 503 && answer.Headers.ContainsKey("Retry-After"), $"{answer.Status} {answer.Text}");
                return answer.Status == 200;
            }, "the node reaches its store again");
            (await node.Get($"/open-apis/task/v1/tasks/{id}")).Ok();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Processes_that_start_at_once_on_no_schema_or_an_older_one_bring_it_up_to_date_once_and_all_serve(bool empty)
    {
        await using var store = empty ? await TestStore.Empty() : await TestStore.Demo();
        if (!empty) await Older(store);
        var nodes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ReflowProcess.Start(store.Arguments)));
        // A second one to migrate would have found what the first had made, and failed.
        Assert.Single((await Task.WhenAll(nodes.Select(node => node.SignIn()))).Distinct());
        foreach (var node in nodes) await node.DisposeAsync();
        await using var db = await store.Open(new());
        Assert.Equal(Migrations.Scripts(Engine.Postgres).Select(script => script.Number), await db.ReadSystem(s => s.Query("select number from schema_version order by number", r => r.GetInt64(0)), Ct));
    }

    [Fact]
    public async Task A_server_that_is_older_than_the_data_says_so_in_one_line_and_those_that_run_go_on()
    {
        await one.Db.ChangeSystem(s => s.Execute("insert into schema_version (number, name, checksum) values (9999, 'later', 'x')"), Ct);
        var (exitCode, output, complaint) = await ReflowProcess.RunToEnd([.. one.Store.Arguments, "--urls", "http://127.0.0.1:0"]);
        Assert.Equal((2, ""), (exitCode, output));
        Assert.Matches(@"^reflow: [^\n]*newer Reflow[^\n]*\n$", complaint);
        await two.NewTask();
    }

    // As the release before the last migration left it.
    static async Task Older(TestStore store)
    {
        await using var db = await store.Open(new());
        await OlderSchema.Make(db);
    }

    static async Task Until(Func<Task<bool>> condition, string what)
    {
        var end = DateTime.UtcNow.AddSeconds(60);
        while (!await condition()) Assert.True(DateTime.UtcNow < end, $"not within a minute: {what}");
    }

    static async Task<long> NodeOf(TestReflow node) => (long.Parse(await StartInstance(node)) >> 7) & 63;

    static async Task<string> StartInstance(TestReflow node) => (await node.Post("/open-apis/apaas/v1/applications/package_demo__c/flows/purchase/execute",
        new { @operator = """{"_id":"1001"}""", @params = """{"amount":1}""", is_async = false })).Ok().Data.GetProperty("execution_id").GetString()!;
}
