using System.Globalization;
using System.Text.Json;
using Reflow.Core.Directory;
using Reflow.Server.Store;

namespace Reflow.Server.Control;

/// <summary>Writes a tenant's people, departments, apps and plugins. Things that the file does not name stay as they are.</summary>
static class ApplyDirectory
{
    public static async ValueTask Apply(DirectoryWorkspace directory, Applying applying, Func<RouteKind, string, ValueTask<string?>> tenantOf)
    {
        foreach (var app in directory.Apps)
        {
            await Route(RouteKind.App, app.Id, app.Place, applying, tenantOf);
            applying.Count("apps", await applying.Put("app", [("app_id", app.Id)],
                [("name", app.Name), ("secret_hash", app.SecretHash), ("owner", app.Owner), ("scopes", List(app.Scopes)), ("redirects", List(app.Redirects))]));
        }
        foreach (var plugin in directory.Plugins)
        {
            await Route(RouteKind.Plugin, plugin.Id, plugin.Place, applying, tenantOf);
            applying.Count("plugins", await applying.Put("plugin", [("plugin_id", plugin.Id)],
                [("name", plugin.Name), ("secret_hash", plugin.SecretHash), ("projects", List(plugin.Projects))]));
        }
        foreach (var department in directory.Departments)
        {
            applying.Count("departments", await applying.Put("department", [("department_id", department.Id)],
                [("open_department_id", department.OpenId), ("name", department.Name), ("i18n_name", Names(department.I18nName)), ("parent_id", department.Parent), ("leader_id", department.Owner)]));
        }
        await Users(directory.Users, applying);
        await Identities(applying.Session);
    }

    /// <summary>Leads from an id to its tenant, unless it leads to another one already.</summary>
    static async ValueTask Route(RouteKind kind, string id, WorkspacePlace place, Applying applying, Func<RouteKind, string, ValueTask<string?>> tenantOf)
    {
        if (await tenantOf(kind, id) is not { } tenant)
        {
            await applying.Session.Execute("insert into route (kind, name, tenant) values ($2, $3, $1)", kind.ToString().ToLower(CultureInfo.InvariantCulture), id);
            return;
        }
        if (tenant != applying.Session.Tenant) applying.Fault(place, $"{id} belongs to the tenant {tenant} already.");
    }

    static async ValueTask Users(IReadOnlyList<WorkspaceUser> users, Applying applying)
    {
        var named = users.Select(user => user.Id).ToHashSet();
        foreach (var user in users) await Clear(user, named, applying);
        foreach (var user in users)
        {
            applying.Count("users", await applying.Put("member", [("user_id", user.Id)],
            [
                ("union_id", Core.Directory.Identities.UnionId(applying.Session.Tenant, applying.Session.Tenant, new Actor.User(user.Id))),
                ("kunlun_id", user.KunlunId), ("user_key", user.UserKey), ("name", user.Name), ("en_name", user.EnName), ("email", user.Email), ("mobile", user.Mobile),
                ("leader_id", user.Leader), ("department_ids", List(user.Departments)), ("doc", JsonSerializer.Serialize(user.Details, StoreJson.Readable.MemberDocument)),
            ]));
        }
    }

    /// <summary>
    /// Frees the ids that a member is about to take: from members whom the file names, and so gives others; a member whom it does not name keeps theirs.
    /// </summary>
    static async ValueTask Clear(WorkspaceUser user, HashSet<string> named, Applying applying)
    {
        await Free("select user_id from member where tenant = $1 and kunlun_id = $2", "kunlun_id", user.KunlunId);
        await Free("select user_id from member where tenant = $1 and user_key = $2", "user_key", user.UserKey);

        async ValueTask Free(string holderOf, string name, string? id)
        {
            if (id is null || await applying.Session.Find(holderOf, r => r.GetString(0), id) is not { } holder || holder == user.Id) return;
            if (!named.Contains(holder)) applying.Fault(user.Place, $"the {name} {id} belongs to the user {holder} already, whom this file does not name.");
            await applying.Session.Execute("update member set kunlun_id = null, user_key = null where tenant = $1 and user_id = $2", holder);
        }
    }

    /// <summary>Sees to it that every app and every owner of apps knows every member, those included that the file does not name.</summary>
    static async ValueTask Identities(Session session)
    {
        var known = (await session.Query("select id from identity where tenant = $1", r => r.GetString(0))).ToHashSet();
        var apps = await session.Query("select app_id, owner from app where tenant = $1", r => (Id: r.GetString(0), Owner: r.GetString(1)));
        var owners = apps.Select(app => app.Owner).Append(session.Tenant).Distinct().ToList();
        foreach (var userId in await session.Query("select user_id from member where tenant = $1", r => r.GetString(0)))
        {
            var user = new Actor.User(userId);
            foreach (var app in apps) await Add(Core.Directory.Identities.OpenId(session.Tenant, app.Id, user), app.Id, userId);
            foreach (var owner in owners) await Add(Core.Directory.Identities.UnionId(session.Tenant, owner, user), "", userId);
        }

        async ValueTask Add(string id, string appId, string userId)
        {
            if (known.Add(id)) await session.Execute("insert into identity (tenant, id, app_id, user_id) values ($1, $2, $3, $4)", id, appId, userId);
        }
    }

    static string List(IReadOnlyList<string> items) => JsonSerializer.Serialize([.. items], StoreJson.Readable.StringArray);

    /// <summary>As contact v3 names languages: <c>zh_cn</c>, <c>en_us</c> (contracts: platform §6).</summary>
    static string Names(IReadOnlyList<(int Language, string Text)> names) =>
        JsonSerializer.Serialize(names.ToDictionary(name => Languages.Locale(name.Language), name => name.Text), StoreJson.Readable.DictionaryStringString);
}
