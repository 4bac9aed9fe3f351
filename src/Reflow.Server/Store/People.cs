using System.Collections.Frozen;
using System.Text.Json;

namespace Reflow.Server.Store;

/// <summary>A tenant's people as flows ask for them: by kunlun id, their leaders and the owners of their departments. Never changes once loaded.</summary>
sealed class People
{
    readonly FrozenDictionary<string, Person> byKunlunId;
    readonly FrozenDictionary<string, Person> byUserId;
    readonly FrozenDictionary<string, string?> leaders;
    readonly FrozenDictionary<string, string[]> roles;

    People(IReadOnlyList<Person> people, IEnumerable<(string Id, string? Leader)> departments, IEnumerable<(string Role, string[] Users)> roles)
    {
        byKunlunId = people.Where(p => p.KunlunId is not null).ToFrozenDictionary(p => p.KunlunId!);
        byUserId = people.ToFrozenDictionary(p => p.UserId);
        leaders = departments.ToFrozenDictionary(d => d.Id, d => d.Leader);
        this.roles = roles.ToFrozenDictionary(r => r.Role, r => r.Users);
    }

    /// <summary>Loads a tenant's people.</summary>
    public static async ValueTask<People> Load(Session session)
    {
        List<Person> people = [];
        List<(string, string?)> departments = [];
        List<(string, string[])> roles = [];
        await session.Together(
            async () => people = await session.Query("select user_id, kunlun_id, name, email, leader_id, department_ids from member where tenant = $1",
                r => new Person(r.GetString(0), r.TextOrNull(1), r.GetString(2), r.TextOrNull(3), r.TextOrNull(4), JsonSerializer.Deserialize(r.GetString(5), StoreJson.Default.StringArray)!)),
            async () => departments = await session.Query("select department_id, leader_id from department where tenant = $1", r => (r.GetString(0), r.TextOrNull(1))),
            async () => roles = await session.Query("select role, user_ids from flow_role where tenant = $1", r => (r.GetString(0), JsonSerializer.Deserialize(r.GetString(1), StoreJson.Default.StringArray)!)));
        return new(people, departments, roles);
    }

    /// <summary>Whether someone has this kunlun id.</summary>
    public bool Has(string kunlunId) => byKunlunId.ContainsKey(kunlunId);

    /// <summary>The name of the one with this kunlun id; empty when nobody has it.</summary>
    public string NameOf(string kunlunId) => byKunlunId.GetValueOrDefault(kunlunId)?.Name ?? "";

    /// <summary>The kunlun id of the one with this e-mail address; null when nobody has it.</summary>
    public string? WithEmail(string email) => byKunlunId.Values.FirstOrDefault(p => string.Equals(p.Email, email, StringComparison.OrdinalIgnoreCase))?.KunlunId;

    /// <summary>The leader so many levels up, as a kunlun id; null when there is none.</summary>
    public string? LeaderOf(string kunlunId, int level)
    {
        var person = byKunlunId.GetValueOrDefault(kunlunId);
        for (; level > 0 && person is not null; level--) person = person.LeaderId is { } id ? byUserId.GetValueOrDefault(id) : null;
        return person?.KunlunId;
    }

    /// <summary>The owner of a department, as a kunlun id; null when there is none.</summary>
    public string? OwnerOf(string department) => leaders.GetValueOrDefault(department) is { } id ? byUserId.GetValueOrDefault(id)?.KunlunId : null;

    /// <summary>The first department of someone; null when there is none.</summary>
    public string? DepartmentOf(string kunlunId) => byKunlunId.GetValueOrDefault(kunlunId)?.DepartmentIds.FirstOrDefault();

    /// <summary>Everyone who has a role, as kunlun ids.</summary>
    public IReadOnlyList<string> WithRole(string role) => roles.GetValueOrDefault(role) ?? [];

    sealed record Person(string UserId, string? KunlunId, string Name, string? Email, string? LeaderId, string[] DepartmentIds);
}

/// <summary>Remembers each tenant's people until somebody changes them.</summary>
sealed class PeopleCache
{
    const int MostTenants = 10_000;

    readonly Remembered<string, People> known = new(MostTenants);

    /// <summary>The people of the session's tenant.</summary>
    public async ValueTask<People> Of(Session session) => (await known.Find(session.Tenant, session, static async session => await People.Load(session)))!;

    /// <summary>Forgets what was read, so that changed people show at once.</summary>
    public void Forget() => known.Forget();
}
