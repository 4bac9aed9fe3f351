namespace Reflow.Core.Projects;

/// <summary>How work moves on by itself: arrival, nodes that pass by themselves, the end of the item (contract project §4.2).</summary>
static class Propagation
{
    /// <summary>
    /// Lets every node arrive whose applicable predecessors are done, and every node pass that needs nobody. One walk in topological order
    /// does all of it, because a node depends on those before it only: a chain of sixty automatic nodes is sixty steps.
    /// </summary>
    public static void Settle(this Change change)
    {
        if (change.Flow.Template.IsStateFlow) return;
        // clear = nothing above the node's end is still to be done; a node that is not there is as clear as what is above it.
        Dictionary<string, bool> clear = [];
        foreach (var node in change.Flow.InOrder)
        {
            var ready = change.Flow.Above(node).All(n => clear[n.Key]);
            if (!NodeFlow.Applies(change.Item, node))
            {
                clear[node.Key] = ready;
                continue;
            }
            if (ready && change[node].Status is NodeStatus.NotStarted) change.Reach(node);
            if (change[node].Status is NodeStatus.InProgress) change.PassByItself(node);
            clear[node.Key] = change[node].Status is NodeStatus.Completed;
        }
        change.FinishOrReopen(clear);
    }

    /// <summary>The change with everything that follows from it.</summary>
    public static Change Settled(this Change change)
    {
        change.Settle();
        return change;
    }

    /// <summary>Completes the subtasks that complete by themselves.</summary>
    public static void CompleteAutoTasks(this Change change, TemplateNode node)
    {
        foreach (var task in change[node].SubTasks)
            if (!task.Passed && node.ConfOf(task) is { PassMode: TaskPassMode.Auto } conf && change.Item.Delivers(task, conf))
                change.Emit(new ProjectEvent.SubTaskPassed(node.Key, task.Id, change.At));
    }

    /// <summary>The subtask of the template that this one was made from; null for one that somebody added.</summary>
    public static TaskConf? ConfOf(this TemplateNode node, SubTask task) =>
        task.ConfId is null ? null : node.Tasks.FirstOrDefault(t => t.Id == task.ConfId);

    /// <summary>Whether the subtask's deliverable is filled, on the subtask or on the item; true where none is asked for.</summary>
    public static bool Delivers(this WorkItem item, SubTask task, TaskConf conf) => conf.DeliverableField is not { } field
        || !FieldValue.IsEmpty(task.Fields.GetValueOrDefault(field)) || !FieldValue.IsEmpty(item.Fields.GetValueOrDefault(field));

    /// <summary>The item's status from the arrival of the node on, if that changes it.</summary>
    public static void ToStatus(this Change change, string? status)
    {
        if (status is not null && change.Item.Status != status)
            change.Emit(new ProjectEvent.StatusChanged(new(status, change.At, change.By)));
    }

    static void Reach(this Change change, TemplateNode node)
    {
        change.Emit(new ProjectEvent.NodeReached(node.Key, change.At));
        if (change[node].Owners.Count == 0 && DefaultOwners(change.Item, node) is { Count: > 0 } owners)
            change.Emit(new ProjectEvent.OwnersChanged(node.Key, owners));
        if (node.PassMode is PassMode.Multi)
            change.Emit(new ProjectEvent.CheckersChanged(node.Key, [.. change[node].Owners.Select(o => new Checker(o, null))]));
        change.ToStatus(node.BelongStatus);
    }

    static void PassByItself(this Change change, TemplateNode node)
    {
        change.CompleteAutoTasks(node);
        if (node.PassMode is PassMode.Auto && change[node].SubTasks.All(t => t.Passed || node.ConfOf(t) is not { Blocking: true }))
            change.Emit(new ProjectEvent.NodePassed(node.Key, change.At));
    }

    static List<string> DefaultOwners(WorkItem item, TemplateNode node)
    {
        switch (node.OwnerUsage)
        {
            case OwnerUsage.Default:
                return [.. node.Owners.Distinct()];
            case OwnerUsage.Conditional when node.OwnerRules.FirstOrDefault(r => r.If is null || r.If.Holds(item)) is { } rule:
                return [.. rule.Owners.Concat(rule.Roles.SelectMany(item.OwnersOf)).Distinct()];
            case OwnerUsage.Conditional:
            case OwnerUsage.Role: // kept up to date with the roles, arrived or not
            case OwnerUsage.Manual:
                return [];
        }
        throw new System.Diagnostics.UnreachableException();
    }

    // An item is over when nothing that is there is still to come: every applicable node without an applicable one below it is done.
    static void FinishOrReopen(this Change change, Dictionary<string, bool> clear)
    {
        Dictionary<string, bool> last = [];
        var finished = true;
        foreach (var node in change.Flow.InOrder.Reverse())
        {
            var nothingBelow = change.Flow.Below(node).All(n => last[n.Key]);
            var applies = NodeFlow.Applies(change.Item, node);
            if (applies && nothingBelow && !clear[node.Key]) finished = false;
            last[node.Key] = nothingBelow && !applies;
        }
        if (finished && change.Item.FinishedAt is null)
        {
            change.Emit(new ProjectEvent.Finished(change.At));
            change.ToStatus(change.Flow.Type.Statuses.FirstOrDefault(s => s.Archived)?.Key);
        }
        else if (!finished && change.Item.FinishedAt is not null)
        {
            change.Emit(new ProjectEvent.Reopened());
        }
    }
}
