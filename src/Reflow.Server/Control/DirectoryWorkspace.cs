using Reflow.Core.Directory;
using Reflow.Server.Store;

namespace Reflow.Server.Control;

/// <summary>The people, departments, apps and plugins of one tenant in a workspace file.</summary>
/// <param name="Apps">Apps of the open platform.</param>
/// <param name="Plugins">Plugins of Feishu Project.</param>
/// <param name="Departments">Departments below the root, which is always there and has the id 0.</param>
/// <param name="Users">Members.</param>
public sealed record DirectoryWorkspace(
    IReadOnlyList<WorkspaceApp> Apps, IReadOnlyList<WorkspacePlugin> Plugins, IReadOnlyList<WorkspaceDepartment> Departments, IReadOnlyList<WorkspaceUser> Users)
{
    static readonly TextFormat AppId = TextFormat.Of("^cli_[0-9a-f]{16}$", "cli_ and 16 lower-case hexadecimal digits");
    static readonly TextFormat PluginId = TextFormat.Of("^MII_[0-9A-Za-z]{1,60}$", "MII_ and at most 60 letters and digits");
    // One SDK pastes it into JSON without escaping (contracts: platform §5).
    static readonly TextFormat Secret = TextFormat.Of("^[0-9A-Za-z]{16,128}$", "16 to 128 letters and digits");
    static readonly TextFormat Scope = TextFormat.Of(@"^(offline_access|[a-z0-9_]+(:[a-z0-9_.\-]+)+)$", "a scope such as task:task:readonly");
    static readonly TextFormat Redirect = TextFormat.Of("^https?://[!-\"$-~]{1,1000}$", "an http or https URL of printable ASCII without a fragment");
    static readonly TextFormat SecretHash = TextFormat.Of("^[0-9a-f]{64}$", "a secret's SHA-256 as 64 lower-case hexadecimal digits");
    static readonly TextFormat Password = TextFormat.Of("^.{8,128}$", "8 to 128 characters");
    static readonly TextFormat PasswordHash = TextFormat.Of("^AQAAAA[A-Za-z0-9+/]{2}([A-Za-z0-9+/]{4}){14,40}([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$", "a password as ASP.NET Core Identity hashes it (version 3)");
    static readonly TextFormat UserId = TextFormat.Of(@"^[^\s]{1,64}$", "1 to 64 characters without spaces");
    static readonly TextFormat DepartmentId = TextFormat.Of(@"^[1-9a-zA-Z][a-zA-Z0-9_\-@.]{0,63}$|^0[a-zA-Z0-9_\-@.]{1,63}$", "1 to 64 letters, digits, _ - @ and ., and not 0, which is the root");
    static readonly TextFormat OpenDepartmentId = TextFormat.Of("^od-[0-9a-f]{32}$", "od- and 32 lower-case hexadecimal digits");
    static readonly TextFormat Email = TextFormat.Of(@"^[^@\s]{1,128}@[^@\s]{1,128}$", "an e-mail address");
    static readonly TextFormat Mobile = TextFormat.Of(@"^\+?[0-9]{5,20}$", "5 to 20 digits, with a + before a country code");
    static readonly TextFormat Url = TextFormat.Of(@"^https?://[^\s]{1,1000}$", "an http or https URL");

    internal static DirectoryWorkspace Read(YamlSection tenant, string tenantKey)
    {
        tenant.Declare("department", "tenant_key", "0");
        var apps = tenant.Sections("apps").Select(app => ReadApp(app, tenantKey)).ToList();
        var plugins = tenant.Sections("plugins").Select(ReadPlugin).ToList();
        var sections = tenant.Sections("departments");
        var departments = sections.Select(department => ReadDepartment(department, tenantKey)).ToList();
        foreach (var at in Circles(departments)) sections[at].Fault("parent", "makes a department stand under itself.");
        var users = tenant.Sections("users").Select(ReadUser).ToList();
        return new(apps, plugins, departments, users);
    }

    static WorkspaceApp ReadApp(YamlSection app, string tenantKey)
    {
        var id = app.RequiredText("app_id", AppId);
        app.DeclareEverywhere("app", "app_id", id);
        return new(app.PlaceOf("app_id"), id, app.Text("name") ?? id, ReadSecret(app), app.Text("owner", TextFormat.Key) ?? tenantKey,
            app.TextsOrAll("scopes", Scope), app.Texts("redirect_urls", Redirect))
        {
            IsStore = app.OneOf<AppKind>("kind", Word) is AppKind.Store,
            Ticket = app.Text("ticket", Secret),
            IsEnabled = app.Flag("enabled", otherwise: true),
            IsInstalled = app.Flag("installed", otherwise: true),
            CanRefresh = app.Flag("refresh_tokens", otherwise: true),
            AvailableTo = app.ReferencesOrAll("user", "available_to"),
            Contacts = app.ReferencesOrAll("department", "contacts"),
        };
    }

    static WorkspacePlugin ReadPlugin(YamlSection plugin)
    {
        var id = plugin.RequiredText("plugin_id", PluginId);
        plugin.DeclareEverywhere("plugin", "plugin_id", id);
        return new(plugin.PlaceOf("plugin_id"), id, plugin.Text("name") ?? id, ReadSecret(plugin), plugin.TextsOrAll("projects", TextFormat.Key));
    }

    static string? ReadSecret(YamlSection section)
    {
        var (secret, hash) = (section.Text("secret", Secret), section.Text("secret_hash", SecretHash));
        if (secret is not null && hash is not null) section.Fault("secret", "is given twice: as it is and as a hash.");
        return secret is not null ? Secrets.Hash(secret) : hash;
    }

    static WorkspaceDepartment ReadDepartment(YamlSection department, string tenantKey)
    {
        var id = department.RequiredText("department_id", DepartmentId);
        department.Declare("department", "department_id", id);
        var openId = department.Text("open_department_id", OpenDepartmentId) ?? Identities.OpenDepartmentId(tenantKey, id);
        department.Declare("open_department_id", "open_department_id", openId);
        return new(id, openId, department.RequiredText("name"), department.Label("i18n_name"), department.Reference("department", "parent") ?? "0", department.Reference("user", "owner"));
    }

    static WorkspaceUser ReadUser(YamlSection user)
    {
        var id = user.RequiredText("user_id", UserId);
        user.Declare("user", "user_id", id);
        var kunlunId = user.Text("kunlun_id", TextFormat.Number);
        user.Declare("kunlun_id", "kunlun_id", kunlunId);
        var userKey = user.Text("user_key", TextFormat.Number);
        user.Declare("user_key", "user_key", userKey);
        var email = user.Text("email", Email);
        user.Declare("email", "email", email);
        var mobile = user.Text("mobile", Mobile);
        user.Declare("mobile", "mobile", mobile);
        var leader = user.Reference("user", "leader");
        if (leader is not null && leader == id) user.Fault("leader", "nobody leads themself.");
        var status = user.OneOf<MemberStatus>("status", Word);
        var (password, hash) = (user.Text("password", Password), user.Text("password_hash", PasswordHash));
        if (password is not null && hash is not null) user.Fault("password", "is given twice: as it is and as a hash.");
        return new(user.PlaceOf("user_id"), id, kunlunId, userKey, user.RequiredText("name"), user.Text("en_name") ?? "", email, mobile, leader, user.References("department", "department_ids", 50),
            new(user.Text("nickname"), (int)(user.OneOf<Gender>("gender", Word) ?? Gender.Unknown), user.Text("enterprise_email", Email), user.Text("job_title"), user.Text("employee_no"),
                (int)(user.Integer("employee_type", 1, 5) ?? 0), user.Text("city"), user.Text("country"), user.Text("work_station"), user.Integer("join_time", 0, 253_402_300_799) ?? 0,
                user.Flag("is_tenant_manager"), status is MemberStatus.Frozen, status is MemberStatus.Resigned, user.Text("avatar_url", Url)))
        { Password = password, PasswordHash = hash };
    }

    /// <summary>For each circle of departments the place of one of them; each department is walked over once.</summary>
    static IEnumerable<int> Circles(List<WorkspaceDepartment> departments)
    {
        var places = new Dictionary<string, int>();
        for (var i = 0; i < departments.Count; i++) places.TryAdd(departments[i].Id, i);
        var walk = new int[departments.Count];
        for (var i = 0; i < departments.Count; i++)
        {
            var at = i;
            while (walk[at] == 0)
            {
                walk[at] = i + 1;
                if (!places.TryGetValue(departments[at].Parent, out var parent)) break;
                if (walk[parent] == i + 1) yield return at;
                at = parent;
            }
        }
    }

    /// <summary>The word for one of the wire's numbers.</summary>
    internal static string GenderWord(int gender) => Word((Gender)gender);

    static string Word(MemberStatus status) => status switch
    {
        MemberStatus.Active => "active",
        MemberStatus.Frozen => "frozen",
        MemberStatus.Resigned => "resigned",
    };

    static string Word(AppKind kind) => kind switch
    {
        AppKind.SelfBuilt => "self_built",
        AppKind.Store => "store",
    };

    static string Word(Gender gender) => gender switch
    {
        Gender.Unknown => "unknown",
        Gender.Male => "male",
        Gender.Female => "female",
        Gender.Other => "other",
    };

    enum AppKind
    {
        SelfBuilt,
        Store,
    }

    enum MemberStatus
    {
        Active,
        Frozen,
        Resigned,
    }

    /// <summary>The wire's numbers (contracts: platform §3.2).</summary>
    enum Gender
    {
        Unknown,
        Male,
        Female,
        Other,
    }
}

/// <summary>An app of the open platform.</summary>
/// <param name="Place">Where it stands in the file.</param>
/// <param name="Id">The <c>cli_…</c> id.</param>
/// <param name="Name">Its name.</param>
/// <param name="SecretHash">Its secret, hashed; null when it keeps the one that it has.</param>
/// <param name="Owner">Who made it: all apps of one owner know a member by the same union_id.</param>
/// <param name="Scopes">The scopes that it was granted; <c>*</c> alone is all.</param>
/// <param name="Redirects">The addresses that users may be sent back to.</param>
public sealed record WorkspaceApp(WorkspacePlace Place, string Id, string Name, string? SecretHash, string Owner, IReadOnlyList<string> Scopes, IReadOnlyList<string> Redirects)
{
    /// <summary>Whether it is made once and installed by many tenants.</summary>
    public bool IsStore { get; init; }

    /// <summary>What a store app shows for its app token; null when it gets none, or keeps its own together with its secret.</summary>
    public string? Ticket { get; init; }

    /// <summary>False while it is switched off: its tokens are refused.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>False while the tenant has not installed it.</summary>
    public bool IsInstalled { get; init; } = true;

    /// <summary>Whether its user tokens can be refreshed.</summary>
    public bool CanRefresh { get; init; } = true;

    /// <summary>The <c>user_id</c>s of those who may use it; <c>*</c> alone is everybody.</summary>
    public IReadOnlyList<string> AvailableTo { get; init; } = ["*"];

    /// <summary>The departments whose people it may see; <c>*</c> alone is all.</summary>
    public IReadOnlyList<string> Contacts { get; init; } = ["*"];
}

/// <summary>A plugin of Feishu Project.</summary>
/// <param name="Place">Where it stands in the file.</param>
/// <param name="Id">The <c>MII_…</c> id.</param>
/// <param name="Name">Its name.</param>
/// <param name="SecretHash">Its secret, hashed; null when it keeps the one that it has.</param>
/// <param name="Projects">The keys of the projects that it is installed in; <c>*</c> alone is all.</param>
public sealed record WorkspacePlugin(WorkspacePlace Place, string Id, string Name, string? SecretHash, IReadOnlyList<string> Projects);

/// <summary>A department.</summary>
/// <param name="Id">The tenant's own id.</param>
/// <param name="OpenId">The id that every app sees.</param>
/// <param name="Name">Its name.</param>
/// <param name="I18nName">Its name by language.</param>
/// <param name="Parent">The department above it; 0 is the root.</param>
/// <param name="Owner">The <c>user_id</c> of who leads it; null when nobody does.</param>
public sealed record WorkspaceDepartment(string Id, string OpenId, string Name, IReadOnlyList<(int Language, string Text)> I18nName, string Parent, string? Owner);

/// <summary>A member of the tenant.</summary>
/// <param name="Place">Where they stand in the file.</param>
/// <param name="Id">The <c>user_id</c>, by which everything else in the file names them.</param>
/// <param name="KunlunId">Their id in human-task flows; null when they take no part.</param>
/// <param name="UserKey">Their id in Feishu Project; null when they take no part.</param>
/// <param name="Name">Their name.</param>
/// <param name="EnName">Their English name; may be empty.</param>
/// <param name="Email">Their address.</param>
/// <param name="Mobile">Their telephone number.</param>
/// <param name="Leader">The <c>user_id</c> of their leader.</param>
/// <param name="Departments">The departments that they belong to, the first one mainly.</param>
/// <param name="Details">What else contact v3 shows.</param>
public sealed record WorkspaceUser(
    WorkspacePlace Place, string Id, string? KunlunId, string? UserKey, string Name, string EnName, string? Email, string? Mobile, string? Leader,
    IReadOnlyList<string> Departments, MemberDocument Details)
{
    /// <summary>What they sign in with; hashed when the file is applied. Null when they do not sign in, or <see cref="PasswordHash"/> is given.</summary>
    public string? Password { get; init; }

    /// <summary>As <see cref="Password"/>, hashed already.</summary>
    public string? PasswordHash { get; init; }
}
