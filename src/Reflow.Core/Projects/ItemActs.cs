namespace Reflow.Core.Projects;

/// <summary>What people do to a whole item.</summary>
static class ItemActs
{
    const string RoleOwnersField = "role_owners";

    // Values that belong to the flow or to the server, never to an update (contract project §2.1).
    static readonly HashSet<string> Unwritable = ["template", "work_item_status", "sub_stage", "aborted", "vote", "actual_work_time", "created_at", "created_by"];

    public static Decision<ProjectEvent> Create(NodeFlow flow, ProjectCommand.Create command, Func<string, bool> knows)
    {
        var (type, template) = (flow.Type, flow.Template);
        if (type.Disabled) return ProjectErrors.TypeDisabled;
        if (template.Disabled) return ProjectErrors.TemplateNotFound.Because($"Template {template.Id} is disabled.");
        foreach (var pair in command.Fields)
            if (pair.Key is "name" or "template") return ProjectErrors.FieldDuplicated(pair.Key);
        if (string.IsNullOrWhiteSpace(command.Name)) return ProjectErrors.RequiredFieldNotSet("name");

        var item = new WorkItem(command.Id, flow.Project.Key, type.Key, template.Id, template.Version, command.Name, command.By, command.At)
        {
            Nodes = NodesOf(template, command),
            Statuses = [.. FirstStatus(type, template).Select(key => new StatusChange(key, command.At, command.By))],
            Fields = type.Fields.Where(f => f.Default is not null).ToDictionary(f => f.Key, f => f.Default!),
        };
        var change = new Change(flow, item, command, knows);
        change.Emit(new ProjectEvent.Created(item));
        var error = DefaultRoles(change) ?? SetItemFields(change, command.Fields) ?? (command.CheckRequired ? Complete(change) : null)
            ?? change.Intercept(PluginEvent.Create);
        return error is null ? change.Settled().Decided() : error;
    }

    public static Error? UpdateFields(this Change change, ProjectCommand.UpdateFields command)
    {
        if (SetItemFields(change, command.Fields) is { } wrong) return wrong;
        return change.Settled().Intercept(PluginEvent.FieldChange);
    }

    public static Error? Abort(this Change change, ProjectCommand.Abort command)
    {
        if (change.Flow.Template.IsStateFlow) return ProjectErrors.OnlyNodeFlows;
        if (string.IsNullOrWhiteSpace(command.Reason)) return ProjectErrors.AbortReasonMissing;
        if (change.Item.Aborted is not null) return ProjectErrors.AbortedAlready;
        if (change.Item.Frozen) return ProjectErrors.IllegalOperation.Because("The item is frozen.");
        change.Emit(new ProjectEvent.Aborted(new(command.Reason, command.Option, change.At, change.By)));
        return change.Intercept(PluginEvent.Terminate);
    }

    public static Error? Restore(this Change change, ProjectCommand.Restore command)
    {
        if (change.Flow.Template.IsStateFlow) return ProjectErrors.OnlyNodeFlows;
        if (string.IsNullOrWhiteSpace(command.Reason)) return ProjectErrors.AbortReasonMissing;
        if (change.Item.Aborted is null) return ProjectErrors.RestoredAlready;
        change.Emit(new ProjectEvent.Restored(command.Reason, command.Option));
        return change.Intercept(PluginEvent.Restore);
    }

    public static Error? Delete(this Change change)
    {
        change.Emit(new ProjectEvent.Deleted());
        return change.Intercept(PluginEvent.Delete);
    }

    public static Error? Freeze(this Change change, ProjectCommand.Freeze command)
    {
        if (change.Item.Frozen != command.Frozen) change.Emit(new ProjectEvent.Froze(command.Frozen));
        return null;
    }

    static IEnumerable<string> FirstStatus(WorkItemType type, Template template) => template.IsStateFlow
        ? template.States.Where(s => s.Kind is StateKind.Start).Select(s => s.Key).Take(1)
        : type.Statuses.Take(1).Select(s => s.Key);

    static List<Node> NodesOf(Template template, ProjectCommand.Create command)
    {
        var ids = command.SubTaskIds.GetEnumerator();
        long NextId() => ids.MoveNext() ? ids.Current : throw new ArgumentException("A create needs an id for each subtask of the template.", nameof(command));
        return [.. template.Nodes.Select(n => new Node(n.Key)
        {
            SubTasks = [.. n.Tasks.Select(t => new SubTask(NextId(), t.Name) { ConfId = t.Id, Assignee = t.Assignee, CreatedAt = command.At })],
        })];
    }

    static Error? DefaultRoles(Change change)
    {
        foreach (var role in change.Flow.Type.Roles)
        {
            IReadOnlyList<string> members = role.Assign switch
            {
                MemberAssign.Manual => [],
                MemberAssign.Specified => role.Members,
                MemberAssign.Creator => [change.By],
            };
            if (members.Count > 0 && change.SetRole(new(role.Key, members)) is { } wrong) return wrong;
        }
        return null;
    }

    static Error? SetItemFields(Change change, IReadOnlyList<FieldValuePair> pairs)
    {
        List<FieldValuePair> fields = [];
        foreach (var pair in pairs)
        {
            if (pair.Key is { } fixedKey && Unwritable.Contains(fixedKey)) return ProjectErrors.FieldNotWritable(fixedKey);
            if (pair.Key == "name")
            {
                if (pair.Value is not FieldValue.Text { Value: var name } || string.IsNullOrWhiteSpace(name)) return ProjectErrors.FieldIllegal("name");
                if (name != change.Item.Name) change.Emit(new ProjectEvent.Renamed(name));
            }
            else if (pair.Key == RoleOwnersField)
            {
                if (SetRoles(change, pair.Value) is { } wrong) return wrong;
            }
            else
            {
                fields.Add(pair);
            }
        }
        return change.SetFields(fields);
    }

    // The field role_owners overwrites all roles: one that is not listed loses its members.
    static Error? SetRoles(Change change, FieldValue? value)
    {
        if (value is null) return null;
        if (value is not FieldValue.Items list) return ProjectErrors.RoleOwnersIllegal;
        List<RoleOwner> given = [];
        foreach (var entry in list.Values)
        {
            if (entry is not FieldValue.Members m || m["role"] is not FieldValue.Text role || m["owners"] is not (null or FieldValue.Items))
                return ProjectErrors.RoleOwnersIllegal;
            List<string> owners = [];
            foreach (var owner in (m["owners"] as FieldValue.Items)?.Values ?? [])
            {
                if (owner is not FieldValue.Text user) return ProjectErrors.RoleOwnersIllegal;
                owners.Add(user.Value);
            }
            given.Add(new(role.Value, owners));
        }
        foreach (var role in given)
            if (change.SetRole(role) is { } wrong) return wrong;
        foreach (var role in change.Flow.Type.Roles)
            if (given.TrueForAll(g => g.Role != role.Key) && change.SetRole(new(role.Key, [])) is { } wrong) return wrong;
        return null;
    }

    static Error? Complete(Change change)
    {
        foreach (var field in change.Flow.Type.Fields)
            if (field.RequiredFor(change.Item) && FieldValue.IsEmpty(change.Item.Fields.GetValueOrDefault(field.Key))) return ProjectErrors.RequiredFieldNotSet(field.Key);
        foreach (var role in change.Flow.Type.Roles)
            if (role.Required && change.Item.OwnersOf(role.Key).Count == 0) return ProjectErrors.RoleNotFound.Because($"Role {role.Key} has no member.");
        return null;
    }
}
