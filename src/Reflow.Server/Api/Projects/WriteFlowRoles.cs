using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Core.Projects.Search;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>
/// POST …/flow_roles/:work_item_type_key/create_role, update_role, delete_role (contracts: project §2.4), for administrators of the space.
/// The role stands in <c>role</c>, or its members stand in the body itself.
/// </summary>
static class WriteFlowRoles
{
    public static void Serve(Routes routes, ProjectStore projects, ProjectCatalog catalog)
    {
        routes.Serve("project.flow_role.create", call => Write(call, projects, catalog, (_, _, type, said) =>
            said.Id is not { Length: <= 64 } id ? new((null, Invalid("A role has an id of at most 64 characters.")))
            : type.RoleOf(id) is not null ? new((null, Invalid($"There is a role {id} already.")))
            : new(Checked(type, new Role(id, said.Name ?? id), said))));
        routes.Serve("project.flow_role.update", call => Write(call, projects, catalog, (_, _, type, said) =>
            type.RoleOf(said.Id ?? "") is { } role ? new(Checked(type, role, said)) : new((null, Invalid($"There is no role {said.Id}.")))));
        routes.Serve("project.flow_role.delete", call => Write(call, projects, catalog, async (session, project, type, said) =>
        {
            if (type.RoleOf(said.Id ?? "") is not { } role) return (null, Invalid($"There is no role {said.Id}."));
            var left = type with { Roles = [.. type.Roles.Where(r => r.Key != role.Key)], BelongRoles = [.. type.BelongRoles.Where(r => r != role.Key)] };
            if (type.Templates.Any(t => TemplateFaults.Of(left, t).Count > 0)) return (null, ProjectErrors.RoleInUse.Because("A template names the role."));
            var held = await ProjectSearch.Page(session, [new(project.Key, type.Key, new(new ItemQuery.Has(ItemFacts.Role(role.Key), new ItemTest.Exists()), Terminated: false))], 0, 0, 1);
            return held.Total > 0 ? (null, ProjectErrors.RoleInUse.Because("An item has members in the role.")) : (left, null);
        }));
    }

    static async ValueTask<Reply> Write(Call call, ProjectStore projects, ProjectCatalog catalog, Func<Session, Project, WorkItemType, Said, ValueTask<(WorkItemType?, Error?)>> change)
    {
        var said = Said.Of(call.Body);
        if (call.Body.Fault() is { } fault) return fault;
        var (space, refused) = await SpaceCall.Administered(call, projects, call.Path("project_key"));
        if (refused is not null) return refused;
        var error = await catalog.Change(call.Caller.Tenant, space!.Project.Key, call.Caller.Actor, call.Operation.Name, call.Now, async (session, project) =>
        {
            if (project.Types.FirstOrDefault(t => t.Key == call.Path("work_item_type_key")) is not { } type) return (null, ProjectErrors.TypeNotFound);
            foreach (var user in said.Members ?? [])
                if (await ProjectPeople.ByKey(session, user) is null) return (null, Invalid($"Nobody has the user key {user}."));
            var (changed, wrong) = await change(session, project, type, said);
            return (changed is null ? null : project with { Types = [.. project.Types.Select(t => t.Key == type.Key ? changed : t)] }, wrong);
        }, call.Aborted);
        return error is not null ? error : call.Operation.Name is "project.flow_role.create" ? Reply.Data(json => json.WriteStringValue(said.Id)) : Reply.Empty;
    }

    static (WorkItemType?, Error?) Checked(WorkItemType type, Role role, Said said)
    {
        if (said.Assign is not (0 or 1 or 2 or 3)) return (null, Invalid("A member_assign_mode is 1, 2 or 3."));
        role = role with
        {
            Name = said.Name ?? role.Name,
            Assign = said.Assign == 0 ? role.Assign : (MemberAssign)said.Assign,
            Members = said.Members ?? role.Members,
            Several = said.Several ?? role.Several,
        };
        if (role.Assign is MemberAssign.Specified && role.Members.Count == 0) return (null, Invalid("Who has the role must be said when it is assigned to given members."));
        var belongs = said.IsOwner ?? type.BelongRoles.Contains(role.Key);
        return (type with
        {
            Roles = type.RoleOf(role.Key) is null ? [.. type.Roles, role] : [.. type.Roles.Select(r => r.Key == role.Key ? role : r)],
            BelongRoles = [.. type.BelongRoles.Where(r => r != role.Key), .. belongs ? [role.Key] : Array.Empty<string>()],
        }, null);
    }

    static Error Invalid(string why) => ProjectErrors.InvalidParam("Invalid Param").Because(why);

    /// <summary>What a request says of a role; what is null stays as it is.</summary>
    sealed record Said(string? Id, string? Name, long Assign, IReadOnlyList<string>? Members, bool? Several, bool? IsOwner)
    {
        public static Said Of(Input body)
        {
            var role = body.Says("role") ? body.Object("role") : body;
            return new(role.Id("id") is { Length: > 0 } id ? id : body.Id("role_id") is { Length: > 0 } other ? other : null, role.Word("name"), role.Whole("member_assign_mode"),
                role.Says("members") ? role.Texts("members", 1000) : null, role.Says("is_member_multi") ? role.Flag("is_member_multi") : null, role.Says("is_owner") ? role.Flag("is_owner") : null);
        }
    }
}
