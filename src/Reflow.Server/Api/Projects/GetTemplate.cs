using System.Globalization;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>GET /open_api/:project_key/template_detail/:template_id (contracts: project §2.4): the newest version of a template.</summary>
static class GetTemplate
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.template.detail", call =>
        new(SpaceCall.Read(call, projects, call.Path("project_key"), (_, space) =>
        {
            if (!long.TryParse(call.Path("template_id"), NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return new(ProjectErrors.DataNotFound.Because("A template_id is a number."));
            foreach (var type in space.Project.Types)
                if (type.Templates.FirstOrDefault(t => t.Id == id) is { } template) return new(Reply.Data(json => TemplateJson.Write(json, type, template)));
            return new(ProjectErrors.TemplateNotFound);
        })));
}
