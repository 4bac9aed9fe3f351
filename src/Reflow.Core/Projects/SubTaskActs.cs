namespace Reflow.Core.Projects;

/// <summary>What people do to subtasks (contract project §2.5, §4.2).</summary>
static class SubTaskActs
{
    public static Error? CreateSubTask(this Change change, TemplateNode conf, ProjectCommand.CreateSubTask command)
    {
        if (string.IsNullOrWhiteSpace(command.Name)) return ProjectErrors.MissingParam.Because("A subtask needs a name.");
        var (task, wrong) = Patched(change, conf, new(command.Id, command.Name) { CreatedAt = change.At }, command.Patch);
        if (wrong is not null) return wrong;
        change.Emit(new ProjectEvent.SubTaskCreated(conf.Key, task));
        return change.Intercept(PluginEvent.CreateSubTask, conf.Key);
    }

    public static Error? UpdateSubTask(this Change change, TemplateNode conf, ProjectCommand.UpdateSubTask command)
    {
        if (Find(change, conf, command.Id) is not { } old) return ProjectErrors.SubTaskNotFound;
        var renamed = string.IsNullOrWhiteSpace(command.Name) ? old : old with { Name = command.Name };
        if (Set(change, conf, renamed, command.Patch) is { } wrong) return wrong;
        return change.Settled().Intercept(PluginEvent.ChangeSubTask, conf.Key);
    }

    public static Error? ConfirmSubTask(this Change change, TemplateNode conf, ProjectCommand.ConfirmSubTask command)
    {
        if (Find(change, conf, command.Id) is not { } old) return ProjectErrors.SubTaskNotFound;
        if (change[conf].Status is NodeStatus.NotStarted && !change.Flow.Template.Options.EarlySubTasks) return ProjectErrors.NodeNotArrived;
        if (old.Passed) return ProjectErrors.SubTaskFinished;
        if (Set(change, conf, old, command.Patch) is { } wrong) return wrong;
        var task = Find(change, conf, command.Id)!;
        if (conf.ConfOf(task) is { DeliverableField: { } field } asked && !change.Item.Delivers(task, asked)) return ProjectErrors.DeliverableRequired(task.Name, field);
        change.Emit(new ProjectEvent.SubTaskPassed(conf.Key, task.Id, change.At));
        return change.Settled().Intercept(PluginEvent.CompleteSubTask, conf.Key);
    }

    public static Error? RollBackSubTask(this Change change, TemplateNode conf, ProjectCommand.RollBackSubTask command)
    {
        if (Find(change, conf, command.Id) is not { } old) return ProjectErrors.SubTaskNotFound;
        if (!old.Passed) return ProjectErrors.SubTaskActionNotSupported.Because("The subtask is open.");
        if (Set(change, conf, old, command.Patch) is { } wrong) return wrong;
        var task = Find(change, conf, command.Id)!;
        if (conf.ConfOf(task) is { PassMode: TaskPassMode.Auto } itself && change.Item.Delivers(task, itself))
            return ProjectErrors.SubTaskActionNotSupported.Because("The subtask is done by itself while its deliverable is filled.");
        change.Emit(new ProjectEvent.SubTaskReopened(conf.Key, task.Id));
        return change.Settled().Intercept(PluginEvent.ReopenSubTask, conf.Key);
    }

    public static Error? DeleteSubTask(this Change change, ProjectCommand.DeleteSubTask command)
    {
        if (change.Item.Nodes.FirstOrDefault(n => n.SubTasks.Any(t => t.Id == command.Id)) is not { } node) return ProjectErrors.SubTaskNotFound;
        change.Emit(new ProjectEvent.SubTaskRemoved(node.Key, command.Id));
        return change.Settled().Intercept(PluginEvent.DeleteSubTask, node.Key);
    }

    static SubTask? Find(Change change, TemplateNode conf, long id) => change[conf].SubTasks.FirstOrDefault(t => t.Id == id);

    static Error? Set(Change change, TemplateNode conf, SubTask old, SubTaskPatch patch)
    {
        var (task, wrong) = Patched(change, conf, old, patch);
        if (wrong is not null) return wrong;
        if (task != Find(change, conf, old.Id)) change.Emit(new ProjectEvent.SubTaskChanged(conf.Key, task));
        return null;
    }

    static (SubTask Task, Error? Error) Patched(Change change, TemplateNode conf, SubTask task, SubTaskPatch patch)
    {
        if (patch is { Assignee.Count: > 0, RoleAssignee.Count: > 0 }) return (task, ProjectErrors.AssigneeTwice);
        foreach (var role in patch.RoleAssignee ?? [])
        {
            if (change.Flow.Type.RoleOf(role.Role) is null) return (task, ProjectErrors.RoleNotFound);
            if (!conf.Roles.Contains(role.Role)) return (task, ProjectErrors.RoleNotOfNode);
            if (change.UserKnown(role.Owners ?? []) is { } nobody) return (task, nobody);
        }
        if (change.UserKnown(patch.Assignee ?? []) is { } unknown) return (task, unknown);
        var schedule = task.Schedule;
        if (patch.Schedule is { } given)
        {
            var (to, wrong) = NodePatches.Merge(schedule, given);
            if (wrong is not null) return (task, wrong);
            schedule = to;
        }
        Dictionary<string, FieldValue> fields = new(task.Fields);
        foreach (var pair in patch.Fields)
        {
            var (field, missing) = change.FieldOf(pair);
            if (field is null) return (task, missing);
            var (value, wrong) = FieldShape.Accept(field, pair.Value, change.Knows);
            if (wrong is not null) return (task, wrong);
            if (value is null) fields.Remove(field.Key);
            else fields[field.Key] = value;
        }
        return (task with
        {
            Assignee = patch.Assignee is { } people ? [.. people.Distinct()] : task.Assignee,
            RoleAssignee = patch.RoleAssignee ?? task.RoleAssignee,
            Schedule = schedule,
            Note = patch.Note ?? task.Note,
            Fields = patch.Fields.Count == 0 ? task.Fields : fields,
        }, null);
    }
}
