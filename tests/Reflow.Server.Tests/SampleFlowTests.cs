using System.Text.Json;
using System.Text.RegularExpressions;
using Reflow.Server.Control;
using Reflow.Server.Tests.Control;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>Every file of samples/flows, applied to an empty server and walked over HTTP: what docs/flows.md says of each pattern is what happens.</summary>
public sealed class SampleFlowTests
{
    static readonly string Folder = Path.GetDirectoryName(WorkspaceFormatTests.Source("samples/flows/countersign.yaml"))!;

    static readonly Dictionary<string, Func<SampleFlow, Task>> Walks = new()
    {
        ["countersign"] = async flow =>
        {
            await flow.Start();
            await flow.Waits("cara", "dan", "eva");
            await flow.Agree("eva", "cara");
            await flow.Waits("dan");
            await flow.RollBack("dan", "Start");
            await flow.Waits("amy");
            await flow.Agree("amy");
            await flow.Waits("cara", "dan", "eva");
            await flow.Agree("cara", "dan", "eva");
            await flow.Stands("agreed");
            await flow.Start();
            await flow.Agree("cara");
            await flow.Reject("dan");
            await flow.Stands("rejected");
        },
        ["any-one"] = async flow =>
        {
            await flow.Start();
            await flow.Waits("cara", "dan");
            await flow.Agree("dan");
            await flow.Stands("agreed");
            await flow.Start();
            await flow.Reject("cara");
            await flow.Stands("rejected");
        },
        ["ratio"] = async flow =>
        {
            await flow.Start();
            await flow.Waits("cara", "dan", "eva");
            await flow.Agree("cara");
            await flow.Reject("dan");
            await flow.Waits("eva");
            await flow.Agree("eva");
            await flow.Stands("agreed");
            await flow.Start();
            await flow.Reject("cara");
            await flow.Waits("dan", "eva");
            await flow.Reject("dan");
            await flow.Stands("rejected");
        },
        ["sequential"] = async flow =>
        {
            await flow.Start();
            await flow.Waits("cara");
            await flow.Agree("cara");
            await flow.Waits("dan");
            await flow.RollBack("dan", "Start");
            await flow.Agree("amy");
            await flow.Waits("cara");
            await flow.Agree("cara", "dan");
            await flow.Waits("eva");
            await flow.Agree("eva");
            await flow.Stands("agreed");
        },
        ["add-assignee"] = async flow =>
        {
            await flow.Start();
            await flow.Add("ben", "currentAndAddAssign", "cara");
            await flow.Waits("ben", "cara");
            await flow.Agree("cara");
            await flow.Waits("ben");
            await flow.Add("ben", "afterAndAddAssign", "dan");
            await flow.Waits("dan");
            await flow.Agree("dan");
            await flow.Waits("eva");
            await flow.RollBack("eva", "Review");
            await flow.Waits("ben");
            await flow.Agree("ben", "eva");
            await flow.Stands("agreed");
        },
        ["transfer"] = async flow =>
        {
            await flow.Start();
            var task = await flow.Task("ben");
            await flow.Transfer("ben", "cara");
            await flow.Waits("cara");
            Assert.Equal(task, await flow.Task("cara"));
            await flow.Agree("cara");
            await flow.Waits("eva");
            await flow.RollBack("eva", "Manager");
            await flow.Waits("cara");
            await flow.Agree("cara", "eva");
            await flow.Stands("agreed");
        },
        ["rollback-start"] = async flow =>
        {
            await flow.Start();
            await flow.Agree("ben");
            await flow.Offers("cara", "Start");
            await flow.RollBack("cara", "Start");
            await flow.Waits("amy");
            await flow.Agree("amy");
            await flow.Waits("ben");
            await flow.Agree("ben", "cara");
            await flow.Stands("agreed");
        },
        ["rollback-previous"] = async flow =>
        {
            await flow.Start();
            await flow.Agree("ben");
            await flow.Offers("cara", "Manager");
            await flow.Agree("cara", "dan");
            await flow.Offers("eva", "Finance", "Legal");
            await flow.RollBack("eva", "Legal");
            await flow.Waits("dan");
            await flow.Offers("dan", "Manager");
            await flow.Agree("dan", "eva");
            await flow.Stands("agreed");
        },
        ["rollback-any"] = async flow =>
        {
            await flow.Start();
            await flow.Agree("ben", "cara");
            await flow.Offers("eva", "Start", "Manager", "Finance");
            await flow.RollBack("eva", "Manager");
            await flow.Waits("ben");
            await flow.Offers("ben", "Start");
            await flow.Agree("ben");
            await flow.Waits("cara");
            await flow.Agree("cara", "eva");
            await flow.Stands("agreed");
        },
        ["rollback-direct"] = async flow =>
        {
            await flow.Start();
            await flow.Agree("ben", "cara");
            var task = await flow.Task("eva");
            await flow.RollBack("eva", "Manager");
            await flow.Waits("ben");
            await flow.Agree("ben");
            await flow.Waits("eva");
            Assert.NotEqual(task, await flow.Task("eva"));
            await flow.Offers("eva", "Start", "Manager", "Finance");
            await flow.Agree("eva");
            await flow.Stands("agreed");
        },
        ["rollback-keep"] = async flow =>
        {
            await flow.ToTheDirector();
            await flow.RollBack("eva", "Finance");
            await flow.Waits("cara");
            await flow.Agree("cara");
            await flow.Waits("fay");
            await flow.Agree("fay");
            await flow.Waits("eva");
            await flow.Agree("eva");
            await flow.Stands("agreed");

            // Within a branch, while the other is under way: that one is not touched.
            await flow.Start();
            await flow.Agree("ben", "cara");
            var legal = await flow.Task("dan");
            await flow.Offers("fay", "Start", "Manager", "Finance");
            await flow.RollBack("fay", "Finance");
            await flow.Waits("cara", "dan");
            Assert.Equal(legal, await flow.Task("dan"));

            // To before the fork: every branch goes.
            await flow.RollBack("cara", "Manager");
            await flow.Waits("ben");
            await flow.Agree("ben");
            await flow.Waits("cara", "dan");
            Assert.NotEqual(legal, await flow.Task("dan"));
        },
        ["rollback-rerun"] = async flow =>
        {
            await flow.ToTheDirector();
            await flow.RollBack("eva", "Payment");
            await flow.Waits("cara", "dan");
            await flow.Agree("dan", "cara");
            await flow.Waits("fay");

            // No join is undone within a branch, so only the branch is done again.
            await flow.RollBack("fay", "Finance");
            await flow.Waits("cara");
            await flow.Agree("cara", "fay", "eva");
            await flow.Stands("agreed");
        },
        ["withdraw"] = async flow =>
        {
            await flow.Start();
            await flow.Waits("cara", "dan");
            await flow.Agree("cara");
            var task = await flow.Task("dan");
            Assert.Equal(2320001, (await flow.Cancel("dan")).Code);
            await flow.Waits("dan");
            (await flow.Cancel("amy")).Ok();
            await flow.Stands("canceled");
            Assert.Equal(2320001, (await flow.Vote("agree", task, "dan")).Code);
            Assert.Equal(2320001, (await flow.Cancel("amy")).Code);
        },
        ["cc"] = async flow =>
        {
            await flow.Start();
            await flow.Told("cara", 0);
            await flow.Copy("ben", "dan");
            await flow.Told("dan", 1);
            await flow.Agree("ben");
            await flow.Told("cara", 1);
            await flow.Waits("eva");
            await flow.Offers("eva", "Start", "Manager");
            await flow.RollBack("eva", "Manager");
            await flow.Told("cara", 1);
            await flow.Agree("ben");
            await flow.Told("cara", 2);
            await flow.Agree("eva");
            await flow.Stands("agreed");
        },
        ["exclusive"] = async flow =>
        {
            await flow.Start("""{"amount":10001,"kind":"goods"}""");
            await flow.Agree("ben");
            await flow.Waits("eva");
            await flow.RollBack("eva", "Manager");
            await flow.Agree("ben", "eva");
            await flow.Stands("agreed");
            await flow.Start("""{"amount":10000,"kind":"contract"}""");
            await flow.Waits("dan");
            await flow.Agree("dan");
            await flow.Waits("cara");
            await flow.Agree("cara");
            await flow.Stands("agreed");
            await flow.Start();
            await flow.Agree("ben");
            await flow.Stands("agreed");
        },
        ["inclusive"] = async flow =>
        {
            await flow.Start("""{"amount":20000,"contract":true}""");
            await flow.Waits("cara", "dan");
            await flow.Agree("cara", "dan");
            await flow.RollBack("eva", "Legal");
            await flow.Waits("dan");
            await flow.Agree("dan", "eva");
            await flow.Stands("agreed");
            await flow.Start("""{"amount":1,"contract":true}""");
            await flow.Waits("dan");
            await flow.Agree("dan");
            await flow.Waits("eva");
            await flow.Start();
            await flow.Waits("ben");
        },
        ["reject-end"] = async flow =>
        {
            await flow.Start();
            await flow.Reject("ben");
            await flow.Stands("rejected");
            await flow.Start();
            await flow.Agree("ben");
            await flow.Reject("eva");
            await flow.Stands("rejected");
        },
        ["reject-start"] = async flow =>
        {
            await flow.Start();
            await flow.Agree("ben");
            await flow.Reject("eva");
            await flow.Waits("amy");
            await flow.Agree("amy");
            await flow.Waits("ben");
            await flow.Agree("ben", "eva");
            await flow.Stands("agreed");
        },
        ["reject-node"] = async flow =>
        {
            await flow.Start();
            await flow.Agree("ben", "cara");
            await flow.Reject("eva");
            await flow.Waits("ben");
            await flow.Agree("ben");
            await flow.Waits("cara");
            await flow.Agree("cara", "eva");
            await flow.Stands("agreed");
        },
        ["reject-branch"] = async flow =>
        {
            await flow.Start();
            await flow.Reject("cara");
            await flow.Waits("dan");
            await flow.Agree("dan");
            await flow.Offers("eva", "Start", "Legal");
            await flow.RollBack("eva", "Legal");
            await flow.Waits("dan");
            await flow.Reject("dan");
            await flow.Stands("rejected");
        },
        ["reject-follow"] = async flow =>
        {
            await flow.Start();
            await flow.Reject("ben");
            await flow.Waits("eva");
            await flow.Offers("eva", "Start", "Manager");
            await flow.RollBack("eva", "Manager");
            await flow.Waits("ben");
            await flow.Reject("ben");
            await flow.Agree("eva");
            await flow.Stands("agreed");
            await flow.Start();
            await flow.Agree("ben");
            await flow.Stands("agreed");
        },
    };

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder, "*.yaml").Order(StringComparer.Ordinal).Select(file => Path.GetFileNameWithoutExtension(file))];

    [Theory, MemberData(nameof(Files))]
    public async Task A_sample_does_what_its_pattern_promises(string file)
    {
        Assert.True(Walks.TryGetValue(file, out var walk), $"samples/flows/{file}.yaml is walked by no test.");
        await using var reflow = await SampleFlow.Apply(Path.Combine(Folder, $"{file}.yaml"));
        await walk(new(reflow, file.Replace('-', '_')));
    }

    [Fact]
    public async Task All_samples_fit_one_server_and_change_nothing_the_second_time()
    {
        await using var reflow = await SampleFlow.Apply(Path.Combine(Folder, "countersign.yaml"));
        var ids = new Store.Ids(TimeProvider.System);
        foreach (var again in new[] { false, true })
            foreach (var file in Walks.Keys)
            {
                var (changes, faults) = await Workspace.Load(Path.Combine(Folder, $"{file}.yaml")).Workspace!.Apply(reflow.Db, ids, reflow.Clock.GetUtcNow().ToUnixTimeMilliseconds(), TestContext.Current.CancellationToken);
                Assert.Empty(faults);
                Assert.Equal(!again && file != "countersign", changes!.Any);
                Assert.All(changes.Counts, count => Assert.Equal(0, count.Changed));
            }
    }

    [Fact]
    public void The_guide_tells_of_every_sample_and_of_no_other()
    {
        var told = Regex.Matches(File.ReadAllText(WorkspaceFormatTests.Source("docs/flows.md")), @"\(\.\./samples/flows/([a-z-]+)\.yaml\)").Select(m => m.Groups[1].Value).ToHashSet();
        Assert.Equal(Walks.Keys.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }
}

/// <summary>The instance of a sample's flow that was started last, as its people see it.</summary>
sealed class SampleFlow(TestReflow reflow, string name)
{
    const string Root = "/open-apis/apaas/v1", App = "cli_a1b2c3d4e5f6f0f0", Secret = "FlowSamplesAppSecret0000000001";

    static readonly Dictionary<string, string> People = new() { ["amy"] = "2001", ["ben"] = "2002", ["cara"] = "2003", ["dan"] = "2004", ["eva"] = "2005", ["fay"] = "2006" };

    string? token;
    string instance = "";

    /// <summary>An empty server with one file applied.</summary>
    public static Task<TestReflow> Apply(string file) =>
        TestReflow.StartOn(Directory.CreateTempSubdirectory("reflow-sample-").FullName, new(), settings => settings with { Demo = false, Workspace = file });

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
