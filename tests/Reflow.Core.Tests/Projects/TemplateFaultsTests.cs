using Reflow.Core.Projects;
using Xunit;

namespace Reflow.Core.Tests.Projects;

/// <summary>Templates that nothing could run, each with the place of its fault and with no other fault.</summary>
public class TemplateFaultsTests
{
    static readonly Template Good = new(1, "Good", [new("a", "A"), new("b", "B")], [new("a", "b")]);

    static readonly WorkItemType States = Sample.Type with { Flow = FlowMode.State };

    static readonly Template Flow = new(2, "Flow", [], [])
    {
        States = [new("open", "Open") { Kind = StateKind.Start }, new("doing", "Doing"), new("closed", "Closed") { Kind = StateKind.Archived }],
        Transitions = [new(1, "open", "doing"), new(2, "doing", "closed"), new(3, "closed", "open")],
    };

    static TemplateNode A(Func<TemplateNode, TemplateNode> with) => with(new("a", "A"));

    public static TheoryData<string, string, Template> OfNodes => new()
    {
        { "no nodes", "nodes", Good with { Nodes = [], Connections = [] } },
        { "no key", "nodes[0].key", Good with { Nodes = [new("", "A")], Connections = [] } },
        { "a key twice", "nodes[1].key", Good with { Nodes = [new("a", "A"), new("a", "B")], Connections = [] } },
        { "from nowhere", "connections[1].from", Good with { Connections = [new("a", "b"), new("x", "b")] } },
        { "to nowhere", "connections[1].to", Good with { Connections = [new("a", "b"), new("a", "x")] } },
        { "to itself", "connections[1]", Good with { Connections = [new("a", "b"), new("b", "b")] } },
        { "twice", "connections[1]", Good with { Connections = [new("a", "b"), new("a", "b")] } },
        { "two starts", "nodes[1]", Good with { Connections = [] } },
        { "a hidden start", "nodes[0].visible", Good with { Nodes = [A(a => a with { Visible = new("never", _ => false) }), new("b", "B")] } },
        { "a circle", "nodes[2]", Good with { Nodes = [.. Good.Nodes, new("c", "C"), new("d", "D")], Connections = [new("a", "b"), new("c", "d"), new("d", "c"), new("b", "c")] } },
        { "an owner role that is none", "nodes[0].owner_roles[0]", Good with { Nodes = [A(a => a with { OwnerRoles = ["CEO"] }), new("b", "B")] } },
        { "owners of no role", "nodes[0].owner_roles", Good with { Nodes = [A(a => a with { OwnerUsage = OwnerUsage.Role }), new("b", "B")] } },
        { "one who may complete that is none", "nodes[0].done_operation_role[0]", Good with { Nodes = [A(a => a with { DoneOperationRoles = ["CEO"] }), new("b", "B")] } },
        { "a rule's role that is none", "nodes[0].owner_rules[0].roles[0]", Good with { Nodes = [A(a => a with { OwnerRules = [new(null, [], ["CEO"])] }), new("b", "B")] } },
        { "a status that is none", "nodes[0].belong_status", Good with { Nodes = [A(a => a with { BelongStatus = "gone" }), new("b", "B")] } },
        { "a form field that is none", "nodes[0].form[0].key", Good with { Nodes = [A(a => a with { Form = [new FormItem.OfField("x")] }), new("b", "B")] } },
        { "a form role that is none", "nodes[0].form[0].key", Good with { Nodes = [A(a => a with { Form = [new FormItem.OfRole("x")] }), new("b", "B")] } },
        { "a requirement without its condition", "nodes[0].form[0].required_if", Good with { Nodes = [A(a => a with { Form = [new FormItem.OfRole("PM") { Required = Requirement.Conditional }] }), new("b", "B")] } },
        { "a subtask twice", "nodes[0].tasks[1].id", Good with { Nodes = [A(a => a with { Tasks = [new("t", "T"), new("t", "U")] }), new("b", "B")] } },
        { "a deliverable that is none", "nodes[0].tasks[0].deliverable_field", Good with { Nodes = [A(a => a with { Tasks = [new("t", "T") { DeliverableField = "x" }] }), new("b", "B")] } },
        { "states", "states", Good with { States = [new("open", "Open")] } },
        { "transitions", "transitions", Good with { Transitions = [new(1, "a", "b")] } },
    };

    public static TheoryData<string, string, Template> OfStates => new()
    {
        { "nodes", "nodes", Flow with { Nodes = Good.Nodes } },
        { "connections", "connections", Flow with { Connections = Good.Connections } },
        { "no states", "states", Flow with { States = [], Transitions = [] } },
        { "no start", "states", Flow with { States = [Flow.States[0] with { Kind = StateKind.Process }, .. Flow.States.Skip(1)] } },
        { "two starts", "states[1]", Flow with { States = [Flow.States[0], Flow.States[1] with { Kind = StateKind.Start }, Flow.States[2]] } },
        { "no end", "states", Flow with { States = [.. Flow.States.Take(2), Flow.States[2] with { Kind = StateKind.Process }] } },
        { "a key twice", "states[3].key", Flow with { States = [.. Flow.States, Flow.States[1]] } },
        { "never reached", "states[3]", Flow with { States = [.. Flow.States, new("x", "X")], Transitions = [.. Flow.Transitions, new(4, "x", "doing")] } },
        { "never ending", "states[3]", Flow with { States = [.. Flow.States, new("x", "X")], Transitions = [.. Flow.Transitions, new(4, "doing", "x")] } },
        { "an id of 0", "transitions[2].transition_id", Flow with { Transitions = [.. Flow.Transitions.Take(2), new(0, "closed", "open")] } },
        { "an id twice", "transitions[2].transition_id", Flow with { Transitions = [.. Flow.Transitions.Take(2), new(2, "closed", "open")] } },
        { "from nowhere", "transitions[3].from", Flow with { Transitions = [.. Flow.Transitions, new(4, "x", "open")] } },
        { "to nowhere", "transitions[3].to", Flow with { Transitions = [.. Flow.Transitions, new(4, "open", "x")] } },
        { "to itself", "transitions[3]", Flow with { Transitions = [.. Flow.Transitions, new(4, "open", "open")] } },
        { "one who may move it that is none", "states[1].authorized_roles[0]", Flow with { States = [Flow.States[0], Flow.States[1] with { AuthorizedRoles = ["CEO"] }, Flow.States[2]] } },
        { "a node's owner where there are no nodes", "states[1].authorized_roles[0]", Flow with { States = [Flow.States[0], Flow.States[1] with { AuthorizedRoles = [Permission.NodeOwner] }, Flow.States[2]] } },
        { "a form field that is none", "states[1].form[0].key", Flow with { States = [Flow.States[0], Flow.States[1] with { Form = [new FormItem.OfField("x")] }, Flow.States[2]] } },
    };

    [Fact]
    public void What_is_right_has_no_fault()
    {
        Assert.Empty(TemplateFaults.Of(Sample.Type, Good));
        Assert.Empty(TemplateFaults.Of(States, Flow));
    }

    [Theory, MemberData(nameof(OfNodes), DisableDiscoveryEnumeration = true)]
    public void A_node_flow_with(string what, string path, Template template) => Told(Sample.Type, what, path, template);

    [Theory, MemberData(nameof(OfStates), DisableDiscoveryEnumeration = true)]
    public void A_state_flow_with(string what, string path, Template template) => Told(States, what, path, template);

    static void Told(WorkItemType type, string what, string path, Template template)
    {
        var faults = TemplateFaults.Of(type, template);
        Assert.True(faults.Count > 0, $"{what} is no fault");
        Assert.Equal(path, faults[0].Path);
        Assert.All(faults, fault => Assert.EndsWith(".", fault.Message, StringComparison.Ordinal));
    }
}
