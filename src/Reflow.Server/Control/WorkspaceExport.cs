using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reflow.Core.Directory;
using Reflow.Core.Tasks;
using Reflow.Server.Store;

namespace Reflow.Server.Control;

/// <summary>
/// Writes what a system holds as a workspace file: everything that the format can say of it, in one order, so that the same data gives the same text.
/// What it cannot say is named in <see cref="Head"/>.
/// </summary>
/// <param name="withSecrets">Whether hashes of secrets and passwords, and tickets, are in the file.</param>
sealed class WorkspaceExport(bool withSecrets)
{
    const string Head = """
        # A workspace that was exported from a running Reflow. Not in it, because a workspace file cannot say it: running and finished instances of flows and older versions of their
        # definitions; work items and older versions of templates; submitted reports, drafts and older forms; tasks and comments that were deleted; tokens, sign-ins,
        # consents, history and events; tenants that were made for a test.

        """;

    const string Secretless = """
        # Without secrets: an app or plugin that is there keeps its own when this is applied, one that is not there is refused. Users sign in with the password that they have.

        """;

    /// <summary>The file.</summary>
    public async ValueTask<string> Write(SystemSession system, ProjectStore projects)
    {
        var passing = (await TenantStore.Passing(system)).Select(tenant => tenant.Tenant).ToHashSet();
        var tenants = new JsonArray();
        foreach (var (key, name) in await system.Query("/* export */ select tenant, name from tenant order by tenant", r => (r.GetString(0), r.GetString(1))))
            if (!passing.Contains(key)) tenants.Add((JsonNode)await Tenant(system.For(key), name, projects));
        return $"{Head}{(withSecrets ? "" : Secretless)}\n{YamlText.Write(new() { ["tenants"] = tenants })}";
    }

    async ValueTask<JsonObject> Tenant(Session session, string name, ProjectStore projects)
    {
        var tenant = new JsonObject { ["tenant_key"] = session.Tenant, ["name"] = name };
        tenant.With("apps", await session.Query(
            "/* export */ select app_id, name, secret_hash, owner, scopes, redirects, kind, ticket, enabled, installed, refreshes, available_to, contacts from app where tenant = $1 order by app_id", r => new JsonObject()
                .With("app_id", r.GetString(0)).With("name", r.GetString(1)).With("secret_hash", Secret(r.GetString(2))).With("owner", r.GetString(3) == session.Tenant ? null : r.GetString(3))
                .WithAll("scopes", List(r.GetString(4))).With("redirect_urls", List(r.GetString(5))).With("kind", r.GetString(6) is "store" ? "store" : null).With("ticket", Secret(r.TextOrNull(7)))
                .With("enabled", r.GetInt64(8) == 1, usual: true).With("installed", r.GetInt64(9) == 1, usual: true).With("refresh_tokens", r.GetInt64(10) == 1, usual: true)
                .WithAll("available_to", List(r.GetString(11))).WithAll("contacts", List(r.GetString(12)))));
        tenant.With("plugins", await session.Query("/* export */ select plugin_id, name, secret_hash, projects from plugin where tenant = $1 order by plugin_id", r => new JsonObject()
            .With("plugin_id", r.GetString(0)).With("name", r.GetString(1)).With("secret_hash", Secret(r.GetString(2))).WithAll("projects", List(r.GetString(3)))));
        tenant.With("departments", await session.Query("/* export */ select department_id, open_department_id, name, i18n_name, parent_id, leader_id from department where tenant = $1 order by department_id",
            r => new JsonObject().With("department_id", r.GetString(0)).With("open_department_id", r.GetString(1)).With("name", r.GetString(2)).With("i18n_name", Labels(
                    JsonSerializer.Deserialize(r.GetString(3), StoreJson.Default.DictionaryStringString)!)).With("parent", r.GetString(4) is "0" ? null : r.GetString(4)).With("owner", r.TextOrNull(5))));
        tenant.With("users", await Users(session));
        tenant.With("tasks", await Tasks(session));
        var users = await session.Query("/* export */ select user_id, kunlun_id, user_key from member where tenant = $1 order by user_id", r => (Id: r.GetString(0), Kunlun: r.TextOrNull(1), Key: r.TextOrNull(2)));
        var byKunlun = users.Where(user => user.Kunlun is not null).ToDictionary(user => user.Kunlun!, user => user.Id);
        tenant.With("flow_roles", await session.Query("/* export */ select role, user_ids from flow_role where tenant = $1 order by role", r => new JsonObject()
            .With("role", r.GetString(0)).With("users", List(r.GetString(1)).Select(id => byKunlun.GetValueOrDefault(id, id)))));
        tenant.With("flows", await session.Query("/* export */ select doc from flow where tenant = $1 and state = 'active' order by namespace, name", r =>
        {
            var flow = JsonNode.Parse(FlowFormat.Write(FlowUsers.Rename(FlowFormat.Parse(r.GetString(0)), id => byKunlun.GetValueOrDefault(id, id))))!.AsObject();
            flow.Remove("version");
            return flow;
        }));
        var writer = new ProjectExport(users.Where(user => user.Key is not null).ToDictionary(user => user.Key!, user => user.Id));
        var spaces = new List<JsonObject>();
        foreach (var key in await session.Query("/* export */ select project_key from project where tenant = $1 order by project_key", r => r.GetString(0)))
            spaces.Add(writer.Project((await projects.Find(session, key))!.Project));
        tenant.With("projects", spaces);
        return tenant.With("reports", await ReportExport.Write(session));
    }

    async ValueTask<IEnumerable<JsonObject>> Users(Session session)
    {
        var passwords = withSecrets ? (await session.Query("/* export */ select user_id, hash from password where tenant = $1", r => (Id: r.GetString(0), Hash: r.GetString(1)))).ToDictionary(p => p.Id, p => p.Hash) : [];
        return await session.Query("/* export */ select user_id, kunlun_id, user_key, name, en_name, email, mobile, leader_id, department_ids, doc from member where tenant = $1 order by user_id", r =>
        {
            var more = JsonSerializer.Deserialize(r.GetString(9), StoreJson.Default.MemberDocument)!;
            return new JsonObject().With("user_id", r.GetString(0)).With("password_hash", passwords.GetValueOrDefault(r.GetString(0))).With("kunlun_id", r.TextOrNull(1)).With("user_key", r.TextOrNull(2))
                .With("name", r.GetString(3)).With("en_name", r.GetString(4)).With("nickname", more.Nickname).With("email", r.TextOrNull(5)).With("enterprise_email", more.EnterpriseEmail)
                .With("mobile", r.TextOrNull(6)).With("gender", more.Gender == 0 ? null : DirectoryWorkspace.GenderWord(more.Gender)).With("department_ids", List(r.GetString(8))).With("leader", r.TextOrNull(7))
                .With("job_title", more.JobTitle).With("employee_no", more.EmployeeNo).With("employee_type", more.EmployeeType is 0 ? null : more.EmployeeType)
                .With("city", more.City).With("country", more.Country).With("work_station", more.WorkStation).With("join_time", more.JoinTime is 0 ? null : more.JoinTime)
                .With("is_tenant_manager", more.IsTenantManager).With("status", more.IsResigned ? "resigned" : more.IsFrozen ? "frozen" : null).With("avatar_url", more.AvatarUrl);
        });
    }

    static async ValueTask<IEnumerable<JsonObject>> Tasks(Session session)
    {
        var ids = await session.Query("/* export */ select id from task where tenant = $1 and deleted_at = 0", r => r.GetString(0));
        var comments = (await TaskComments.All(session)).ToLookup(comment => comment.TaskId, comment => comment.Comment);
        return (await TaskRows.Load(session, ids)).Values.OrderBy(task => task.CreatedAt).ThenBy(task => task.Id, StringComparer.Ordinal).Select(task => Task(task, [.. comments[task.Id]]));
    }

    static JsonObject Task(TaskItem task, IReadOnlyList<TaskComment> comments)
    {
        var content = task.Content;
        return new JsonObject()
            .With("task_id", task.Id)
            .With("creator", Who(task.Creator))
            .With("summary", content.RichSummary is null ? content.Summary : null).With("rich_summary", content.RichSummary)
            .With("description", content.RichDescription is null ? content.Description : null).With("rich_description", content.RichDescription)
            .With("extra", content.Extra).With("custom", content.Custom is "" ? null : JsonNode.Parse(content.Custom) as JsonObject)
            .With("due", content.Due is not { } due ? null : new JsonObject().With("time", Time(due.Time * 1000)).With("timezone", due.Timezone).With("is_all_day", due.IsAllDay))
            .With("origin", new JsonObject { ["platform_i18n_name"] = JsonNode.Parse(content.Origin.PlatformName) }
                .With("href", new JsonObject().With("url", content.Origin.Url).With("title", content.Origin.Title)))
            .With("can_edit", content.CanEdit).With("repeat_rule", content.RepeatRule).With("collaborators", task.Collaborators).With("followers", task.Followers)
            .With("create_time", Time(task.CreatedAt)).With("complete_time", task.CompletedAt == 0 ? null : Time(task.CompletedAt))
            // Without a due time they mean nothing, and a file may not say them.
            .With("reminders", content.Due is null ? [] : task.Reminders.Select(reminder => new JsonObject().With("relative_fire_minute", reminder.Minutes)))
            .With("comments", comments.Select(comment => new JsonObject()
                .With("comment_id", Number(comment.Id)).With("creator", Who(comment.Author))
                .With("content", comment.Text.Rich is "" ? comment.Text.Plain : null).With("rich_content", comment.Text.Rich)
                // What it replies to may be deleted.
                .With("parent_id", comments.Any(other => other.Id == comment.ParentId) ? Number(comment.ParentId) : null).With("create_time", Time(comment.CreatedAt))));
    }

    static JsonObject Who(Actor actor) => actor switch
    {
        Actor.App app => new JsonObject().With("app", app.AppId),
        Actor.User user => new JsonObject().With("user", user.UserId),
        _ => throw new UnreachableException(),
    };

    static string Number(long id) => id.ToString(CultureInfo.InvariantCulture);

    /// <summary>A label by language, as files name languages.</summary>
    public static JsonObject Labels(IReadOnlyDictionary<string, string> labels) =>
        new([.. labels.Select(label => KeyValuePair.Create<string, JsonNode?>(Languages.NameOf(label.Key), label.Value))]);

    static string Time(long millis) => DateTimeOffset.FromUnixTimeMilliseconds(millis).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    string? Secret(string? secret) => withSecrets ? secret : null;

    static string[] List(string json) => JsonSerializer.Deserialize(json, StoreJson.Default.StringArray)!;
}
