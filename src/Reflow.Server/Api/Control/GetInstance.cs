using System.Text.Json;
using Reflow.Core.Flows;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>
/// GET /reflow/v1/tenants/:tenant/instances/:instance_id: the instance as a graph, with the state of each node of the version that it is on, and its tokens, firings and tasks,
/// those that were undone among them. With <c>at</c> (Unix ms) as it stood then.
/// </summary>
static class GetInstance
{
    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("control.flow.instance.get", call =>
    {
        var at = call.Number("at") ?? long.MaxValue;
        return call.Read(db, session => Handle(session, flows, call.Path("instance_id"), at));
    });

    static async ValueTask<Reply> Handle(Session session, FlowStore flows, string id, long at)
    {
        if (await FlowControl.Instance(session, id) is not { } stored) return FlowControl.Missing($"There is no instance {id}.");
        if (await FlowHistory.AsOf(session, stored.Instance.Id, at) is not { } state) return FlowControl.Missing($"Instance {id} had not started at {at}.");
        var version = stored.Flow with { Version = state.Instance.Version };
        var flow = await flows.Version(session, version);
        var people = await flows.People(session);
        return Reply.Object(json =>
        {
            FlowShapes.Instance(json, state.Instance, version, people);
            json.WritePropertyName("form"u8);
            json.WriteRawValue(state.Instance.Form);
            Nodes(json, state, flow);
            json.WriteObjects("edges"u8, flow.Definition.Edges, edge =>
            {
                json.WriteString("from"u8, edge.From);
                json.WriteString("to"u8, edge.To);
                if (edge.When is { } when) json.WriteString("when"u8, when);
            });
            json.WriteStartArray("tokens"u8);
            foreach (var token in state.Tokens.Values.OrderBy(t => t.Id)) Token(json, token);
            json.WriteEndArray();
            json.WriteStartArray("firings"u8);
            foreach (var firing in state.Firings.Values) FiringOf(json, firing);
            json.WriteEndArray();
            json.WriteStartArray("tasks"u8);
            foreach (var task in state.Tasks.Values.OrderBy(t => t.Id)) FlowShapes.Task(json, task, flow, people);
            json.WriteEndArray();
        });
    }

    static void Nodes(Utf8JsonWriter json, FlowState state, DeployedFlow flow)
    {
        var tokens = state.Tokens.Values.ToLookup(t => t.Node);
        json.WriteObjects("nodes"u8, flow.Definition.Nodes, node =>
        {
            json.WriteString("key"u8, node.Key);
            json.WritePropertyName("label"u8);
            FlowJson.WriteLabels(json, node.Label);
            json.WriteString("state"u8, State([.. tokens[node.Key]]));
        });
    }

    // What waits counts more than what was, and what holds more than what was undone.
    static string State(IReadOnlyList<FlowToken> tokens) =>
        tokens.Any(t => t.IsPresent) ? "pending" : tokens.Any(t => t.Live) ? "live" : tokens.Count > 0 ? "undone" : "not_reached";

    static void Token(Utf8JsonWriter json, FlowToken token)
    {
        json.WriteStartObject();
        json.WriteNumber("id"u8, token.Id);
        json.WriteString("node"u8, token.Node);
        json.WriteString("state"u8, State([token]));
        json.WriteNumber("produced_by"u8, token.ProducedBy);
        if (token.ConsumedBy is { } by) json.WriteNumber("consumed_by"u8, by);
        if (token.Dead) json.WriteBoolean("dead"u8, true);
        json.WriteEndObject();
    }

    static void FiringOf(Utf8JsonWriter json, Firing firing)
    {
        json.WriteStartObject();
        json.WriteNumber("seq"u8, firing.Seq);
        json.WriteString("kind"u8, FlowShapes.Word(firing.Kind));
        json.WriteString("node"u8, firing.Node);
        json.WriteString("state"u8, firing.Live ? "live"u8 : "undone"u8);
        Numbers(json, "inputs", firing.Inputs);
        Numbers(json, "outputs", firing.Outputs);
        Numbers(json, "causes", firing.Causes);
        if (firing.Task is { } task) json.WriteString("task_id"u8, $"{task}");
        if (firing.Repeats is { } repeats) json.WriteNumber("repeats"u8, repeats);
        if (firing.UndoneBy is { } by) json.WriteString("undone_by"u8, $"{by}");
        json.WriteEndObject();
    }

    static void Numbers(Utf8JsonWriter json, string name, IReadOnlyList<int> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers) json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
