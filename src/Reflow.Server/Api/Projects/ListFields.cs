using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>POST /open_api/:project_key/field/all (contracts: project §2.4): the fields of a type, or of every type of the space, those that every item has first.</summary>
static class ListFields
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.field.all", async call =>
    {
        var key = call.Body.Word("work_item_type_key");
        if (call.Body.Fault() is { } fault) return fault;
        return await SpaceCall.Read(call, projects, call.Path("project_key"), (_, space) =>
        {
            var types = space.Project.Types.Where(t => key is null || t.Key == key).ToList();
            if (types.Count == 0 && key is not null) return new(ProjectErrors.DataNotFound.Because($"The space has no type {key}."));
            return new(Reply.Data(json =>
            {
                json.WriteStartArray();
                foreach (var type in types)
                {
                    foreach (var field in SystemFields.Of(type)) FieldJson.Simple(json, field, [type.Key], isCustom: false);
                    foreach (var field in type.Fields) FieldJson.Simple(json, field, [type.Key], isCustom: true);
                }
                json.WriteEndArray();
            }));
        });
    });
}
