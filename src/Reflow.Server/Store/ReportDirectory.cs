using System.Text.Json;
using Reflow.Core.Reports;

namespace Reflow.Server.Store;

/// <summary>What a report takes from the directory when it is submitted: names, departments, and who stands above whom.</summary>
sealed class ReportDirectory
{
    readonly Dictionary<string, Member> members;
    readonly Dictionary<string, Department> departments;

    ReportDirectory(Dictionary<string, Member> members, Dictionary<string, Department> departments) => (this.members, this.departments) = (members, departments);

    /// <summary>Reads the tenant's directory.</summary>
    public static async ValueTask<ReportDirectory> Load(Session session)
    {
        List<Member> members = [];
        List<Department> departments = [];
        await session.Together(
            async () => members = await session.Query("select user_id, name, leader_id, department_ids from member where tenant = $1",
                r => new Member(r.GetString(0), r.GetString(1), r.TextOrNull(2), JsonSerializer.Deserialize(r.GetString(3), StoreJson.Default.StringArray)!)),
            async () => departments = await session.Query("select department_id, open_department_id, name, parent_id, leader_id from department where tenant = $1",
                r => new Department(r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3), r.TextOrNull(4))));
        return new(members.ToDictionary(member => member.UserId), departments.ToDictionary(department => department.Id));
    }

    /// <summary>Whether the tenant has a member of this id.</summary>
    public bool Has(string userId) => members.ContainsKey(userId);

    /// <summary>The name of a member; empty when there is none.</summary>
    public string NameOf(string userId) => members.GetValueOrDefault(userId)?.Name ?? "";

    /// <summary>The wire's id of the department that is named by either of its ids, <c>0</c> for everyone; null when there is none.</summary>
    public string? OpenIdOf(string either) => either == "0" ? either
        : departments.TryGetValue(either, out var department) ? department.OpenId
        : departments.Values.FirstOrDefault(known => known.OpenId == either)?.OpenId;

    /// <summary>Those who must report: members of the audience who have not left, by id.</summary>
    public static async ValueTask<IReadOnlyList<string>> Expected(Session session, ReportDirectory directory, Audience audience)
    {
        var left = (await session.Query("select user_id, doc from member where tenant = $1 and doc <> '{}'",
            r => (Id: r.GetString(0), HasLeft: JsonSerializer.Deserialize(r.GetString(1), StoreJson.Default.MemberDocument)!.IsResigned))).Where(member => member.HasLeft).Select(member => member.Id).ToHashSet();
        return [.. audience.Users.Where(directory.Has).Concat(audience.Departments.SelectMany(directory.MembersOf)).Distinct().Where(user => !left.Contains(user)).Order(StringComparer.Ordinal)];
    }

    /// <summary>The wire's id of a department; the root and what is not known keep theirs.</summary>
    public string OpenId(string departmentId) => departments.TryGetValue(departmentId, out var department) ? department.OpenId : departmentId;

    /// <summary>Who a member is who submits a report, and to whom it goes; <paramref name="to"/> names other recipients than the rule does.</summary>
    public ReportContent Compose(ReportRule rule, string from, IReadOnlyList<string>? to = null)
    {
        var writer = members[from];
        var received = to ?? Recipients.Of(rule, from, user => members.GetValueOrDefault(user)?.Leader, writer.Departments, Above, department => departments.GetValueOrDefault(department)?.Leader);
        return new(
            rule.Id, from, rule.Name, writer.Name, writer.Departments is [var first, ..] && departments.TryGetValue(first, out var own) ? own.Name : "", [.. writer.Departments.Select(OpenId)],
            [.. received.Select(user => new Recipient(user, members.GetValueOrDefault(user)?.Name ?? ""))], Recipients.Copied(rule, from, MembersOf));
    }

    string? Above(string department) => departments.GetValueOrDefault(department)?.Parent is { } parent and not "0" ? parent : null;

    // Rules name departments as the wire does.
    IEnumerable<string> MembersOf(string openId)
    {
        if (openId == "0") return members.Keys;
        var within = departments.Values.Where(department => Path(department.Id).Any(id => departments[id].OpenId == openId)).Select(department => department.Id).ToHashSet();
        return members.Values.Where(member => member.Departments.Any(within.Contains)).Select(member => member.UserId);
    }

    // Each department once, whatever the file or a console made of the tree.
    IEnumerable<string> Path(string department)
    {
        var seen = new HashSet<string>();
        for (var at = department; at is not null && departments.ContainsKey(at) && seen.Add(at); at = Above(at)) yield return at;
    }

    sealed record Member(string UserId, string Name, string? Leader, IReadOnlyList<string> Departments);

    sealed record Department(string Id, string OpenId, string Name, string Parent, string? Leader);
}
