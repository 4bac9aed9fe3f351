using FsCheck;
using FsCheck.Fluent;
using Reflow.Core.Reports;
using Xunit;

namespace Reflow.Core.Tests.Reports;

/// <summary>In any company, also one whose people lead each other in circles, a report goes exactly to those whom its rule names or its levels reach.</summary>
public class RecipientsLaws
{
    const int People = 8, Departments = 5;

    [Fact]
    public void Exactly_those_whom_the_rule_names_or_its_levels_reach_receive_each_once_and_never_the_writer() => Prop.ForAll(Companies(), c =>
    {
        var found = Recipients.Of(c.Rule, c.Writer, user => c.Leader[user], c.DepartmentsOf[c.Writer], department => c.Parent[department], department => c.Owner[department]);
        return found.Distinct().Count() == found.Count && found.ToHashSet().SetEquals(Reached(c)) && found.Take(Named(c).Count).SequenceEqual(Named(c));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void One_more_level_takes_nobody_away() => Prop.ForAll(Companies(), Gen.Choose(0, Recipients.Levels - 1).ToArbitrary(), (c, level) =>
    {
        IReadOnlyList<string> Of(ReportRule rule) => Recipients.Of(rule, c.Writer, user => c.Leader[user], c.DepartmentsOf[c.Writer], department => c.Parent[department], department => c.Owner[department]);
        return !Of(c.Rule).Except(Of(c.Rule with { ToLeaders = [.. c.Rule.ToLeaders.Append(level).Distinct().Order()] })).Any();
    }).QuickCheckThrowOnFailure();

    static List<string> Named(Company c) => [.. c.Rule.To.Users.Distinct().Where(user => user != c.Writer)];

    // Said once more in another way: who stands so many steps above.
    static HashSet<string> Reached(Company c)
    {
        var reached = c.Rule.To.Users.ToHashSet();
        foreach (var level in c.Rule.ToLeaders)
            if (Up(c.Writer, level + 1, c.Leader) is { } leader) reached.Add(leader);
        foreach (var department in c.DepartmentsOf[c.Writer])
            foreach (var level in c.Rule.ToDepartmentOwners)
                if (Up(department, level, c.Parent) is { } above && c.Owner[above] is { } owner) reached.Add(owner);
        reached.Remove(c.Writer);
        return reached;
    }

    static string? Up(string from, int steps, IReadOnlyDictionary<string, string?> above)
    {
        string? at = from;
        for (; at is not null && steps > 0; steps--) at = above[at];
        return at;
    }

    static Arbitrary<Company> Companies()
    {
        var person = Gen.Choose(0, People - 1).Select(i => $"u{i}");
        var department = Gen.Choose(0, Departments - 1).Select(i => $"d{i}");
        var levels = Gen.Choose(0, Recipients.Levels - 1).ListOf(3).Select(list => (IReadOnlyList<int>)[.. list.Distinct().Order()]);
        var gen =
            from leaders in OrNull(person).ListOf(People)
            from parents in OrNull(department).ListOf(Departments)
            from owners in OrNull(person).ListOf(Departments)
            from homes in department.ListOf(2).ListOf(People)
            from named in person.ListOf(2)
            from leaderLevels in levels
            from ownerLevels in levels
            select new Company(
                new(1, "日报", "", 0, "u0", "u0", [], Audience.None, Audience.None, new([.. named], [], []), leaderLevels, ownerLevels, [], false), "u0",
                Numbered("u", leaders),
                Numbered("d", parents),
                Numbered("d", owners),
                Numbered("u", homes.Select(home => (IReadOnlyList<string>)[.. home.Distinct()])));
        return Arb.From(gen, Smaller);
    }

    static Dictionary<string, T> Numbered<T>(string prefix, IEnumerable<T> values) => values.Select((value, i) => (Key: $"{prefix}{i}", Value: value)).ToDictionary(pair => pair.Key, pair => pair.Value);

    static Gen<string?> OrNull(Gen<string> gen) => Gen.OneOf(Gen.Constant<string?>(null), gen.Select(text => (string?)text));

    static IEnumerable<Company> Smaller(Company c)
    {
        if (c.Rule.ToLeaders.Count > 0) yield return c with { Rule = c.Rule with { ToLeaders = [.. c.Rule.ToLeaders.Skip(1)] } };
        if (c.Rule.ToDepartmentOwners.Count > 0) yield return c with { Rule = c.Rule with { ToDepartmentOwners = [.. c.Rule.ToDepartmentOwners.Skip(1)] } };
        if (c.Rule.To.Users.Count > 0) yield return c with { Rule = c.Rule with { To = new([.. c.Rule.To.Users.Skip(1)], [], []) } };
    }

    sealed record Company(
        ReportRule Rule, string Writer, IReadOnlyDictionary<string, string?> Leader, IReadOnlyDictionary<string, string?> Parent, IReadOnlyDictionary<string, string?> Owner,
        IReadOnlyDictionary<string, IReadOnlyList<string>> DepartmentsOf);
}
