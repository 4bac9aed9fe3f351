namespace Reflow.Core.Projects;

/// <summary>What a line of <see cref="NodeNeeds.Of"/> is about.</summary>
public enum NeedKind
{
    /// <summary>A role must have a member (row 8).</summary>
    Role,
    /// <summary>The node must have an owner (row 4).</summary>
    Owner,
    /// <summary>Points and schedule must be set (row 6).</summary>
    Schedule,
    /// <summary>The due time must be set (row 21).</summary>
    DueTime,
    /// <summary>The points must not be below those of the subtasks (row 22).</summary>
    Points,
    /// <summary>A field must be filled (row 5).</summary>
    Field,
    /// <summary>A field's stored option must still be enabled (row 17).</summary>
    Option,
    /// <summary>A signal must be true (row 9).</summary>
    Signal,
    /// <summary>Actual hours must be recorded (row 12).</summary>
    ActualHours,
    /// <summary>A subtask must be done (row 16).</summary>
    SubTask,
}

/// <summary>One thing that has to be so before a node is done.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Key">The role's, field's, node's or subtask's key.</param>
/// <param name="Met">Whether it is so.</param>
/// <param name="Refusal">What a confirm answers while it is not.</param>
public sealed record Need(NeedKind Kind, string Key, bool Met, Error Refusal)
{
    /// <summary>Whose part is missing, where it is one person's; user keys.</summary>
    public IReadOnlyList<string> NotFinishedOwners { get; init; } = [];
}

/// <summary>
/// What a node needs before it is done, in the order in which confirm refuses (contract project §3.3 step 14). Confirm's gates and
/// transition_required_info are both this list, so they never disagree.
/// </summary>
public static class NodeNeeds
{
    /// <summary>The key of a node's due time, the one field that every node has of its own.</summary>
    public const string DueTimeField = "milestone_end_time";

    /// <summary>Everything the node needs from this user, met or not. In a multi-person node each owner answers for the own part only.</summary>
    public static IEnumerable<Need> Of(NodeFlow flow, WorkItem item, TemplateNode conf, string user)
    {
        var node = item.NodeOf(conf.Key)!;
        var form = conf.Form.Where(f => f.RequiredFor(item) && IsThere(flow, item, f)).ToList();
        return [.. Roles(flow, item, conf, form), .. OwnerAndTime(conf, node, user), .. Fields(flow, item, conf, form), .. Work(conf, node, user)];
    }

    /// <summary>Everything that a state of a state flow asks for before an item gets there, met or not.</summary>
    public static IEnumerable<Need> OfState(NodeFlow flow, WorkItem item, TemplateState state)
    {
        foreach (var line in state.Form.Where(f => f.RequiredFor(item) && IsThere(flow, item, f)))
        {
            var value = item.Fields.GetValueOrDefault(line.Key);
            if (line is FormItem.OfRole) yield return new(NeedKind.Role, line.Key, item.OwnersOf(line.Key).Count > 0, ProjectErrors.RequiredFieldNotSet(line.Key));
            else if (flow.Type.FieldOf(line.Key, null) is { Type: FieldType.Signal }) yield return new(NeedKind.Signal, line.Key, value is FieldValue.Flag { Value: true }, ProjectErrors.RequiredFieldNotSet(line.Key));
            else yield return new(NeedKind.Field, line.Key, !FieldValue.IsEmpty(value), ProjectErrors.RequiredFieldNotSet(line.Key));
        }
    }

    // A field may be hidden wherever it is shown, beside what a form says of it.
    static bool IsThere(NodeFlow flow, WorkItem item, FormItem line) => line is not FormItem.OfField || flow.Type.FieldOf(line.Key, null)?.ShownFor(item) is not false;

    static IEnumerable<Need> Roles(NodeFlow flow, WorkItem item, TemplateNode conf, List<FormItem> form)
    {
        var asked = form.OfType<FormItem.OfRole>().Select(f => f.Key).ToList();
        if (conf.OwnerUsage is OwnerUsage.Role)
        {
            asked.AddRange(conf.OwnerRoles.Where(r => flow.Type.RoleOf(r) is { Required: true }));
            // Owners come from the roles, so an empty role is named before the missing owner.
            if (conf.NeedsOwner() && conf.OwnerRoles.All(r => item.OwnersOf(r).Count == 0)) asked.AddRange(conf.OwnerRoles.Take(1));
        }
        foreach (var key in asked.Distinct())
            yield return new(NeedKind.Role, key, item.OwnersOf(key).Count > 0, ProjectErrors.RoleRequired(flow.Type.RoleOf(key)?.Name ?? key, key));
    }

    static IEnumerable<Need> OwnerAndTime(TemplateNode conf, Node node, string user)
    {
        if (conf.NeedsOwner())
            yield return new(NeedKind.Owner, "owner", node.Owners.Count > 0, ProjectErrors.OwnerRequired);
        if (conf.DoneSchedule)
        {
            var asked = conf.PassMode is PassMode.Multi && node.Owners.Contains(user) ? [user] : node.Owners;
            IReadOnlyList<string> open = conf.SchedulesApart(node)
                ? [.. asked.Where(o => !node.Schedules.Any(s => s.Owner == o && s.IsComplete))]
                : node.Schedule.IsComplete ? [] : node.Owners;
            var met = conf.SchedulesApart(node) ? open.Count == 0 : node.Schedule.IsComplete;
            yield return new(NeedKind.Schedule, "schedule", met, ProjectErrors.ScheduleRequired(conf.Name)) { NotFinishedOwners = open };
        }
        if (conf.Milestone || conf.DoneFinishTime)
            yield return new(NeedKind.DueTime, DueTimeField, conf.DueTimeOf(node) > 0, ProjectErrors.MilestoneDueRequired);
        if (node.SubTasks.Sum(t => t.Schedule.Points) is > 0 and var below)
            yield return new(NeedKind.Points, "points", node.Points == 0 || node.Points >= below,
                ProjectErrors.PointsBelowSubTasks.Because($"The node has {node.Points} points, its subtasks {below}."));
    }

    static IEnumerable<Need> Fields(NodeFlow flow, WorkItem item, TemplateNode conf, List<FormItem> form)
    {
        var fields = form.OfType<FormItem.OfField>().Select(f => flow.Type.FieldOf(f.Key, null)!).ToList();
        foreach (var field in fields.Where(f => f.Type is not FieldType.Signal))
            yield return new(NeedKind.Field, field.Key, !FieldValue.IsEmpty(item.Fields.GetValueOrDefault(field.Key)), ProjectErrors.FieldRequired(conf.Name, field.Key));
        foreach (var field in fields.Where(f => f.Options.Count > 0))
            yield return new(NeedKind.Option, field.Key, FieldShape.OptionsHold(field, item.Fields.GetValueOrDefault(field.Key)), ProjectErrors.OptionStale);
        foreach (var field in fields.Where(f => f.Type is FieldType.Signal))
            yield return new(NeedKind.Signal, field.Key, item.Fields.GetValueOrDefault(field.Key) is FieldValue.Flag { Value: true }, ProjectErrors.SignalNotPassed(field.Name, field.Key));
    }

    static IEnumerable<Need> Work(TemplateNode conf, Node node, string user)
    {
        if (conf.DoneActualPoint)
        {
            var own = conf.PassMode is PassMode.Multi && node.Owners.Contains(user);
            var hours = node.Hours.Where(h => !own || h.User == user).Sum(h => h.Hours);
            yield return new(NeedKind.ActualHours, "actual_work_time", hours > 0, ProjectErrors.ActualHoursRequired(conf.Key)) { NotFinishedOwners = hours > 0 ? [] : own ? [user] : node.Owners };
        }
        foreach (var task in node.SubTasks)
            if (conf.ConfOf(task) is { Blocking: true })
                yield return new(NeedKind.SubTask, $"{task.Id}", task.Passed, ProjectErrors.SubTaskOpen(conf.Name, task.Name)) { NotFinishedOwners = task.Passed ? [] : task.Assignee };
    }

    /// <summary>Whether each owner has an own schedule: differential scheduling, and at least two owners.</summary>
    internal static bool SchedulesApart(this TemplateNode conf, Node node) => conf.DifferentSchedule && node.Owners.Count > 1;

    static bool NeedsOwner(this TemplateNode conf) => conf.DoneAllocateOwner || conf.PassMode is PassMode.Multi;

    // Where each owner has an own schedule, the node is due when the last of them is.
    static long DueTimeOf(this TemplateNode conf, Node node) => Math.Max(
        node.Fields.GetValueOrDefault(DueTimeField) is FieldValue.Number { Value: var due } ? (long)due : 0,
        conf.SchedulesApart(node) ? node.Schedules.Select(s => s.EstimateEnd).DefaultIfEmpty().Max() : node.Schedule.EstimateEnd);
}
