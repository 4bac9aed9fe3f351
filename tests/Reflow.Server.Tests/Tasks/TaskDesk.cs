using System.Text.Json;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests.Tasks;

/// <summary>The acts that tests of tasks do over and over. People are named by their kunlun ids; calls carry and answer <c>user_id</c>s.</summary>
static class TaskDesk
{
    public const string Root = "/open-apis/task/v1/tasks";
    /// <summary>2026-03-02T08:00:00Z: when the clock of every test starts.</summary>
    public const long Start = 1_772_438_400;
    public const string ByUserId = "?user_id_type=user_id";

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Creates a task under the app's token, or under a member's, and answers its id.</summary>
    public static async Task<string> NewTask(this TestReflow reflow, long? due = null, string? rule = null, string[]? collaborators = null, string[]? followers = null, string? by = null, string summary = "x") =>
        (await reflow.Send(new("POST", Root + ByUserId, new
        {
            summary,
            origin = new { platform_i18n_name = "{}" },
            due = due is null ? null : new { time = $"{due}", timezone = "America/New_York" },
            repeat_rule = rule,
            collaborator_ids = await reflow.UserIds(collaborators),
            follower_ids = await reflow.UserIds(followers),
        }, await reflow.TokenOf(by)))).Ok().Data.GetProperty("task").GetProperty("id").GetString()!;

    /// <summary>The token of a member, or of the app.</summary>
    public static async Task<string> TokenOf(this TestReflow reflow, string? by) => by is null ? await reflow.Token() : await reflow.UserToken(by);

    public static Task<string[]> UserIds(this TestReflow reflow, params string[]? who) => Task.WhenAll((who ?? []).Select(reflow.UserId));

    /// <summary>Does something with a task, under the app's token or under a member's.</summary>
    public static async Task<Answer> On(this TestReflow reflow, string task, string method, string path = "", object? body = null, string? by = null) =>
        await reflow.Send(new(method, $"{Root}/{task}{path}", body, await reflow.TokenOf(by)));

    /// <summary>The task as the wire shows it.</summary>
    public static async Task<JsonElement> Shown(this TestReflow reflow, string id) => (await reflow.On(id, "GET", ByUserId)).Ok().Data.GetProperty("task");

    public static async Task<Answer> Patch(this TestReflow reflow, string id, object task, params string[] fields) =>
        await reflow.On(id, "PATCH", ByUserId, new { task, update_fields = fields });

    public static string Text(this JsonElement json, string name) => json.GetProperty(name).GetString()!;

    public static IReadOnlyList<string> Ids(this JsonElement json, string name) => [.. json.GetProperty(name).EnumerateArray().Select(item => item.Text("id"))];

    /// <summary>Makes members that nobody knows otherwise, and answers their <c>user_id</c>s.</summary>
    public static async Task<string[]> Colleagues(this TestReflow reflow, int count)
    {
        var people = Enumerable.Range(0, count).Select(i => $"colleague{i:000}").ToArray();
        await reflow.Db.Change(Demo.Tenant, async s =>
        {
            foreach (var userId in people) await s.Execute("insert into member (tenant, user_id, union_id, name) values ($1, $2, '', 'x')", userId);
            return 0;
        }, Ct);
        return people;
    }

    /// <summary>All pages of a list, each as the texts of a member of its items; the token of each page leads to the next.</summary>
    public static async Task<IReadOnlyList<string[]>> Pages(this TestReflow reflow, string path, string member = "id", string? by = null, Func<int, Task>? between = null)
    {
        var pages = new List<string[]>();
        string? token = null;
        do
        {
            if (token is not null && between is not null) await between(pages.Count);
            var page = (await reflow.Send(new("GET", $"{path}{(path.Contains('?') ? '&' : '?')}page_token={token}", null, await reflow.TokenOf(by)))).Ok().Data;
            Assert.True(pages.Count < 1000, "pages without an end");
            pages.Add([.. page.GetProperty("items").EnumerateArray().Select(item => item.Text(member))]);
            token = page.TryGetProperty("page_token", out var next) ? next.GetString() : null;
            Assert.Equal(token is not null, page.GetProperty("has_more").GetBoolean());
        }
        while (token is not null);
        return pages;
    }

    /// <summary>What others are told since an event, as <c>type app payload</c>, oldest first.</summary>
    public static async Task<IReadOnlyList<string>> Events(this TestReflow reflow, string? type = null, long after = 0) =>
        [.. (await reflow.Db.Read(Demo.Tenant, s => Outbox.After(s, type, after, 1000), Ct)).SelectMany(row => row.Events).Select(one => $"{one.Type} {one.AppId ?? "*"} {one.Payload}")];

    /// <summary>The number of the last event.</summary>
    public static Task<long> LastEvent(this TestReflow reflow) => reflow.Db.Read(Demo.Tenant, s => s.Find("select coalesce(max(seq), 0) from outbox where tenant = $1", r => r.GetInt64(0)), Ct);

    /// <summary>Moves the clock, and waits until what was due has fired.</summary>
    public static async Task Pass(this TestReflow reflow, TimeSpan time)
    {
        reflow.Clock.Advance(time);
        await reflow.Reminders.Settled;
    }
}
