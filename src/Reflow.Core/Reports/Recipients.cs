namespace Reflow.Core.Reports;

/// <summary>Finds who receives a report, from what the rule says and where its writer stands (contracts: report §5).</summary>
public static class Recipients
{
    /// <summary>Levels of leaders and departments that a rule can name.</summary>
    public const int Levels = 6;

    /// <summary>
    /// The recipients of a report, each once: those whom the rule names, then the writer's leaders, then the leaders of the writer's departments.
    /// Levels at which nobody stands add nobody, and nobody reports to themself.
    /// </summary>
    /// <param name="rule">The rule.</param>
    /// <param name="writer">Who submits.</param>
    /// <param name="leaderOf">The leader of a member; null when there is none.</param>
    /// <param name="departmentsOf">The writer's departments, the first one first.</param>
    /// <param name="parentOf">The department above a department; null at the top.</param>
    /// <param name="ownerOf">The leader of a department; null when there is none.</param>
    public static IReadOnlyList<string> Of(
        ReportRule rule, string writer, Func<string, string?> leaderOf, IReadOnlyList<string> departmentsOf, Func<string, string?> parentOf, Func<string, string?> ownerOf)
    {
        List<string> found = [.. rule.To.Users];
        var leaders = Chain(leaderOf(writer), leaderOf);
        found.AddRange(rule.ToLeaders.Where(level => level < leaders.Count).Select(level => leaders[level]));
        foreach (var department in departmentsOf)
        {
            var above = Chain(department, parentOf);
            found.AddRange(rule.ToDepartmentOwners.Where(level => level < above.Count).Select(level => ownerOf(above[level])).OfType<string>());
        }
        return [.. found.Distinct().Where(user => user != writer)];
    }

    /// <summary>Who gets a copy, each once: those whom the rule names and the members of its departments; not the writer.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="writer">Who submits.</param>
    /// <param name="membersOf">The members of a department and of all below it; of <c>0</c>, everyone.</param>
    public static IReadOnlyList<string> Copied(ReportRule rule, string writer, Func<string, IEnumerable<string>> membersOf) =>
        [.. rule.Cc.Users.Concat(rule.Cc.Departments.SelectMany(membersOf)).Distinct().Where(user => user != writer)];

    // Bounded, so that two who lead each other end the search.
    static List<string> Chain(string? first, Func<string, string?> next)
    {
        List<string> chain = [];
        for (var at = first; at is not null && chain.Count < Levels; at = next(at)) chain.Add(at);
        return chain;
    }
}
