using System.Text.Json;
using System.Text.Json.Nodes;
using Reflow.Core.Projects;
using Reflow.Server.Store;

namespace Reflow.Server.Control;

/// <summary>Writes spaces of Feishu Project as <see cref="ProjectWorkspace"/> reads them.</summary>
/// <param name="users">The <c>user_id</c> of each <c>user_key</c>.</param>
sealed class ProjectExport(IReadOnlyDictionary<string, string> users)
{
    public JsonObject Project(Project project) => new JsonObject()
        .With("project_key", project.Key).With("simple_name", project.SimpleName).With("name", project.Name)
        .With("administrators", People(project.Administrators)).With("members", People(project.Members))
        .With("teams", project.Teams.Select(team => new JsonObject()
            .With("team_id", team.Id).With("name", team.Name).With("members", People(team.Members)).With("administrators", People(team.Administrators))))
        .With("businesses", project.Businesses.SelectMany(line => Business(line, null)))
        .With("types", project.Types.Select(Type))
        .With("interceptors", project.Interceptors.Select(interceptor => new JsonObject()
            .With("events", interceptor.Events.Select(Word)).With("type", interceptor.Type).With("template", interceptor.Template).With("nodes", interceptor.Nodes)));

    IEnumerable<JsonObject> Business(Business line, string? parent) => line.Children.SelectMany(child => Business(child, line.Id)).Prepend(new JsonObject()
        .With("business_id", line.Id).With("name", line.Name).With("parent", parent).With("labels", line.Labels)
        .With("role_owners", line.RoleOwners.Select(owner => new JsonObject().With("role", owner.Role).With("owners", People(owner.Owners ?? []))))
        .With("watchers", People(line.Watchers)).With("masters", People(line.Masters)).With("disabled", line.Disabled));

    JsonObject Type(WorkItemType type) => new JsonObject()
        .With("type_key", type.Key).With("name", type.Name).With("api_name", type.ApiName == type.Key ? null : type.ApiName).With("disabled", type.Disabled)
        .With("flow", type.Flow is FlowMode.Node ? null : Word(type.Flow)).With("description", type.Description).With("pinned", type.Pinned)
        .With("schedule_field", type.ScheduleField).With("estimate_field", type.EstimateField).With("actual_time_field", type.ActualTimeField).With("belong_roles", type.BelongRoles)
        .With("statuses", type.Statuses.Select(status => new JsonObject().With("status_key", status.Key).With("name", status.Name).With("archived", status.Archived)))
        .With("roles", type.Roles.Select(role => Labelled(new JsonObject().With("role_key", role.Key).With("name", role.Name), role.Labels)
            .With("assign", role.Assign is MemberAssign.Manual ? null : Word(role.Assign)).With("members", People(role.Members)).With("required", role.Required).With("several", role.Several, usual: true)))
        .With("fields", type.Fields.Select(Field))
        .With("templates", type.Templates.Select(Template));

    JsonObject Field(Field field) => Labelled(new JsonObject().With("field_key", field.Key).With("field_alias", field.Alias).With("name", field.Name), field.Labels)
        .With("field_type", field.Type.Wire())
        .WithValue("default", field.Default).With("options", field.Options.SelectMany(option => Option(option, null))).With("required", field.Required)
        .With("required_when", field.RequiredIf?.Text).With("visible_when", field.Visible?.Text).With("editable_by", field.EditableBy).With("fields", field.Fields.Select(Field));

    static IEnumerable<JsonObject> Option(Option option, string? parent) => option.Children.SelectMany(child => Option(child, option.Value)).Prepend(
        Labelled(new JsonObject().With("value", option.Value).With("label", option.Label), option.Labels).With("parent", parent).With("disabled", option.Disabled));

    JsonObject Template(Template template) => new JsonObject()
        .With("template_id", template.Id).With("name", template.Name).With("disabled", template.Disabled)
        .With("options", new JsonObject()
            .With("force_complete", template.Options.ForceComplete).With("early_sub_tasks", template.Options.EarlySubTasks)
            .With("reset_sub_tasks", template.Options.ResetSubTasks is SubTaskReset.None ? null : Word(template.Options.ResetSubTasks)).With("clear_review", template.Options.ClearReview)
            .With("max_rollback_depth", template.Options.MaxRollbackDepth))
        .With("nodes", template.Nodes.Select(Node))
        .With("connections", template.Connections.Select(connection => new JsonObject().With("from", connection.From).With("to", connection.To)))
        .With("states", template.States.Select(state => Labelled(new JsonObject().With("state_key", state.Key).With("name", state.Name), state.Labels)
            .With("kind", state.Kind is StateKind.Process ? null : Word(state.Kind)).With("authorized_roles", state.AuthorizedRoles).With("form", state.Form.Select(Line))))
        .With("transitions", template.Transitions.Select(transition => new JsonObject().With("transition_id", transition.Id).With("from", transition.From).With("to", transition.To)));

    JsonObject Node(TemplateNode node) => Labelled(new JsonObject().With("state_key", node.Key).With("name", node.Name), node.Labels)
        .With("pass_mode", node.PassMode is PassMode.Single ? null : Word(node.PassMode)).With("owner_usage", node.OwnerUsage is OwnerUsage.Manual ? null : Word(node.OwnerUsage))
        .With("owner_roles", node.OwnerRoles).With("owners", People(node.Owners))
        .With("owner_rules", node.OwnerRules.Select(rule => new JsonObject().With("when", rule.If?.Text).With("owners", People(rule.Owners)).With("owner_roles", rule.Roles)))
        .With("need_schedule", node.NeedSchedule).With("different_schedule", node.DifferentSchedule).With("done_allocate_owner", node.DoneAllocateOwner).With("done_schedule", node.DoneSchedule)
        .With("done_actual_point", node.DoneActualPoint).With("done_finish_time", node.DoneFinishTime).With("milestone", node.Milestone).With("done_operation_role", node.DoneOperationRoles)
        .With("enable_rollback", node.EnableRollback, usual: true).With("belong_status", node.BelongStatus).With("visible_when", node.Visible?.Text)
        .With("conclusions", node.Conclusions.Select(conclusion => Labelled(new JsonObject().With("value", conclusion.Value).With("label", conclusion.Label), conclusion.Labels)))
        .With("form", node.Form.Select(Line))
        .With("sub_tasks", node.Tasks.Select(task => new JsonObject()
            .With("id", task.Id).With("name", task.Name).With("pass_mode", task.PassMode is TaskPassMode.Manual ? null : Word(task.PassMode)).With("blocking", task.Blocking)
            .With("deliverable_field", task.DeliverableField).With("assignee", People(task.Assignee))));

    static JsonObject Line(FormItem item) => new JsonObject()
        .With(item is FormItem.OfRole ? "role" : "field", item.Key).With("required", item.Required is Requirement.No ? null : Word(item.Required))
        .With("required_when", item.RequiredIf?.Text).With("visible_when", item.Visible?.Text);

    static JsonObject Labelled(JsonObject map, IReadOnlyDictionary<string, string> labels) => map.With("i18n_name", WorkspaceExport.Labels(labels));

    // Whoever is no member any more is left out.
    IEnumerable<string> People(IEnumerable<string> keys) => keys.Select(key => users.GetValueOrDefault(key)).OfType<string>();

    static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}

file static class FieldValues
{
    public static JsonObject WithValue(this JsonObject map, string name, FieldValue? value)
    {
        if (value is not null) map[name] = JsonNode.Parse(ProjectJson.Text(value));
        return map;
    }
}
