namespace Reflow.Core.Projects;

/// <summary>Actual hours that somebody records.</summary>
/// <param name="Id">The new record's id.</param>
/// <param name="Node">The node; null where a subtask says which.</param>
/// <param name="SubTask">The subtask; null for the node itself.</param>
/// <param name="Hours">How many, above 0.</param>
/// <param name="Description">What was done.</param>
/// <param name="WorkDate">The day they were worked on, Unix milliseconds.</param>
public sealed record NewHours(long Id, string? Node, long? SubTask, decimal Hours, string Description, long WorkDate);

/// <summary>What changes of recorded hours; null = keep.</summary>
/// <param name="Id">The record's id.</param>
/// <param name="Hours">How many, above 0.</param>
/// <param name="Description">What was done.</param>
public sealed record HoursPatch(long Id, decimal? Hours, string? Description);

/// <summary>Actual hours of nodes and subtasks (contract project §2.5). Whoever recorded them changes and removes them, and so do the space's administrators.</summary>
static class WorkHourActs
{
    public static Error? RecordHours(this Change change, ProjectCommand.RecordHours command)
    {
        foreach (var entry in command.Hours)
        {
            if (entry.Hours <= 0) return ProjectErrors.InvalidParam("work_time");
            var node = entry.SubTask is { } task ? change.Item.Nodes.FirstOrDefault(n => n.SubTasks.Any(t => t.Id == task))?.Key : entry.Node;
            if (node is null) return ProjectErrors.SubTaskNotFound;
            if (change.On(node, conf => Record(change, conf, entry)) is { } wrong) return wrong;
        }
        return null;
    }

    public static Error? UpdateHours(this Change change, ProjectCommand.UpdateHours command)
    {
        foreach (var patch in command.Hours)
        {
            if (patch.Hours <= 0) return ProjectErrors.InvalidParam("work_time");
            var (node, record, wrong) = Find(change, patch.Id);
            if (wrong is not null) return wrong;
            change.Emit(new ProjectEvent.HoursChanged(node!, record! with
            {
                Hours = patch.Hours ?? record.Hours,
                Description = patch.Description ?? record.Description,
                UpdatedAt = change.At,
            }));
        }
        return change.Intercept(PluginEvent.ActualHours);
    }

    public static Error? RemoveHours(this Change change, ProjectCommand.RemoveHours command)
    {
        foreach (var id in command.Ids)
        {
            var (node, _, wrong) = Find(change, id);
            if (wrong is not null) return wrong;
            change.Emit(new ProjectEvent.HoursRemoved(node!, id));
        }
        return change.Intercept(PluginEvent.ActualHours);
    }

    static Error? Record(Change change, TemplateNode node, NewHours entry)
    {
        change.Emit(new ProjectEvent.HoursRecorded(node.Key, new(entry.Id, change.By, entry.Hours, entry.Description, change.At) { SubTask = entry.SubTask, WorkDate = entry.WorkDate }));
        return change.Intercept(PluginEvent.ActualHours, node.Key);
    }

    static (string? Node, HourRecord? Record, Error? Error) Find(Change change, long id)
    {
        foreach (var node in change.Item.Nodes)
            if (node.Hours.FirstOrDefault(h => h.Id == id) is { } record)
                return record.User == change.By || change.Flow.Project.Administrators.Contains(change.By)
                    ? (node.Key, record, null)
                    : (null, null, ProjectErrors.NoPermission.Because($"The hours are {record.User}'s."));
        return (null, null, ProjectErrors.RecordNotFound.Because($"The item has no hours {id}."));
    }
}
