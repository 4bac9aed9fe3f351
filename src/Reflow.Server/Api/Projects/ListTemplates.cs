using System.Globalization;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>GET /open_api/:project_key/template_list/:work_item_type_key (contracts: project §2.4): the newest version of each template; ids are texts here.</summary>
static class ListTemplates
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.template.list", call =>
        new(SpaceCall.ReadType(call, projects, call.Path("work_item_type_key"), ProjectErrors.TypeNotFound, (_, type) => Reply.Data(json =>
        {
            json.WriteStartArray();
            foreach (var template in type.Templates)
            {
                var id = template.Id.ToString(CultureInfo.InvariantCulture);
                json.WriteStartObject();
                json.WriteString("template_id"u8, id);
                json.WriteString("template_name"u8, template.Name);
                json.WriteNumber("is_disabled"u8, template.Disabled ? 1 : 2);
                json.WriteNumber("version"u8, template.Version);
                json.WriteString("unique_key"u8, id);
                json.WriteString("template_key"u8, id);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }))));
}
