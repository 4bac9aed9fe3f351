using System.Data.Common;
using System.Text.Json;
using Reflow.Server.Gateway;

namespace Reflow.Server.Store;

/// <summary>A member of a tenant, as contact v3 shows them.</summary>
/// <param name="UserId">The tenant's own id.</param>
/// <param name="Name">Their name.</param>
/// <param name="EnName">Their English name; may be empty.</param>
/// <param name="Email">Their address.</param>
/// <param name="Mobile">Their telephone number.</param>
/// <param name="LeaderId">The <c>user_id</c> of their leader.</param>
/// <param name="DepartmentIds">Their departments, mainly the first; the root when they are in none.</param>
/// <param name="Details">The rest.</param>
sealed record Member(string UserId, string Name, string EnName, string? Email, string? Mobile, string? LeaderId, IReadOnlyList<string> DepartmentIds, MemberDocument Details);

/// <summary>A department of a tenant.</summary>
/// <param name="Id">The tenant's own id.</param>
/// <param name="OpenId">The id that every app sees.</param>
/// <param name="Name">Its name.</param>
/// <param name="I18nName">Its name by language, <c>zh_cn</c> and so on.</param>
/// <param name="ParentId">The department above it; 0 is the root.</param>
/// <param name="LeaderId">The <c>user_id</c> of who leads it.</param>
/// <param name="MemberCount">How many members it and all below it have.</param>
sealed record Department(string Id, string OpenId, string Name, IReadOnlyDictionary<string, string> I18nName, string ParentId, string? LeaderId, long MemberCount)
{
    /// <summary>The root: every tenant has it, and it has one id under every type.</summary>
    public const string Root = "0";
}

/// <summary>People and departments, as contact v3 reads them (contracts: platform §3.2).</summary>
static class ContactStore
{
    const string MemberColumns = "m.user_id, m.name, m.en_name, m.email, m.mobile, m.leader_id, m.department_ids, m.doc";
    const string DepartmentColumns = "d.department_id, d.open_department_id, d.name, d.i18n_name, d.parent_id, d.leader_id";

    // Walks down from $2; "union" and not "union all", so that a circle would end.
    static string Below(Session session) =>
        $"with recursive below (id) as (select {session.Engine.Text("$2")} union select d.department_id from department d join below b on d.parent_id = b.id where d.tenant = $1) ";

    /// <summary>The member with this <c>user_id</c>; null when there is none.</summary>
    public static ValueTask<Member?> Member(Session session, string userId) =>
        session.Find($"select {MemberColumns} from member m where m.tenant = $1 and m.user_id = $2", Member, userId);

    /// <summary>The member with this e-mail address, however it is capitalised; null when there is none.</summary>
    public static ValueTask<Member?> WithEmail(Session session, string email) =>
        session.Find($"select {MemberColumns} from member m{session.Engine.By("member_email")} where m.tenant = $1 and lower(m.email) = $2 order by m.user_id limit 1", Member, email.ToLowerInvariant());

    /// <summary>The member with this telephone number; one without a country code is a Chinese one (contracts: platform §3.2).</summary>
    public static ValueTask<Member?> WithMobile(Session session, string mobile)
    {
        var national = mobile.StartsWith("+86", StringComparison.Ordinal) ? mobile[3..] : mobile;
        return session.Find($"select {MemberColumns} from member m{session.Engine.By("member_mobile")} where m.tenant = $1 and m.mobile in ($2, $3) order by m.user_id limit 1", Member,
            national, mobile.StartsWith('+') ? mobile : $"+86{mobile}");
    }

    /// <summary>The direct members of a department after one of them, by <c>user_id</c>.</summary>
    public static ValueTask<List<Member>> MembersOf(Session session, string departmentId, string? after, int count) => session.Query(
        $"select {MemberColumns} from membership s join member m on m.tenant = s.tenant and m.user_id = s.user_id where s.tenant = $1 and s.department_id = $2 and s.user_id > $3 order by s.user_id limit $4",
        Member, departmentId, after ?? "", (long)count);

    /// <summary>The tenant's own id of a department, by the id that a call uses; null when there is none.</summary>
    public static ValueTask<string?> DepartmentId(Session session, string id, bool isOpenId) => id == Store.Department.Root ? ValueTask.FromResult<string?>(Store.Department.Root)
        : session.Find($"select department_id from department where tenant = $1 and {(isOpenId ? "open_department_id" : "department_id")} = $2", r => r.GetString(0), id);

    /// <summary>The id that every app sees of a department.</summary>
    public static async ValueTask<string> OpenDepartmentId(Session session, string id) => id == Store.Department.Root ? id
        : await session.Find("select open_department_id from department where tenant = $1 and department_id = $2", r => r.GetString(0), id) ?? id;

    /// <summary>A department by the tenant's own id; the root is one without a row. Null when there is none.</summary>
    public static async ValueTask<Department?> Department(Session session, string id)
    {
        var found = id == Store.Department.Root
            ? new(id, id, await session.Find("select name from tenant where tenant = $1", r => r.GetString(0)) ?? "", new Dictionary<string, string>(), "", null, 0)
            : await session.Find($"select {DepartmentColumns} from department d where d.tenant = $1 and d.department_id = $2", Department, id);
        return found is null ? null : await Counted(session, found);
    }

    /// <summary>The departments below one, directly or at any depth, after one of them, by the tenant's own id.</summary>
    public static async ValueTask<IReadOnlyList<Department>> Children(Session session, string id, bool deep, string? after, int count)
    {
        var found = deep
            ? await session.Query($"{Below(session)}select {DepartmentColumns} from department d join below b on d.department_id = b.id where d.tenant = $1 and d.department_id <> $2 and d.department_id > $3 order by d.department_id limit $4",
                Department, id, after ?? "", (long)count)
            : await session.Query($"select {DepartmentColumns} from department d where d.tenant = $1 and d.parent_id = $2 and d.department_id > $3 order by d.department_id limit $4", Department, id, after ?? "", (long)count);
        var counted = new List<Department>(found.Count);
        foreach (var department in found) counted.Add(await Counted(session, department));
        return counted;
    }

    /// <summary>How many departments are below one, at any depth.</summary>
    public static ValueTask<long> CountBelow(Session session, string id) => session.Find($"{Below(session)}select count(*) - 1 from below where $1 = $1", r => r.GetInt64(0), id);

    /// <summary>What an app may see of people; a user token sees everybody.</summary>
    public static async ValueTask<ContactRange> RangeOf(Session session, Caller caller)
    {
        if (caller.UserId is not null) return ContactRange.Everything;
        var departments = await session.Find("select contacts from app where tenant = $1 and app_id = $2", r => List(r.GetString(0)), caller.AppId) ?? [];
        return departments is ["*"] ? ContactRange.Everything : new(departments);
    }

    /// <summary>The departments above one, itself first, without the root.</summary>
    internal static async ValueTask<List<string>> Path(Session session, string id)
    {
        var path = new List<string>();
        for (string? at = id; at is not null && at != Store.Department.Root && !path.Contains(at);)
        {
            path.Add(at);
            at = await session.Find("select parent_id from department where tenant = $1 and department_id = $2", r => r.GetString(0), at);
        }
        return path;
    }

    static async ValueTask<Department> Counted(Session session, Department department) => department with
    {
        MemberCount = await session.Find($"{Below(session)}select count(distinct s.user_id) from below b cross join membership s where s.tenant = $1 and s.department_id = b.id", r => r.GetInt64(0), department.Id),
    };

    static Member Member(DbDataReader row) => new(row.GetString(0), row.GetString(1), row.GetString(2), row.TextOrNull(3), row.TextOrNull(4), row.TextOrNull(5),
        List(row.GetString(6)) is { Length: > 0 } departments ? departments : [Store.Department.Root], JsonSerializer.Deserialize(row.GetString(7), StoreJson.Default.MemberDocument)!);

    static Department Department(DbDataReader row) => new(row.GetString(0), row.GetString(1), row.GetString(2),
        JsonSerializer.Deserialize(row.GetString(3), StoreJson.Default.DictionaryStringString)!, row.GetString(4), row.TextOrNull(5), 0);

    static string[] List(string text) => JsonSerializer.Deserialize(text, StoreJson.Default.StringArray)!;
}

/// <summary>The departments whose people an app may see, each with all below it.</summary>
/// <param name="departments">The tenant's own ids; the root is everything.</param>
sealed class ContactRange(IReadOnlyList<string> departments)
{
    /// <summary>Everybody.</summary>
    public static ContactRange Everything { get; } = new([Department.Root]);

    /// <summary>True when everybody is in it.</summary>
    public bool IsEverything => departments.Contains(Department.Root);

    /// <summary>True when the department, or one above it, is in it.</summary>
    public async ValueTask<bool> Has(Session session, string departmentId) =>
        IsEverything || departmentId != Department.Root && (await ContactStore.Path(session, departmentId)).Any(departments.Contains);

    /// <summary>True when one of the member's departments is in it.</summary>
    public async ValueTask<bool> Has(Session session, Member member)
    {
        if (IsEverything) return true;
        foreach (var department in member.DepartmentIds)
            if (await Has(session, department)) return true;
        return false;
    }
}
