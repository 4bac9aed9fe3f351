using Reflow.Core.Flows;

namespace Reflow.Server.Control;

/// <summary>Names the people of a definition by another kind of id.</summary>
static class FlowUsers
{
    public static FlowDefinition Rename(FlowDefinition definition, Func<string, string> user) => definition with
    {
        Administrators = [.. definition.Administrators.Select(user)],
        Nodes = [.. definition.Nodes.Select(node => node switch
        {
            FlowNode.Human human => human with { Assignees = Rename(human.Assignees, user) },
            FlowNode.Cc cc => cc with { Readers = Rename(cc.Readers, user) },
            _ => node,
        })],
    };

    static AssigneeRule[] Rename(IReadOnlyList<AssigneeRule> rules, Func<string, string> user) => [.. rules.Select(rule => rule switch
    {
        AssigneeRule.Fixed x => new AssigneeRule.Fixed([.. x.Users.Select(user)]),
        AssigneeRule.ByCondition x => new AssigneeRule.ByCondition([.. x.Cases.Select(c => c with { Assignees = Rename(c.Assignees, user) })], Rename(x.Otherwise, user)),
        _ => rule,
    })];
}
