using System.Text.Json;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>POST …/:work_item_id/workflow/query (contracts: project §2.2): the nodes that are there for the item, or the states of its state flow, and how they follow each other.</summary>
static class QueryWorkflow
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.workflow.query", call => Handle(call, projects));

    static async ValueTask<Reply> Handle(Call call, ProjectStore projects)
    {
        var (fields, mixed) = FieldSelection.Of(call.Body);
        var (flowType, withUsers) = (call.Body.Whole("flow_type"), call.Body.Says("expand") && call.Body.Object("expand").Flag("need_user_detail"));
        if (call.Body.Fault() is { } fault) return fault;
        return await ItemCall.ReadBriefly(call, projects, ItemPath.Of(call), mixed, async (session, found) =>
        {
            if (found.Flow is { Template.IsStateFlow: var isStateFlow } && isStateFlow != (flowType == 1)) return isStateFlow ? ProjectErrors.IsStateFlow : ProjectErrors.IsNodeFlow;
            if (found.Flow is not { } flow || flow.Precheck(found.Item with { Aborted = null }, null) is not null) return ProjectErrors.WorkflowBroken;
            var users = withUsers ? await UserDetails(session, found.Item) : [];
            return Reply.Data(json => Write(json, flow, found.Item, fields, users));
        });
    }

    /// <summary>NodesConnections.</summary>
    public static void Write(Utf8JsonWriter json, NodeFlow flow, WorkItem item, FieldSelection fields, IReadOnlyList<ProjectUser> users)
    {
        json.WriteStartObject();
        json.WriteStartArray("workflow_nodes"u8);
        foreach (var node in flow.Template.Nodes)
            if (NodeFlow.Applies(item, node)) NodeJson.Write(json, flow, item, node, fields);
        json.WriteEndArray();
        json.WriteStartArray("connections"u8);
        foreach (var (from, to) in Connections(flow, item)) Connection(json, from, to, 0);
        foreach (var way in flow.Template.Transitions) Connection(json, way.From, way.To, way.Id);
        json.WriteEndArray();
        json.WriteStartArray("state_flow_nodes"u8);
        foreach (var state in flow.Template.States) StateJson.Write(json, flow, item, state, fields);
        json.WriteEndArray();
        json.WriteObjects("user_details"u8, users, user =>
        {
            UserJson.Names(json, user);
        });
        json.WriteNumber("template_id"u8, item.TemplateId);
        json.WriteNumber("version"u8, item.TemplateVersion);
        json.WriteEndObject();
    }

    static void Connection(Utf8JsonWriter json, string from, string to, long transition)
    {
        json.WriteStartObject();
        json.WriteString("source_state_key"u8, from);
        json.WriteString("target_state_key"u8, to);
        json.WriteNumber("transition_id"u8, transition);
        json.WriteEndObject();
    }

    /// <summary>How the nodes that are there follow each other: one that is not there is looked through, as arrival does.</summary>
    public static IEnumerable<(string From, string To)> Connections(NodeFlow flow, WorkItem item)
    {
        Dictionary<string, HashSet<string>> above = [];
        foreach (var node in flow.InOrder)
        {
            HashSet<string> from = [];
            foreach (var parent in flow.Above(node))
                if (NodeFlow.Applies(item, parent)) from.Add(parent.Key);
                else from.UnionWith(above[parent.Key]);
            above[node.Key] = from;
            if (!NodeFlow.Applies(item, node)) continue;
            foreach (var key in from) yield return (key, node.Key);
        }
    }

    static async ValueTask<IReadOnlyList<ProjectUser>> UserDetails(Session session, WorkItem item)
    {
        List<ProjectUser> users = [];
        foreach (var key in item.Nodes.SelectMany(n => n.Owners).Append(item.CreatedBy).Distinct())
            if (await ProjectPeople.ByKey(session, key) is { } user) users.Add(user);
        return users;
    }
}
