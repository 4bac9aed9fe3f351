using System.Globalization;
using System.Text.Json;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>
/// POST /open_api/work_item/transition_required_info/get (contracts: project §2.2): all that a node still needs, at once. The list is the one
/// that operate's confirm goes through, so the two never disagree.
/// </summary>
static class GetTransitionRequiredInfo
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.transition_required_info.get", call => Handle(call, projects));

    static async ValueTask<Reply> Handle(Call call, ProjectStore projects)
    {
        var body = call.Body;
        var path = ItemPath.In(body);
        var (state, unfinished) = (body.Word("state_key") ?? "", body.Word("mode") == "unfinished");
        if (body.Fault() is { } fault) return fault;
        return await ItemCall.Read(call, projects, path, null, (_, found) =>
        {
            if (found.Flow is not { } flow || Needs(flow, found.Item, state, ProjectDoor.UserKey(call)) is not { } all) return new(ProjectErrors.NodeGone);
            var needs = all.Where(n => !unfinished || !n.Met).ToList();
            return new(Reply.Data(json => Write(json, flow, state, needs)));
        });
    }

    // Of a node, or of a state that the item can go to from where it is.
    static IEnumerable<Need>? Needs(NodeFlow flow, WorkItem item, string state, string user) =>
        flow.Find(item, state) is { } node ? NodeNeeds.Of(flow, item, node, user)
        : flow.Template.StateOf(state) is { } to && flow.Template.Transitions.Any(t => t.From == item.Status && t.To == state) ? NodeNeeds.OfState(flow, item, to)
        : null;

    static void Write(Utf8JsonWriter json, NodeFlow flow, string state, List<Need> needs)
    {
        // A field whose option was switched off is one line: unfinished.
        var form = needs.Where(n => n.Kind is NeedKind.Field or NeedKind.Signal or NeedKind.Role or NeedKind.Option)
            .GroupBy(n => (IsRole: n.Kind is NeedKind.Role, n.Key))
            .Select(g => (g.Key.IsRole, g.Key.Key, Met: g.All(n => n.Met)));
        json.WriteStartObject();
        json.WriteStartArray("form_items"u8);
        foreach (var (isRole, key, met) in form)
        {
            json.WriteStartObject();
            json.WriteString("class"u8, isRole ? "role"u8 : "field"u8);
            json.WriteString("key"u8, key);
            json.WriteBoolean("finished"u8, met);
            json.WriteString("field_type_key"u8, isRole ? "role_owners" : flow.Type.FieldOf(key, null)!.Type.Wire());
            NodeJson.Write(json, "not_finished_owner", []);
            NodeJson.Write(json, "sub_field", []);
            json.WriteStartObject("state_info"u8);
            json.WriteString("state_key"u8, state);
            NodeJson.Write(json, "node_fields", []);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteObjects("node_fields"u8, needs.Where(n => n.Kind is NeedKind.Owner or NeedKind.Schedule or NeedKind.DueTime or NeedKind.Points or NeedKind.ActualHours), need =>
        {
            json.WriteString("field_key"u8, need.Key);
            json.WriteString("field_type_key"u8, TypeOf(need.Kind));
            json.WriteBoolean("finished"u8, need.Met);
            NodeJson.Write(json, "not_finished_owner", need.NotFinishedOwners);
            NodeJson.Write(json, "sub_field", []);
        });
        json.WriteObjects("tasks"u8, needs.Where(n => n.Kind is NeedKind.SubTask), need =>
        {
            json.WriteNumber("task_id"u8, long.Parse(need.Key, CultureInfo.InvariantCulture));
            json.WriteBoolean("finished"u8, need.Met);
        });
        NodeJson.Write(json, "deliverables", []);
        json.WriteEndObject();
    }

    static string TypeOf(NeedKind kind) => kind switch
    {
        NeedKind.Owner => "multi_user",
        NeedKind.Schedule => "schedule",
        NeedKind.DueTime => "date",
        NeedKind.Points or NeedKind.ActualHours => "number",
        NeedKind.Role or NeedKind.Field or NeedKind.Option or NeedKind.Signal or NeedKind.SubTask => "",
    };
}
