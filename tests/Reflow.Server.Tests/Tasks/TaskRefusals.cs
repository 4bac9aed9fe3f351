using Reflow.Core.Directory;
using Xunit;
using static Reflow.Server.Tests.Tasks.TaskDesk;

namespace Reflow.Server.Tests.Tasks;

/// <summary>Every refusal of Task v1 that a request can lead to, beside those of create, get, complete and uncomplete (contracts: task §3, §4).</summary>
public class TaskRefusals
{
    static readonly string NoToken = "a-g1" + new string('a', 40);

    /// <summary>The operations on one task: how each is called, and what a stranger hears.</summary>
    static readonly (string Name, string Method, string Path, object? Body, int Stranger)[] OfOne =
    [
        ("patch", "PATCH", "", new { task = new { summary = "y" }, update_fields = new[] { "summary" } }, 1470404),
        ("delete", "DELETE", "", null, 1470404),
        ("collaborator.create", "POST", "/collaborators?user_id_type=user_id", new { id_list = new[] { "{1004}" } }, 1470404),
        ("collaborator.list", "GET", "/collaborators", null, 1470432),
        ("collaborator.delete", "DELETE", "/collaborators/{1002}?user_id_type=user_id", null, 1470404),
        ("batch_delete_collaborator", "POST", "/batch_delete_collaborator?user_id_type=user_id", new { id_list = new[] { "{1002}" } }, 1470404),
        ("follower.create", "POST", "/followers?user_id_type=user_id", new { id_list = new[] { "{1004}" } }, 1470404),
        ("follower.list", "GET", "/followers", null, 1470432),
        ("follower.delete", "DELETE", "/followers/{1001}?user_id_type=user_id", null, 1470404),
        ("batch_delete_follower", "POST", "/batch_delete_follower?user_id_type=user_id", new { id_list = new[] { "{1001}", "{1003}" } }, 1470404),
        ("reminder.create", "POST", "/reminders", new { relative_fire_minute = 30 }, 1470404),
        ("reminder.list", "GET", "/reminders", null, 1470432),
        ("reminder.delete", "DELETE", "/reminders/1", null, 1470404),
        ("comment.create", "POST", "/comments", new { content = "x" }, 1470432),
        ("comment.list", "GET", "/comments", null, 1470432),
        ("comment.get", "GET", "/comments/1", null, 1470432),
        ("comment.update", "PUT", "/comments/1", new { content = "x" }, 1470432),
        ("comment.delete", "DELETE", "/comments/1", null, 1470432),
    ];

    public static TheoryData<Refused> OfEveryOperation =>
    [
        .. OfOne.SelectMany(act => new Refused[]
        {
            new("an id that is no UUID", $"task.v1.task.{act.Name}", 1470602, async r => await Call(r, act, "0", await r.Token())),
            new("another tenant's task", $"task.v1.task.{act.Name}", 1470602, async r => await Call(r, act, await Other(r), await r.Token())),
            new("a deleted task", $"task.v1.task.{act.Name}", act.Name is "delete" ? 1470433 : 1470602, async r =>
            {
                var id = await r.NewTask();
                (await r.On(id, "DELETE")).Ok();
                return await Call(r, act, id, await r.Token());
            }),
            new("an app token", $"task.v1.task.{act.Name}", 1470403, async r => await Call(r, act, await r.NewTask(), NoToken)),
            new("a member without any relation to the task", $"task.v1.task.{act.Name}", act.Stranger, async r => await Call(r, act, await r.NewTask(Start + 3600), await r.UserToken("1005"))),
            new("another app", $"task.v1.task.{act.Name}", act.Stranger, async r => await Call(r, act, await r.NewTask(by: "1001"), await r.Token())),
        }),
        .. OfOne.Where(act => act.Stranger == 1470404).Select(act => new Refused("a follower", $"task.v1.task.{act.Name}", 1470404, async r =>
            await Call(r, act, await r.NewTask(Start + 3600, followers: ["1001", "1003"], collaborators: ["1002"]), await r.UserToken("1003")))),
        new Refused("an app token", "task.v1.task.list", 1470403, _ => Task.FromResult(new Request("GET", Root, null, NoToken))),
    ];

    public static TheoryData<Refused> OfPages =>
    [
        new Refused("a page above a hundred", "task.v1.task.list", 1470421, async r => new("GET", $"{Root}?page_size=101", null, await r.Token())),
        new Refused("a page that is no number", "task.v1.task.list", 99992402, async r => new("GET", $"{Root}?page_size=many", null, await r.Token())),
        new Refused("a page of less than none", "task.v1.task.list", 99992402, async r => new("GET", $"{Root}?page_size=-1", null, await r.Token())),
        new Refused("a moment that is none", "task.v1.task.list", 99992402, async r => new("GET", $"{Root}?start_create_time=today", null, await r.Token())),
        new Refused("neither done nor open", "task.v1.task.list", 99992402, async r => new("GET", $"{Root}?task_completed=maybe", null, await r.Token())),
        new Refused("a page_token that is none", "task.v1.task.list", 1470422, async r => new("GET", $"{Root}?page_token=MTYzMTg3ODUxNQ==", null, await r.Token())),
        new Refused("a page_token with one letter changed", "task.v1.task.list", 1470422, async r => new("GET", $"{Root}?page_size=1&page_token={Changed(await Token(r, Root))}", null, await r.Token())),
        new Refused("a page_token that was given to somebody else", "task.v1.task.list", 1470422, async r => new("GET", $"{Root}?page_token={await Token(r, Root)}", null, await r.UserToken("1001"))),
        new Refused("a page above a hundred", "task.v1.task.comment.list", 1470421, async r => new("GET", $"{Root}/{await r.NewTask()}/comments?page_size=101", null, await r.Token())),
        new Refused("a page_token that is none", "task.v1.task.comment.list", 1470422, async r => new("GET", $"{Root}/{await r.NewTask()}/comments?page_token=x", null, await r.Token())),
        new Refused("a page_token of the list of tasks", "task.v1.task.comment.list", 1470422, async r => new("GET", $"{Root}/{await r.NewTask()}/comments?page_token={await Token(r, Root)}", null, await r.Token())),
        new Refused("a page_token of the other direction", "task.v1.task.comment.list", 1470422, async r =>
        {
            var id = await r.NewTask();
            for (var i = 0; i < 2; i++) await Comment(r, id);
            return new("GET", $"{Root}/{id}/comments?list_direction=1&page_token={await Token(r, $"{Root}/{id}/comments")}", null, await r.Token());
        }),
        new Refused("a direction that is none", "task.v1.task.comment.list", 99992402, async r => new("GET", $"{Root}/{await r.NewTask()}/comments?list_direction=2", null, await r.Token())),
        .. new[] { "collaborator", "follower", "reminder" }.SelectMany(what => new Refused[]
        {
            new("a page above fifty", $"task.v1.task.{what}.list", 99992402, async r => new("GET", $"{Root}/{await r.NewTask()}/{what}s?page_size=51", null, await r.Token())),
            new("a page_token that is none", $"task.v1.task.{what}.list", 99992402, async r => new("GET", $"{Root}/{await r.NewTask()}/{what}s?page_token=LTE=", null, await r.Token())),
        }),
    ];

    public static TheoryData<Refused> OfPatch =>
    [
        Patch("the title is cleared", 1470400, new { }, "summary"),
        Patch("both titles are cleared", 1470400, new { rich_summary = "", summary = "" }, "summary", "rich_summary"),
        Patch("a repeating task would have no due time", 1470400, new { }, "due"),
        Patch("a task without due time would repeat", 1470400, new { repeat_rule = "FREQ=DAILY" }, "due", "repeat_rule"),
        Patch("more than fifty collaborators", 1470400, new { collaborator_ids = Enumerable.Range(0, 51).Select(i => $"colleague{i:000}") }, "collaborator_ids"),
        Patch("a tag that is not closed", 1470410, new { rich_summary = "<at id=ou_1>" }, "rich_summary"),
        Patch("a body's tag that is not open", 1470411, new { rich_description = "</a>" }, "rich_description"),
        Patch("an empty follower", 1470412, new { follower_ids = new[] { "" } }, "follower_ids"),
        Patch("an empty collaborator", 1470413, new { collaborator_ids = new[] { "" } }, "collaborator_ids"),
        Patch("a timezone that does not exist", 1470414, new { due = new { time = "1", timezone = "Mars/Base" } }, "due"),
        Patch("a member that no task has", 1470424, new { summary = "y" }, "summary", "title"),
        .. new[] { "origin", "can_edit", "id", "creator_id", "create_time", "update_time", "complete_time", "source", "followers", "collaborators" }
            .Select(name => Patch($"{name}, which cannot change", 1470425, new { summary = "y" }, "summary", name)),
        Patch("nothing", 1470426, new { summary = "y" }),
        new Refused("no list of what changes", "task.v1.task.patch", 1470426, async r => new("PATCH", $"{Root}/{await r.NewTask()}", new { task = new { } }, await r.Token())),
        Patch("a repeat rule that is none", 1470434, new { repeat_rule = "FREQ=FORTNIGHTLY" }, "repeat_rule"),
        Patch("extra that is not base64", 1470435, new { extra = "%%%" }, "extra"),
        Patch("a title above 1000 characters", 1470437, new { summary = new string('长', 1001) }, "summary"),
        Patch("a custom completion that is none", 1470438, new { custom = "{" }, "custom"),
        Patch("a due time in milliseconds", 1470439, new { due = new { time = 1_772_438_400_000 } }, "due"),
        Patch("one wrong among good ones", 1470439, new { summary = "y", due = new { time = "soon" } }, "summary", "due"),
        Patch("a type that it cannot have", 9499, new { summary = 1 }, "summary") with
        {
            Message = "Invalid parameter type in json: {path}. Invalid parameter value: {value}. Please check and modify accordingly.",
        },
        Patch("a follower that nobody knows", 99992360, new { follower_ids = new[] { "nobody" } }, "follower_ids"),
        new Refused("no task", "task.v1.task.patch", 99992402, async r => new("PATCH", $"{Root}/{await r.NewTask()}", new { update_fields = new[] { "summary" } }, await r.Token())),
    ];

    public static TheoryData<Refused> OfMembers =>
    [
        new Refused("nobody", "task.v1.task.collaborator.create", 1470400, async r => new("POST", $"{Root}/{await r.NewTask()}/collaborators", new { id = "", id_list = Array.Empty<string>() }, await r.Token())),
        new Refused("the fifty-first", "task.v1.task.collaborator.create", 1470429, async r =>
        {
            var (people, id) = (await r.Colleagues(51), await r.NewTask());
            (await r.On(id, "POST", "/collaborators" + ByUserId, new { id_list = people[..50] })).Ok();
            return new("POST", $"{Root}/{id}/collaborators{ByUserId}", new { id = people[50] }, await r.Token());
        }),
        new Refused("everybody is there", "task.v1.task.collaborator.create", 1470431, async r =>
            new("POST", $"{Root}/{await r.NewTask(collaborators: ["1002"])}/collaborators{ByUserId}", new { id = await r.UserId("1002") }, await r.Token())),
        new Refused("a member that nobody knows", "task.v1.task.collaborator.create", 99992351, async r => new("POST", $"{Root}/{await r.NewTask()}/collaborators", new { id_list = new[] { "ou_x" } }, await r.Token())),
        new Refused("one who is none", "task.v1.task.collaborator.delete", 1470700, async r =>
            new("DELETE", $"{Root}/{await r.NewTask(followers: ["1002"])}/collaborators/{await r.OpenId("1002")}", null, await r.Token())),
        new Refused("an empty id", "task.v1.task.follower.create", 1470412, async r => new("POST", $"{Root}/{await r.NewTask()}/followers", new { id_list = new[] { "" } }, await r.Token())),
        new Refused("nobody", "task.v1.task.follower.create", 1470412, async r => new("POST", $"{Root}/{await r.NewTask()}/followers", null, await r.Token())),
        new Refused("the app itself", "task.v1.task.follower.create", 1470412, async r =>
            new("POST", $"{Root}/{await r.NewTask()}/followers", new { id_list = new[] { Identities.OpenId(Demo.Tenant, Demo.App, new Actor.App(Demo.App)) } }, await r.Token())),
        new Refused("the hundred-and-first", "task.v1.task.follower.create", 1470428, async r =>
        {
            var (people, id) = (await r.Colleagues(101), await r.NewTask());
            (await r.On(id, "POST", "/followers" + ByUserId, new { id_list = people[..100] })).Ok();
            return new("POST", $"{Root}/{id}/followers{ByUserId}", new { id = people[100] }, await r.Token());
        }),
        new Refused("everybody is there", "task.v1.task.follower.create", 1470430, async r =>
            new("POST", $"{Root}/{await r.NewTask(followers: ["1002"])}/followers{ByUserId}", new { id_list = await r.UserIds("1002") }, await r.Token())),
        new Refused("one who is none", "task.v1.task.follower.delete", 1470710, async r =>
            new("DELETE", $"{Root}/{await r.NewTask(collaborators: ["1002"])}/followers/{await r.OpenId("1002")}", null, await r.Token())),
    ];

    public static TheoryData<Refused> OfReminders =>
    [
        new Refused("a moment that is past", "task.v1.task.reminder.create", 1470400, async r => Remind(await r.NewTask(Start + 1799), 30, await r.Token())),
        new Refused("a task without due time", "task.v1.task.reminder.create", 1470419, async r => Remind(await r.NewTask(), 30, await r.Token())),
        new Refused("the same distance", "task.v1.task.reminder.create", 1470420, async r =>
        {
            var id = await r.NewTask(Start + 3600);
            (await r.On(id, "POST", "/reminders", new { relative_fire_minute = 30 })).Ok();
            return Remind(id, 30, await r.Token());
        }),
        new Refused("an eleventh", "task.v1.task.reminder.create", 1470427, async r =>
        {
            var id = await r.NewTask(Start + 3600);
            for (var minutes = 0; minutes < 10; minutes++) (await r.On(id, "POST", "/reminders", new { relative_fire_minute = -minutes })).Ok();
            return Remind(id, 30, await r.Token());
        }),
        new Refused("no distance", "task.v1.task.reminder.create", 99992402, async r => new("POST", $"{Root}/{await r.NewTask(Start + 3600)}/reminders", new { }, await r.Token())),
        new Refused("a distance beyond 32 bits", "task.v1.task.reminder.create", 99992402, async r => Remind(await r.NewTask(Start + 3600), 1L << 31, await r.Token())),
        new Refused("a reminder that is not there", "task.v1.task.reminder.delete", 1470720, async r => new("DELETE", $"{Root}/{await r.NewTask(Start + 3600)}/reminders/1", null, await r.Token())),
        new Refused("an id that is no number", "task.v1.task.reminder.delete", 1470720, async r => new("DELETE", $"{Root}/{await r.NewTask(Start + 3600)}/reminders/first", null, await r.Token())),
    ];

    public static TheoryData<Refused> OfComments =>
    [
        new Refused("nothing", "task.v1.task.comment.create", 1470418, async r => new("POST", $"{Root}/{await r.NewTask()}/comments", new { content = "" }, await r.Token())),
        new Refused("a tag that is not closed", "task.v1.task.comment.create", 1470417, async r => new("POST", $"{Root}/{await r.NewTask()}/comments", new { rich_content = "<a>" }, await r.Token())),
        new Refused("a reply to what is not there", "task.v1.task.comment.create", 1470733, async r => new("POST", $"{Root}/{await r.NewTask()}/comments", new { content = "x", parent_id = 1 }, await r.Token())),
        new Refused("a reply to a comment on another task", "task.v1.task.comment.create", 1470733, async r =>
            new("POST", $"{Root}/{await r.NewTask()}/comments", new { content = "x", parent_id = await Comment(r, await r.NewTask()) }, await r.Token())),
        new Refused("too long", "task.v1.task.comment.create", 99992402, async r => new("POST", $"{Root}/{await r.NewTask()}/comments", new { content = new string('长', 65537) }, await r.Token())),
        new Refused("a comment that is not there", "task.v1.task.comment.get", 1470733, async r => new("GET", $"{Root}/{await r.NewTask()}/comments/1", null, await r.Token())),
        new Refused("a comment on another task", "task.v1.task.comment.get", 1470733, async r => new("GET", $"{Root}/{await r.NewTask()}/comments/{await Comment(r, await r.NewTask())}", null, await r.Token())),
        OnOwn("nothing", "update", 1470418, new { }),
        OnOwn("a tag that is not closed", "update", 1470417, new { rich_content = "<at id=x>" }),
        OnOwn("somebody else's, by the task's collaborator", "update", 1470404, new { content = "y" }, by: "1002"),
        OnOwn("somebody else's, by the task's collaborator", "delete", 1470404, null, by: "1002"),
        new Refused("a comment that is not there", "task.v1.task.comment.update", 1470733, async r => new("PUT", $"{Root}/{await r.NewTask()}/comments/1", new { content = "y" }, await r.Token())),
        new Refused("a comment that is not there", "task.v1.task.comment.delete", 1470733, async r => new("DELETE", $"{Root}/{await r.NewTask()}/comments/x", null, await r.Token())),
    ];

    [Theory]
    [MemberData(nameof(OfEveryOperation), DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(OfPages), DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(OfPatch), DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(OfMembers), DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(OfReminders), DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(OfComments), DisableDiscoveryEnumeration = true)]
    public async Task Is_refused(Refused scenario)
    {
        await using var reflow = await TestReflow.Start();
        await scenario.Check(reflow);
    }

    static Refused Patch(string name, int code, object task, params string[] fields) => new(name, "task.v1.task.patch", code, async r =>
    {
        await r.Colleagues(51);
        return new("PATCH", $"{Root}/{await r.NewTask(Start + 3600, "FREQ=DAILY")}{ByUserId}", new { task, update_fields = fields }, await r.Token());
    });

    static Refused OnOwn(string name, string act, int code, object? body, string? by = null) => new(name, $"task.v1.task.comment.{act}", code, async r =>
    {
        var id = await r.NewTask(collaborators: ["1002"]);
        return new(act is "update" ? "PUT" : "DELETE", $"{Root}/{id}/comments/{await Comment(r, id)}", body, await r.TokenOf(by));
    });

    static Request Remind(string id, long minutes, string token) => new("POST", $"{Root}/{id}/reminders", new { relative_fire_minute = minutes }, token);

    static async Task<string> Comment(TestReflow reflow, string id) => (await reflow.On(id, "POST", "/comments", new { content = "x" })).Ok().Data.GetProperty("comment").Text("id");

    // The first page's token of a list that has more than one.
    static async Task<string> Token(TestReflow reflow, string path)
    {
        if (path == Root) for (var i = 0; i < 2; i++) await reflow.NewTask();
        return (await reflow.Get($"{path}?page_size=1")).Ok().Data.Text("page_token");
    }

    static string Changed(string token) => (token[0] == 'A' ? 'B' : 'A') + token[1..];

    static async Task<string> Other(TestReflow reflow) => (await reflow.Send(new("POST", Root, new { summary = "x", origin = new { platform_i18n_name = "{}" } }, await reflow.Token(Demo.OtherTenantsApp))))
        .Ok().Data.GetProperty("task").Text("id");

    static async Task<Request> Call(TestReflow reflow, (string Name, string Method, string Path, object? Body, int Stranger) act, string id, string token)
    {
        var (path, body) = (act.Path, act.Body is null ? null : System.Text.Json.JsonSerializer.Serialize(act.Body));
        foreach (var who in new[] { "1001", "1002", "1003", "1004" })
        {
            var userId = await reflow.UserId(who);
            (path, body) = (path.Replace($"{{{who}}}", userId), body?.Replace($"{{{who}}}", userId));
        }
        return new(act.Method, $"{Root}/{id}{path}", body, token);
    }
}
