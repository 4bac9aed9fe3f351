using System.Text.Json;
using Reflow.Core.Projects;
using Reflow.Server.Api.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>GET /reflow/v1/tenants/:tenant/items/:work_item_id: an item as a graph to draw, every node or state of its template version with where it stands, hidden ones among them.</summary>
static class GetItem
{
    public static void Serve(Routes routes, Db db, ProjectStore projects) => routes.Serve("control.project.item.get", call =>
        call.Read(db, async session =>
        {
            var (item, flow, missing) = await ProjectControl.Item(session, projects, call.Path("work_item_id"));
            return missing is not null ? missing : Reply.Data(json => Write(json, item!, flow!));
        }));

    static void Write(Utf8JsonWriter json, WorkItem item, NodeFlow flow)
    {
        json.WriteStartObject();
        json.WriteString("work_item_id"u8, $"{item.Id}");
        json.WriteString("name"u8, item.Name);
        json.WriteString("project_key"u8, item.ProjectKey);
        json.WriteString("work_item_type_key"u8, item.TypeKey);
        json.WriteNumber("template_id"u8, item.TemplateId);
        json.WriteNumber("version"u8, item.TemplateVersion);
        json.WriteString("flow"u8, flow.Template.IsStateFlow ? "state"u8 : "node"u8);
        json.WriteString("work_item_status"u8, item.Status);
        json.WriteBoolean("aborted"u8, item.Aborted is not null);
        json.WriteBoolean("frozen"u8, item.Frozen);
        json.WriteBoolean("finished"u8, item.FinishedAt is not null);
        json.WriteStartArray("nodes"u8);
        foreach (var conf in flow.Template.Nodes) Node(json, item, conf);
        foreach (var state in flow.Template.States) State(json, item, state);
        json.WriteEndArray();
        json.WriteStartArray("edges"u8);
        foreach (var connection in flow.Template.Connections) Edge(json, connection.From, connection.To, null);
        foreach (var transition in flow.Template.Transitions) Edge(json, transition.From, transition.To, transition.Id);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Node(Utf8JsonWriter json, WorkItem item, TemplateNode conf)
    {
        var node = item.NodeOf(conf.Key)!;
        json.WriteStartObject();
        json.WriteString("key"u8, conf.Key);
        json.WriteString("name"u8, conf.Name);
        json.WriteString("state"u8, NodeFlow.Applies(item, conf) ? Word(node.Status) : "hidden");
        json.WriteString("pass_mode"u8, JsonNamingPolicy.SnakeCaseLower.ConvertName($"{conf.PassMode}"));
        json.WriteBoolean("milestone"u8, conf.Milestone);
        json.WriteBoolean("may_roll_back"u8, conf.EnableRollback && conf.PassMode is not PassMode.Auto && node.Status is NodeStatus.Completed);
        if (conf.Visible is { } visible) json.WriteString("visible_when"u8, visible.Text);
        NodeJson.Write(json, "owners", node.Owners);
        NodeJson.Write(json, "confirmed", node.Checkers.Where(c => c.CheckedAt is not null).Select(c => c.Owner));
        Moments(json, node.BeganAt, node.FinishedAt);
        json.WriteNumber("sub_tasks"u8, node.SubTasks.Count);
        json.WriteNumber("open_sub_tasks"u8, node.SubTasks.Count(t => !t.Passed));
        json.WriteEndObject();
    }

    static void State(Utf8JsonWriter json, WorkItem item, TemplateState state)
    {
        var (from, to) = StateJson.Times(item, state.Key);
        json.WriteStartObject();
        json.WriteString("key"u8, state.Key);
        json.WriteString("name"u8, state.Name);
        json.WriteString("state"u8, Word(item.StandingOf(state)));
        Moments(json, from, to);
        json.WriteEndObject();
    }

    static void Moments(Utf8JsonWriter json, long? began, long? finished)
    {
        if (began is { } from) json.WriteNumber("began_at"u8, from);
        if (finished is { } to) json.WriteNumber("finished_at"u8, to);
    }

    static void Edge(Utf8JsonWriter json, string from, string to, long? transition)
    {
        json.WriteStartObject();
        json.WriteString("from"u8, from);
        json.WriteString("to"u8, to);
        if (transition is { } id) json.WriteNumber("transition_id"u8, id);
        json.WriteEndObject();
    }

    static string Word(NodeStatus status) => status switch
    {
        NodeStatus.NotStarted => "not_started",
        NodeStatus.InProgress => "in_progress",
        NodeStatus.Completed => "completed",
    };
}
