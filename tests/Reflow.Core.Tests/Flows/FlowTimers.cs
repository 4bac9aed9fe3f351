using Reflow.Core.Flows;
using Xunit;

namespace Reflow.Core.Tests.Flows;

/// <summary>When a timer of a task fires, whoever asks (contracts/apaas I17).</summary>
public class FlowTimers
{
    [Theory]
    [InlineData(FlowTimer.Remind, 100)]
    [InlineData(FlowTimer.Due, 500)]
    public void A_timer_fires_at_its_moment_and_not_before(FlowTimer timer, long after)
    {
        var (world, task) = Open();
        Assert.Null(task.Fire(timer, world.Net, task.OpenedAt + after - 1));
        Assert.NotNull(task.Fire(timer, world.Net, task.OpenedAt + after));
    }

    [Theory]
    [InlineData(FlowTimer.Remind)]
    [InlineData(FlowTimer.Due)]
    public void A_timer_fires_once_and_never_on_a_closed_task(FlowTimer timer)
    {
        var (world, task) = Open();
        var fired = task.Fire(timer, world.Net, long.MaxValue)!;
        Assert.Null(world.State.Apply(fired).Tasks[task.Id].Fire(timer, world.Net, long.MaxValue));
        // Even if its times had been left behind.
        Assert.Null((task with { Status = UserTaskStatus.Agreed }).Fire(timer, world.Net, long.MaxValue));
    }

    [Fact]
    public void Only_whose_turn_it_is_hears_of_it()
    {
        var (world, task) = Open();
        Assert.Equal(["a"], Assert.IsType<FlowEvent.Reminded>(task.Fire(FlowTimer.Remind, world.Net, long.MaxValue)).Users);
        Assert.Null(world.Do(new FlowCommand.Agree(task.Id, "a", null)));
        Assert.Equal(["b"], Assert.IsType<FlowEvent.CameDue>(world.At("first").Fire(FlowTimer.Due, world.Net, long.MaxValue)).Users);
    }

    static (World World, FlowTask Task) Open()
    {
        var world = new World(Samples.Line(Mode.Sequential, "a", "b").With("first", h => h with { Due = 500, Remind = 100 })).Start();
        return (world, world.At("first"));
    }
}
