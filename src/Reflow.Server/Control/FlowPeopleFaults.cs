using Reflow.Core.Flows;
using Reflow.Server.Store;

namespace Reflow.Server.Control;

/// <summary>Whom a definition names that the tenant does not have: its nodes would ask nobody.</summary>
static class FlowPeopleFaults
{
    /// <summary>Each with its place.</summary>
    public static IEnumerable<FlowFault> Of(FlowDefinition definition, People people) =>
    [
        .. Users(definition.Administrators, "administrators", people),
        .. definition.Nodes.SelectMany((node, i) => node switch
        {
            FlowNode.Human human => Rules(human.Assignees, $"nodes[{i}].assignees", people),
            FlowNode.Cc cc => Rules(cc.Readers, $"nodes[{i}].readers", people),
            FlowNode.Start or FlowNode.End or FlowNode.Automatic or FlowNode.Gateway => [],
            _ => throw new System.Diagnostics.UnreachableException(),
        }),
    ];

    static IEnumerable<FlowFault> Rules(IReadOnlyList<AssigneeRule> rules, string path, People people) => rules.SelectMany((rule, i) => Rule(rule, $"{path}[{i}]", people));

    static IEnumerable<FlowFault> Rule(AssigneeRule rule, string path, People people) => rule switch
    {
        AssigneeRule.Fixed x => Users(x.Users, $"{path}.users", people),
        AssigneeRule.Role x => people.WithRole(x.Key) is [] ? [new($"{path}.role", $"Nobody has the role '{x.Key}'.")] : [],
        AssigneeRule.DepartmentOwner { Department: { } department } => people.OwnerOf(department) is null ? [new($"{path}.department_owner", $"There is no owner of a department '{department}'.")] : [],
        AssigneeRule.ByCondition x => [.. x.Cases.SelectMany((c, i) => Rules(c.Assignees, $"{path}.cases[{i}].assignees", people)), .. Rules(x.Otherwise, $"{path}.otherwise", people)],
        AssigneeRule.Initiator or AssigneeRule.Leader or AssigneeRule.DepartmentOwner or AssigneeRule.FromField => [],
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static IEnumerable<FlowFault> Users(IReadOnlyList<string> users, string path, People people) =>
        users.Select((user, i) => (user, i)).Where(u => !people.Has(u.user)).Select(u => new FlowFault($"{path}[{u.i}]", $"There is no user '{u.user}'."));
}
