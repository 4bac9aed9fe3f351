using Reflow.Core.Flows;
using Xunit;

namespace Reflow.Core.Tests.Flows;

/// <summary>A running instance goes on in another version of its flow, or every reason why it cannot is told.</summary>
public class FlowMigrationTests
{
    [Fact]
    public void What_lies_ahead_may_be_anything()
    {
        var world = new World(Samples.Forked()).Start();
        var other = Samples.Of([new FlowNode.Start("start"), Samples.Ask("before", "a"), Samples.Ask("checked", "q"), new FlowNode.End("end")], "start-before", "before-checked", "checked-end");
        Assert.Null(Migrate(world, other));
        Assert.Equal(["before"], world.Nodes);
        Assert.Equal(["checked"], world.Agree("before").Nodes);
        Assert.Equal(InstanceStatus.Agreed, world.Agree("checked").State.Instance.Status);
        Assert.Equal(2, world.State.Instance.Version);
    }

    [Fact]
    public void Every_reason_is_told_at_once()
    {
        var world = new World(Samples.Forked()).Start().Agree("before", "left");
        var other = Samples.Of([new FlowNode.Start("start"), Samples.Ask("earlier", "q"), Samples.Ask("before", "a"), Samples.Ask("after", "z"), new FlowNode.End("end")],
            "start-earlier", "earlier-before", "before-after", "after-end");
        Assert.Equal(
        [
            "firings[1]: It went from 'start' to 'before'; in the version it goes to 'earlier'.",
            "firings[2]: It went from 'before' to 'fork'; in the version it goes to 'after'.",
            "firings[3]: It was at 'fork', which the version does not have.",
            "firings[4]: It was at 'left', which the version does not have.",
            "tokens[5]: It rests at 'right', which the version does not have.",
            "tokens[6]: It rests at 'join', which the version does not have.",
        ], Faults(world, other));
    }

    [Fact]
    public void A_refused_migration_changes_nothing()
    {
        var world = new World(Samples.Forked()).Start().Agree("before");
        var (state, log) = (world.State, world.Log.Count);
        Assert.NotNull(Migrate(world, Samples.Line(Mode.All, "a")));
        Assert.Same(state, world.State);
        Assert.Equal(log, world.Log.Count);
        Assert.Equal(1, world.Net.Definition.Version);
    }

    [Fact]
    public void An_ended_instance_stays_where_it_ended()
    {
        var world = new World(Samples.Line(Mode.All, "a")).Start().Drain();
        Assert.Equal("The instance has ended.", Migrate(world, Samples.Line(Mode.Any, "a"))?.Reason);
        Assert.Equal(["status: The instance has ended."], Faults(world, Samples.Line(Mode.Any, "a")));
    }

    [Fact]
    public void The_version_that_it_is_on_is_no_other() =>
        Assert.Equal(["version: The instance is on version 1 already."], FlowMigration.Faults(new World(Samples.Forked()).Start().State, FlowNet.Of(Samples.Forked()), FlowNet.Of(Samples.Forked())).Select(Told));

    [Fact]
    public void A_parallel_fork_that_has_forked_gets_no_new_branch()
    {
        var more = Samples.Of(
            [new FlowNode.Start("start"), Samples.Ask("before", "a"), Samples.Fork("fork"), Samples.Ask("left", "l"), Samples.Ask("middle", "m"), Samples.Ask("right", "r"), Samples.Fork("join"), Samples.Ask("after", "z"), new FlowNode.End("end")],
            "start-before", "before-fork", "fork-left", "fork-middle", "fork-right", "left-join", "middle-join", "right-join", "join-after", "after-end");
        Assert.Null(Migrate(new World(Samples.Forked()).Start(), more));
        Assert.Equal(["firings[3]: The fork 'fork' took 2 branches; the version cannot take just these."], Faults(new World(Samples.Forked()).Start().Agree("before"), more));
    }

    [Fact]
    public void Branches_may_change_places_while_work_is_in_them()
    {
        var world = new World(Samples.Forked()).Start().Agree("before", "left");
        var turned = Samples.Forked();
        turned = turned with { Edges = [.. turned.Edges.Reverse()] };
        Assert.Null(Migrate(world, turned));
        Assert.Equal(["after"], world.Agree("right").Nodes);
        // The join is undone in the version's own terms: left has waited, right is asked again.
        Assert.Equal(["right"], world.RollBack("after", "right").Nodes);
        Assert.Equal(InstanceStatus.Agreed, world.Drain().State.Instance.Status);
    }

    [Fact]
    public void A_fork_may_learn_to_choose_when_what_it_took_could_be_chosen()
    {
        var inclusive = Samples.Forked();
        inclusive = Samples.When(inclusive with { Nodes = [.. inclusive.Nodes.Select(n => n is FlowNode.Gateway g ? g with { Gate = Gate.Inclusive } : n)] }, "fork-left", "left");
        // Both branches were taken; the version takes the one without a condition only alone.
        Assert.Equal(["firings[3]: The fork 'fork' took 2 branches; the version cannot take just these."], Faults(new World(Samples.Forked()).Start().Agree("before"), inclusive));
    }

    [Theory]
    [InlineData(Mode.Any, "The votes that it has would agree it in the version; a migration decides nothing.")]
    [InlineData(Mode.Sequential, "Someone has voted whose turn it would not have been: in the version they vote one after the other.")]
    [InlineData(Mode.Ratio, null)]
    public void Votes_must_be_votes_there_and_decide_nothing(Mode mode, string? refused)
    {
        var world = new World(Samples.Line(Mode.All, "a", "b", "c")).Start();
        Assert.Null(world.Do(new FlowCommand.Agree(world.At("first").Id, "b", null)));
        Assert.Equal(refused is null ? [] : [$"tasks[{world.At("first").Id}]: {refused}"], Faults(world, Samples.Line(mode, "a", "b", "c")));
    }

    [Fact]
    public void A_rejection_that_would_count_is_a_reason()
    {
        var world = new World(Samples.Line(Mode.Ratio, "a", "b", "c")).Start();
        Assert.Null(world.Do(new FlowCommand.Reject(world.At("first").Id, "b", null)));
        Assert.Equal([$"tasks[{world.At("first").Id}]: The votes that it has would reject it in the version; a migration decides nothing."], Faults(world, Samples.Line(Mode.All, "a", "b", "c")));
    }

    [Fact]
    public void Those_asked_after_the_first_must_still_be_asked_after_them()
    {
        var world = new World(Samples.Line(Mode.Any, "a", "b")).Start();
        var task = world.At("first").Id;
        Assert.Null(world.Do(new FlowCommand.AddAssignee(task, "a", ["d", "e"], AddAssigneeType.After, null)));
        Assert.Empty(Faults(world, Samples.Line(Mode.All, "a", "b")));
        Assert.Null(world.Do(new FlowCommand.Agree(task, "d", null)));
        Assert.Equal([$"tasks[{task}]: Those who were asked after the first have voted; in the version the first are not done."], Faults(world, Samples.Line(Mode.All, "a", "b")));
    }

    [Fact]
    public void A_task_that_asks_for_something_else_is_a_reason()
    {
        var world = new World(Samples.Line(Mode.All, "a")).Start().Agree("first");
        var other = Samples.Line(Mode.All, "a").With("first", h => h with { Kind = TaskKind.Fill }).With("second", h => h with { Kind = TaskKind.Fill });
        Assert.Equal(["firings[2]: 'first' was an approval; in the version it is not.", "tokens[3]: 'second' was an approval; in the version it is not."], Faults(world, other));
    }

    [Fact]
    public void A_form_that_holds_what_the_version_does_not_take_is_a_reason()
    {
        var world = new World(Samples.Line(Mode.All, "a"));
        Assert.Null(world.Do(new FlowCommand.Start(World.FirstId, "initiator", """{"left":true,"people":["a"]}""")));
        var other = Samples.Line(Mode.All, "a");
        other = other with { Form = [new("left", FieldType.Number), new("people", FieldType.Text)] };
        Assert.Equal(["form.left: Field 'left' of the form is not a number of at most 28 digits.", "form.people: Field 'people' of the form is not a text."], Faults(world, other));
    }

    [Fact]
    public void A_branch_that_ended_must_be_one_that_can_end()
    {
        var world = new World(Samples.Inclusive()) { Holds = _ => true }.Start().Agree("before").Reject("left");
        Assert.Equal(["firings[4]: A rejection at 'left' ended its branch; in the version it does not."], Faults(world, Samples.Inclusive().With("left", h => h with { Reject = new RejectPolicy.ToStart() })));
    }

    [Fact]
    public void What_waits_for_other_branches_must_wait_for_them_there()
    {
        var world = new World(Samples.Forked()).Start().Agree("before", "left");
        var merged = Samples.Of(
            [new FlowNode.Start("start"), Samples.Ask("before", "a"), Samples.Fork("fork"), Samples.Ask("left", "l"), Samples.Fork("join", Gate.Exclusive), Samples.Ask("right", "r"), Samples.Fork("later"), Samples.Ask("after", "z"), new FlowNode.End("end")],
            "start-before", "before-fork", "fork-left", "fork-right", "left-join", "join-later", "right-later", "later-after", "after-end");
        Assert.Equal(["tokens[6]: 'join' was the join of 'fork'; in the version it is not."], Faults(world, merged));
    }

    [Fact]
    public void Branches_that_all_ended_have_ended_the_branch_around_them()
    {
        var ends = new RejectPolicy.EndBranch();
        var nested = Samples.Of(
            [new FlowNode.Start("start"), Samples.Fork("fork"), Samples.Fork("inner"), Samples.Ask("a", "a") with { Reject = ends }, Samples.Ask("b", "b") with { Reject = ends }, Samples.Fork("inner_join"),
                Samples.Ask("x", "x"), Samples.Ask("right", "r"), Samples.Fork("join"), new FlowNode.End("end")],
            "start-fork", "fork-inner", "inner-a", "inner-b", "a-inner_join", "b-inner_join", "inner_join-x", "x-join", "fork-right", "right-join", "join-end");
        var world = new World(nested).Start().Reject("a").Reject("b");
        Assert.Null(Migrate(world, nested));
        Assert.Equal(InstanceStatus.Agreed, world.Agree("right").State.Instance.Status);
    }

    [Fact]
    public void Edges_side_by_side_are_told_apart_by_their_conditions()
    {
        var choosing = Samples.Of([new FlowNode.Start("start"), Samples.Fork("fork", Gate.Inclusive), Samples.Fork("join", Gate.Inclusive), Samples.Ask("after", "z"), new FlowNode.End("end")]);
        FlowEdge[] edges = [new("start", "fork"), new("fork", "join", "left"), new("fork", "join", "right"), new("fork", "join"), new("join", "after"), new("after", "end")];
        var world = new World(choosing with { Edges = edges }) { Holds = _ => true }.Start();
        Assert.Null(Migrate(world, choosing with { Edges = [.. edges.Reverse()] }));
        Assert.Equal(InstanceStatus.Agreed, world.Drain().State.Instance.Status);
    }

    [Fact]
    public void Timers_follow_the_version_and_fire_once()
    {
        var timed = Samples.Line(Mode.All, "a").With("first", h => h with { Due = 500, Remind = 100 });
        var world = new World(timed).Start();
        var task = world.At("first");
        var reminded = task.Fire(FlowTimer.Remind, world.Net, task.OpenedAt + 100)!;
        world.Log.Add(reminded);
        world.State = world.State.Apply(reminded);
        Assert.Null(Migrate(world, timed.With("first", h => h with { Due = 900, Remind = 300 })));
        Assert.Equal((task.OpenedAt + 900, (long?)null), (world.At("first").DueAt, world.At("first").RemindAt));
        Assert.Null(Migrate(world, Samples.Line(Mode.All, "a")));
        Assert.Null(world.At("first").DueAt);
        // By way of a version without: what has fired does not fire again, what has not is due again.
        Assert.Null(Migrate(world, timed));
        Assert.Equal((task.OpenedAt + 500, (long?)null), (world.At("first").DueAt, world.At("first").RemindAt));
    }

    [Fact]
    public void What_came_due_does_not_come_due_again_by_way_of_a_version_without()
    {
        var timed = Samples.Line(Mode.All, "a").With("first", h => h with { Due = 500, Remind = 100 });
        var world = new World(timed).Start();
        var due = world.At("first").Fire(FlowTimer.Due, world.Net, world.At("first").OpenedAt + 500)!;
        world.Log.Add(due);
        world.State = world.State.Apply(due);
        Assert.Null(Migrate(world, Samples.Line(Mode.All, "a")));
        Assert.Null(Migrate(world, timed));
        Assert.Equal((null, (long?)world.At("first").OpenedAt + 100), (world.At("first").DueAt, world.At("first").RemindAt));
    }

    [Fact]
    public void What_was_undone_is_not_brought_back()
    {
        var direct = Samples.Line(Mode.All, "a") with { Rollback = new() { Resume = Resume.Direct } };
        var world = new World(direct).Start().Agree("first", "second").RollBack("third", "first");
        Assert.NotNull(world.At("first").Resume);
        Assert.Null(Migrate(world, direct));
        Assert.Equal(["second"], world.Agree("first").Nodes);
    }

    [Fact]
    public void What_was_undone_need_not_map()
    {
        var world = new World(Samples.Line(Mode.All, "a")).Start().Agree("first", "second").RollBack("third", "first");
        var shorter = Samples.Of([new FlowNode.Start("start"), Samples.Ask("first", "a"), new FlowNode.End("end")], "start-first", "first-end");
        Assert.Null(Migrate(world, shorter));
        Assert.Equal(InstanceStatus.Agreed, world.Agree("first").State.Instance.Status);
    }

    [Fact]
    public void A_rollback_undoes_what_happened_before_the_migration()
    {
        var world = new World(Samples.Line(Mode.All, "a")).Start().Agree("first", "second");
        var longer = Samples.Of([new FlowNode.Start("start"), Samples.Ask("first", "a"), Samples.Ask("second", "x"), Samples.Ask("third", "y"), Samples.Ask("fourth", "w"), new FlowNode.End("end")],
            "start-first", "first-second", "second-third", "third-fourth", "fourth-end");
        Assert.Null(Migrate(world, longer));
        Assert.Equal(["start", "first", "second"], world.Points("third").Select(p => p.Node));
        Assert.Equal(["second"], world.RollBack("third", "first").Agree("first").Nodes);
        Assert.Equal(["fourth"], world.Agree("second", "third").Nodes);
    }

    [Fact]
    public void Who_agreed_before_is_remembered_where_the_version_asks()
    {
        var same = Samples.Of([new FlowNode.Start("start"), Samples.Ask("first", "a"), Samples.Ask("second", "x"), Samples.Ask("third", "a"), new FlowNode.End("end")], "start-first", "first-second", "second-third", "third-end");
        var world = new World(same).Start().Agree("first");
        Assert.Null(Migrate(world, same with { SamePerson = SamePerson.PassIfBefore }));
        Assert.Equal(InstanceStatus.Agreed, world.Agree("second").State.Instance.Status);
        Assert.Equal(UserTaskStatus.Skipped, world.Done("third").Status);
    }

    [Fact]
    public void The_log_gives_the_state_again()
    {
        var turned = Samples.Forked() with { Edges = [.. Samples.Forked().Edges.Reverse()], SamePerson = SamePerson.PassIfBefore };
        var world = new World(Samples.Forked()).Start().Agree("before", "left");
        Assert.Null(Migrate(world, turned));
        world.Drain();
        Assert.Equal(World.Dump(world.State), World.Dump(world.Log.Aggregate((FlowState?)null, (s, e) => s.Apply(e))!));
    }

    static Error? Migrate(World world, FlowDefinition to) => world.Do(new FlowCommand.Migrate(FlowNet.Of(to with { Version = world.Net.Definition.Version + 1 })));

    static string[] Faults(World world, FlowDefinition to) => [.. FlowMigration.Faults(world.State, world.Net, FlowNet.Of(to with { Version = world.Net.Definition.Version + 1 })).Select(Told)];

    static string Told(FlowFault fault) => $"{fault.Path}: {fault.Sentence}";
}
