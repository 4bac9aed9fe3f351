using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>PUT /open_api/:project_key/work_item/type/:work_item_type_key (contracts: project §2.4): what is absent stays; for administrators of the space.</summary>
static class UpdateWorkItemType
{
    public static void Serve(Routes routes, ProjectStore projects, ProjectCatalog catalog) => routes.Serve("project.work_item_type.update", async call =>
    {
        var body = call.Body;
        var (key, description) = (call.Path("work_item_type_key"), body.Word("description"));
        var (disabled, pinned) = (Flag(body, "is_disabled"), Flag(body, "is_pinned"));
        bool? schedule = Flag(body, "enable_schedule");
        var (scheduleField, estimate, actual) = (body.Word("schedule_field_key"), body.Word("estimate_point_field_key"), body.Word("actual_work_time_field_key"));
        IReadOnlyList<string>? roles = body.Says("belong_role_keys") ? body.Texts("belong_role_keys", 1000) : null;
        if (body.Fault() is { } fault) return fault;
        var (space, refused) = await SpaceCall.Administered(call, projects, call.Path("project_key"));
        if (refused is not null) return refused;
        var error = await catalog.Change(call.Caller.Tenant, space!.Project.Key, call.Caller.Actor, call.Operation.Name, call.Now, (_, project) =>
        {
            if (project.Types.FirstOrDefault(t => t.Key == key) is not { } type) return new((null, ProjectErrors.TypeNotFound));
            if (new[] { scheduleField, estimate, actual }.FirstOrDefault(f => f is not null && type.FieldOf(f, null) is null) is { } nowhere) return new((null, Invalid($"The type has no field {nowhere}.")));
            if (roles?.FirstOrDefault(r => type.RoleOf(r) is null) is { } nobody) return new((null, Invalid($"The type has no role {nobody}.")));
            var changed = type with
            {
                Description = description ?? type.Description,
                Disabled = disabled ?? type.Disabled,
                Pinned = pinned ?? type.Pinned,
                ScheduleField = schedule is false ? null : scheduleField ?? type.ScheduleField,
                EstimateField = estimate ?? type.EstimateField,
                ActualTimeField = actual ?? type.ActualTimeField,
                BelongRoles = roles ?? type.BelongRoles,
            };
            return new((project with { Types = [.. project.Types.Select(t => t.Key == key ? changed : t)] }, null));
        }, call.Aborted);
        return error is null ? Reply.Empty : error;
    });

    static bool? Flag(Input body, string name) => body.Says(name) ? body.Flag(name) : null;

    static Error Invalid(string why) => ProjectErrors.InvalidParam("Invalid Param").Because(why);
}
