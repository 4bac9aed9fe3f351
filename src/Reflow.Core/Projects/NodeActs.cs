namespace Reflow.Core.Projects;

/// <summary>What people do to a node: complete it, roll it back, change it.</summary>
static class NodeActs
{
    public static Error? Confirm(this Change change, TemplateNode conf, ProjectCommand.Confirm command)
    {
        if (change.Prepare(conf, command) is { } no) return no;
        foreach (var need in NodeNeeds.Of(change.Flow, change.Item, conf, change.By))
            if (!need.Met) return need.Refusal;

        if (conf.PassMode is PassMode.Multi && !change.Flow.Template.Options.ForceComplete || change[conf].Checkers.Any(c => c.Owner == change.By))
        {
            if (change.NotAnOwner(conf) is { } stranger) return stranger;
            change.Emit(new ProjectEvent.NodeConfirmed(conf.Key, change.By, change.At));
            if (change[conf].Checkers.Any(c => c.CheckedAt is null)) return change.Settled().Intercept(PluginEvent.MultiConfirm, conf.Key);
        }
        change.Emit(new ProjectEvent.NodePassed(conf.Key, change.At));
        return change.Settled().Intercept(PluginEvent.CompleteNode, conf.Key);
    }

    /// <summary>All that is missing at once, where a confirm would hear of the first.</summary>
    public static IReadOnlyList<Need> Unmet(Change change, TemplateNode conf, ProjectCommand.Confirm command) =>
        change.Prepare(conf, command) is not null ? [] : [.. NodeNeeds.Of(change.Flow, change.Item, conf, change.By).Where(n => !n.Met)];

    // What comes before the gates (§3.3 steps 11-13).
    static Error? Prepare(this Change change, TemplateNode conf, ProjectCommand.Confirm command)
    {
        var permitted = change.Flow.Allows(conf.DoneOperationRoles, change.Item, change[conf], change.By);
        if (!permitted) return ProjectErrors.NoPermission.Because($"{change.By} is none of {string.Join(", ", conf.DoneOperationRoles)}.");
        if (change.Arrived(conf) is { } early) return early;
        if (change.ConfirmedAlready(conf) is { } again) return again;
        if (NodePatches.Apply(change, conf, command.Patch) is { } wrong) return wrong;
        change.CompleteAutoTasks(conf);
        return null;
    }

    public static Error? RollBack(this Change change, TemplateNode conf, ProjectCommand.RollBack command)
    {
        if (!change.Flow.Allows(conf.DoneOperationRoles, change.Item, change[conf], change.By))
            return ProjectErrors.NoPermission.Because($"{change.By} is none of {string.Join(", ", conf.DoneOperationRoles)}.");
        if (!conf.EnableRollback) return ProjectErrors.IllegalOperation.Because($"Node {conf.Key} has rollback disabled.");
        if (conf.PassMode is PassMode.Auto) return ProjectErrors.IllegalOperation.Because($"Node {conf.Key} passes by itself; a rollback would leave it with nobody to complete it.");
        if (change[conf].Status is not NodeStatus.Completed) return ProjectErrors.NodeNotCompleted;

        var options = change.Flow.Template.Options;
        var moved = change.Flow.Descendants(conf).Where(d => change[d.Node].Status is not NodeStatus.NotStarted).ToList();
        if (moved.Any(d => d.Distance > options.MaxRollbackDepth))
            return ProjectErrors.IllegalOperation.Because($"The rollback would reach more than {options.MaxRollbackDepth} connections down.");

        if (NodePatches.Apply(change, conf, command.Patch) is { } wrong) return wrong;
        change.Emit(new ProjectEvent.NodeRolledBack(conf.Key, command.Reason));
        // Owners may have changed since the node was done: those of now confirm again.
        if (conf.PassMode is PassMode.Multi)
            change.Emit(new ProjectEvent.CheckersChanged(conf.Key, [.. change[conf].Owners.Select(o => new Checker(o, null))]));
        if (options.ResetSubTasks is not SubTaskReset.None) change.ReopenTasks(conf);
        if (options.ClearReview) change.ClearReviews(conf);
        foreach (var (node, _) in moved)
        {
            change.Emit(new ProjectEvent.NodeReset(node.Key));
            if (options.ResetSubTasks is SubTaskReset.Downstream) change.ReopenTasks(node);
            if (options.ClearReview) change.ClearReviews(node);
        }
        change.ToStatus(change.StatusAt(conf));
        return change.Settled().Intercept(PluginEvent.RollBackNode, conf.Key);
    }

    public static Error? Update(this Change change, TemplateNode conf, ProjectCommand.UpdateNode command)
    {
        var before = change[conf];
        if (NodePatches.Apply(change, conf, command.Patch) is { } wrong) return wrong;
        var after = change[conf];
        if (!before.Owners.SequenceEqual(after.Owners) && change.Intercept(PluginEvent.Owners, conf.Key) is { } owners) return owners;
        if ((before.Schedule != after.Schedule || !before.Schedules.SequenceEqual(after.Schedules))
            && change.Intercept(PluginEvent.Schedule, conf.Key) is { } schedule) return schedule;
        change.Settle();
        return null;
    }

    static Error? Arrived(this Change change, TemplateNode conf) => change[conf].Status switch
    {
        NodeStatus.NotStarted => ProjectErrors.NodeNotArrived,
        NodeStatus.InProgress => null,
        NodeStatus.Completed => ProjectErrors.NodeCompleted,
    };

    // Where the last one still open was removed, everybody left has confirmed; any of them confirms once more, or the node would wait for ever.
    static Error? ConfirmedAlready(this Change change, TemplateNode conf)
    {
        var node = change[conf];
        if (conf.PassMode is not PassMode.Multi) return null;
        if (node.Owners.Count > 0 && !change.Flow.Template.Options.ForceComplete && change.NotAnOwner(conf) is { } stranger) return stranger;
        return node.Checkers.Any(c => c.Owner == change.By && c.CheckedAt is not null) && node.Checkers.Any(c => c.CheckedAt is null)
            ? ProjectErrors.ConfirmedAlready
            : null;
    }

    static Error? NotAnOwner(this Change change, TemplateNode conf) => change[conf].Owners.Contains(change.By)
        ? null
        : ProjectErrors.NoPermission.Because($"Every owner of node {conf.Key} confirms, and {change.By} is none.");

    static void ReopenTasks(this Change change, TemplateNode conf)
    {
        foreach (var task in change[conf].SubTasks)
            if (task.Passed) change.Emit(new ProjectEvent.SubTaskReopened(conf.Key, task.Id));
    }

    static void ClearReviews(this Change change, TemplateNode conf)
    {
        if (change[conf] is { Reviews.Count: > 0 } or { Summary: not null }) change.Emit(new ProjectEvent.ReviewsCleared(conf.Key));
    }

    // A node that sets no status has that of the nearest node above it that does.
    static string? StatusAt(this Change change, TemplateNode conf)
    {
        List<TemplateNode> nearest = [conf];
        for (var i = 0; i < nearest.Count; i++)
        {
            if (nearest[i].BelongStatus is { } status) return status;
            nearest.AddRange(change.Flow.Above(nearest[i]).Where(n => !nearest.Contains(n)));
        }
        return change.Flow.Type.Statuses.FirstOrDefault()?.Key;
    }
}
