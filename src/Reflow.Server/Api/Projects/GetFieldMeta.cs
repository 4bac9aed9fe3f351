using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>GET …/work_item/:work_item_type_key/meta (contracts: project §2.4): what a create of this type may and must fill in.</summary>
static class GetFieldMeta
{
    // What only Reflow writes is no part of the form of a create.
    static readonly string[] OfForm = ["name", "template", "role_owners"];

    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.field.meta", call =>
        new(SpaceCall.ReadType(call, projects, call.Path("work_item_type_key"), ProjectErrors.TypeNotFound, (_, type) =>
        {
            if (type.Disabled) return ProjectErrors.TypeDisabled;
            return Reply.Data(json =>
            {
                json.WriteStartArray();
                foreach (var field in SystemFields.Of(type).Where(f => OfForm.Contains(f.Key)).Concat(type.Fields)) FieldJson.Conf(json, type, field);
                json.WriteEndArray();
            });
        })));
}
