using Reflow.Core.Flows;
using Xunit;

namespace Reflow.Core.Tests.Flows;

/// <summary>Work that goes straight back brings back what holds as it did then, and asks anew where it does not (contracts/apaas §4.5).</summary>
public class StraightBack
{
    [Fact]
    public void Behind_a_join_people_are_asked_anew_when_a_branch_went_another_way()
    {
        var flow = Samples.When(Samples.Of(
            [new FlowNode.Start("start"), Samples.Fork("fork"), Samples.Ask("left", "l"), new FlowNode.Gateway("way", Gate.Exclusive), Samples.Ask("more", "s"), new FlowNode.Gateway("merge", Gate.Exclusive),
                Samples.Ask("right", "r"), Samples.Fork("join"), Samples.Ask("after", "z"), Samples.Ask("last", "q"), new FlowNode.End("end")],
            "start-fork", "fork-left", "left-way", "way-more", "way-merge", "more-merge", "merge-join", "fork-right", "right-join", "join-after", "after-last", "last-end"), "way-more", "short") with
        { Rollback = new() { Resume = Resume.Direct } };
        World Finished() => new World(flow) { Holds = _ => true }.Start().Agree("right", "left", "more", "after");
        Assert.Equal(["last"], Finished().RollBack("last", "left").Agree("left").Nodes);
        var world = Finished().RollBack("last", "left");
        world.Holds = _ => false;
        Assert.Equal(["after"], world.Agree("left").Nodes);
    }

    [Theory, InlineData(false, "third"), InlineData(true, "second")]
    public void Whoever_was_passed_over_is_asked_when_the_reason_is_gone(bool handedOver, string then)
    {
        var world = new World(Samples.Line(Mode.All, "x") with { SamePerson = SamePerson.PassIfPrevious, Rollback = new() { Resume = Resume.Direct } }).Start().Agree("first");
        Assert.Equal(["third"], world.Nodes);
        world.RollBack("third", "first");
        if (handedOver)
            Assert.Null(world.Do(new FlowCommand.Transfer(world.At("first").Id, "x", [], ["b"], null)));
        Assert.Equal([then], world.Agree("first").Nodes);
    }

    [Theory, InlineData(SamePerson.AskAgain, InstanceStatus.InProcess), InlineData(SamePerson.PassIfPrevious, InstanceStatus.Agreed), InlineData(SamePerson.PassIfBefore, InstanceStatus.Agreed)]
    public void Who_agreed_in_a_branch_has_agreed_behind_the_join(SamePerson samePerson, InstanceStatus then) =>
        Assert.Equal(then, new World(Samples.Forked().With("after", h => h with { Assignees = [new AssigneeRule.Fixed(["l"])] }) with { SamePerson = samePerson }).Start().Agree("before", "left", "right").State.Instance.Status);
}
