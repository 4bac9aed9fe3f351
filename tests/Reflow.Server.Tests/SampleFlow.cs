using System.Text.Json;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>The instance of a sample's flow that was started last, as its people see it.</summary>
sealed class SampleFlow(TestReflow reflow, string name)
{
    const string Root = "/open-apis/apaas/v1", App = "cli_a1b2c3d4e5f6f0f0", Secret = "FlowSamplesAppSecret0000000001", Tenant = "736588c9260f17f0", Admin = "the-admin-token";

    static readonly Dictionary<string, string> People = new() { ["amy"] = "2001", ["ben"] = "2002", ["cara"] = "2003", ["dan"] = "2004", ["eva"] = "2005", ["fay"] = "2006" };

    string? token;
    string instance = "";

    /// <summary>An empty server with one file applied.</summary>
    public static async Task<TestReflow> Apply(string file) =>
        await TestReflow.StartOn(await TestStore.Empty(), new(), settings => settings with { Demo = false, Workspace = file, AdminToken = Admin });

    /// <summary>Amy starts an instance.</summary>
    public async Task Start(string form = "{}") =>
        instance = (await Post($"applications/package_samples__c/flows/{name}/execute", new { @operator = """{"_id":2001}""", @params = form })).Ok().Data.GetProperty("execution_id").GetString()!;

    /// <summary>Starts one and takes it behind the join: amy, ben, then cara and fay beside dan.</summary>
    public async Task ToTheDirector()
    {
        await Start();
        await Agree("ben");
        await Agree("dan");
        await Agree("cara");
        await Agree("fay");
        await Waits("eva");
    }

    /// <summary>Someone hands values for members of the form in and agrees: a call of the control plane.</summary>
    public async Task<Answer> Submit(string who, object form) =>
        await reflow.Send(new("POST", $"/reflow/v1/tenants/{Tenant}/tasks/{await Task(who)}/submit", new { operator_user_id = People[who], @params = form }, Admin));

    /// <summary>The lines of the form in the task list hold these values.</summary>
    public async Task Shows(params string[] values) => Assert.Equal(values, (await List("amy", "fromMe", null))[0].GetProperty("summarys").EnumerateArray()
        .Select(line => line.GetProperty("file_value")[0].GetProperty("text").GetString()));

    /// <summary>These agree, one after the other.</summary>
    public async Task Agree(params string[] people)
    {
        foreach (var who in people) (await Vote("agree", await Task(who), who)).Ok();
    }

    public async Task Reject(string who) => (await Vote("reject", await Task(who), who)).Ok();

    public Task<Answer> Vote(string act, string task, string who) => Post($"approval_tasks/{task}/{act}", new { user_id = People[who] });

    public async Task Transfer(string who, string to) => (await Post($"approval_tasks/{await Task(who)}/transfer", new { user_id = People[who], to_user_ids = new[] { People[to] } })).Ok();

    public async Task Add(string who, string type, string added) =>
        (await Post($"approval_tasks/{await Task(who)}/add_assignee", new { user_id = People[who], approvers = new[] { People[added] }, add_assignee_type = type })).Ok();

    public async Task Copy(string who, string to) => (await Post($"user_tasks/{await Task(who)}/cc", new { operator_user_id = People[who], cc_user_ids = new[] { People[to] } })).Ok();

    public Task<Answer> Cancel(string who) => Post($"approval_instances/{instance}/cancel", new { user_id = People[who], opinion = "撤回" });

    /// <summary>Rolls someone's task back to the one of its points that has this English label.</summary>
    public async Task RollBack(string who, string to)
    {
        var task = await Task(who);
        var target = (await Points(who)).Single(point => point.Label == to).Id;
        (await Post($"user_tasks/{task}/rollback", new { operator_user_id = People[who], to_task_id = target, opinion = "请修改" })).Ok();
    }

    /// <summary>The points that someone's task can be rolled back to have these English labels, in this order.</summary>
    public async Task Offers(string who, params string[] labels) => Assert.Equal(labels, (await Points(who)).Select(point => point.Label));

    /// <summary>A task of the instance waits for these people, one each, and for nobody else.</summary>
    public async Task Waits(params string[] who)
    {
        Assert.Equal(who.Order(StringComparer.Ordinal), await Waiting());
        Assert.Equal("in_process", await Status());
    }

    /// <summary>The instance has ended like this and waits for nobody.</summary>
    public async Task Stands(string status)
    {
        Assert.Equal(status, await Status());
        Assert.Empty(await Waiting());
    }

    /// <summary>Someone has been told of the instance so many times.</summary>
    public async Task Told(string who, int times) => Assert.Equal(times, (await List(who, "CCMe", null)).Count);

    /// <summary>The task of the instance that waits for someone.</summary>
    public async Task<string> Task(string who) => Assert.Single(await List(who, "assignMe", "pending")).GetProperty("task_id").GetString()!;

    async Task<IReadOnlyList<string>> Waiting()
    {
        var waiting = new List<string>();
        foreach (var who in People.Keys)
            waiting.AddRange((await List(who, "assignMe", "pending")).Select(_ => who));
        return waiting;
    }

    async Task<string> Status() => (await List("amy", "fromMe", null))[0].GetProperty("workflow_instance").GetProperty("status").GetString()!;

    async Task<IReadOnlyList<(string Id, string Label)>> Points(string who) =>
        [.. (await Post($"user_tasks/{await Task(who)}/rollback_points", new { operator_user_id = People[who] })).Ok().Data.GetProperty("tasks").EnumerateArray().Select(point =>
            (point.GetProperty("id").GetString()!, point.GetProperty("activity_label").EnumerateArray().Single(l => l.GetProperty("language_code").GetString() == "1033").GetProperty("text").GetString()!))];

    async Task<IReadOnlyList<JsonElement>> List(string who, string source, string? type) =>
        [.. (await Post("user_task/query", new { kunlun_user_id = People[who], source, type, limit = 50 })).Ok().Data.GetProperty("tasks").EnumerateArray()
            .Where(task => task.GetProperty("workflow_instance").GetProperty("id").GetString() == instance)];

    async Task<Answer> Post(string path, object body)
    {
        token ??= (await reflow.Send(new("POST", "/open-apis/auth/v3/tenant_access_token/internal", new { app_id = App, app_secret = Secret }))).Json.GetProperty("tenant_access_token").GetString();
        return await reflow.Send(new("POST", $"{Root}/{path}", body, token));
    }
}

static class Refusals
{
    /// <summary>What a refusal of the control plane says of each member that is wrong.</summary>
    public static IEnumerable<string> Faults(this Answer answer)
    {
        Assert.Equal((400, 400), (answer.Status, answer.Code));
        return answer.Json.GetProperty("error").GetProperty("field_violations").EnumerateArray().Select(fault => fault.GetProperty("description").GetString()!);
    }
}
