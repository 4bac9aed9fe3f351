using Reflow.Core.Flows;
using Xunit;

namespace Reflow.Core.Tests.Flows;

/// <summary>What users of other engines have met, one example each: P1 to P21 of contracts/apaas §3.16.</summary>
public class Pitfalls
{
    static World Forked() => new World(Samples.Forked()).Start();

    [Fact]
    public void P1_behind_a_join_one_branch_is_done_again_and_the_other_still_counts()
    {
        var world = Forked().Agree("before", "left", "right").RollBack("after", "left");
        Assert.Equal(["left"], world.Nodes);
        world.Agree("left");
        Assert.Equal(["after"], world.Nodes);
    }

    [Fact]
    public void P2_a_join_does_not_pass_while_one_branch_is_rolled_back_inside()
    {
        var world = new World(Samples.LongBranch()).Start().Agree("before", "right", "left1").RollBack("left2", "left1");
        Assert.Equal(["left1"], world.Nodes);
        world.Agree("left1");
        Assert.Equal(["left2"], world.Nodes);
        Assert.Equal(["after"], world.Agree("left2").Nodes);
    }

    [Fact]
    public void P3_no_token_is_left_at_a_join_that_is_rolled_back_over()
    {
        var world = Forked().Agree("before", "left").RollBack("right", "before");
        Assert.Equal(["before"], world.Nodes);
        Assert.Single(world.State.Present);
    }

    [Fact]
    public void P4_rolling_back_before_the_fork_closes_all_branches()
    {
        var world = Forked().Agree("before");
        var left = world.At("left").Id;
        world.RollBack("right", "before");
        Assert.Equal(["before"], world.Nodes);
        Assert.Equal(UserTaskStatus.Closed, world.Task(left).Status);
    }

    [Fact]
    public void P5_rolling_back_to_a_task_of_several_people_asks_all_of_them_anew()
    {
        var world = new World(Samples.Line(Mode.All, "a", "b")).Start().Agree("first").RollBack("second", "first");
        Assert.Equal(["a", "b"], world.Turn(world.At("first")));
    }

    [Fact]
    public void P6_rolling_back_from_a_task_of_several_people_leaves_nothing_of_it()
    {
        var world = new World(Samples.Line(Mode.All, "a", "b")).Start();
        var first = world.At("first").Id;
        Assert.Null(world.Do(new FlowCommand.Agree(first, "a", null)));
        world.RollBack("first", "start");
        Assert.Equal(["start"], world.Nodes);
        Assert.Equal(UserTaskStatus.RolledBack, world.Task(first).Status);
        Assert.Single(world.State.Present);
    }

    [Fact]
    public void P7_votes_of_the_first_round_do_not_count_in_the_second()
    {
        var world = new World(Samples.Line(Mode.Ratio, "a", "b", "c")).Start().Agree("first").RollBack("second", "first");
        Assert.Null(world.Do(new FlowCommand.Agree(world.At("first").Id, "a", null)));
        Assert.Equal(["first"], world.Nodes);
    }

    [Fact]
    public void P8_rolling_several_branches_back_opens_one_task_of_the_target()
    {
        var world = Forked().Agree("before").RollBack("left", "before");
        Assert.Single(world.Pending);
        Assert.Single(world.Agree("before").Pending, t => t.Node == "left");
    }

    [Fact]
    public void P9_nodes_that_this_round_did_not_pass_are_not_offered()
    {
        var world = new World(Samples.Choice()) { Holds = text => text == "large" }.Start().Agree("first", "director").RollBack("last", "first");
        world.Holds = _ => false;
        world.Agree("first");
        Assert.Equal(["start", "first"], world.Points("last").Select(p => p.Node));
    }

    [Fact]
    public void P10_the_node_itself_is_not_offered_though_an_earlier_round_passed_it()
    {
        var world = new World(Samples.Line(Mode.All, "a")).Start().Agree("first").RollBack("second", "first");
        Assert.Equal(["start"], world.Points("first").Select(p => p.Node));
    }

    [Fact]
    public void P11_one_step_back_again_and_again_reaches_the_start()
    {
        var world = new World(Samples.Line(Mode.All, "a") with { Rollback = new() { Scope = RollbackScope.Previous } }).Start().Agree("first", "second");
        foreach (var node in (string[])["second", "first", "start"])
        {
            var task = Assert.Single(world.Pending);
            Assert.Null(world.Do(new FlowCommand.RollBack(task.Id, world.Turn(task).First(), Assert.Single(world.Points(task)).TaskId, "back")));
            Assert.Equal([node], world.Nodes);
        }
    }

    [Fact]
    public void P12_an_initiator_who_approves_as_well_rolls_back_to_the_task_named()
    {
        var world = new World(Samples.Line(Mode.All, "initiator")).Start().Agree("first", "second").RollBack("third", "first");
        Assert.Equal(["first"], world.Nodes);
    }

    [Fact]
    public void P13_a_rollback_is_no_vote()
    {
        var world = new World(Samples.Line(Mode.Any, "a", "b", "c")).Start().RollBack("first", "start");
        Assert.Equal(["start"], world.Nodes);
        Assert.Equal(["first"], world.Agree("start").Nodes);
    }

    [Fact]
    public void P14_agreement_that_was_undone_does_not_pass_anyone_automatically()
    {
        var flow = Samples.Line(Mode.All, "x") with { SamePerson = SamePerson.PassIfBefore };
        var world = new World(flow).Start().Agree("first");
        Assert.Equal(["third"], world.Nodes);
        world.RollBack("third", "first");
        Assert.Null(world.Do(new FlowCommand.Transfer(world.At("first").Id, "x", [], ["b"], null)));
        Assert.Equal(["second"], world.Agree("first").Nodes);
    }

    [Fact]
    public void P15_a_task_that_was_handed_over_goes_back_to_who_finished_it()
    {
        var world = new World(Samples.Line(Mode.All, "a")).Start();
        Assert.Null(world.Do(new FlowCommand.Transfer(world.At("first").Id, "a", [], ["b"], null)));
        world.Agree("first").RollBack("second", "first");
        Assert.Equal(["b"], world.Turn(world.At("first")));
    }

    [Fact]
    public void P16_a_join_fires_when_the_last_branch_that_it_waits_for_ends()
    {
        var world = new World(Samples.Inclusive()) { Holds = _ => true }.Start().Agree("before", "right");
        Assert.Equal(["left"], world.Nodes);
        Assert.Equal(["after"], world.Reject("left").Nodes);
    }

    [Fact]
    public void P17_a_branch_that_reaches_its_join_by_several_edges_counts_once()
    {
        var world = new World(Samples.TwoWaysIntoJoin()) { Holds = text => text == "short" }.Start().Agree("left");
        Assert.Equal(["right"], world.Nodes);
        Assert.Equal(["after"], world.Agree("right").Nodes);
    }

    [Fact]
    public void P18_undoing_a_join_fires_it_only_when_the_branch_comes_again()
    {
        var world = Forked().Agree("before", "left", "right").RollBack("after", "right");
        Assert.Equal(["right"], world.Nodes);
        world.RollBack("right", "before").Agree("before");
        Assert.Equal(["left", "right"], world.Nodes);
    }

    [Fact]
    public void P19_the_second_of_two_votes_meets_what_the_first_has_left()
    {
        var world = new World(Samples.Line(Mode.Any, "a", "b")).Start();
        var first = world.At("first").Id;
        Assert.Null(world.Do(new FlowCommand.Agree(first, "a", null)));
        Assert.Equal(FlowErrors.ParamInvalid.Code, world.Do(new FlowCommand.Agree(first, "b", null))?.Code);
        Assert.Equal(["second"], world.Nodes);
    }

    [Fact]
    public void P20_a_rollback_closes_and_opens_one_task_each()
    {
        var world = new World(Samples.Line(Mode.All, "a", "b")).Start().Agree("first", "second");
        var before = world.State.Tasks.Count;
        var logged = world.Log.Count;
        world.RollBack("third", "first");
        Assert.Equal(before + 1, world.State.Tasks.Count);
        Assert.Single(world.Log.Skip(logged), e => e is FlowEvent.TaskClosed);
    }

    [Fact]
    public void P21_a_fork_entered_again_waits_for_its_own_round()
    {
        var world = new World(Samples.Inclusive()) { Holds = _ => true }.Start().Agree("before", "right").RollBack("left", "before");
        world.Holds = text => text is not "left";
        Assert.Equal(["right"], world.Agree("before").Nodes);
        Assert.Equal(["after"], world.Agree("right").Nodes);
    }
}
