namespace Reflow.Core.Flows;

/// <summary>What the votes of one activation come to, and whose turn it is: computed from the votes alone, counted nowhere (contracts/apaas I7, I14).</summary>
public static class Votes
{
    /// <summary>What the votes have decided: agreed or rejected, or pending while they have not.</summary>
    public static UserTaskStatus Outcome(FlowTask task, Mode mode, int percent)
    {
        foreach (var stage in Stages(task))
            if (OfStage(stage, mode, percent) is not UserTaskStatus.Agreed and var open)
                return open;
        return UserTaskStatus.Agreed;
    }

    /// <summary>Those who may vote now, in order; nobody once the task is closed.</summary>
    public static IEnumerable<Assignee> Turn(FlowTask task, Mode mode, int percent)
    {
        if (task.Status is not UserTaskStatus.Pending)
            return [];
        foreach (var stage in Stages(task))
            if (OfStage(stage, mode, percent) is not UserTaskStatus.Agreed)
            {
                var open = stage.Where(a => a.Vote is null);
                return Sequential(stage, mode) ? open.Take(1) : open;
            }
        return [];
    }

    /// <summary>Whether a user may vote now.</summary>
    public static bool MayAct(FlowTask task, FlowNet net, string user)
    {
        var (mode, percent) = net.ModeOf(task.Node);
        return Turn(task, mode, percent).Any(a => a.User == user);
    }

    static IEnumerable<Assignee[]> Stages(FlowTask task) => task.Assignees.GroupBy(a => a.Stage).OrderBy(g => g.Key).Select(g => g.ToArray());

    // Those asked first follow the node's mode; those asked after them must all agree.
    static Mode ModeOf(Assignee[] stage, Mode mode) => stage[0].Stage == 0 ? mode : Mode.All;

    static bool Sequential(Assignee[] stage, Mode mode) => ModeOf(stage, mode) is Mode.Sequential;

    static UserTaskStatus OfStage(Assignee[] stage, Mode mode, int percent)
    {
        var agreed = stage.Count(a => a.Vote is { Agree: true });
        var rejected = stage.Count(a => a.Vote is { Agree: false });
        return ModeOf(stage, mode) switch
        {
            Mode.All or Mode.Sequential => rejected > 0 ? UserTaskStatus.Rejected : agreed == stage.Length ? UserTaskStatus.Agreed : UserTaskStatus.Pending,
            Mode.Any => stage.FirstOrDefault(a => a.Vote is not null)?.Vote is not { } first ? UserTaskStatus.Pending : first.Agree ? UserTaskStatus.Agreed : UserTaskStatus.Rejected,
            Mode.Ratio => agreed >= Needed(stage.Length, percent) ? UserTaskStatus.Agreed
                : stage.Length - rejected < Needed(stage.Length, percent) ? UserTaskStatus.Rejected : UserTaskStatus.Pending,
        };
    }

    static int Needed(int voters, int percent) => (voters * percent + 99) / 100;
}
