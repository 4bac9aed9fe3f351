using FsCheck;
using FsCheck.Fluent;
using Reflow.Core.Directory;
using Reflow.Core.Tasks;
using Xunit;

namespace Reflow.Core.Tests.Tasks;

/// <summary>What holds for every task after any run of commands by anybody.</summary>
public class TaskLaws
{
    const string Complete = "task.v1.task.complete", Uncomplete = "task.v1.task.uncomplete";
    static readonly Actor Creator = new Actor.App("cli_a"), Collaborator = new Actor.User("u1"), Follower = new Actor.User("u2"), Stranger = new Actor.User("u3"), OtherApp = new Actor.App("cli_b");
    static readonly Actor[] Everybody = [Creator, Collaborator, Follower, Stranger, OtherApp];

    static readonly TaskItem New = Assert.IsType<TaskEvent.Created>(Assert.Single(TaskRules.Create(
        new() { Summary = "x", PlatformName = "{}", Collaborators = ["u1"], Followers = ["u2"] }, "id", Creator, now: 1000, "task.v1.task.create", _ => true))).Task;

    static readonly Arbitrary<(int Who, bool Complete)[]> Runs = Arb.From(
        Gen.Zip(Gen.Choose(0, 4), ArbMap.Default.GeneratorFor<bool>()).ArrayOf(),
        run => run.Select((_, left) => run.Where((_, i) => i != left).ToArray()));

    [Fact]
    public void The_last_allowed_command_decides_and_its_first_moment_stays() => Prop.ForAll(Runs, run =>
    {
        var (task, now, completedAt) = (New, 1000L, 0L);
        foreach (var (who, complete) in run)
        {
            now += 1000;
            var before = task;
            var decision = task.Decide(complete ? new TaskCommand.Complete() : new TaskCommand.Uncomplete(), Everybody[who], now, complete ? Complete : Uncomplete);
            task = decision.Aggregate(task, TaskRules.Apply);
            var allowed = who <= 1;
            if (decision.Error is null != allowed) return false;
            if (!allowed && task != before) return false;
            if (allowed) completedAt = complete ? (completedAt == 0 ? now : completedAt) : 0;
            if (task.CompletedAt != completedAt || task.IsComplete != (completedAt != 0)) return false;
            if (task.Version - before.Version != decision.Events.Count || decision.Events.Count > 1) return false;
        }
        return true;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Followers_and_strangers_are_refused_in_the_words_of_each_operation()
    {
        Assert.Equal(new(1470404, 400, "be refused to create or update task"), Refusal(Follower, new TaskCommand.Uncomplete(), Uncomplete));
        Assert.Equal(new(1470404, 400, "Be refused to update task, possibly due to lack of permission."), Refusal(Follower, new TaskCommand.Complete(), Complete));
        Assert.Equal(new(1470432, 400, "have no permission to get task"), Refusal(Stranger, new TaskCommand.Uncomplete(), Uncomplete));
        Assert.Equal(new(1470432, 400, "No permission to get the task."), Refusal(OtherApp, new TaskCommand.Complete(), Complete));
    }

    [Fact]
    public void Nobody_is_twice_among_the_collaborators_or_followers_but_may_be_both()
    {
        var task = Assert.IsType<TaskEvent.Created>(Assert.Single(TaskRules.Create(
            new() { Summary = "x", PlatformName = "{}", Collaborators = ["a", "b", "a"], Followers = ["a", "a"] }, "id", Creator, 0, "task.v1.task.create", _ => true))).Task;
        Assert.Equal(["a", "b"], task.Collaborators);
        Assert.Equal(["a"], task.Followers);
        Assert.Equal(Relation.Collaborator, task.RelationOf(new Actor.User("a")));
    }

    static Error? Refusal(Actor by, TaskCommand command, string operation) => New.Decide(command, by, 5000, operation).Error is { } error ? error with { Reason = null } : null;
}
