namespace Reflow.Core.Reports;

/// <summary>A rule: who writes which report, and who gets it (contracts: report §2, §5). People are the tenant's <c>user_id</c>s.</summary>
/// <param name="Id">A snowflake.</param>
/// <param name="Name">What people call it; two rules may share one.</param>
/// <param name="IconName">The name of a picture.</param>
/// <param name="CreatedAt">Unix ms.</param>
/// <param name="Creator">Who made it.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="Fields">What a report fills in, in order.</param>
/// <param name="Reporters">Who must report.</param>
/// <param name="Cc">Who gets a copy.</param>
/// <param name="To">Who receives reports whoever writes them; department ids do not occur.</param>
/// <param name="ToLeaders">Levels of the writer's leaders who receive: 0 is the first, 5 the sixth.</param>
/// <param name="ToDepartmentOwners">Levels of the writer's departments whose leaders receive: 0 is the writer's own.</param>
/// <param name="Managers">Who administers the rule.</param>
/// <param name="IsDeleted">Deleted rules take no reports; the ones they have stay readable.</param>
/// <param name="FormVersion">Which version of the rule's form <paramref name="Fields"/> are, from 1.</param>
/// <param name="Schedule">When reports are due; null where they can come at any time. Not on the wire.</param>
public sealed record ReportRule(
    long Id, string Name, string IconName, long CreatedAt, string Creator, string Owner, IReadOnlyList<ReportField> Fields,
    Audience Reporters, Audience Cc, Audience To, IReadOnlyList<int> ToLeaders, IReadOnlyList<int> ToDepartmentOwners,
    IReadOnlyList<string> Managers, bool IsDeleted, int FormVersion = 1, ReportSchedule? Schedule = null)
{
    /// <summary>The most rules of an answer.</summary>
    public const int MostFound = 200;

    /// <summary>The rules of a name: those of exactly this name first, then, unless only whole names count, those that contain it in any case; each part oldest first.</summary>
    public static IReadOnlyList<ReportRule> Named(IEnumerable<ReportRule> rules, string name, bool exact) =>
    [
        .. rules.Where(rule => exact ? rule.Name == name : rule.Name.Contains(name, StringComparison.OrdinalIgnoreCase))
            .OrderBy(rule => rule.Name != name).ThenBy(rule => rule.CreatedAt).ThenBy(rule => rule.Id).Take(MostFound),
    ];
}

/// <summary>People named one by one, by department and by chat.</summary>
/// <param name="Users">Members.</param>
/// <param name="Departments"><c>open_department_id</c>s; <c>0</c> is everyone.</param>
/// <param name="Chats"><c>oc_…</c> ids.</param>
public sealed record Audience(IReadOnlyList<string> Users, IReadOnlyList<string> Departments, IReadOnlyList<string> Chats)
{
    /// <summary>Nobody.</summary>
    public static Audience None { get; } = new([], [], []);
}
