using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>GET /open_api/:project_key/flow_roles/:work_item_type_key (contracts: project §2.4): the roles of a type. A space that is none has a code of its own here.</summary>
static class ListFlowRoles
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.flow_role.list", async call =>
    {
        var known = await projects.Read(call.Caller.Tenant, async s => await projects.Find(s, call.Path("project_key")) is not null, call.Aborted);
        if (!known) return ProjectErrors.ProjectKeyWrong;
        return await SpaceCall.ReadType(call, projects, call.Path("work_item_type_key"), ProjectErrors.TypeNotFound, (_, type) => Reply.Data(json =>
        {
            json.WriteStartArray();
            foreach (var role in type.Roles)
            {
                json.WriteStartObject();
                json.WriteString("id"u8, role.Key);
                json.WriteString("key"u8, role.Key);
                json.WriteString("name"u8, role.Name);
                json.WriteBoolean("is_owner"u8, type.BelongRoles.Contains(role.Key));
                json.WriteNumber("role_appear_mode"u8, 1);
                json.WriteBoolean("deletable"u8, !role.Required);
                json.WriteBoolean("auto_enter_group"u8, false);
                json.WriteNumber("member_assign_mode"u8, (int)role.Assign);
                NodeJson.Write(json, "members", role.Members);
                json.WriteBoolean("is_member_multi"u8, role.Several);
                json.WriteString("role_alias"u8, "");
                json.WriteNumber("is_required"u8, role.Required ? 1 : 2);
                NodeJson.Write(json, "authorization_role_keys", []);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }));
    });
}
