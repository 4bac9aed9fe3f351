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
        await applying.Parts(
            part => Apps(directory.Apps, part, tenantOf), part => Plugins(directory.Plugins, part, tenantOf), part => Departments(directory.Departments, part), part => Users(directory.Users, part));
        await Identities(directory, applying);
    }

    static ValueTask Apps(IReadOnlyList<WorkspaceApp> apps, Applying applying, Func<RouteKind, string, ValueTask<string?>> tenantOf) => applying.Each(apps, async app =>
    {
        await Route(RouteKind.App, app.Id, app.Place, applying, tenantOf);
        if (await Lacks(app.SecretHash, app.Id, "select 1 from app where tenant = $1 and app_id = $2", app.Place, applying)) return;
        (string, object?)[] secrets = app.SecretHash is null ? [] : [("secret_hash", app.SecretHash), ("ticket", app.Ticket)];
        applying.Count("apps", await applying.Put("app", [("app_id", app.Id)],
        [
            .. secrets, ("name", app.Name), ("owner", app.Owner), ("scopes", List(app.Scopes)), ("redirects", List(app.Redirects)),
            ("kind", app.IsStore ? "store" : "self_built"), ("enabled", Number(app.IsEnabled)), ("installed", Number(app.IsInstalled)), ("refreshes", Number(app.CanRefresh)),
            ("available_to", List(app.AvailableTo)), ("contacts", List(app.Contacts)),
        ]));
        if (!app.IsEnabled || !app.IsInstalled) await RevokeApp(applying.Session, app.Id);
    });

    static ValueTask Plugins(IReadOnlyList<WorkspacePlugin> plugins, Applying applying, Func<RouteKind, string, ValueTask<string?>> tenantOf) => applying.Each(plugins, async plugin =>
    {
        await Route(RouteKind.Plugin, plugin.Id, plugin.Place, applying, tenantOf);
        if (await Lacks(plugin.SecretHash, plugin.Id, "select 1 from plugin where tenant = $1 and plugin_id = $2", plugin.Place, applying)) return;
        (string, object?)[] secrets = plugin.SecretHash is null ? [] : [("secret_hash", plugin.SecretHash)];
        applying.Count("plugins", await applying.Put("plugin", [("plugin_id", plugin.Id)], [.. secrets, ("name", plugin.Name), ("projects", List(plugin.Projects))]));
    });

    static ValueTask Departments(IReadOnlyList<WorkspaceDepartment> departments, Applying applying) => applying.Each(departments, async department =>
        applying.Count("departments", await applying.Put("department", [("department_id", department.Id)],
            [("open_department_id", department.OpenId), ("name", department.Name), ("i18n_name", Names(department.I18nName)), ("parent_id", department.Parent), ("leader_id", department.Owner)])));

    /// <summary>Whether there is neither a secret in the file nor one that could stay, which is a fault.</summary>
    static async ValueTask<bool> Lacks(string? secretHash, string id, string find, WorkspacePlace place, Applying applying)
    {
        if (secretHash is not null || !applying.IsNew && await applying.Session.Find(find, r => true, id)) return false;
        applying.Fault(place, $"{id} is new here and has no secret; give it a secret or a secret_hash, or export with ?secrets=true.");
        return true;
    }

    /// <summary>Leads from an id to its tenant, unless it leads to another one already.</summary>
    static async ValueTask Route(RouteKind kind, string id, WorkspacePlace place, Applying applying, Func<RouteKind, string, ValueTask<string?>> tenantOf)
    {
        if (applying.IsFresh || await tenantOf(kind, id) is not { } tenant)
        {
            await applying.Session.Write("insert into route (kind, name, tenant) values ($2, $3, $1)", kind.ToString().ToLower(CultureInfo.InvariantCulture), id);
            return;
        }
        if (tenant != applying.Session.Tenant) applying.Fault(place, $"{id} belongs to the tenant {tenant} already.");
    }

    static async ValueTask Users(IReadOnlyList<WorkspaceUser> users, Applying applying)
    {
        var named = users.Select(user => user.Id).ToHashSet();
        if (!applying.IsNew)
            foreach (var user in users) await Clear(user, named, applying);
        await applying.Each(users, async user =>
        {
            applying.Count("users", await applying.Put("member", [("user_id", user.Id)],
            [
                ("union_id", Core.Directory.Identities.UnionId(applying.Session.Tenant, applying.Session.Tenant, new Actor.User(user.Id))),
                ("kunlun_id", user.KunlunId), ("user_key", user.UserKey), ("name", user.Name), ("en_name", user.EnName), ("email", user.Email), ("mobile", user.Mobile),
                ("leader_id", user.Leader), ("department_ids", List(user.Departments)), ("doc", JsonSerializer.Serialize(user.Details, StoreJson.Readable.MemberDocument)),
            ]));
            await Memberships(applying, user);
            if (await PasswordHash(applying, user) is { } hash) await applying.Put("password", [("user_id", user.Id)], [("hash", hash)]);
            if (user.Details is { IsFrozen: true } or { IsResigned: true }) await RevokeUser(applying.Session, user.Id);
        });
    }

    static async ValueTask Memberships(Applying applying, WorkspaceUser user)
    {
        var session = applying.Session;
        IReadOnlyList<string> departments = user.Departments is [] ? [Department.Root] : user.Departments;
        var known = applying.IsNew ? [] : await session.Query("select department_id from membership where tenant = $1 and user_id = $2", r => r.GetString(0), user.Id);
        foreach (var gone in known.Except(departments)) await session.Write("delete from membership where tenant = $1 and department_id = $2 and user_id = $3", gone, user.Id);
        foreach (var added in departments.Except(known)) await session.Write("insert into membership (tenant, department_id, user_id) values ($1, $2, $3)", added, user.Id);
    }

    /// <summary>The hash to store. Hashing the same password gives another text each time, so the one that is there stays when it still fits.</summary>
    static async ValueTask<string?> PasswordHash(Applying applying, WorkspaceUser user)
    {
        if (user.Password is null) return user.PasswordHash;
        var known = applying.IsNew ? null : await applying.Session.Find("select hash from password where tenant = $1 and user_id = $2", r => r.GetString(0), user.Id);
        return SignInStore.Match(user.Password, known) ? known : SignInStore.Hash(user.Password);
    }

    /// <summary>Takes back what a user who may not act any more holds, for good: it does not come back with them.</summary>
    static async ValueTask RevokeUser(Session session, string userId)
    {
        await session.Write($"update token{session.Engine.By("token_of_user")} set revoked = 1 where tenant = $1 and user_id = $2 and revoked = 0", userId);
        await session.Write($"update refresh_token{session.Engine.By("refresh_token_of_user")} set state = 'revoked' where tenant = $1 and user_id = $2 and state = 'live'", userId);
        await session.Write("delete from sign_in where tenant = $1 and user_id = $2", userId);
    }

    /// <summary>As <see cref="RevokeUser"/>, of an app.</summary>
    static async ValueTask RevokeApp(Session session, string appId)
    {
        await session.Write($"update token{session.Engine.By("token_of_issuer")} set revoked = 1 where tenant = $1 and issuer = $2 and revoked = 0", appId);
        await session.Write($"update refresh_token{session.Engine.By("refresh_token_of_app")} set state = 'revoked' where tenant = $1 and app_id = $2 and state = 'live'", appId);
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
            await applying.Session.Write("update member set kunlun_id = null, user_key = null where tenant = $1 and user_id = $2", holder);
        }
    }

    /// <summary>Sees to it that every app and every owner of apps knows every member, those included that the file does not name.</summary>
    static async ValueTask Identities(DirectoryWorkspace directory, Applying applying)
    {
        var session = applying.Session;
        var members = directory.Users.Select(user => user.Id).ToList();
        var apps = directory.Apps.Select(app => (app.Id, app.Owner)).ToList();
        HashSet<string> known = [];
        if (!applying.IsNew)
            await session.Together(
                async () => known = [.. await session.Query("select id from identity where tenant = $1", r => r.GetString(0))],
                async () => apps = await session.Query("select app_id, owner from app where tenant = $1", r => (r.GetString(0), r.GetString(1))),
                async () => members = await session.Query("select user_id from member where tenant = $1", r => r.GetString(0)));
        var owners = apps.Select(app => app.Owner).Append(session.Tenant).Distinct().ToList();
        foreach (var userId in members)
        {
            var user = new Actor.User(userId);
            foreach (var app in apps) await Add(Core.Directory.Identities.OpenId(session.Tenant, app.Id, user), app.Id, userId);
            foreach (var owner in owners) await Add(Core.Directory.Identities.UnionId(session.Tenant, owner, user), "", userId);
        }

        async ValueTask Add(string id, string appId, string userId)
        {
            if (known.Add(id)) await session.Write("insert into identity (tenant, id, app_id, user_id) values ($1, $2, $3, $4)", id, appId, userId);
        }
    }

    static long Number(bool truth) => truth ? 1 : 0;

    static string List(IReadOnlyList<string> items) => JsonSerializer.Serialize([.. items], StoreJson.Readable.StringArray);

    /// <summary>As contact v3 names languages: <c>zh_cn</c>, <c>en_us</c> (contracts: platform §6).</summary>
    static string Names(IReadOnlyList<(int Language, string Text)> names) =>
        JsonSerializer.Serialize(names.ToDictionary(name => Languages.Locale(name.Language), name => name.Text), StoreJson.Readable.DictionaryStringString);
}
