using System.Text.Json;
using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>POST /open_api/work_item/subtask/search (contracts: project §2.5): subtasks of all items of some spaces, newest first; of every space that the caller may enter when none is named.</summary>
static class SearchSubTasks
{
    const int MostSpaces = 10, MostUsers = 1000;

    static readonly Error TooManySpaces = new(20057, 400, "Project Keys Limit 10");

    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.sub_task.search", call => Handle(call, projects));

    static async ValueTask<Reply> Handle(Call call, ProjectStore projects)
    {
        var body = call.Body;
        IReadOnlyList<string> Texts(string name) => body.Says(name) ? body.Texts(name, MostUsers) : [];
        List<string> named = [.. Texts("project_keys"), .. Texts("simple_names")];
        var (name, users, page) = (body.Word("name") ?? "", Texts("user_keys"), ItemPage.Of(body, size: 50));
        bool? passed = body.Says("status") ? body.Whole("status") == 1 : null;
        var (from, to) = body.Says("created_at") ? (body.Object("created_at").Whole("start"), body.Object("created_at").Whole("end")) : (0, 0);
        if (body.Says("status") && body.Whole("status") is not (0 or 1)) page = page with { Wrong = page.Wrong ?? ProjectErrors.InvalidParam("Invalid Param").Because("A status is 0 or 1.") };
        if (body.Fault() is { } fault) return fault;
        if (named.Count > MostSpaces) return TooManySpaces;
        return await projects.Read<Reply>(call.Caller.Tenant, async session =>
        {
            List<string> spaces = [];
            foreach (var one in named.Count > 0 ? named : await session.Query("select project_key from project where tenant = $1", r => r.GetString(0)))
            {
                var (space, refused) = await ItemCall.Space(session, projects, call, one);
                if (space is not null) spaces.Add(space.Project.Key);
                else if (named.Count > 0) return refused!;
            }
            if (page.Wrong is { } wrong) return wrong;
            var (rows, total) = await SubTaskRows.Search(session, new(spaces, name, users, passed, from, to == 0 ? long.MaxValue : to), page.Size, page.Skip);
            List<(FoundItem Found, SubTaskRow Row)> found = [];
            foreach (var row in rows)
                if (await ProjectStore.Load(session, row.Item) is { } item && await projects.Find(session, item.ProjectKey) is { } space)
                    found.Add((new(space, item, await projects.FlowOf(session, space, item.TypeKey, item.TemplateId, item.TemplateVersion)), row));
            return page.Answer(total, json =>
            {
                foreach (var (one, row) in found) Write(json, one, row);
            });
        }, call.Aborted);
    }

    static void Write(Utf8JsonWriter json, FoundItem found, SubTaskRow row)
    {
        if (found.Flow is not { } flow || found.Item.NodeOf(row.Node) is not { } node || node.SubTasks.FirstOrDefault(t => t.Id == row.Id) is not { } task) return;
        json.WriteStartObject();
        json.WriteNumber("work_item_id"u8, found.Item.Id);
        json.WriteString("work_item_name"u8, found.Item.Name);
        json.WriteString("node_id"u8, node.Key);
        json.WritePropertyName("sub_task"u8);
        NodeJson.Write(json, flow, task, node.SubTasks);
        json.WriteEndObject();
    }
}
