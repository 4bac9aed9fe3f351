using Reflow.Core.Flows;
using Xunit;

namespace Reflow.Core.Tests.Flows;

public class FlowValidationTests
{
    static readonly FlowNode Start = new FlowNode.Start("start");
    static readonly FlowNode End = new FlowNode.End("end");

    public static TheoryData<string, FlowDefinition> Faulty() => new()
    {
        { "nodes: A flow has exactly one start.", Samples.Of([End]) },
        { "nodes: A flow has exactly one end.", Samples.Of([Start]) },
        { "nodes[1]: Two nodes are called 'start'.", Samples.Of([Start, Start, End], "start-end") },
        { "edges[0].to: There is no node 'nowhere'.", Samples.Of([Start, End], "start-nowhere") },
        { "nodes[0]: No edge enters the start.", Samples.Of([Start, Samples.Fork("g", Gate.Exclusive), End], "start-g", "g-start", "g-end") },
        { "nodes[1]: One edge leaves 'a', not 2; forks and choices are gateways.", Samples.Of([Start, Samples.Ask("a", "x"), End], "start-a", "a-end", "a-end") },
        { "nodes[1].assignees: 'a' names its assignees.", Samples.Of([Start, new FlowNode.Human("a"), End], "start-a", "a-end") },
        { "nodes[1].assignees[0]: It names no user.", Samples.Of([Start, Samples.Ask("a"), End], "start-a", "a-end") },
        { "nodes[1].assignees[0]: The form has no field 'large' that holds users.", Samples.Of([Start, new FlowNode.Human("a") { Assignees = [new AssigneeRule.FromField("large")] }, End], "start-a", "a-end") },
        { "nodes[1].percent: The share is from 1 to 100 percent.", Samples.Line(Mode.Ratio, "a").With("first", n => n with { Percent = 0 }) },
        { "nodes[1].reject: A rejection goes back to another node of people; 'first' is none.", Samples.Line(Mode.All, "a").With("first", n => n with { Reject = new RejectPolicy.ToNode("first") }) },
        { "nodes[1].reject: 'second' does not lead to 'first', so a rejection cannot go back to it.", Samples.Line(Mode.All, "a").With("first", n => n with { Reject = new RejectPolicy.ToNode("second") }) },
        { "nodes[1].reject: 'first' is on the trunk: no branch can end there.", Samples.Line(Mode.All, "a").With("first", n => n with { Reject = new RejectPolicy.EndBranch() }) },
        { "nodes[2]: Nothing leads to 'a'.", Samples.Of([Start, End, Samples.Ask("a", "x")], "start-end", "a-end") },
        { "nodes[2]: Nothing leads from 'a' to the end.", Samples.When(Samples.Of([Start, Samples.Fork("g", Gate.Exclusive), Samples.Ask("a", "x"), Samples.Ask("b", "x"), End], "start-g", "g-a", "g-end", "a-b", "b-a"), "g-a", "large") },
        { "nodes[1]: A loop through 'g' asks nobody and would never rest.", Samples.When(Samples.Of([Start, Samples.Fork("g", Gate.Exclusive), new FlowNode.Automatic("x"), End], "start-g", "g-x", "x-g", "g-end"), "g-x", "again") },
        { "edges[0].when: 'start' has nothing to choose; only forks of exclusive and inclusive gateways have conditions.", Samples.When(Samples.Line(Mode.All, "a"), "start-first", "large") },
        { "edges[2]: Exactly one edge out of 'size' has no condition: the one taken when no other is.", Samples.When(Samples.Choice(), "size-last", "large") },
        { "edges[2].when: Column 1: There is no field huge.", Samples.When(Samples.Choice(), "size-director", "huge") },
        { "nodes[1]: 'g' is neither a fork nor a join.", Samples.Of([Start, Samples.Fork("g"), End], "start-g", "g-end") },
        { "edges[6]: It enters the join 'join' from outside of any fork.", Samples.When(Samples.Of([Start, Samples.Fork("g", Gate.Exclusive), Samples.Fork("fork"), Samples.Ask("a", "x"), Samples.Ask("b", "x"), Samples.Fork("join"), Samples.Fork("way", Gate.Exclusive), End],
            "start-g", "g-way", "g-fork", "fork-a", "fork-b", "a-join", "way-join", "b-join", "join-end"), "g-way", "large") },
        { "edges[5]: The fork 'fork' and its join 'join' are gateways of different kinds.", Different() },
        { "nodes[3]: The branches of the fork 'fork' never come together.", Samples.Of([Start, Samples.Ask("a", "x"), End, Samples.Fork("fork")], "start-fork", "fork-a", "fork-a", "a-end") },
        { "edges[7]: It goes from 'join', on the trunk, to 'after', which is in a branch of 'fork': an edge may not cross the border of a branch.", Sideways() },
    };

    static FlowDefinition Different()
    {
        var flow = Samples.Inclusive();
        return flow with { Nodes = [.. flow.Nodes.Select(n => n.Key == "join" ? Samples.Fork("join") : n)] };
    }

    static FlowDefinition Sideways() => Samples.When(Samples.Of(
        [Start, Samples.Fork("fork"), Samples.Ask("left", "l"), new FlowNode.Gateway("way", Gate.Exclusive), Samples.Ask("right", "r"), Samples.Fork("join"), Samples.Ask("after", "z"), End],
        "start-fork", "fork-left", "fork-right", "left-way", "right-join", "way-join", "way-after", "join-after", "after-end"), "way-after", "short");

    [Theory, MemberData(nameof(Faulty))]
    public void A_flow_that_could_get_stuck_is_refused_and_told_where(string fault, FlowDefinition definition) =>
        Assert.Contains(fault, FlowValidation.Faults(definition).Select(f => $"{f.Path}: {f.Sentence}"));

    [Fact]
    public void Every_sample_can_be_deployed()
    {
        foreach (var flow in (FlowDefinition[])[Samples.Line(Mode.All, "a"), Samples.Forked(), Samples.LongBranch(), Samples.Inclusive(), Samples.Choice(), Samples.TwoWaysIntoJoin()])
            Assert.Empty(FlowValidation.Faults(flow));
    }

    [Fact]
    public void A_flow_with_faults_makes_no_net() => Assert.Throws<ArgumentException>(() => FlowNet.Of(Samples.Of([Start])));
}
