using System.Diagnostics;
using System.Text.Json;
using Reflow.Core.Flows;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>GET /reflow/v1/tenants/:tenant/instances/:instance_id/timeline: every change, who made it by which operation, and what happened in it, oldest first.</summary>
static class InstanceTimeline
{
    const int UsualPage = 50, MostPage = 200;

    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("control.flow.instance.timeline", call =>
    {
        var size = (int)(call.Number("page_size", 1, MostPage) ?? UsualPage);
        var after = call.Number("page_token") ?? 0;
        return call.Read(db, session => Handle(session, flows, call.Path("instance_id"), after, size));
    });

    static async ValueTask<Reply> Handle(Session session, FlowStore flows, string id, long after, int size)
    {
        if (await FlowControl.Instance(session, id) is not { } stored) return FlowControl.Missing($"There is no instance {id}.");
        var changes = await FlowHistory.Timeline(session, stored.Instance.Id, after, size);
        var people = await flows.People(session);
        return Reply.Object(json =>
        {
            json.WriteObjects("changes"u8, changes.Take(size), change =>
            {
                json.WriteNumber("seq"u8, change.Seq);
                json.WriteNumber("at"u8, change.At);
                json.WriteString("by"u8, change.By);
                json.WriteString("name"u8, people.NameOf(change.By));
                json.WriteString("operation"u8, change.Operation);
                json.WriteStartArray("events"u8);
                foreach (var happened in change.Events) Event(json, happened);
                json.WriteEndArray();
            });
            json.WriteBoolean("has_more"u8, changes.Count > size);
            if (changes.Count > size) json.WriteString("page_token"u8, $"{changes[size - 1].Seq}");
        });
    }

    static void Event(Utf8JsonWriter json, FlowEvent happened)
    {
        json.WriteStartObject();
        switch (happened)
        {
            case FlowEvent.Started e:
                Is(json, "started");
                Users(json, "users", [e.Instance.Initiator]);
                break;
            case FlowEvent.Fired e:
                Is(json, FlowShapes.Word(e.Firing.Kind), e.Firing.Task);
                json.WriteString("node"u8, e.Firing.Node);
                json.WriteNumber("firing"u8, e.Firing.Seq);
                break;
            case FlowEvent.Undone e:
                Is(json, "undone", e.By);
                json.WriteStartArray("firings"u8);
                foreach (var seq in e.Firings) json.WriteNumberValue(seq);
                json.WriteEndArray();
                FlowShapes.Ids(json, "superseded", e.Superseded);
                break;
            case FlowEvent.TaskOpened e:
                Is(json, "task_opened", e.Task.Id);
                json.WriteString("node"u8, e.Task.Node);
                Users(json, "users", e.Task.Assignees.Select(a => a.User));
                break;
            case FlowEvent.Voted e:
                Is(json, e.Vote.Agree ? "agreed" : "rejected", e.TaskId, e.Vote.Opinion);
                Users(json, "users", [e.User]);
                json.WriteBoolean("automatic"u8, e.Vote.Automatic);
                break;
            case FlowEvent.TaskClosed e:
                Is(json, "task_closed", e.TaskId, e.Opinion);
                json.WriteString("status"u8, FlowShapes.Word(e.Status));
                break;
            case FlowEvent.TaskRevived e:
                Is(json, "task_revived", e.TaskId);
                break;
            case FlowEvent.Transferred e:
                Is(json, "transferred", e.TaskId, e.Opinion);
                Users(json, "from", e.From);
                Users(json, "users", e.To);
                break;
            case FlowEvent.AssigneesAdded e:
                Is(json, "assignees_added", e.TaskId, e.Opinion);
                Users(json, "users", e.Users);
                break;
            case FlowEvent.Copied e:
                Is(json, "copied", e.TaskId);
                Users(json, "users", e.Users);
                break;
            case FlowEvent.Expedited e:
                Is(json, "expedited", e.TaskId, e.Opinion);
                Users(json, "users", e.Users);
                break;
            case FlowEvent.Reminded e:
                Is(json, "reminded", e.TaskId);
                json.WriteString("node"u8, e.Node);
                Users(json, "users", e.Users);
                break;
            case FlowEvent.CameDue e:
                Is(json, "came_due", e.TaskId);
                json.WriteString("node"u8, e.Node);
                Users(json, "users", e.Users);
                break;
            case FlowEvent.FormChanged e:
                Is(json, "form_changed", e.TaskId);
                json.WritePropertyName("form"u8);
                json.WriteRawValue(e.Form);
                break;
            case FlowEvent.Migrated e:
                Is(json, "migrated");
                json.WriteNumber("from_version"u8, e.From);
                json.WriteNumber("to_version"u8, e.To);
                break;
            case FlowEvent.Ended e:
                Is(json, "ended", opinion: e.Opinion);
                json.WriteString("status"u8, FlowShapes.Word(e.Status));
                break;
            default:
                throw new UnreachableException();
        }
        json.WriteEndObject();
    }

    static void Is(Utf8JsonWriter json, string what, long? task = null, string? opinion = null)
    {
        json.WriteString("event"u8, what);
        if (task is { } id) json.WriteString("task_id"u8, $"{id}");
        if (opinion is not null) json.WriteString("opinion"u8, opinion);
    }

    static void Users(Utf8JsonWriter json, string name, IEnumerable<string> users)
    {
        json.WriteStartArray(name);
        foreach (var user in users) json.WriteStringValue(user);
        json.WriteEndArray();
    }
}
