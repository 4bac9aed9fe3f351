using Reflow.Core.Flows;

namespace Reflow.Core.Tests.Flows;

/// <summary>Cuts a whole state down to what <see cref="FlowPart"/> says a command needs, as a store would load it.</summary>
static class Parts
{
    public static FlowState For(FlowCommand command, FlowState whole, FlowNet net)
    {
        var (id, to) = command switch
        {
            FlowCommand.Agree c => (c.TaskId, 0L),
            FlowCommand.Submit c => (c.TaskId, 0L),
            FlowCommand.Reject c => (c.TaskId, 0L),
            FlowCommand.RollBack c => (c.TaskId, c.ToTaskId),
            FlowCommand.Transfer c => (c.TaskId, 0L),
            FlowCommand.AddAssignee c => (c.TaskId, 0L),
            FlowCommand.Cc c => (c.TaskId, 0L),
            FlowCommand.Expedite c => (c.TaskId, 0L),
            _ => (0L, 0L),
        };
        var task = whole.Tasks.GetValueOrDefault(id);
        var target = whole.Tasks.GetValueOrDefault(to);
        if (task is not null && FlowPart.SendsBackTo(command, task, net) is { } node)
            target = Latest(whole, task, node) ?? Latest(whole, task, net.Start.Key);
        var part = command is FlowCommand.Migrate ? FlowPart.Live : task is null ? FlowPart.Marking : FlowPart.Of(command, task, net, target, target is null ? null : whole.Tokens[target.Token]);
        return Cut(whole, part, new[] { task, target }.OfType<FlowTask>());
    }

    public static FlowState Cut(FlowState whole, FlowPart part, IEnumerable<FlowTask> named)
    {
        Firing[] firings = [.. whole.Firings.Values.Where(f => (f.Live && f.Seq >= part.Since) || (f.UndoneBy is { } by && by == part.UndoneBy))];
        var undone = firings.Where(f => !f.Live).Select(f => f.Task).OfType<long>().ToHashSet();
        return FlowState.Of(whole.Instance,
            [.. whole.Tokens.Values.Where(t => t.IsPresent || (t.Live && (t.ConsumedBy >= part.Since || t.ProducedBy >= part.Since)))],
            firings,
            [.. whole.Tasks.Values.Where(t => t.Status is UserTaskStatus.Pending || undone.Contains(t.Id)
                || (part.Finished && t.DoneBy is not null && !t.Superseded)).Concat(named).DistinctBy(t => t.Id)]);
    }

    static FlowTask? Latest(FlowState whole, FlowTask task, string node)
    {
        var led = History.Causes(whole, whole.Tokens[task.Token].ProducedBy);
        return whole.Tasks.Values.Where(t => t.Node == node && !t.Superseded && t.DoneBy is { } done && whole.Firings[done].ByPerson && led.Contains(done)).MaxBy(t => t.DoneBy);
    }
}
