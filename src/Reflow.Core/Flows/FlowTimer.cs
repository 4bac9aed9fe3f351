namespace Reflow.Core.Flows;

/// <summary>What the clock alone can do to a task. Either happens to a task at most once, and never after it left pending (contracts/apaas I17).</summary>
public enum FlowTimer
{
    /// <summary>Its assignees are reminded.</summary>
    Remind,
    /// <summary>It is due.</summary>
    Due,
}

/// <summary>When timers fire, and for whom.</summary>
public static class FlowTimerRules
{
    /// <summary>What a timer of a task does at a moment; null while it is not its time, and when the task no longer waits.</summary>
    /// <param name="task">The task.</param>
    /// <param name="timer">Which of its timers.</param>
    /// <param name="net">The net of its flow: it says whose turn it is.</param>
    /// <param name="now">The moment, in Unix milliseconds.</param>
    public static FlowEvent? Fire(this FlowTask task, FlowTimer timer, FlowNet net, long now)
    {
        if (task.Status is not UserTaskStatus.Pending || !(timer switch { FlowTimer.Remind => task.RemindAt, FlowTimer.Due => task.DueAt } <= now))
            return null;
        var (mode, percent) = net.ModeOf(task.Node);
        string[] users = [.. Votes.Turn(task, mode, percent).Select(assignee => assignee.User)];
        return timer switch
        {
            FlowTimer.Remind => new FlowEvent.Reminded(task.Id, task.Node, users, now),
            FlowTimer.Due => new FlowEvent.CameDue(task.Id, task.Node, users, now),
        };
    }
}
