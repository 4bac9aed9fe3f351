using System.Text.Json;
using Reflow.Core.Directory;
using Reflow.Core.Tasks;
using Reflow.Server.Gateway;
using Xunit;

namespace Reflow.Server.Tests.Tasks;

/// <summary>Task v1: create, get, complete, un-complete (seed 004; contracts: task).</summary>
public class TaskScenarios
{
    const string Tasks = "/open-apis/task/v1/tasks";
    const string Origin = """{"zh_cn":"流程","en_us":"Flows"}""";
    static readonly string[] OfOne = ["get", "complete", "uncomplete"];

    public static TheoryData<Refused> All => [
        .. OfOne.SelectMany(act => new Refused[]
        {
            new("an id that is no UUID", $"task.v1.task.{act}", 1470602, async r => Act(act, "0", await r.Token())),
            new("an id that nobody has", $"task.v1.task.{act}", 1470602, async r => Act(act, "bb54ab99-d360-434f-bcaa-a4cc4c05840e", await r.Token())),
            new("another tenant's task", $"task.v1.task.{act}", 1470602, async r => Act(act, await Create(r), await r.Token(Demo.OtherTenantsApp))),
            new("an app token", $"task.v1.task.{act}", 1470403, async r => Act(act, await Create(r), "a-g1" + new string('a', 40))),
            new("a member without any relation to the task", $"task.v1.task.{act}", 1470432, async r => Act(act, await Create(r), await r.UserToken("1005"))),
        }),
        new Refused("a follower completes", "task.v1.task.complete", 1470404, async r => Act("complete", await Create(r, followers: ["1003"]), await r.UserToken("1003"))),
        new Refused("a follower un-completes", "task.v1.task.uncomplete", 1470404, async r =>
        {
            var id = await Create(r, followers: ["1003"]);
            (await r.Post($"{Tasks}/{id}/complete")).Ok();
            return Act("uncomplete", id, await r.UserToken("1003"));
        }),
        Bad("an app token", 1470403, new { summary = "x", origin = new { platform_i18n_name = "{}" } }, token: "a-g1" + new string('a', 40)),
        Bad("no title", 1470416, new { origin = new { platform_i18n_name = "{}" } }),
        Bad("an empty title", 1470416, new { summary = "", rich_summary = "", origin = new { platform_i18n_name = "{}" } }),
        Bad("a title above 1000 characters", 1470437, new { summary = new string('长', 1001), origin = new { platform_i18n_name = "{}" } }),
        Bad("a body above 65536 characters", 1470437, new { summary = "x", description = new string('长', 65537), origin = new { platform_i18n_name = "{}" } }),
        Bad("a tag that is not closed", 1470410, new { rich_summary = "<at id=ou_1>", origin = new { platform_i18n_name = "{}" } }),
        Bad("a mention of nobody", 1470410, new { rich_summary = "<at id=></at>", origin = new { platform_i18n_name = "{}" } }),
        Bad("a body's tag that is not open", 1470411, new { summary = "x", rich_description = "</a>", origin = new { platform_i18n_name = "{}" } }),
        Bad("extra that is not base64", 1470435, new { summary = "x", extra = "%%%", origin = new { platform_i18n_name = "{}" } }),
        Bad("a custom completion that is not JSON", 1470438, new { summary = "x", custom = "{", origin = new { platform_i18n_name = "{}" } }),
        Bad("a custom completion for an unknown platform", 1470438, new { summary = "x", custom = """{"custom_complete":{"fridge":{}}}""", origin = new { platform_i18n_name = "{}" } }),
        Bad("a platform name that is not JSON", 1470415, new { summary = "x", origin = new { platform_i18n_name = "Flows" } }),
        Bad("a platform name in an unknown language", 1470415, new { summary = "x", origin = new { platform_i18n_name = """{"xx_xx":"Flows"}""" } }),
        Bad("a link that nothing opens", 1470436, new { summary = "x", origin = new { platform_i18n_name = "{}", href = new { url = "ftp://x" } } }),
        Bad("a timezone that does not exist", 1470414, new { summary = "x", due = new { time = "1", timezone = "Mars/Base" }, origin = new { platform_i18n_name = "{}" } }),
        Bad("a due time that is no number", 1470439, new { summary = "x", due = new { time = "soon" }, origin = new { platform_i18n_name = "{}" } }),
        Bad("a due time before 1970", 1470439, new { summary = "x", due = new { time = -1 }, origin = new { platform_i18n_name = "{}" } }),
        Bad("a due time in milliseconds", 1470439, new { summary = "x", due = new { time = 1_772_438_400_000 }, origin = new { platform_i18n_name = "{}" } }),
        Bad("a repeat rule that is none", 1470434, new { summary = "x", due = new { time = "1772438400" }, repeat_rule = "every day", origin = new { platform_i18n_name = "{}" } }),
        Bad("a repeat rule without a due time", 1470400, new { summary = "x", repeat_rule = "FREQ=DAILY", origin = new { platform_i18n_name = "{}" } }, message: TaskErrors.RepeatWithoutDue.Message),
        new Refused("a collaborator that nobody knows", "task.v1.task.create", 99992351, async r => await Draft(r, new { summary = "x", collaborator_ids = new[] { "ou_nobody" }, origin = new { platform_i18n_name = "{}" } })),
        new Refused("more than fifty collaborators", "task.v1.task.create", 1470429, async r =>
        {
            var people = Enumerable.Range(0, 51).Select(i => $"colleague{i}").ToArray();
            await r.Db.Change(Demo.Tenant, async s =>
            {
                foreach (var userId in people) await s.Execute("insert into member (tenant, user_id, union_id, name) values ($1, $2, '', 'x')", userId);
                return 0;
            }, TestContext.Current.CancellationToken);
            return await Draft(r, new { summary = "x", collaborator_ids = people, origin = new { platform_i18n_name = "{}" } }, "?user_id_type=user_id");
        }),
        new Refused("a follower's user_id that nobody has", "task.v1.task.create", 99992360, async r =>
            await Draft(r, new { summary = "x", follower_ids = new[] { "nobody" }, origin = new { platform_i18n_name = "{}" } }, "?user_id_type=user_id")),
        new Refused("a union_id that nobody has", "task.v1.task.create", 99992364, async r =>
            await Draft(r, new { summary = "x", follower_ids = new[] { "on_nobody" }, origin = new { platform_i18n_name = "{}" } }, "?user_id_type=union_id")),
        new Refused("an open_id that only another app knows", "task.v1.task.create", 99992361, async r =>
            await Draft(r, new { summary = "x", collaborator_ids = new[] { await r.OpenId("1002", Demo.ReportApp) }, origin = new { platform_i18n_name = "{}" } })),
    ];

    [Theory, MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task Is_refused(Refused scenario)
    {
        await using var reflow = await TestReflow.Start();
        await scenario.Check(reflow);
    }

    [Theory]
    [InlineData("POST", "", "origin user_id_type")]
    [InlineData("GET", "&page_size=-1&task_completed=x", "page_size task_completed user_id_type")]
    public async Task All_that_is_wrong_with_a_call_is_told_at_once(string method, string query, string told)
    {
        await using var reflow = await TestReflow.Start();
        var answer = await reflow.Send(new(method, $"{TaskDesk.Root}?user_id_type=x{query}", method is "POST" ? new { summary = "x" } : null, await reflow.Token()));
        answer.Refuses(99992402);
        Assert.Equal(told, string.Join(' ', answer.Json.GetProperty("error").GetProperty("field_violations").EnumerateArray().Select(violation => violation.GetProperty("field").GetString()).Order()));
    }

    [Fact]
    public void More_than_fifty_collaborators_are_refused()
    {
        var people = Enumerable.Range(0, 51).Select(i => $"u{i}").ToList();
        var call = new TaskCall(new Actor.App("cli_x"), 0, "task.v1.task.create", new(_ => null));
        var refused = TaskRules.Create(new() { Summary = "x", PlatformName = "{}", Collaborators = people }, "id", call);
        Assert.Equal(TaskErrors.TooManyCollaborators, refused.Error);
        Assert.Null(TaskRules.Create(new() { Summary = "x", PlatformName = "{}", Collaborators = [.. people.Skip(1), people[1]] }, "id", call).Error);
    }

    [Fact]
    public async Task A_task_comes_back_as_it_was_created()
    {
        await using var reflow = await TestReflow.Start();
        var (manager, finance) = (await reflow.OpenId("1002"), await reflow.OpenId("1003"));
        var created = (await reflow.Post(Tasks, new
        {
            summary = "合同",
            description = "看一遍",
            extra = "dGVzdA==",
            due = new { time = 1772438400, is_all_day = false },
            origin = new { platform_i18n_name = """{"ZH_CN":"流程","en_us":"Flows"}""", href = new { url = "https://example.org/1", title = "1" } },
            collaborator_ids = new[] { manager, manager },
            follower_ids = new[] { finance },
        })).Ok().Data;
        var id = created.GetProperty("task").GetProperty("id").GetString()!;
        Assert.Equal(created.GetRawText(), (await reflow.Get($"{Tasks}/{id}")).Ok().Data.GetRawText());
        var app = Identities.OpenId(Demo.Tenant, Demo.App, new Actor.App(Demo.App));
        Assert.Equal(
            $$$"""
            {"task":{"id":"{{{id}}}","summary":"合同","description":"看一遍","extra":"dGVzdA==","custom":"","complete_time":"0","create_time":"1772438400","update_time":"1772438400",
            "creator_id":"{{{app}}}","due":{"time":"1772438400","timezone":"Asia/Shanghai","is_all_day":false},
            "origin":{"platform_i18n_name":"{\"en_us\":\"Flows\",\"zh_cn\":\"流程\"}","href":{"url":"https://example.org/1","title":"1"}},"can_edit":false,"source":6,
            "followers":[{"id":"{{{finance}}}"}],"collaborators":[{"id":"{{{manager}}}"}]}}
            """.ReplaceLineEndings(""), created.GetRawText());
    }

    [Fact]
    public async Task Completing_and_taking_it_back_are_idempotent_and_the_first_moment_stays()
    {
        await using var reflow = await TestReflow.Start();
        var id = await Create(reflow);
        Assert.Equal("""{"code":0,"msg":"success","data":{}}""", (await reflow.Post($"{Tasks}/{id}/uncomplete")).Text);
        Assert.Equal(("0", "1772438400"), await Times(reflow, id));
        reflow.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("""{"code":0,"msg":"success","data":{}}""", (await reflow.Post($"{Tasks}/{id}/complete")).Text);
        reflow.Clock.Advance(TimeSpan.FromSeconds(10));
        (await reflow.Post($"{Tasks}/{id}/complete")).Ok();
        Assert.Equal(("1772438410", "1772438410"), await Times(reflow, id));
        (await reflow.Post($"{Tasks}/{id}/uncomplete", "null")).Ok();
        (await reflow.Post($"{Tasks}/{id}/uncomplete")).Ok();
        Assert.Equal(("0", "1772438420"), await Times(reflow, id));
        Assert.Equal(["created", "completed", "uncompleted"], await Happened(reflow, id));
    }

    [Theory]
    [InlineData("1002", "complete", 0)]
    [InlineData("1002", "uncomplete", 0)]
    [InlineData("1003", "get", 0)]
    [InlineData("1002", "get", 0)]
    public async Task Collaborators_change_and_followers_read(string kunlunId, string act, int code)
    {
        await using var reflow = await TestReflow.Start();
        var id = await Create(reflow, collaborators: ["1002"], followers: ["1003"]);
        Assert.Equal(code, (await reflow.Send(Act(act, id, await reflow.UserToken(kunlunId)))).Code);
    }

    [Fact]
    public async Task A_member_creates_for_himself_under_a_user_token()
    {
        await using var reflow = await TestReflow.Start();
        var answer = (await reflow.Send(new("POST", Tasks, new { summary = "x", origin = new { platform_i18n_name = Origin } }, await reflow.UserToken("1001")))).Ok();
        var task = answer.Data.GetProperty("task");
        Assert.Equal((7, await reflow.OpenId("1001")), (task.GetProperty("source").GetInt32(), task.GetProperty("creator_id").GetString()));
        Assert.Equal(1470432, (await reflow.Get($"{Tasks}/{task.GetProperty("id").GetString()}")).Code);
    }

    [Fact]
    public async Task Ids_follow_user_id_type_and_a_user_id_needs_its_scope()
    {
        await using var reflow = await TestReflow.Start();
        var id = await Create(reflow, collaborators: ["1002"]);
        var (asUser, asUnion) = ((await reflow.Get($"{Tasks}/{id}?user_id_type=user_id")).Ok().Data.GetProperty("task"), (await reflow.Get($"{Tasks}/{id}?user_id_type=union_id")).Ok().Data.GetProperty("task"));
        Assert.Equal(await reflow.UserId("1002"), asUser.GetProperty("collaborators")[0].GetProperty("id").GetString());
        Assert.Matches("^on_[0-9a-f]{32}$", asUnion.GetProperty("collaborators")[0].GetProperty("id").GetString());
        Assert.All([asUser, asUnion], task => Assert.False(task.TryGetProperty("creator_id", out _)));
        var blind = new Api.UserIds(new("t", TokenKinds.Tenant, "cli_x", "o", null, new(["task:task"]), 0), UserIdType.UserId);
        Assert.Null(blind.Of("someone"));
    }

    static Refused Bad(string name, int code, object body, string? token = null, string? message = null) =>
        new(name, "task.v1.task.create", code, async r => new("POST", Tasks, body, token ?? await r.Token())) { Message = message };

    static async Task<Request> Draft(TestReflow reflow, object body, string query = "") => new("POST", Tasks + query, body, await reflow.Token());

    static Request Act(string act, string id, string token) => act == "get" ? new("GET", $"{Tasks}/{id}", null, token) : new("POST", $"{Tasks}/{id}/{act}", null, token);

    static async Task<string> Create(TestReflow reflow, string[]? collaborators = null, string[]? followers = null)
    {
        var answer = await reflow.Post(Tasks, new
        {
            summary = "x",
            origin = new { platform_i18n_name = Origin },
            collaborator_ids = await Task.WhenAll((collaborators ?? []).Select(who => reflow.OpenId(who))),
            follower_ids = await Task.WhenAll((followers ?? []).Select(who => reflow.OpenId(who))),
        });
        return answer.Ok().Data.GetProperty("task").GetProperty("id").GetString()!;
    }

    static async Task<(string? Complete, string? Update)> Times(TestReflow reflow, string id)
    {
        var task = (await reflow.Get($"{Tasks}/{id}")).Ok().Data.GetProperty("task");
        return (task.GetProperty("complete_time").GetString(), task.GetProperty("update_time").GetString());
    }

    static async Task<IReadOnlyList<string?>> Happened(TestReflow reflow, string id) => [.. (await reflow.Db.Read(Demo.Tenant,
        s => s.Query("select payload from history where tenant = $1 and kind = 'task' and id = $2 order by seq", r => r.GetString(0), id), TestContext.Current.CancellationToken))
        .SelectMany(payload => JsonDocument.Parse(payload).RootElement.EnumerateArray().Select(e => e.GetString()))];
}
