using System.Text.Json;
using Reflow.Core.Projects;

namespace Reflow.Server.Api.Projects;

/// <summary>The states of an item and the ways between them as the wire has them (contracts: project §2.1 StateFlowNode, Connection).</summary>
static class StateJson
{
    /// <summary>When the item was in a state: the last time that it came there, and when it left; null while it is there, or never was.</summary>
    public static (long? From, long? To) Times(WorkItem item, string state)
    {
        for (var i = item.Statuses.Count - 1; i >= 0; i--)
            if (item.Statuses[i].Key == state) return (item.Statuses[i].At, i + 1 < item.Statuses.Count ? item.Statuses[i + 1].At : null);
        return default;
    }

    /// <summary>StateFlowNode.</summary>
    public static void Write(Utf8JsonWriter json, NodeFlow flow, WorkItem item, TemplateState state, FieldSelection fields)
    {
        var (from, to) = Times(item, state.Key);
        json.WriteStartObject();
        json.WriteString("id"u8, state.Key);
        json.WriteString("name"u8, state.Name);
        json.WriteNumber("status"u8, (int)item.StandingOf(state));
        json.WriteStartArray("role_owners"u8);
        foreach (var line in state.Form)
            if (line is FormItem.OfRole && line.ShownFor(item)) NodeJson.Write(json, flow, line.Key, item.OwnersOf(line.Key));
        json.WriteEndArray();
        json.WriteString("actual_begin_time"u8, NodeJson.Moment(from));
        json.WriteString("actual_finish_time"u8, NodeJson.Moment(to));
        json.WriteStartArray("fields"u8);
        foreach (var line in state.Form)
            if (line is FormItem.OfField && line.ShownFor(item) && flow.Type.FieldOf(line.Key, null) is { } field && fields.Has(field.Key, field.Alias))
                NodeJson.Write(json, field, item.Fields.GetValueOrDefault(field.Key));
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
