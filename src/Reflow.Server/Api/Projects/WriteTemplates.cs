using System.Globalization;
using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>
/// POST …/create_template, PUT …/update_template, DELETE …/delete_template under /open_api/template/v2 (contracts: project §2.4), for administrators of the space.
/// A change is a new version: items go on with the one that they started on, also after the template is deleted.
/// </summary>
static class WriteTemplates
{
    public static void Serve(Routes routes, ProjectStore projects, ProjectCatalog catalog)
    {
        routes.Serve("project.template.create", call => Create(call, projects, catalog));
        routes.Serve("project.template.update", call => Update(call, projects, catalog));
        routes.Serve("project.template.delete", call => Delete(call, projects, catalog));
    }

    static async ValueTask<Reply> Create(Call call, ProjectStore projects, ProjectCatalog catalog)
    {
        var (key, typeKey, name, copy) = (call.Body.Word("project_key") ?? "", call.Body.Word("work_item_type_key"), call.Body.Word("template_name")?.Trim() ?? "", call.Body.Whole("copy_template_id"));
        if (call.Body.Fault() is { } fault) return fault;
        var id = catalog.NewId();
        var error = await Change(call, projects, catalog, key, (_, project) =>
        {
            if (project.Types.FirstOrDefault(t => t.Key == typeKey) is not { } type) return new((null, ProjectErrors.TypeNotFound));
            if (name.Length is 0 or > 200) return new((null, Invalid("A template has a name of at most 200 characters.")));
            if (type.Templates.Any(t => t.Name == name)) return new((null, ProjectErrors.TemplateNameTaken));
            var copied = type.Templates.FirstOrDefault(t => t.Id == copy);
            if (copy != 0 && copied is null) return new((null, Invalid($"The type has no template {copy} to copy.")));
            var made = (copied ?? TemplateEdits.New(type, id, name)) with { Id = id, Name = name, Version = 1, Disabled = false };
            return new((project.With(type.Key, made), null));
        });
        return error is null ? Reply.Data(json => json.WriteNumberValue(id)) : error;
    }

    static async ValueTask<Reply> Update(Call call, ProjectStore projects, ProjectCatalog catalog)
    {
        var (key, id) = (call.Body.Word("project_key") ?? "", call.Body.Whole("template_id"));
        var (nodes, states) = (TemplateInput.Nodes(call.Body), TemplateInput.States(call.Body));
        if (call.Body.Fault() is { } fault) return fault;
        var error = await Change(call, projects, catalog, key, async (session, project) =>
        {
            if (project.TemplateOf(id) is not ({ } type, { } template)) return (null, ProjectErrors.TemplateNotFound);
            if (nodes is null || states is null) return (null, Invalid("An edit has a state_key, and an action of 1, 2 or 3; modes are those of the wire."));
            foreach (var user in nodes.SelectMany(n => n.Owners ?? []).Distinct())
                if (await ProjectPeople.ByKey(session, user) is null) return (null, Invalid($"Nobody has the user key {user}."));
            var (edited, wrong) = TemplateEdits.Edit(type, template, nodes, states);
            return wrong is null ? (project.With(type.Key, edited!), null) : (null, wrong);
        });
        return error is null ? Reply.Empty : error;
    }

    static async ValueTask<Reply> Delete(Call call, ProjectStore projects, ProjectCatalog catalog)
    {
        var isNumber = long.TryParse(call.Path("template_id"), NumberStyles.None, CultureInfo.InvariantCulture, out var id);
        var error = await Change(call, projects, catalog, call.Path("project_key"), (_, project) =>
            !isNumber ? new((null, Invalid("A template_id is a number.")))
            : project.TemplateOf(id) is ({ } type, { } template) ? new((project.With(type.Key, template with { Deleted = true }), null))
            : new((null, ProjectErrors.TemplateNotFound)));
        return error is null ? Reply.Empty : error;
    }

    static async ValueTask<Error?> Change(Call call, ProjectStore projects, ProjectCatalog catalog, string key, Func<Session, Project, ValueTask<(Project?, Error?)>> change)
    {
        var (space, refused) = await SpaceCall.Administered(call, projects, key);
        return refused ?? await catalog.Change(call.Caller.Tenant, space!.Project.Key, call.Caller.Actor, call.Operation.Name, call.Now, change, call.Aborted);
    }

    static (WorkItemType? Type, Template? Template) TemplateOf(this Project project, long id)
    {
        foreach (var type in project.Types)
            if (type.Templates.FirstOrDefault(t => t.Id == id) is { } template) return (type, template);
        return default;
    }

    static Project With(this Project project, string typeKey, Template template) => project with
    {
        Types = [.. project.Types.Select(t => t.Key != typeKey ? t : t with { Templates = [.. t.Templates.Where(o => o.Id != template.Id), template] })],
    };

    static Error Invalid(string why) => ProjectErrors.InvalidParam("Invalid Param").Because(why);
}
