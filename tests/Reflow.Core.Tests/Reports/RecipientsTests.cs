using Reflow.Core.Reports;
using Xunit;

namespace Reflow.Core.Tests.Reports;

public class RecipientsTests
{
    static readonly Dictionary<string, string> Leaders = new() { ["wang"] = "li", ["li"] = "zhao", ["zhao"] = "li" };
    static readonly Dictionary<string, string> Parents = new() { ["web"] = "dev", ["dev"] = "0" };
    static readonly Dictionary<string, string> Owners = new() { ["web"] = "wang", ["dev"] = "zhao" };

    [Fact]
    public void Named_people_come_first_then_leaders_then_department_owners() =>
        Assert.Equal(["chen", "li", "zhao"], Of(Rule(["chen"], leaders: [0], owners: [1]), "wang"));

    [Fact]
    public void Everybody_receives_once() => Assert.Equal(["li", "zhao"], Of(Rule(["li"], leaders: [0, 1], owners: [1]), "wang"));

    [Fact]
    public void Nobody_reports_to_themself() => Assert.Equal(["chen"], Of(Rule(["wang", "chen"], owners: [0]), "wang"));

    [Fact]
    public void Levels_where_nobody_stands_add_nobody() => Assert.Empty(Of(Rule([], leaders: [0, 5], owners: [2, 5]), "stranger", []));

    [Fact]
    public void People_who_lead_each_other_do_not_hang_the_search() =>
        Assert.Equal(["li", "zhao"], Of(Rule([], leaders: [0, 1, 2, 3, 4, 5]), "wang"));

    [Fact]
    public void Copies_go_to_named_people_and_to_members_of_departments_once_and_not_to_the_writer() =>
        Assert.Equal(["chen", "li"], Recipients.Copied(
            Rule([]) with { Cc = new(["chen"], ["dev"], []) }, "wang", department => department == "dev" ? ["wang", "li", "chen"] : []));

    static IReadOnlyList<string> Of(ReportRule rule, string writer, string[]? departments = null) => Recipients.Of(
        rule, writer, Leaders.GetValueOrDefault, departments ?? ["web"], Parents.GetValueOrDefault, Owners.GetValueOrDefault);

    static ReportRule Rule(string[] users, int[]? leaders = null, int[]? owners = null) =>
        new(1, "日报", "", 0, "chen", "chen", [], Audience.None, Audience.None, new(users, [], []), leaders ?? [], owners ?? [], [], false);
}
