using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>POST /open_api/:project_key/work_item/create (contracts: project §2.3): answers the new item's id, a number.</summary>
static class CreateWorkItem
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.work_item.create", call => Handle(call, projects));

    static async ValueTask<Reply> Handle(Call call, ProjectStore projects)
    {
        var body = call.Body;
        var (type, name, fields) = (body.Word("work_item_type_key") ?? "", body.Word("name") ?? "", body.Pairs("field_value_pairs"));
        var (template, required) = (body.Whole("template_id"), body.Whole("required_mode"));
        if (body.Fault() is { } fault) return fault;
        var (flow, knows, refused) = await projects.Read<(NodeFlow?, Func<string, bool>?, Error?)>(call.Caller.Tenant, async session =>
        {
            var (space, early) = await ItemCall.Space(session, projects, call, call.Path("project_key"));
            if (early is not null) return (null, null, early);
            if (space!.Project.Types.FirstOrDefault(t => t.Key == type) is not { } known) return (null, null, ProjectErrors.TypeNotFound);
            // 0 is "not passed": the type's first template then.
            var chosen = known.Templates.FirstOrDefault(t => template == 0 ? !t.Disabled : t.Id == template);
            if (chosen is null) return (null, null, ProjectErrors.TemplateNotFound);
            return (await projects.FlowOf(session, space, type, chosen.Id, chosen.Version), await ProjectInput.Users(session, call, known.Roles.SelectMany(r => r.Members)), null);
        }, call.Aborted);
        if (refused is not null) return refused;
        var command = new ProjectCommand.Create(ProjectDoor.UserKey(call), call.Now, projects.NewId(), name, fields, required == 1,
            [.. Enumerable.Range(0, flow!.Template.TaskCount).Select(_ => projects.NewId())]);
        // Whoever creates may become the owner of a role.
        var (item, error) = await projects.Create(call.Caller.Tenant, flow, command, user => user == command.By || knows!(user), call.Caller.Actor, call.Operation.Name, call.Aborted);
        return error is not null ? error : Reply.Data(json => json.WriteNumberValue(item!.Id));
    }
}
