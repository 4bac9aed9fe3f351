using Reflow.Core.Flows;

namespace Reflow.Core.Tests.Flows;

/// <summary>Small flows that examples are told on.</summary>
static class Samples
{
    /// <summary>start, first (these people, this mode), second (x), third (y), end.</summary>
    public static FlowDefinition Line(Mode mode, params string[] people) => Of(
        [new FlowNode.Start("start"), Ask("first", people) with { Mode = mode, Percent = 60 }, Ask("second", "x"), Ask("third", "y"), new FlowNode.End("end")],
        "start-first", "first-second", "second-third", "third-end");

    /// <summary>before, then left and right at once, then after.</summary>
    public static FlowDefinition Forked() => Of(
        [new FlowNode.Start("start"), Ask("before", "a"), Fork("fork"), Ask("left", "l"), Ask("right", "r"), Fork("join"), Ask("after", "z"), new FlowNode.End("end")],
        "start-before", "before-fork", "fork-left", "fork-right", "left-join", "right-join", "join-after", "after-end");

    /// <summary>As <see cref="Forked"/>, with two tasks on the left.</summary>
    public static FlowDefinition LongBranch() => Of(
        [new FlowNode.Start("start"), Ask("before", "a"), Fork("fork"), Ask("left1", "l"), Ask("left2", "m"), Ask("right", "r"), Fork("join"), Ask("after", "z"), new FlowNode.End("end")],
        "start-before", "before-fork", "fork-left1", "left1-left2", "fork-right", "left2-join", "right-join", "join-after", "after-end");

    /// <summary>As <see cref="Forked"/>, but inclusive: left while its condition holds, right else; a rejection on the left ends the branch.</summary>
    public static FlowDefinition Inclusive()
    {
        var gates = Of(
            [new FlowNode.Start("start"), Ask("before", "a"), Fork("fork", Gate.Inclusive), Ask("left", "l") with { Reject = new RejectPolicy.EndBranch() }, Ask("right", "r"),
                new FlowNode.Automatic("step"), Fork("join", Gate.Inclusive), Ask("after", "z"), new FlowNode.End("end")],
            "start-before", "before-fork", "fork-left", "fork-right", "fork-step", "left-join", "right-join", "step-join", "join-after", "after-end");
        return When(When(gates, "fork-left", "left"), "fork-right", "left || right");
    }

    /// <summary>first, the director if it is large, last.</summary>
    public static FlowDefinition Choice() => When(Of(
        [new FlowNode.Start("start"), Ask("first", "a"), new FlowNode.Gateway("size", Gate.Exclusive), Ask("director", "d"), Ask("last", "z"), new FlowNode.End("end")],
        "start-first", "first-size", "size-director", "size-last", "director-last", "last-end"), "size-director", "large");

    /// <summary>A fork whose left branch reaches the join by two edges.</summary>
    public static FlowDefinition TwoWaysIntoJoin() => When(Of(
        [new FlowNode.Start("start"), Fork("fork"), Ask("left", "l"), new FlowNode.Gateway("way", Gate.Exclusive), Ask("more", "m"), Ask("right", "r"), Fork("join"), Ask("after", "z"), new FlowNode.End("end")],
        "start-fork", "fork-left", "left-way", "way-join", "way-more", "more-join", "fork-right", "right-join", "join-after", "after-end"), "way-join", "short");

    public static FlowDefinition Of(FlowNode[] nodes, params string[] edges) => new()
    {
        Namespace = "package_test__c",
        Name = "sample",
        ApiId = "package_test__c__action_sample",
        Nodes = nodes,
        Edges = [.. edges.Select(e => e.Split('-')).Select(e => new FlowEdge(e[0], e[1]))],
        Form = [new("left", FieldType.Boolean), new("right", FieldType.Boolean), new("large", FieldType.Boolean), new("short", FieldType.Boolean), new("again", FieldType.Boolean), new("people", FieldType.Users)],
        Administrators = ["admin"],
    };

    public static FlowDefinition When(FlowDefinition flow, string edge, string condition) => flow with
    {
        Edges = [.. flow.Edges.Select(e => $"{e.From}-{e.To}" == edge ? e with { When = condition } : e)],
    };

    /// <summary>The flow with one node changed.</summary>
    public static FlowDefinition With(this FlowDefinition flow, string key, Func<FlowNode.Human, FlowNode.Human> change) => flow with
    {
        Nodes = [.. flow.Nodes.Select(n => n.Key == key ? change((FlowNode.Human)n) : n)],
    };

    public static FlowNode.Human Ask(string key, params string[] people) => new(key) { Assignees = [new AssigneeRule.Fixed(people)] };

    public static FlowNode.Gateway Fork(string key, Gate gate = Gate.Parallel) => new(key, gate);
}
