using Reflow.Core.Directory;
using Reflow.Server.Control;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests.Control;

public sealed class WorkspaceApplyTests : StoreTest
{
    const long Now = 1_777_599_000_000;
    const string Tenant = "736588c9260f175d";


    [Fact]
    public async Task The_demo_workspace_is_created_once_and_then_found_unchanged()
    {
        var first = (await Workspace.Demo().Apply(Db, new(TimeProvider.System), Now, Ct)).Changes!;
        Assert.Equal("tenants: 2 created, 0 changed, 0 unchanged\napps: 4 created, 0 changed, 0 unchanged\nplugins: 1 created, 0 changed, 0 unchanged\n"
            + "departments: 4 created, 0 changed, 0 unchanged\nusers: 7 created, 0 changed, 0 unchanged\ntasks: 13 created, 0 changed, 0 unchanged", string.Join('\n', first.ToString().Split('\n').Where(Own)));
        var before = await State();
        var second = (await Workspace.Demo().Apply(Db, new(TimeProvider.System), Now + 1_000_000, Ct)).Changes!;
        Assert.False(second.Any, second.ToString());
        Assert.Equal(before, await State());
    }

    [Fact]
    public async Task What_the_file_changes_is_changed_and_nothing_else()
    {
        await Apply(Users("{user_id: a, name: A, kunlun_id: 1}", "{user_id: b, name: B, kunlun_id: 2, email: b@x.example}"));
        var changes = await Apply(Users("{user_id: a, name: A, kunlun_id: 1}", "{user_id: b, name: B2, kunlun_id: 2}"));
        Assert.Equal(new("users", 0, 1, 1), changes.Counts[^1]);
        Assert.Equal("b|B2|2|", Assert.Single(await Rows("select user_id, name, kunlun_id, email from member where tenant = $1 and user_id = 'b'")));
    }

    [Fact]
    public async Task What_the_file_leaves_out_stays()
    {
        await Apply(Users("{user_id: a, name: A}", "{user_id: b, name: B}"));
        await Apply(Users("{user_id: b, name: B}"));
        Assert.Equal(["a", "b"], await Rows("select user_id from member where tenant = $1 order by user_id"));
    }

    [Fact]
    public async Task Two_users_can_change_places()
    {
        await Apply(Users("{user_id: a, name: A, kunlun_id: 1, user_key: 1}", "{user_id: b, name: B, kunlun_id: 2, user_key: 2}"));
        await Apply(Users("{user_id: a, name: A, kunlun_id: 2, user_key: 1}", "{user_id: b, name: B, kunlun_id: 1, user_key: 2}"));
        Assert.Equal(["a|2|1", "b|1|2"], await Rows("select user_id, kunlun_id, user_key from member where tenant = $1 order by user_id"));
    }

    [Fact]
    public async Task A_new_secret_and_new_scopes_take_effect()
    {
        await Apply(App("aaaaaaaaaaaaaaaa", "\"*\""));
        var changes = await Apply(App("bbbbbbbbbbbbbbbb", "[task:task]"));
        Assert.Equal(new("apps", 0, 1, 0), changes.Counts[1]);
        Assert.Equal($"{Secrets.Hash("bbbbbbbbbbbbbbbb")}|[\"task:task\"]", Assert.Single(await Rows("select secret_hash, scopes from app where tenant = $1")));
    }

    [Fact]
    public async Task Every_app_knows_every_user_also_those_that_another_file_brought()
    {
        await Apply(Users("{user_id: a, name: A}"));
        await Apply(App("aaaaaaaaaaaaaaaa", "\"*\""));
        var user = new Actor.User("a");
        Assert.Equal(new[] { Identities.OpenId(Tenant, "cli_a1b2c3d4e5f60001", user) + "|cli_a1b2c3d4e5f60001|a", Identities.UnionId(Tenant, Tenant, user) + "||a" }.Order(StringComparer.Ordinal),
            (await Rows("select id, app_id, user_id from identity where tenant = $1")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Nothing_is_done_when_the_file_contradicts_the_data()
    {
        await Apply(App("aaaaaaaaaaaaaaaa", "\"*\""));
        await Apply(Users("{user_id: a, name: A, kunlun_id: 1}"));
        var before = await State();
        Assert.Equal("f:5:14: tenants[0].apps[0].app_id: cli_a1b2c3d4e5f60001 belongs to the tenant 736588c9260f175d already.",
            Assert.Single((await Parse(App("aaaaaaaaaaaaaaaa", "\"*\"").Replace(Tenant, "736588c9260f175e", StringComparison.Ordinal)).Apply(Db, new(TimeProvider.System), Now, Ct)).Faults).ToString());
        Assert.Equal("f:5:15: tenants[0].users[0].user_id: the kunlun_id 1 belongs to the user a already, whom this file does not name.",
            Assert.Single((await Parse(Users("{user_id: b, name: B, kunlun_id: 1}")).Apply(Db, new(TimeProvider.System), Now, Ct)).Faults).ToString());
        Assert.Equal(before, await State());
    }

    [Fact]
    public async Task Tasks_get_times_members_and_history_and_then_belong_to_those_who_work_on_them()
    {
        var text = Users("{user_id: a, name: A}", "{user_id: b, name: B}") + """
              tasks:
              - {task_id: 0d38e26e-190a-49e9-93a2-35067763ed01, creator: {user: a}, summary: S, due: {time: +1d}, create_time: -2h, complete_time: -1h, collaborators: [b, a], followers: [b]}
            """;
        await Apply(text);
        var tasks = new TaskStore(Db, new(TimeProvider.System), new(Timezones.Find), TimeProvider.System);
        const string id = "0d38e26e-190a-49e9-93a2-35067763ed01";
        var task = (await tasks.Get(Tenant, id, Ct))!;
        Assert.Equal((Now - 7_200_000, Now - 3_600_000, (Now + 86_400_000) / 1000, 2L), (task.CreatedAt, task.CompletedAt, task.Content.Due!.Time, task.Version));
        Assert.Equal(["b", "a"], task.Collaborators);
        Assert.Equal(["b"], task.Followers);
        Assert.Equal(["1|user:a|task.v1.task.create|[\"created\"]", "2|user:a|task.v1.task.complete|[\"completed\"]"], await Rows("select seq, actor, operation, payload from history where tenant = $1 order by seq"));

        Assert.Null((await tasks.Change(Tenant, id, new Core.Tasks.TaskCommand.Uncomplete(), new Actor.User("b"), Now, "task.v1.task.uncomplete", Ct)).Error);
        Assert.Equal(new("tasks", 0, 0, 1), (await Apply(text)).Counts[^1]);
        Assert.False((await tasks.Get(Tenant, id, Ct))!.IsComplete);
    }

    [Fact]
    public async Task Reminders_and_comments_come_with_their_task_and_then_belong_to_those_who_work_on_it()
    {
        var text = Users("{user_id: a, name: A}", "{user_id: b, name: B}") + """
              tasks:
              - task_id: 0d38e26e-190a-49e9-93a2-35067763ed01
                creator: {user: a}
                summary: S
                due: {time: +1d}
                collaborators: [b]
                reminders: [{relative_fire_minute: 30}, {relative_fire_minute: -30}]
                comments:
                - {comment_id: "7", creator: {user: b}, content: one, create_time: -1h}
                - {comment_id: "9", creator: {user: a}, rich_content: "[two](https://x.example)", parent_id: "7"}
              - {task_id: 0d38e26e-190a-49e9-93a2-35067763ed02, creator: {user: a}, summary: late, create_time: -3d, due: {time: -1d}, reminders: [{relative_fire_minute: 0}]}
              - {task_id: 0d38e26e-190a-49e9-93a2-35067763ed04, creator: {user: a}, summary: early, create_time: -3d, due: {time: -2d}, reminders: [{relative_fire_minute: 2880}]}
              - {task_id: 0d38e26e-190a-49e9-93a2-35067763ed03, creator: {user: a}, summary: done, create_time: -3d, complete_time: -2d, due: {time: -1d}, reminders: [{relative_fire_minute: 0}]}
            """;
        await Apply(text);
        var tasks = new TaskStore(Db, new(TimeProvider.System), new(Timezones.Find), TimeProvider.System);
        const string id = "0d38e26e-190a-49e9-93a2-35067763ed01";
        var task = (await tasks.Get(Tenant, id, Ct))!;
        Assert.Equal([new(1, 30), new(2, -30)], task.Reminders);
        Assert.Equal(Now + 86_400_000 - 30 * 60_000, task.RemindAt);
        var comments = await Db.Read(Tenant, s => TaskComments.Page(s, id, newestFirst: false, null, 10), Ct);
        Assert.Equal(
            [(7L, 0L, new Actor.User("b"), "one", "", Now), (9L, 7L, new Actor.User("a"), "two", "[two](https://x.example)", Now)],
            comments.Select(c => (c.Id, c.ParentId, c.Author, c.Text.Plain, c.Text.Rich, c.CreatedAt)));
        // The moment of two was before the file came: they have fired, none before there was a task. A task that was done before did not remind.
        Assert.Equal([$"0d38e26e-190a-49e9-93a2-35067763ed02|0|{Now - 86_400_000}", "0d38e26e-190a-49e9-93a2-35067763ed03|0|", $"0d38e26e-190a-49e9-93a2-35067763ed04|0|{Now - 3 * 86_400_000}"],
            await Rows("select t.id, t.remind_at, h.at from task t left join history h on h.tenant = t.tenant and h.kind = 'task' and h.id = t.id and h.operation = 'task.timer.remind' where t.tenant = $1 and t.id <> '0d38e26e-190a-49e9-93a2-35067763ed01' order by t.id"));

        await Db.Change(Tenant, async s => { await TaskComments.Delete(s, task, comments[0], Now, "task.v1.task.comment.delete"); return 0; }, Ct);
        Assert.Null((await tasks.Change(Tenant, id, new Core.Tasks.TaskCommand.RemoveReminder(1), new Actor.User("b"), Now, "task.v1.task.reminder.delete", Ct)).Error);
        var before = await State();
        Assert.False((await Apply(text)).Any);
        Assert.Equal(before, await State());
    }

    static bool Own(string line) => line.Split(':')[0] is "tenants" or "apps" or "plugins" or "departments" or "users" or "tasks";

    static string Users(params string[] users) => $"tenants:\n- tenant_key: {Tenant}\n  name: T\n  users:\n{string.Concat(users.Select(u => $"  - {u}\n"))}";

    static string App(string secret, string scopes) => $"tenants:\n- tenant_key: {Tenant}\n  name: T\n  apps:\n  - {{app_id: cli_a1b2c3d4e5f60001, secret: {secret}, scopes: {scopes}}}\n";

    static Workspace Parse(string text)
    {
        var reading = Workspace.Parse("f", text);
        Assert.Equal("", reading.ToString());
        return reading.Workspace!;
    }

    async Task<WorkspaceChanges> Apply(string text)
    {
        var (changes, faults) = await Parse(text).Apply(Db, new(TimeProvider.System), Now, Ct);
        Assert.Empty(faults);
        return changes!;
    }

    Task<List<string>> Rows(string sql) => Db.Read(Tenant, s => s.Query(sql, Row), Ct);

    Task<string> State() => TestStore.State(Db, []);

    static string Row(System.Data.Common.DbDataReader row) => string.Join('|', Enumerable.Range(0, row.FieldCount).Select(i => row.IsDBNull(i) ? "" : row.GetValue(i).ToString()));
}
