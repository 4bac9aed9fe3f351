using System.Globalization;
using System.Text.Json;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>POST …/work_item/:work_item_type_key/query (contracts: project §2.3): up to fifty items by their ids, in the order asked for.</summary>
static class QueryWorkItems
{
    const int MostIds = 50;

    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.work_item.query", call => Handle(call, projects));

    static async ValueTask<Reply> Handle(Call call, ProjectStore projects)
    {
        var (fields, mixed) = FieldSelection.Of(call.Body);
        var (ids, expand) = (Ids(call.Body), ItemExpand.Of(call.Body));
        if (call.Body.Fault() is { } fault) return fault;
        return await projects.Read<Reply>(call.Caller.Tenant, async session =>
        {
            var (space, refused) = await ItemCall.Space(session, projects, call, call.Path("project_key"));
            if (refused is not null) return refused;
            if (space!.Project.Types.All(t => t.Key != call.Path("work_item_type_key"))) return ProjectErrors.TypeNotFound;
            if ((mixed ?? (ids.Count > MostIds ? ProjectErrors.TooManyWorkItems : null)) is { } wrong) return wrong;
            List<FoundItem> items = [];
            foreach (var id in ids)
            {
                var (found, missing) = await ItemCall.Item(session, projects, space, new("", call.Path("work_item_type_key"), id));
                if (missing is not null) return ProjectErrors.WorkItemNotFound;
                items.Add(found!);
            }
            var (details, unfit) = await expand.Load(session, items);
            if (unfit is not null) return unfit;
            return Reply.Data(json =>
            {
                json.WriteStartArray();
                foreach (var item in items) WorkItemJson.Write(json, item, fields, details);
                json.WriteEndArray();
            });
        }, call.Aborted);
    }

    static List<string> Ids(Input body)
    {
        if (!body.Says("work_item_ids")) return [];
        var list = body.Raw("work_item_ids");
        List<string> ids = [];
        if (list.ValueKind is not JsonValueKind.Array) body.WrongType("work_item_ids", list);
        else
            foreach (var id in list.EnumerateArray())
                if (id.ValueKind is JsonValueKind.String) ids.Add(id.GetString()!);
                else if (id.ValueKind is JsonValueKind.Number && id.TryGetInt64(out var number)) ids.Add(number.ToString(CultureInfo.InvariantCulture));
                else body.WrongType("work_item_ids", id);
        return ids;
    }
}
