using Reflow.Core.Flows;
using Xunit;

namespace Reflow.Core.Tests.Flows;

/// <summary>The rules of contracts/apaas §3 by example.</summary>
public class FlowRules
{
    static World Line(Mode mode, params string[] people) => new World(Samples.Line(mode, people)).Start();

    static Error? Agree(World world, string node, string by) => world.Do(new FlowCommand.Agree(world.At(node).Id, by, null));

    static Error? Reject(World world, string node, string by) => world.Do(new FlowCommand.Reject(world.At(node).Id, by, null));

    static string Because(Error? error)
    {
        Assert.Equal((2320001, 400, "param is invalid"), (error!.Code, error.Http, error.Message));
        return error.Reason!;
    }

    [Fact]
    public void The_start_is_a_task_of_the_initiator_that_is_agreed_from_the_beginning()
    {
        var world = Line(Mode.All, "a");
        var start = world.Done("start");
        Assert.Equal((TaskKind.Start, UserTaskStatus.Agreed, "initiator"), (start.Kind, start.Status, start.Assignees[0].User));
        Assert.Equal([new RollbackPoint(start.Id, "start", true, 1)], world.Points("first"));
    }

    [Fact]
    public void A_rollback_to_the_start_asks_the_initiator_who_submits_again_by_agreeing()
    {
        var world = Line(Mode.All, "a").RollBack("first", "start");
        var task = world.At("start").Id;
        Assert.Empty(world.Points("start"));
        Assert.Contains("cannot be rejected", Because(world.Do(new FlowCommand.Reject(task, "initiator", null))));
        Assert.Contains("Nothing comes before", Because(world.Do(new FlowCommand.RollBack(task, "initiator", task, "x"))));
        Assert.Null(world.Do(new FlowCommand.Agree(task, "initiator", null)));
        Assert.Equal(["first"], world.Nodes);
        Assert.Equal(InstanceStatus.Agreed, world.Drain().State.Instance.Status);
    }

    [Fact]
    public void All_takes_every_vote_and_one_rejection()
    {
        var world = Line(Mode.All, "a", "b");
        Assert.Null(Agree(world, "first", "a"));
        Assert.Contains("has voted", Because(Agree(world, "first", "a")));
        Assert.Null(Reject(world, "first", "b"));
        Assert.Equal(InstanceStatus.Rejected, world.State.Instance.Status);
        Assert.Contains("has ended", Because(world.Do(new FlowCommand.Cancel("initiator", "x"))));
    }

    [Fact]
    public void Any_is_decided_by_the_first_vote()
    {
        Assert.Equal(InstanceStatus.Rejected, Line(Mode.Any, "a", "b").Reject("first").State.Instance.Status);
        var world = Line(Mode.Any, "a", "b");
        Assert.Null(Agree(world, "first", "b"));
        Assert.Equal(["second"], world.Nodes);
    }

    [Fact]
    public void Ratio_agrees_as_soon_as_reached_and_rejects_as_soon_as_out_of_reach()
    {
        var world = Line(Mode.Ratio, "a", "b", "c", "d", "e"); // 60 percent of five are three
        Assert.Null(Agree(world, "first", "a"));
        Assert.Null(Reject(world, "first", "b"));
        Assert.Null(Reject(world, "first", "c"));
        Assert.Equal(["first"], world.Nodes);
        Assert.Null(Reject(world, "first", "d"));
        Assert.Equal(InstanceStatus.Rejected, world.State.Instance.Status);
        world = Line(Mode.Ratio, "a", "b", "c", "d", "e");
        foreach (var user in (string[])["e", "d", "c"])
            Assert.Null(Agree(world, "first", user));
        Assert.Equal(["second"], world.Nodes);
    }

    [Fact]
    public void Sequential_asks_one_after_the_other()
    {
        var world = Line(Mode.Sequential, "a", "b");
        Assert.Contains("not the turn", Because(Agree(world, "first", "b")));
        Assert.Contains("not the turn", Because(world.Do(new FlowCommand.RollBack(world.At("first").Id, "b", world.Done("start").Id, "x"))));
        Assert.Null(Agree(world, "first", "a"));
        Assert.Null(Agree(world, "first", "b"));
        Assert.Equal(["second"], world.Nodes);
    }

    [Fact]
    public void One_assignee_rolls_back_for_all_of_them()
    {
        var world = Line(Mode.All, "a", "b", "c");
        Assert.Null(Agree(world, "first", "a"));
        Assert.Contains("has voted", Because(world.Do(new FlowCommand.RollBack(world.At("first").Id, "a", world.Done("start").Id, "x"))));
        Assert.Null(world.Do(new FlowCommand.RollBack(world.At("first").Id, "b", world.Done("start").Id, "x")));
        Assert.Equal(["start"], world.Nodes);
    }

    [Fact]
    public void A_rollback_is_refused_to_whatever_is_not_offered()
    {
        var world = Line(Mode.All, "a").Agree("first", "second");
        var third = world.At("third").Id;
        var first = world.Done("first").Id;
        foreach (var to in (long[])[0, third, first + 100])
            Assert.Contains("not among", Because(world.Do(new FlowCommand.RollBack(third, "y", to, "x"))));
        Assert.Contains("says why", Because(world.Do(new FlowCommand.RollBack(third, "y", first, "\t "))));
        Assert.Contains("no assignee", Because(world.Do(new FlowCommand.RollBack(third, "a", first, "x"))));
        Assert.Null(world.Do(new FlowCommand.RollBack(third, "y", first, "x")));
        Assert.Contains("is closed", Because(world.Do(new FlowCommand.RollBack(third, "y", first, "x"))));
        world.Agree("first");
        Assert.Contains("not among", Because(world.Do(new FlowCommand.RollBack(world.At("second").Id, "x", first, "x"))));
    }

    [Fact]
    public void A_node_without_rollback_has_no_points_and_refuses_one()
    {
        var flow = Samples.Line(Mode.All, "a").With("second", n => n with { Rollback = new() { Enabled = false } });
        var world = new World(flow).Start().Agree("first");
        Assert.Empty(world.Points("second"));
        Assert.Contains("not among", Because(world.Do(new FlowCommand.RollBack(world.At("second").Id, "x", world.Done("first").Id, "x"))));
        Assert.Equal(["start", "first", "second"], world.Agree("second").Points("third").Select(p => p.Node));
    }

    [Theory, InlineData(RollbackScope.Initiator, "start"), InlineData(RollbackScope.Previous, "left,right"), InlineData(RollbackScope.Any, "start,before,left,right")]
    public void The_scope_says_how_far_back(RollbackScope scope, string points) =>
        Assert.Equal(points.Split(','), new World(Samples.Forked() with { Rollback = new() { Scope = scope } }).Start().Agree("before", "left", "right").Points("after").Select(p => p.Node));

    [Fact]
    public void A_concurrent_branch_is_never_offered() =>
        Assert.Equal(["start", "before"], new World(Samples.Forked()).Start().Agree("before", "left").Points("right").Select(p => p.Node));

    [Fact]
    public void Direct_goes_straight_back_to_where_the_rollback_came_from()
    {
        var world = new World(Samples.Line(Mode.All, "a") with { Rollback = new() { Resume = Resume.Direct } }).Start().Agree("first", "second").RollBack("third", "first");
        Assert.True(world.State.Tasks.Values.Single(t => t.Node == "second").Superseded);
        Assert.Equal(["third"], world.Agree("first").Nodes);
        Assert.False(world.State.Tasks.Values.Single(t => t.Node == "second").Superseded);
        Assert.Equal(["start", "first", "second"], world.Points("third").Select(p => p.Node));
    }

    [Fact]
    public void Direct_stops_where_a_gateway_decides_otherwise()
    {
        var world = new World(Samples.Choice() with { Rollback = new() { Resume = Resume.Direct } }) { Holds = _ => false }.Start().Agree("first").RollBack("last", "first");
        world.Holds = _ => true;
        Assert.Equal(["director"], world.Agree("first").Nodes);
    }

    [Fact]
    public void Direct_brings_back_finished_branches_and_asks_anew_where_work_was_open()
    {
        var flow = Samples.Of(
            [new FlowNode.Start("start"), Samples.Fork("fork"), Samples.Ask("left", "l"), Samples.Ask("right", "r"), Samples.Fork("join"), Samples.Ask("after", "z"), Samples.Ask("last", "y"), new FlowNode.End("end")],
            "start-fork", "fork-left", "fork-right", "left-join", "right-join", "join-after", "after-last", "last-end") with
        { Rollback = new() { Resume = Resume.Direct } };
        var world = new World(flow).Start().Agree("left", "right", "after").RollBack("last", "left");
        Assert.Equal(["last"], world.Agree("left").Nodes);
        world.RollBack("last", "left").RollBack("left", "start").Agree("start");
        Assert.Equal(["left"], world.Nodes);
        Assert.Equal(["after"], world.Agree("left").Nodes);
    }

    [Fact]
    public void Rerun_does_every_branch_again()
    {
        var world = new World(Samples.Forked() with { Rollback = new() { Siblings = Siblings.Rerun } }).Start().Agree("before", "left", "right").RollBack("after", "left");
        Assert.Equal(["left", "right"], world.Nodes);
        Assert.Equal(InstanceStatus.Agreed, world.Drain().State.Instance.Status);
    }

    [Fact]
    public void Assignees_of_the_target_are_the_last_ones_without_those_added()
    {
        var world = Line(Mode.All, "a");
        Assert.Null(world.Do(new FlowCommand.AddAssignee(world.At("first").Id, "a", ["b"], AddAssigneeType.Beside, null)));
        world.Agree("first").RollBack("second", "first");
        Assert.Equal(["a"], world.Turn(world.At("first")));
    }

    [Fact]
    public void Added_assignees_are_asked_again_where_the_policy_inherits_them()
    {
        var world = new World(Samples.Line(Mode.All, "a") with { Rollback = new() { Inherit = true } }).Start();
        Assert.Null(world.Do(new FlowCommand.AddAssignee(world.At("first").Id, "a", ["b"], AddAssigneeType.After, null)));
        world.Agree("first").RollBack("second", "first");
        Assert.Equal(["a"], world.Turn(world.At("first")));
        Assert.Null(Agree(world, "first", "a"));
        Assert.Equal(["b"], world.Turn(world.At("first")));
    }

    [Fact]
    public void Resolve_asks_whoever_the_rules_name_now()
    {
        var flow = Samples.Line(Mode.All, "a").With("first", n => n with { Assignees = [new AssigneeRule.FromField("people")] });
        var world = new World(flow with { Rollback = new() { Assignees = LastAssignees.Resolve } });
        world.Fields["people"] = ["a"];
        world.Start().Agree("first");
        world.Fields["people"] = ["b"];
        Assert.Equal(["b"], world.RollBack("second", "first").Turn(world.At("first")));
    }

    [Fact]
    public void When_the_last_assignee_is_gone_the_rules_are_asked_and_then_it_is_refused()
    {
        var world = new World(Samples.Line(Mode.All, "a").With("first", n => n with { Nobody = WhenNobody.Refuse })).Start().Agree("first");
        world.Gone.Add("a");
        Assert.Contains("Nobody can be asked at 'first'", Because(world.Do(new FlowCommand.RollBack(world.At("second").Id, "x", world.Done("first").Id, "x"))));
        world = Line(Mode.All, "a").Agree("first");
        world.Gone.Add("a");
        Assert.Equal(["admin"], world.RollBack("second", "first").Turn(world.At("first")));
    }

    [Theory, InlineData(WhenNobody.Administrators, "first"), InlineData(WhenNobody.Pass, "second")]
    public void A_node_that_finds_nobody_follows_its_policy(WhenNobody nobody, string then) =>
        Assert.Equal([then], new World(Samples.Line(Mode.All, "gone").With("first", n => n with { Nobody = nobody })).Start().Nodes);

    [Fact]
    public void A_node_that_finds_nobody_may_refuse_what_leads_there() =>
        Assert.Contains("Nobody", Because(new World(Samples.Line(Mode.All, "gone").With("first", n => n with { Nobody = WhenNobody.Refuse })).Do(new FlowCommand.Start(1, "initiator"))));

    [Fact]
    public void A_node_passed_without_anyone_is_no_rollback_point() =>
        Assert.Equal(["start"], new World(Samples.Line(Mode.All, "gone").With("first", n => n with { Nobody = WhenNobody.Pass })).Start().Points("second").Select(p => p.Node));

    [Theory, InlineData(SamePerson.AskAgain, "second"), InlineData(SamePerson.PassIfPrevious, "third"), InlineData(SamePerson.PassIfBefore, "third")]
    public void Who_has_just_agreed_is_asked_again_or_not(SamePerson samePerson, string then) =>
        Assert.Equal([then], new World(Samples.Line(Mode.All, "x") with { SamePerson = samePerson }).Start().Agree("first").Nodes);

    [Theory, InlineData(SamePerson.PassIfPrevious, InstanceStatus.InProcess), InlineData(SamePerson.PassIfBefore, InstanceStatus.Agreed)]
    public void Who_agreed_earlier_is_asked_again_or_not(SamePerson samePerson, InstanceStatus then) =>
        Assert.Equal(then, new World(Samples.Line(Mode.All, "y") with { SamePerson = samePerson }).Start().Agree("first", "second").State.Instance.Status);

    [Fact]
    public void Rejection_goes_where_the_node_says()
    {
        var to = Samples.Line(Mode.All, "a").With("third", n => n with { Reject = new RejectPolicy.ToNode("first") });
        Assert.Equal(["first"], new World(to).Start().Agree("first", "second").Reject("third").Nodes);
        var start = Samples.Line(Mode.All, "a").With("third", n => n with { Reject = new RejectPolicy.ToStart() });
        var world = new World(start).Start().Agree("first", "second").Reject("third");
        Assert.Equal(["start"], world.Nodes);
        Assert.Equal(UserTaskStatus.Rejected, world.State.Tasks.Values.Single(t => t.Node == "third").Status);
        var follow = Samples.Line(Mode.All, "a").With("first", n => n with { Reject = new RejectPolicy.Follow("third") });
        Assert.Equal(["third"], new World(follow).Start().Reject("first").Nodes);
    }

    [Fact]
    public void A_fork_whose_branches_have_all_ended_is_an_ended_branch_of_the_fork_around_it()
    {
        var ends = new RejectPolicy.EndBranch();
        var nested = Samples.Of(
            [new FlowNode.Start("start"), Samples.Fork("fork"), Samples.Fork("inner"), Samples.Ask("a", "a") with { Reject = ends }, Samples.Ask("b", "b") with { Reject = ends }, Samples.Fork("inner_join"),
                Samples.Ask("x", "x"), Samples.Ask("right", "r") with { Reject = ends }, Samples.Fork("join"), Samples.Ask("after", "z"), new FlowNode.End("end")],
            "start-fork", "fork-inner", "inner-a", "inner-b", "a-inner_join", "b-inner_join", "inner_join-x", "x-join", "fork-right", "right-join", "join-after", "after-end");
        Assert.Equal(["right"], new World(nested).Start().Reject("a").Reject("b").Nodes);
        Assert.Equal(["after"], new World(nested).Start().Reject("a").Reject("b").Agree("right").Nodes);
        Assert.Equal(InstanceStatus.Rejected, new World(nested).Start().Reject("a").Reject("b").Reject("right").State.Instance.Status);
        Assert.Equal(InstanceStatus.Rejected, new World(nested).Start().Reject("right").Reject("a").Reject("b").State.Instance.Status);
    }

    [Fact]
    public void What_a_node_sets_of_rollback_goes_before_what_its_flow_sets()
    {
        var flow = new RollbackPolicy { Scope = RollbackScope.Previous, Resume = Resume.Direct, Siblings = Siblings.Rerun, Assignees = LastAssignees.Resolve, Inherit = true, Administrators = true };
        Assert.Equal(flow, new RollbackOverride().Over(flow));
        Assert.Equal(flow with { Scope = RollbackScope.Initiator }, new RollbackOverride { Scope = RollbackScope.Initiator }.Over(flow));
        Assert.Equal(flow with { Resume = Resume.Walk }, new RollbackOverride { Resume = Resume.Walk }.Over(flow));
        Assert.Equal(flow with { Siblings = Siblings.Keep }, new RollbackOverride { Siblings = Siblings.Keep }.Over(flow));
        Assert.Equal(flow with { Assignees = LastAssignees.Last }, new RollbackOverride { Assignees = LastAssignees.Last }.Over(flow));
        Assert.Equal(flow with { Inherit = false }, new RollbackOverride { Inherit = false }.Over(flow));
        Assert.Equal(flow with { Administrators = false }, new RollbackOverride { Administrators = false }.Over(flow));
        Assert.Equal(flow with { Enabled = false }, new RollbackOverride { Enabled = false }.Over(flow));
        // A flow without rollback has none anywhere.
        Assert.False(new RollbackOverride { Enabled = true }.Over(flow with { Enabled = false }).Enabled);
        // The policy is that of the node that the rollback starts from.
        var world = new World(Samples.Line(Mode.All, "a").With("second", h => h with { Rollback = new() { Scope = RollbackScope.Initiator } })).Start().Agree("first");
        Assert.Equal(["start"], world.Points("second").Select(p => p.Node));
        Assert.Equal(["start", "first", "second"], world.Agree("second").Points("third").Select(p => p.Node));
    }

    [Fact]
    public void When_every_branch_has_ended_the_instance_is_rejected()
    {
        var flow = Samples.Forked().With("left", n => n with { Reject = new RejectPolicy.EndBranch() }).With("right", n => n with { Reject = new RejectPolicy.EndBranch() });
        var world = new World(flow).Start().Agree("before").Reject("left");
        Assert.Equal(["right"], world.Nodes);
        Assert.Equal(InstanceStatus.Rejected, world.Reject("right").State.Instance.Status);
    }

    [Fact]
    public void Whoever_is_added_beside_counts_with_the_others()
    {
        var world = Line(Mode.Sequential, "a", "b");
        Assert.Null(world.Do(new FlowCommand.AddAssignee(world.At("first").Id, "a", ["c"], AddAssigneeType.Beside, null)));
        foreach (var user in (string[])["a", "c", "b"])
        {
            Assert.Equal([user], world.Turn(world.At("first")));
            Assert.Null(Agree(world, "first", user));
        }
        Assert.Equal(["second"], world.Nodes);
    }

    [Fact]
    public void Whoever_is_added_after_is_asked_once_the_adder_has_agreed_in_the_same_task()
    {
        var world = Line(Mode.Any, "a", "b");
        var task = world.At("first").Id;
        Assert.Null(world.Do(new FlowCommand.AddAssignee(task, "a", ["c", "d"], AddAssigneeType.After, "look")));
        Assert.Equal(["c", "d"], world.Turn(world.Task(task)));
        Assert.Null(Agree(world, "first", "d"));
        Assert.Null(Agree(world, "first", "c"));
        Assert.Equal(["second"], world.Nodes);
    }

    [Theory, InlineData("a", "is an assignee"), InlineData("gone", "no user"), InlineData("c,c", "twice"), InlineData("", "nobody")]
    public void Adding_is_refused_for_people_who_cannot_come(string users, string reason)
    {
        var world = Line(Mode.All, "a");
        Assert.Contains(reason, Because(world.Do(new FlowCommand.AddAssignee(world.At("first").Id, "a", users is "" ? [] : users.Split(','), AddAssigneeType.Beside, null))));
    }

    [Fact]
    public void A_transfer_keeps_the_place_and_may_decide_a_share()
    {
        var world = Line(Mode.Sequential, "a", "b");
        Assert.Null(world.Do(new FlowCommand.Transfer(world.At("first").Id, "a", [], ["c", "d"], null)));
        Assert.Equal(["c", "d", "b"], world.At("first").Assignees.Select(a => a.User));
        world = new World(Samples.Line(Mode.Ratio, "a", "b", "c", "d").With("first", n => n with { Percent = 50 })).Start();
        Assert.Null(Agree(world, "first", "a"));
        Assert.Null(world.Do(new FlowCommand.Transfer(world.At("first").Id, "b", ["b", "c", "d"], ["e"], null)));
        Assert.Equal(["second"], world.Nodes);
    }

    [Theory, InlineData("b", "", "c", "nothing left"), InlineData("a", "", "b", "is an assignee"), InlineData("a", "b", "c", "not among"), InlineData("a", "", "", "nobody"), InlineData("z", "", "c", "nothing left")]
    public void A_transfer_is_refused_for_votes_cast_and_people_present(string by, string from, string to, string reason)
    {
        var world = Line(Mode.All, "a", "b");
        Assert.Null(Agree(world, "first", "b"));
        Assert.Contains(reason, Because(world.Do(new FlowCommand.Transfer(world.At("first").Id, by, from is "" ? [] : [from], to is "" ? [] : [to], null))));
    }

    [Fact]
    public void Administrators_hand_over_for_others_and_roll_back_where_the_policy_lets_them()
    {
        var world = new World(Samples.Line(Mode.All, "a") with { Rollback = new() { Administrators = true } }).Start();
        Assert.Null(world.Do(new FlowCommand.Transfer(world.At("first").Id, "admin", ["a"], ["b"], null)));
        Assert.Equal(["b"], world.Turn(world.At("first")));
        Assert.Null(world.Do(new FlowCommand.RollBack(world.At("first").Id, "admin", world.Done("start").Id, "x")));
        world = Line(Mode.All, "a");
        Assert.Contains("no assignee", Because(world.Do(new FlowCommand.RollBack(world.At("first").Id, "admin", world.Done("start").Id, "x"))));
    }

    [Fact]
    public void Only_the_initiator_cancels_and_says_why()
    {
        var world = Line(Mode.All, "a");
        Assert.Contains("Only the initiator", Because(world.Do(new FlowCommand.Cancel("a", "x"))));
        Assert.Contains("says why", Because(world.Do(new FlowCommand.Cancel("initiator", ""))));
        var task = world.At("first").Id;
        Assert.Null(world.Do(new FlowCommand.Cancel("initiator", "x")));
        Assert.Equal((InstanceStatus.Canceled, UserTaskStatus.Canceled), (world.State.Instance.Status, world.Task(task).Status));
    }

    [Fact]
    public void People_are_told_and_urged_by_those_with_a_part()
    {
        var world = Line(Mode.All, "a", "b");
        var task = world.At("first").Id;
        Assert.Null(world.Do(new FlowCommand.Cc(task, "a", ["reader"])));
        Assert.Contains("no part", Because(world.Do(new FlowCommand.Cc(task, "stranger", ["reader"]))));
        Assert.Contains("no user", Because(world.Do(new FlowCommand.Cc(task, "a", ["gone"]))));
        Assert.Null(world.Do(new FlowCommand.Expedite(task, "initiator", ["b"], null)));
        Assert.Null(Agree(world, "first", "b"));
        Assert.Contains("not waited for", Because(world.Do(new FlowCommand.Expedite(task, "initiator", ["b"], null))));
    }

    [Fact]
    public void A_preview_tells_what_a_rollback_would_do()
    {
        var world = new World(Samples.LongBranch()).Start().Agree("before", "left1");
        var command = new FlowCommand.RollBack(world.At("left2").Id, "m", world.Done("left1").Id, "x");
        var preview = RollbackPreview.Of(world.State, world.Try(command).Events);
        Assert.Equal("left2", Assert.Single(preview.Closed).Node);
        Assert.Equal("left1", Assert.Single(preview.Opened).Node);
        Assert.Equal([world.Done("left1").Id], preview.Superseded);
        Assert.Equal([world.At("right").Id], preview.Kept);
    }

    [Fact]
    public void A_loop_whose_people_are_all_skipped_is_refused_instead_of_running_for_ever()
    {
        var flow = Samples.When(Samples.Of(
            [new FlowNode.Start("start"), Samples.Ask("first", "a"), new FlowNode.Gateway("loop", Gate.Exclusive), Samples.Ask("again", "gone") with { Nobody = WhenNobody.Pass }, new FlowNode.End("end")],
            "start-first", "first-loop", "loop-again", "again-loop", "loop-end"), "loop-again", "again");
        var world = new World(flow) { Holds = _ => true }.Start();
        Assert.Contains("without asking anybody", Because(Agree(world, "first", "a")));
        Assert.Equal(["first"], world.Nodes);
    }
}
