using System.Globalization;
using System.Text.Json;
using Reflow.Core.Flows;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>Human tasks over HTTP (seeds 000 and 001; contracts: apaas): the twelve operations on the demo flow, manager → amount &gt; 10000 ? director → (finance ∥ legal) → archive.</summary>
public class FlowScenarios
{
    const string Root = "/open-apis/apaas/v1";
    const string Initiator = "1001", Manager = "1002", Finance = "1003", Director = "1004", Legal = "1005";

    public static TheoryData<Refused> All => [
        new Refused("an unknown task", "apaas.v1.user_task.rollback_points", 2320001, async r => await Points(r, "1", Manager)),
        new Refused("an id that is no number", "apaas.v1.user_task.rollback_points", 2320001, async r => await Points(r, "x", Manager)),
        new Refused("the operator is no assignee", "apaas.v1.user_task.rollback_points", 2320001, async r => await Points(r, await Started(r), Finance)),
        new Refused("the initiator is no assignee", "apaas.v1.user_task.rollback_points", 2320001, async r => await Points(r, await Started(r), Initiator)),
        new Refused("the task is closed", "apaas.v1.user_task.rollback_points", 2320001, async r => await Points(r, await ManagersClosed(r), Manager)),
        new Refused("no operator", "apaas.v1.user_task.rollback_points", 99992402, async r => new("POST", $"{Root}/user_tasks/1/rollback_points", new { }, await r.Token())),

        new Refused("an unknown task", "apaas.v1.user_task.rollback", 2320001, async r => await Back(r, "1", Manager, "1")),
        new Refused("another tenant's task", "apaas.v1.user_task.rollback", 2320001, async r =>
        {
            var task = await Started(r);
            return await Back(r, task, Manager, await Start(r, task)) with { Token = await r.Token(Demo.OtherTenantsApp) };
        }),
        new Refused("the target is no number", "apaas.v1.user_task.rollback", 2320001, async r => await Back(r, await Started(r), Manager, "start")),
        new Refused("the target is the task itself", "apaas.v1.user_task.rollback", 2320001, async r => await Started(r) is var task ? await Back(r, task, Manager, task) : null!),
        new Refused("the target is of another instance", "apaas.v1.user_task.rollback", 2320001, async r => await Back(r, await Started(r), Manager, await Start(r, await Started(r)))),
        new Refused("the reason is blank", "apaas.v1.user_task.rollback", 2320001, async r => await Started(r) is var task ? await Back(r, task, Manager, await Start(r, task), " \t") : null!),
        new Refused("the operator is no assignee", "apaas.v1.user_task.rollback", 2320001, async r => await Started(r) is var task ? await Back(r, task, Director, await Start(r, task)) : null!),
        new Refused("the task was rolled back before", "apaas.v1.user_task.rollback", 2320001, async r =>
        {
            var task = await Started(r);
            var request = await Back(r, task, Manager, await Start(r, task));
            (await r.Send(request)).Ok();
            return request;
        }),
        new Refused("a concurrent branch is no rollback point", "apaas.v1.user_task.rollback", 2320001, async r =>
        {
            await Started(r, amount: 1);
            await Agree(r, Manager);
            var (finance, legal) = (await Pending(r, Finance), await Pending(r, Legal));
            await AgreeTo(r, legal, Legal);
            return await Back(r, finance, Finance, legal);
        }),
        new Refused("the target is of an older round", "apaas.v1.user_task.rollback", 2320001, async r =>
        {
            var manager = await Started(r, amount: 1);
            await Agree(r, Manager);
            (await r.Send(await Back(r, await Pending(r, Finance), Finance, manager))).Ok();
            await Agree(r, Manager);
            return await Back(r, await Pending(r, Finance), Finance, manager);
        }),
        new Refused("the instance was canceled", "apaas.v1.user_task.rollback", 2320001, async r =>
        {
            var task = await Started(r);
            var start = await Start(r, task);
            (await r.Send(await Cancel(r, await InstanceOf(r, task), Initiator))).Ok();
            return await Back(r, task, Manager, start);
        }),
        new Refused("the start task has nothing before it", "apaas.v1.user_task.rollback", 2320001, async r =>
        {
            var task = await Started(r);
            var start = await Start(r, task);
            (await r.Send(await Back(r, task, Manager, start))).Ok();
            return await Back(r, await Pending(r, Initiator), Initiator, start);
        }),
        new Refused("no reason", "apaas.v1.user_task.rollback", 99992402, async r => new("POST", $"{Root}/user_tasks/1/rollback", new { operator_user_id = "1", to_task_id = "1" }, await r.Token())),

        new Refused("an unknown task", "apaas.v1.approval_task.agree", 2320001, async r => await Voting(r, "agree", "1", Manager)),
        new Refused("not an assignee", "apaas.v1.approval_task.agree", 2320001, async r => await Voting(r, "agree", await Started(r), Director)),
        new Refused("agreed before", "apaas.v1.approval_task.agree", 2320001, async r => await Voting(r, "agree", await ManagersClosed(r), Manager)),
        new Refused("not an assignee", "apaas.v1.approval_task.reject", 2320001, async r => await Voting(r, "reject", await Started(r), Director)),
        new Refused("the start task cannot be rejected", "apaas.v1.approval_task.reject", 2320001, async r =>
        {
            var task = await Started(r);
            (await r.Send(await Back(r, task, Manager, await Start(r, task)))).Ok();
            return await Voting(r, "reject", await Pending(r, Initiator), Initiator);
        }),
        new Refused("to nobody", "apaas.v1.approval_task.transfer", 2320001, async r => await Give(r, await Started(r), Manager)),
        new Refused("to someone unknown", "apaas.v1.approval_task.transfer", 2320001, async r => await Give(r, await Started(r), Manager, "9999")),
        new Refused("to an assignee", "apaas.v1.approval_task.transfer", 2320001, async r => await Give(r, await Started(r), Manager, Manager)),
        new Refused("by someone else", "apaas.v1.approval_task.transfer", 2320001, async r => await Give(r, await Started(r), Finance, Legal)),
        new Refused("nobody is added", "apaas.v1.approval_task.add_assignee", 2320001, async r => await Add(r, await Started(r), Manager, "currentAndAddAssign")),
        new Refused("an assignee is added again", "apaas.v1.approval_task.add_assignee", 2320001, async r => await Add(r, await Started(r), Manager, "currentAndAddAssign", Manager)),
        new Refused("before me is no way to add", "apaas.v1.approval_task.add_assignee", 99992402, async r => await Add(r, await Started(r), Manager, "beforeAndAddAssign", Legal)),
        new Refused("by someone who has no part in it", "apaas.v1.user_task.cc", 2320001, async r => await On(r, "cc", await Started(r), new { operator_user_id = Legal, cc_user_ids = new[] { Finance } })),
        new Refused("to nobody", "apaas.v1.user_task.cc", 99992402, async r => await On(r, "cc", "1", new { operator_user_id = Manager, cc_user_ids = Array.Empty<string>() })),
        new Refused("urging someone who is not waited for", "apaas.v1.user_task.expediting", 2320001, async r => await On(r, "expediting", await Started(r), new { operator_user_id = Initiator, expediting_user_ids = new[] { Legal } })),
        new Refused("by someone who has no part in it", "apaas.v1.user_task.chat_group", 2320001, async r => await On(r, "chat_group", await Started(r), new { operator_user_id = Legal })),
        new Refused("by another than the initiator", "apaas.v1.approval_instance.cancel", 2320001, async r => await Cancel(r, await InstanceOf(r, await Started(r)), Manager)),
        new Refused("an unknown instance", "apaas.v1.approval_instance.cancel", 2320001, async r => await Cancel(r, "1", Initiator)),
        new Refused("canceled before", "apaas.v1.approval_instance.cancel", 2320001, async r =>
        {
            var request = await Cancel(r, await InstanceOf(r, await Started(r)), Initiator);
            (await r.Send(request)).Ok();
            return request;
        }),
        Bad("an unknown flow", "nothing", new { @operator = """{"_id":1001}""" }),
        Bad("an operator that is no JSON", "purchase", new { @operator = "1001" }),
        Bad("an operator that names nobody", "purchase", new { @operator = "{}" }),
        Bad("an unknown operator", "purchase", new { @operator = """{"_id":9}""" }),
        Bad("params that is no JSON", "purchase", new { @operator = """{"_id":1001}""", @params = "amount" }),
        Bad("a field of the wrong type", "purchase", new { @operator = """{"_id":1001}""", @params = """{"amount":"much"}""" }),
        new Refused("an idempotent_key that was used", "apaas.v1.application.flow.execute", 2320001, async r =>
        {
            var request = await Execute(r, "purchase", new { @operator = """{"_id":1001}""", idempotent_key = "once" });
            (await r.Send(request)).Ok();
            return request;
        }),
        new Refused("no operator", "apaas.v1.application.flow.execute", 99992402, async r => await Execute(r, "purchase", new { })),
        new Refused("no user", "apaas.v1.user_task.query", 99992402, async r => new("POST", $"{Root}/user_task/query", new { }, await r.Token())),
        new Refused("an unknown list", "apaas.v1.user_task.query", 99992402, async r => new("POST", $"{Root}/user_task/query", new { kunlun_user_id = "1", source = "ccme" }, await r.Token())),
        new Refused("a window that ends before it begins", "apaas.v1.user_task.query", 2320001, async r => new("POST", $"{Root}/user_task/query", new { kunlun_user_id = "1", start_time = "2", end_time = 1 }, await r.Token())),
        new Refused("more rows than a page has", "apaas.v1.user_task.query", 99992402, async r => new("POST", $"{Root}/user_task/query", new { kunlun_user_id = "1", limit = "51" }, await r.Token())),
    ];

    [Theory, MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task Is_refused(Refused scenario)
    {
        await using var reflow = await TestReflow.Start();
        await scenario.Check(reflow);
    }

    [Fact]
    public async Task The_demo_has_an_instance_past_its_manager_that_can_go_back()
    {
        await using var reflow = await TestReflow.Start();
        var everybody = new[] { Initiator, Manager, Finance, Director, Legal };
        var points = new List<int>();
        foreach (var who in everybody)
            foreach (var task in await List(reflow, who, "assignMe", "pending"))
                points.Add((await reflow.Send(await Points(reflow, task, who))).Ok().Data.GetProperty("tasks").GetArrayLength());
        Assert.Contains(points, count => count >= 2);
    }

    [Fact]
    public async Task Rollback_points_come_start_first_with_labels_in_two_languages()
    {
        await using var reflow = await TestReflow.Start();
        var manager = await Started(reflow, amount: 20_000);
        await Agree(reflow, Manager);
        var answer = (await reflow.Send(await Points(reflow, await Pending(reflow, Director), Director))).Ok();
        var tasks = answer.Data.GetProperty("tasks");
        Assert.Equal([true, false], tasks.EnumerateArray().Select(t => t.GetProperty("is_start").GetBoolean()));
        Assert.Equal(manager, tasks[1].GetProperty("id").GetString());
        Assert.Equal(["1033", "2052"], tasks[1].GetProperty("activity_label").EnumerateArray().Select(l => l.GetProperty("language_code").GetString()).Order());
        Assert.Equal(["activity_label", "id", "is_start"], tasks[1].EnumerateObject().Select(m => m.Name).Order());
    }

    [Fact]
    public async Task Rolling_back_behind_the_join_of_two_branches_redoes_one_and_keeps_the_other()
    {
        await using var reflow = await TestReflow.Start();
        var manager = await Started(reflow, amount: 20_000);
        await Agree(reflow, Manager);
        await Agree(reflow, Director);
        await Agree(reflow, Finance);
        var legal = await Pending(reflow, Legal);
        Assert.Equal("""{"code":0,"msg":"success","data":{}}""", (await reflow.Send(await Back(reflow, legal, Legal, manager))).Text);
        Assert.Empty(await Mine(reflow, Legal, legal));
        await Agree(reflow, Manager);
        await Agree(reflow, Director);
        await Agree(reflow, Legal);
        await Agree(reflow, Finance);
        Assert.Equal("agreed", await Status(reflow, manager));
    }

    [Fact]
    public async Task Back_to_the_start_is_a_task_of_the_initiator_and_agreeing_submits_again()
    {
        await using var reflow = await TestReflow.Start();
        var manager = await Started(reflow);
        (await reflow.Send(await Back(reflow, manager, Manager, await Start(reflow, manager)))).Ok();
        Assert.Equal("in_process", await Status(reflow, manager));
        await Agree(reflow, Initiator);
        Assert.NotEqual(manager, await Pending(reflow, Manager));
    }

    [Fact]
    public async Task A_task_is_on_the_lists_of_those_it_concerns_and_on_no_others()
    {
        await using var reflow = await TestReflow.Start();
        var task = await Started(reflow, amount: 20_000);
        Assert.Equal([task], await Mine(reflow, Manager, task));
        Assert.Contains(task, await List(reflow, Initiator, "fromMe", "pending"));
        Assert.DoesNotContain(task, await List(reflow, Director, null, null));
        (await reflow.Send(await On(reflow, "cc", task, new { operator_user_id = Manager, cc_user_ids = new[] { Legal } }))).Ok();
        Assert.Contains(task, await List(reflow, Legal, "CCMe", "pending"));
        (await reflow.Send(await Give(reflow, task, Manager, Finance))).Ok();
        Assert.Empty(await Mine(reflow, Manager, task));
        await AgreeTo(reflow, task, Finance);
        Assert.Contains(task, await List(reflow, Finance, "assignMe", "archived"));
        Assert.Contains(task, await List(reflow, Legal, "CCMe", "archived"));
        Assert.Contains(task, await List(reflow, Initiator, "fromMe", "archived"));
        Assert.DoesNotContain(task, await List(reflow, Manager, "assignMe", null));
    }

    [Fact]
    public async Task The_list_is_paged_counted_filtered_and_newest_first()
    {
        await using var reflow = await TestReflow.Start();
        var before = (await List(reflow, Manager, "assignMe", "pending")).Count;
        var tasks = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            reflow.Clock.Advance(TimeSpan.FromSeconds(1));
            tasks.Insert(0, await Started(reflow));
        }
        var first = await Query(reflow, new { kunlun_user_id = Manager, source = "assignMe", type = "pending" });
        Assert.Equal($"{12 + before}", first.GetProperty("count").GetString());
        Assert.Equal(tasks.Take(10), Ids(first));
        Assert.Equal(tasks.Skip(10).Take(2), Ids(await Query(reflow, new { kunlun_user_id = Manager, source = "assignMe", type = "pending", limit = 2, offset = "10" })));
        var times = first.GetProperty("tasks").EnumerateArray().Select(t => long.Parse(t.GetProperty("task_start_time").GetString()!, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(times.OrderDescending(), times);
        var window = new { kunlun_user_id = Manager, source = "assignMe", start_time = times[3], end_time = $"{times[1]}", api_ids = new[] { "package_demo__c__action_purchase" } };
        Assert.Equal(tasks.Skip(1).Take(3), Ids(await Query(reflow, window)));
        Assert.Empty(Ids(await Query(reflow, new { kunlun_user_id = Manager, api_ids = new[] { "other" } })));
    }

    [Fact]
    public async Task A_row_of_the_list_has_the_documented_members()
    {
        await using var reflow = await TestReflow.Start();
        var task = await Started(reflow, amount: 20_000);
        var row = (await Query(reflow, new { kunlun_user_id = Manager, type = "pending" })).GetProperty("tasks").EnumerateArray().Single(t => t.GetProperty("task_id").GetString() == task);
        Assert.Equal(["initiator", "summarys", "task_id", "task_start_time", "workflow_instance"], row.EnumerateObject().Select(m => m.Name).Order());
        Assert.Equal(Initiator, row.GetProperty("initiator").GetProperty("user_id").GetString());
        Assert.NotEqual("", row.GetProperty("initiator").GetProperty("name").GetString());
        Assert.Equal("in_process", row.GetProperty("workflow_instance").GetProperty("status").GetString());
        var line = row.GetProperty("summarys").EnumerateArray().First(l => l.GetProperty("file_value")[0].GetProperty("text").GetString() == "20000");
        Assert.Equal("2052", line.GetProperty("file_key").GetProperty("language_code").GetString());
    }

    [Fact]
    public async Task Executing_answers_the_id_as_text_and_as_a_number()
    {
        await using var reflow = await TestReflow.Start();
        var data = (await reflow.Send(await Execute(reflow, "purchase", new { is_async = false, @operator = """{"_id":1001}""", @params = """{"amount":1}""", loop_masks = Array.Empty<string>() }))).Ok().Data;
        var id = data.GetProperty("execution_id").GetString()!;
        Assert.Matches("^[0-9]{16}$", id);
        Assert.Equal(("running", "", "0"), (data.GetProperty("status").GetString(), data.GetProperty("error_msg").GetString(), data.GetProperty("code").GetString()));
        var output = JsonDocument.Parse(data.GetProperty("out_params").GetString()!).RootElement[0];
        Assert.Equal(("_flowExecutionID", long.Parse(id, CultureInfo.InvariantCulture)), (output.GetProperty("api_name").GetString(), output.GetProperty("value").GetInt64()));
    }

    [Fact]
    public async Task A_chat_group_gets_an_id_of_its_own_or_keeps_the_given_one()
    {
        await using var reflow = await TestReflow.Start();
        var task = await Started(reflow);
        var made = (await reflow.Send(await On(reflow, "chat_group", task, new { operator_user_id = Manager, invite_user_ids = new[] { Legal }, chat_name = "合同" }))).Ok().Data;
        Assert.Matches("^oc_[0-9a-f]{32}$", made.GetProperty("chat_id").GetString());
        Assert.Equal("oc_1", (await reflow.Send(await On(reflow, "chat_group", task, new { operator_user_id = Manager, chat_id = "oc_1" }))).Ok().Data.GetProperty("chat_id").GetString());
    }

    [Fact]
    public async Task Of_two_who_act_on_one_task_at_once_one_wins_and_the_other_is_refused()
    {
        await using var reflow = await TestReflow.Start();
        for (var round = 0; round < 20; round++)
        {
            var task = await Started(reflow);
            var (agree, back) = (await Voting(reflow, "agree", task, Manager), await Back(reflow, task, Manager, await Start(reflow, task)));
            var answers = await Task.WhenAll(reflow.Send(agree), reflow.Send(back));
            Assert.Equal([0, 2320001], answers.Select(a => a.Code).Order());
        }
    }

    [Fact]
    public async Task The_log_of_an_instance_gives_its_rows_again()
    {
        await using var reflow = await TestReflow.Start();
        var manager = await Started(reflow, amount: 20_000);
        await Agree(reflow, Manager);
        await Agree(reflow, Director);
        (await reflow.Send(await Give(reflow, await Pending(reflow, Legal), Legal, Initiator))).Ok();
        (await reflow.Send(await Add(reflow, await Pending(reflow, Finance), Finance, "afterAndAddAssign", Manager))).Ok();
        (await reflow.Send(await Back(reflow, await Pending(reflow, Initiator), Initiator, manager))).Ok();
        await Agree(reflow, Manager);
        await Agree(reflow, Director);
        (await reflow.Send(await Back(reflow, await Pending(reflow, Legal), Legal, await Start(reflow, await Pending(reflow, Legal))))).Ok();
        var instance = long.Parse(await InstanceOf(reflow, manager), CultureInfo.InvariantCulture);
        await reflow.Db.Read(Demo.Tenant, async session =>
        {
            FlowState? replayed = null;
            foreach (var payload in await session.Query("select payload from flow_history where tenant = $1 and instance = $2 order by seq", r => r.GetString(0), instance))
                replayed = FlowJson.ReadEvents(payload).Aggregate(replayed, FlowApply.Apply);
            var stored = await FlowRows.Instance(session, instance);
            Assert.Equal(replayed!.Instance, stored!.Instance);
            Assert.Equal(Text(replayed.Pending.Select(id => replayed.Tasks[id])), Text((await FlowRows.Load(session, stored, FlowPart.Marking)).Tasks.Values.OrderBy(t => t.Id)));
            var live = await FlowRows.Load(session, stored, FlowPart.Live);
            Assert.Equal(replayed.Tokens.Values.Where(t => t.Live).Select(t => (t.Id, t.ProducedBy, t.ConsumedBy)).Order(), live.Tokens.Values.Select(t => (t.Id, t.ProducedBy, t.ConsumedBy)).Order());
            Assert.Equal(replayed.Firings.Values.Where(f => f.Live).Select(f => f.Seq), live.Firings.Keys);
            var undone = await session.Query("select seq, undone_by from flow_undone where tenant = $1 and instance = $2 order by seq", r => (r.GetInt32(0), r.IntegerOrNull(1)), instance);
            Assert.Equal(replayed.Firings.Values.Where(f => !f.Live).Select(f => (f.Seq, f.UndoneBy)), undone);
            return 0;
        }, TestContext.Current.CancellationToken);
    }

    static string Text(IEnumerable<FlowTask> tasks) => string.Join('\n', tasks.Select(t => $"{t.Id} {t.Node} {t.Kind} {t.Token} {t.OpenedAt} {t.Status} {string.Join(',', t.Assignees)}"));

    static Refused Bad(string name, string flow, object body) => new(name, "apaas.v1.application.flow.execute", 2320001, r => Execute(r, flow, body));

    static async Task<Request> Execute(TestReflow reflow, string flow, object body) => new("POST", $"{Root}/applications/package_demo__c/flows/{flow}/execute", body, await reflow.Token());

    static async Task<Request> On(TestReflow reflow, string act, string task, object body) => new("POST", $"{Root}/user_tasks/{task}/{act}", body, await reflow.Token());

    static Task<Request> Points(TestReflow reflow, string task, string by) => On(reflow, "rollback_points", task, new { operator_user_id = by });

    static Task<Request> Back(TestReflow reflow, string task, string by, string to, string opinion = "退回原因") =>
        On(reflow, "rollback", task, new { operator_user_id = by, to_task_id = to, opinion });

    static async Task<Request> Voting(TestReflow reflow, string act, string task, string by) => new("POST", $"{Root}/approval_tasks/{task}/{act}", new { user_id = by }, await reflow.Token());

    static async Task<Request> Give(TestReflow reflow, string task, string by, params string[] to) => new("POST", $"{Root}/approval_tasks/{task}/transfer", new { user_id = by, to_user_ids = to }, await reflow.Token());

    static async Task<Request> Add(TestReflow reflow, string task, string by, string type, params string[] users) =>
        new("POST", $"{Root}/approval_tasks/{task}/add_assignee", new { user_id = by, approvers = users, add_assignee_type = type }, await reflow.Token());

    static async Task<Request> Cancel(TestReflow reflow, string instance, string by) => new("POST", $"{Root}/approval_instances/{instance}/cancel", new { user_id = by, opinion = "撤回" }, await reflow.Token());

    /// <summary>Starts an instance and answers the manager's task.</summary>
    static async Task<string> Started(TestReflow reflow, int amount = 1)
    {
        var instance = (await reflow.Send(await Execute(reflow, "purchase", new { @operator = """{"_id":1001}""", @params = $$"""{"amount":{{amount}}}""" }))).Ok().Data.GetProperty("execution_id").GetString();
        var rows = (await Query(reflow, new { kunlun_user_id = Manager, source = "assignMe", type = "pending", limit = 50 })).GetProperty("tasks").EnumerateArray();
        return rows.Single(t => t.GetProperty("workflow_instance").GetProperty("id").GetString() == instance).GetProperty("task_id").GetString()!;
    }

    static async Task<string> ManagersClosed(TestReflow reflow)
    {
        var task = await Started(reflow);
        await AgreeTo(reflow, task, Manager);
        return task;
    }

    /// <summary>The first rollback point of a manager's task: the start.</summary>
    static async Task<string> Start(TestReflow reflow, string task)
    {
        foreach (var who in new[] { Manager, Finance, Legal, Director })
            if (await reflow.Send(await Points(reflow, task, who)) is { Code: 0 } answer) return answer.Data.GetProperty("tasks")[0].GetProperty("id").GetString()!;
        throw new InvalidOperationException($"nobody may act on task {task}");
    }

    static async Task Agree(TestReflow reflow, string who) => await AgreeTo(reflow, await Pending(reflow, who), who);

    static async Task AgreeTo(TestReflow reflow, string task, string who) => (await reflow.Send(await Voting(reflow, "agree", task, who))).Ok();

    /// <summary>The newest task that waits for someone.</summary>
    static async Task<string> Pending(TestReflow reflow, string who) => (await List(reflow, who, "assignMe", "pending"))[0];

    static async Task<IReadOnlyList<string>> Mine(TestReflow reflow, string who, string task) => [.. (await List(reflow, who, "assignMe", "pending")).Where(id => id == task)];

    static async Task<IReadOnlyList<string>> List(TestReflow reflow, string who, string? source, string? type) => Ids(await Query(reflow, new { kunlun_user_id = who, source, type, limit = "50" }));

    static async Task<JsonElement> Query(TestReflow reflow, object body) => (await reflow.Post($"{Root}/user_task/query", body)).Ok().Data;

    static IReadOnlyList<string> Ids(JsonElement data) => [.. data.GetProperty("tasks").EnumerateArray().Select(t => t.GetProperty("task_id").GetString()!)];

    static async Task<string> InstanceOf(TestReflow reflow, string task) => (await Row(reflow, task)).GetProperty("id").GetString()!;

    static async Task<string> Status(TestReflow reflow, string task) => (await Row(reflow, task)).GetProperty("status").GetString()!;

    static async Task<JsonElement> Row(TestReflow reflow, string task) => (await Query(reflow, new { kunlun_user_id = Initiator, source = "fromMe", limit = 50 })).GetProperty("tasks")
        .EnumerateArray().Single(t => t.GetProperty("task_id").GetString() == task).GetProperty("workflow_instance");
}
