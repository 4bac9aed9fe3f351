using System.Diagnostics;

namespace Reflow.Core.Projects;

/// <summary>How events change an item.</summary>
public static class WorkItems
{
    /// <summary>The item after the event. Total: every event that <see cref="NodeFlow.Decide"/> returns applies.</summary>
    public static WorkItem Apply(this WorkItem item, ProjectEvent e) => e switch
    {
        ProjectEvent.Created x => x.Item,
        ProjectEvent.Touched x => item with { UpdatedBy = x.By, UpdatedAt = x.At },
        ProjectEvent.Renamed x => item with { Name = x.Name },
        ProjectEvent.FieldChanged x => item with { Fields = item.Fields.Set(x.Field, x.Value) },
        ProjectEvent.RoleChanged x => item with { RoleOwners = item.RoleOwners.Set(new RoleOwner(x.Role, x.Owners)) },
        ProjectEvent.StatusChanged x => item with { Statuses = [.. item.Statuses, x.To] },
        ProjectEvent.Finished x => item with { FinishedAt = x.At },
        ProjectEvent.Reopened => item with { FinishedAt = null },
        ProjectEvent.Aborted x => item with { Aborted = x.How },
        ProjectEvent.Restored => item with { Aborted = null },
        ProjectEvent.Froze x => item with { Frozen = x.Frozen },
        ProjectEvent.Deleted => item with { Deleted = true },
        ProjectEvent.NodeReached x => item.With(x.Node, n => n with
        {
            Status = NodeStatus.InProgress,
            BeganAt = x.At,
            FinishedAt = null,
        }),
        ProjectEvent.NodeConfirmed x => item.With(x.Node, n => n with
        {
            Checkers = [.. n.Checkers.Select(c => c.Owner == x.By ? c with { CheckedAt = x.At } : c)],
        }),
        ProjectEvent.NodePassed x => item.With(x.Node, n => n with { Status = NodeStatus.Completed, FinishedAt = x.At }),
        ProjectEvent.NodeRolledBack x => item.With(x.Node, n => n with { Status = NodeStatus.InProgress, FinishedAt = null }),
        ProjectEvent.NodeReset x => item.With(x.Node, n => n with
        {
            Status = NodeStatus.NotStarted,
            BeganAt = null,
            FinishedAt = null,
            Checkers = [],
        }),
        ProjectEvent.OwnersChanged x => item.With(x.Node, n => n with { Owners = x.Owners }),
        ProjectEvent.CheckersChanged x => item.With(x.Node, n => n with { Checkers = x.Checkers }),
        ProjectEvent.ScheduleChanged x => item.With(x.Node, n => n with { Schedule = x.To }),
        ProjectEvent.SchedulesChanged x => item.With(x.Node, n => n with { Schedules = x.To }),
        ProjectEvent.NodeFieldChanged x => item.With(x.Node, n => n with { Fields = n.Fields.Set(x.Field, x.Value) }),
        ProjectEvent.Reviewed x => item.With(x.Node, n => n with { Reviews = [.. n.Reviews.Where(r => r.User != x.Review.User), .. x.Review.IsEmpty ? Array.Empty<Review>() : [x.Review]] }),
        ProjectEvent.Summarized x => item.With(x.Node, n => n with { Summary = x.Review.IsEmpty ? null : x.Review }),
        ProjectEvent.ReviewsCleared x => item.With(x.Node, n => n with { Reviews = [], Summary = null }),
        ProjectEvent.NodeTimed x => item.With(x.Node, n => n with { BeganAt = x.BeganAt, FinishedAt = x.FinishedAt }),
        ProjectEvent.HoursRecorded x => item.With(x.Node, n => n with { Hours = [.. n.Hours, x.Record] }),
        ProjectEvent.HoursChanged x => item.With(x.Node, n => n with { Hours = [.. n.Hours.Select(h => h.Id == x.Record.Id ? x.Record : h)] }),
        ProjectEvent.HoursRemoved x => item.With(x.Node, n => n with { Hours = [.. n.Hours.Where(h => h.Id != x.Id)] }),
        ProjectEvent.SubTaskCreated x => item.With(x.Node, n => n with { SubTasks = [.. n.SubTasks, x.Task] }),
        ProjectEvent.SubTaskChanged x => item.With(x.Node, x.Task.Id, _ => x.Task),
        ProjectEvent.SubTaskPassed x => item.With(x.Node, x.Task, t => t with { Passed = true, FinishedAt = x.At }),
        ProjectEvent.SubTaskReopened x => item.With(x.Node, x.Task, t => t with { Passed = false, FinishedAt = null }),
        ProjectEvent.SubTaskRemoved x => item.With(x.Node, n => n with { SubTasks = [.. n.SubTasks.Where(t => t.Id != x.Task)] }),
        _ => throw new UnreachableException(),
    };

    static WorkItem With(this WorkItem item, string key, Func<Node, Node> change) =>
        item with { Nodes = [.. item.Nodes.Select(n => n.Key == key ? change(n) : n)] };

    static WorkItem With(this WorkItem item, string key, long task, Func<SubTask, SubTask> change) =>
        item.With(key, n => n with { SubTasks = [.. n.SubTasks.Select(t => t.Id == task ? change(t) : t)] });

    static Dictionary<string, FieldValue> Set(this IReadOnlyDictionary<string, FieldValue> fields, string key, FieldValue? value)
    {
        Dictionary<string, FieldValue> changed = new(fields);
        if (value is null) changed.Remove(key);
        else changed[key] = value;
        return changed;
    }

    static List<RoleOwner> Set(this IReadOnlyList<RoleOwner> roles, RoleOwner role) =>
        roles.Any(r => r.Role == role.Role) ? [.. roles.Select(r => r.Role == role.Role ? role : r)] : [.. roles, role];
}
