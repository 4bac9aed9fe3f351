namespace Reflow.Core.Projects;

/// <summary>
/// What a request changes of a node, in the order of contract project §3.3 step 13: roles, owners, schedules, fields. What is absent
/// is kept; the merge table is §4.2.
/// </summary>
static class NodePatches
{
    const long Day = 86_400_000;

    public static Error? Apply(Change change, TemplateNode conf, NodePatch patch) =>
        Roles(change, conf, patch.RoleAssignee)
        ?? Owners(change, conf, patch.Owners)
        ?? Schedule(change, conf, patch.Schedule)
        ?? Schedules(change, conf, patch.Schedules)
        ?? change.SetFields(patch.Fields, conf)
        ?? NodeFields(change, conf, patch.NodeFields)
        ?? Review(change, conf, patch.Review);

    /// <summary>Gives a role other members; every node bound to it sees the change.</summary>
    public static Error? SetRole(this Change change, RoleOwner assigned)
    {
        if (change.Flow.Type.RoleOf(assigned.Role) is not { } role) return ProjectErrors.RoleNotFound.Because($"The type has no role \"{assigned.Role}\".");
        if (assigned.Owners is not { } users) return null;
        if (change.UserKnown(users) is { } unknown) return unknown;
        IReadOnlyList<string> owners = [.. users.Distinct()];
        if (owners.Count > 1 && !role.Several) return ProjectErrors.InvalidParam($"role {role.Key}").Because("Only one person may have this role.");
        if (change.Item.OwnersOf(role.Key).SequenceEqual(owners)) return null;
        change.Emit(new ProjectEvent.RoleChanged(role.Key, owners));
        foreach (var node in change.Flow.Template.Nodes)
            if (node.OwnerUsage is OwnerUsage.Role && node.OwnerRoles.Contains(role.Key)) SetOwners(change, node, node.RoleOwners(change.Item));
        return null;
    }

    /// <summary>Who owns a node that is bound to roles.</summary>
    public static IReadOnlyList<string> RoleOwners(this TemplateNode conf, WorkItem item) => [.. conf.OwnerRoles.SelectMany(item.OwnersOf).Distinct()];

    /// <summary>Writes fields of the item; the last word on a shape, an option, a right (rows 20, 23, 17).</summary>
    public static Error? SetFields(this Change change, IReadOnlyList<FieldValuePair> pairs, TemplateNode? conf = null)
    {
        HashSet<string> seen = [];
        foreach (var pair in pairs)
        {
            var (field, missing) = change.FieldOf(pair);
            if (field is null) return missing;
            if (!seen.Add(field.Key)) return ProjectErrors.FieldDuplicated(field.Key);
            if (field.ReadOnly) return ProjectErrors.FieldNotEditable(field.Name, field.Key).Because($"A field of type {field.Type.Wire()} is written by no update.");
            var node = conf is null ? null : change[conf];
            if (field.EditableBy.Count > 0 && !change.Flow.Allows(field.EditableBy, change.Item, node, change.By))
                return ProjectErrors.FieldNotEditable(field.Name, field.Key).Because($"{change.By} is none of {string.Join(", ", field.EditableBy)}.");
            var (value, wrong) = FieldShape.Accept(field, pair.Value, change.Knows);
            if (wrong is not null) return wrong;
            if (!Equals(value, change.Item.Fields.GetValueOrDefault(field.Key))) change.Emit(new ProjectEvent.FieldChanged(field.Key, value));
        }
        return null;
    }

    /// <summary>The field that a pair addresses, or why it addresses none.</summary>
    public static (Field? Field, Error? Error) FieldOf(this Change change, FieldValuePair pair) =>
        string.IsNullOrEmpty(pair.Key) && string.IsNullOrEmpty(pair.Alias) ? (null, ProjectErrors.FieldKeyMissing)
        : change.Flow.Type.FieldOf(pair.Key, pair.Alias) is { } field ? (field, null)
        : (null, ProjectErrors.FieldNotFound(string.IsNullOrEmpty(pair.Alias) ? pair.Key! : pair.Alias));

    /// <summary>The schedule with what the patch sets; 0 sets nothing. Points that nobody gives come from the number of days.</summary>
    public static (Schedule To, Error? Error) Merge(Schedule old, SchedulePatch patch)
    {
        if (patch.Points < 0) return (old, ProjectErrors.InvalidParam("points"));
        var start = patch.EstimateStart is null or 0 ? old.EstimateStart : patch.EstimateStart.Value;
        var end = patch.EstimateEnd is null or 0 ? old.EstimateEnd : patch.EstimateEnd.Value;
        foreach (var time in (long[])[start, end])
            if (time != 0 && !FieldShape.IsMilliseconds(time)) return (old, ProjectErrors.TimeInvalid.Because($"{time} is no time in milliseconds."));
        if (start > 0 && end > 0 && end < start) return (old, ProjectErrors.TimeInvalid.Because("The schedule ends before it starts."));
        var auto = patch.IsAuto ?? old.IsAuto;
        var points = patch.Points is null or 0 ? old.Points : patch.Points.Value;
        if (points == 0 && auto && start > 0 && end > 0) points = (end - start + Day - 1) / Day is > 0 and var days ? days : 1;
        return (old with { Points = points, EstimateStart = start, EstimateEnd = end, IsAuto = auto }, null);
    }

    static Error? Roles(Change change, TemplateNode conf, IReadOnlyList<RoleOwner> roles)
    {
        foreach (var assigned in roles)
        {
            if (change.Flow.Type.RoleOf(assigned.Role) is not null && !conf.Roles.Contains(assigned.Role))
                return ProjectErrors.RoleNotOfNode.Because($"Node {conf.Key} has the roles {string.Join(", ", conf.Roles)}.");
            if (change.SetRole(assigned) is { } wrong) return wrong;
        }
        return null;
    }

    // Owners of a node bound to roles are the roles' members: whoever stays keeps the role, whoever is new gets the first one.
    static Error? Owners(Change change, TemplateNode conf, IReadOnlyList<string>? given)
    {
        if (given is null) return null;
        if (change.UserKnown(given) is { } unknown) return unknown;
        IReadOnlyList<string> owners = [.. given.Distinct()];
        if (conf.OwnerUsage is not OwnerUsage.Role || conf.OwnerRoles.Count == 0)
        {
            SetOwners(change, conf, owners);
            return null;
        }
        var others = conf.OwnerRoles.Skip(1).SelectMany(change.Item.OwnersOf).ToHashSet();
        var first = change.Item.OwnersOf(conf.OwnerRoles[0]);
        foreach (var role in conf.OwnerRoles)
        {
            IReadOnlyList<string> members = role == conf.OwnerRoles[0]
                ? [.. owners.Where(o => first.Contains(o) || !others.Contains(o))]
                : [.. change.Item.OwnersOf(role).Where(owners.Contains)];
            if (change.SetRole(new(role, members)) is { } wrong) return wrong;
        }
        return null;
    }

    static void SetOwners(Change change, TemplateNode conf, IReadOnlyList<string> owners)
    {
        var node = change[conf];
        if (node.Owners.SequenceEqual(owners)) return;
        change.Emit(new ProjectEvent.OwnersChanged(conf.Key, owners));
        if (node.Schedules.Count > 0)
        {
            IReadOnlyList<Schedule> left = [.. node.Schedules.Where(s => owners.Contains(s.Owner!))];
            var apart = conf.SchedulesApart(change[conf]);
            if (!apart) change.Emit(new ProjectEvent.ScheduleChanged(conf.Key, left is [var last] ? last with { Owner = null } : Projects.Schedule.None));
            change.Emit(new ProjectEvent.SchedulesChanged(conf.Key, apart ? left : []));
        }
        if (conf.PassMode is PassMode.Multi && node.Status is NodeStatus.InProgress)
            change.Emit(new ProjectEvent.CheckersChanged(conf.Key, [.. owners.Select(o => node.Checkers.FirstOrDefault(c => c.Owner == o) ?? new Checker(o, null))]));
    }

    static Error? Schedule(Change change, TemplateNode conf, SchedulePatch? patch)
    {
        if (patch is null || conf.SchedulesApart(change[conf])) return null;
        if (change.UserKnown(patch.Owners) is { } unknown) return unknown;
        var (to, wrong) = Merge(change[conf].Schedule, patch);
        if (wrong is not null) return wrong;
        if (to != change[conf].Schedule) change.Emit(new ProjectEvent.ScheduleChanged(conf.Key, to));
        return PointsHold(change, conf, patch.Points > 0);
    }

    static Error? Schedules(Change change, TemplateNode conf, IReadOnlyList<SchedulePatch> patches)
    {
        if (patches.Count == 0 || !conf.SchedulesApart(change[conf])) return null;
        List<Schedule> schedules = [.. change[conf].Schedules];
        HashSet<string> seen = [];
        foreach (var patch in patches)
        {
            if (patch.Owners is not [var owner]) return ProjectErrors.ScheduleOwnerInvalid.Because($"An entry of schedules has {patch.Owners.Count} owners; it needs one.");
            if (change.UserKnown(patch.Owners) is { } unknown) return unknown;
            if (!change[conf].Owners.Contains(owner)) return ProjectErrors.ScheduleOwnerInvalid.Because($"{owner} does not own node {conf.Key}.");
            if (!seen.Add(owner)) return ProjectErrors.ScheduleOwnerInvalid.Because($"{owner} has two entries in schedules.");
            var (to, wrong) = Merge(Projects.Schedule.None with { Owner = owner }, patch);
            if (wrong is not null) return wrong;
            schedules.RemoveAll(s => s.Owner == owner);
            schedules.Add(to);
        }
        if (!schedules.SequenceEqual(change[conf].Schedules)) change.Emit(new ProjectEvent.SchedulesChanged(conf.Key, schedules));
        return PointsHold(change, conf, patches.Any(p => p.Points > 0));
    }

    static Error? PointsHold(Change change, TemplateNode conf, bool given)
    {
        var node = change[conf];
        return given && node.Points < node.SubTasks.Sum(t => t.Schedule.Points) ? ProjectErrors.PointsBelowSubTasks : null;
    }

    static Error? NodeFields(Change change, TemplateNode conf, IReadOnlyList<FieldValuePair> pairs)
    {
        foreach (var pair in pairs)
        {
            var (field, missing) = pair.Key == NodeNeeds.DueTimeField ? (new(NodeNeeds.DueTimeField, "Due time", FieldType.Date), null) : change.FieldOf(pair);
            if (field is null) return missing;
            var (value, wrong) = FieldShape.Accept(field, pair.Value, change.Knows);
            if (wrong is not null) return wrong;
            if (!Equals(value, change[conf].Fields.GetValueOrDefault(field.Key))) change.Emit(new ProjectEvent.NodeFieldChanged(conf.Key, field.Key, value));
        }
        return null;
    }

    static Error? Review(Change change, TemplateNode conf, (string Conclusion, string Opinion)? review)
    {
        if (review is { } given) change.Emit(new ProjectEvent.Reviewed(conf.Key, new(change.By, given.Conclusion, given.Opinion, change.At)));
        return null;
    }
}
