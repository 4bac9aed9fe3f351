using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Reflow.Core.Projects;

namespace Reflow.Server.Store;

/// <summary>What happened to an item, as its history keeps it: one object an event, with the event's name, what it is about, what is new, and what was there before where it takes a place.</summary>
static class ProjectHistory
{
    static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text for history.</summary>
    /// <param name="item">The item before; null for a new one.</param>
    /// <param name="events">What happened to it.</param>
    public static string Written(WorkItem? item, IEnumerable<ProjectEvent> events)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Readable))
        {
            json.WriteStartArray();
            foreach (var e in events)
            {
                if (e is not ProjectEvent.Touched)
                {
                    json.WriteStartObject();
                    json.WriteString("event"u8, JsonNamingPolicy.SnakeCaseLower.ConvertName(e.GetType().Name));
                    Details(json, e);
                    if (item is not null && Before(item, e) is { } before)
                    {
                        json.WriteStartObject("old"u8);
                        Details(json, before);
                        json.WriteEndObject();
                    }
                    json.WriteEndObject();
                }
                item = item!.Apply(e);
            }
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <summary>An event that would put back what this one takes the place of; null where it takes the place of nothing.</summary>
    static ProjectEvent? Before(WorkItem item, ProjectEvent e) => e switch
    {
        ProjectEvent.Renamed => new ProjectEvent.Renamed(item.Name),
        ProjectEvent.FieldChanged x => x with { Value = item.Fields.GetValueOrDefault(x.Field) },
        ProjectEvent.RoleChanged x => x with { Owners = item.OwnersOf(x.Role) },
        ProjectEvent.StatusChanged x => x with { To = x.To with { Key = item.Status } },
        ProjectEvent.Froze => new ProjectEvent.Froze(item.Frozen),
        ProjectEvent.NodeFieldChanged x => x with { Value = item.NodeOf(x.Node)!.Fields.GetValueOrDefault(x.Field) },
        ProjectEvent.OwnersChanged x => x with { Owners = item.NodeOf(x.Node)!.Owners },
        ProjectEvent.CheckersChanged x => x with { Checkers = item.NodeOf(x.Node)!.Checkers },
        ProjectEvent.ScheduleChanged x => x with { To = item.NodeOf(x.Node)!.Schedule },
        ProjectEvent.SchedulesChanged x => x with { To = item.NodeOf(x.Node)!.Schedules },
        ProjectEvent.NodeTimed x => x with { BeganAt = item.NodeOf(x.Node)!.BeganAt, FinishedAt = item.NodeOf(x.Node)!.FinishedAt },
        ProjectEvent.Reviewed x => item.NodeOf(x.Node)!.Reviews.FirstOrDefault(r => r.User == x.Review.User) is { } review ? x with { Review = review } : null,
        ProjectEvent.Summarized x => item.NodeOf(x.Node)!.Summary is { } summary ? x with { Review = summary } : null,
        ProjectEvent.HoursChanged x => item.NodeOf(x.Node)!.Hours.FirstOrDefault(r => r.Id == x.Record.Id) is { } record ? x with { Record = record } : null,
        ProjectEvent.HoursRemoved x => item.NodeOf(x.Node)!.Hours.FirstOrDefault(r => r.Id == x.Id) is { } record ? new ProjectEvent.HoursChanged(x.Node, record) : null,
        ProjectEvent.Created or ProjectEvent.Touched or ProjectEvent.Finished or ProjectEvent.Reopened or ProjectEvent.Aborted or ProjectEvent.Restored or ProjectEvent.Deleted
            or ProjectEvent.NodeReached or ProjectEvent.NodeConfirmed or ProjectEvent.NodePassed or ProjectEvent.NodeRolledBack or ProjectEvent.NodeReset or ProjectEvent.ReviewsCleared or ProjectEvent.HoursRecorded
            or ProjectEvent.SubTaskCreated or ProjectEvent.SubTaskChanged or ProjectEvent.SubTaskPassed or ProjectEvent.SubTaskReopened or ProjectEvent.SubTaskRemoved => null,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static void Details(Utf8JsonWriter json, ProjectEvent e)
    {
        switch (e)
        {
            case ProjectEvent.Created x: Pair("name", x.Item.Name); break;
            case ProjectEvent.Renamed x: Pair("name", x.Name); break;
            case ProjectEvent.FieldChanged x: Value(x.Field, x.Value); break;
            case ProjectEvent.NodeFieldChanged x: Pair("node", x.Node); Value(x.Field, x.Value); break;
            case ProjectEvent.RoleChanged x: Pair("role", x.Role); Texts("owners", x.Owners); break;
            case ProjectEvent.StatusChanged x: Pair("status", x.To.Key); break;
            case ProjectEvent.Aborted x: Pair("reason", x.How.Reason); break;
            case ProjectEvent.Restored x: Pair("reason", x.Reason); break;
            case ProjectEvent.Froze x: json.WriteBoolean("frozen"u8, x.Frozen); break;
            case ProjectEvent.NodeReached x: Pair("node", x.Node); break;
            case ProjectEvent.NodeConfirmed x: Pair("node", x.Node); break;
            case ProjectEvent.NodePassed x: Pair("node", x.Node); break;
            case ProjectEvent.NodeRolledBack x: Pair("node", x.Node); Pair("reason", x.Reason); break;
            case ProjectEvent.NodeReset x: Pair("node", x.Node); break;
            case ProjectEvent.OwnersChanged x: Pair("node", x.Node); Texts("owners", x.Owners); break;
            case ProjectEvent.CheckersChanged x: Pair("node", x.Node); Texts("owners", [.. x.Checkers.Select(c => c.Owner)]); break;
            case ProjectEvent.ScheduleChanged x: Pair("node", x.Node); Schedule(x.To); break;
            case ProjectEvent.SchedulesChanged x: Pair("node", x.Node); Texts("owners", [.. x.To.Select(s => s.Owner!)]); break;
            case ProjectEvent.Reviewed x: Pair("node", x.Node); Pair("conclusion", x.Review.Conclusion); break;
            case ProjectEvent.ReviewsCleared x: Pair("node", x.Node); break;
            case ProjectEvent.Summarized x: Pair("node", x.Node); Pair("conclusion", x.Review.Conclusion); break;
            case ProjectEvent.NodeTimed x: Pair("node", x.Node); Moment("began_at", x.BeganAt); Moment("finished_at", x.FinishedAt); break;
            case ProjectEvent.HoursRecorded x: Pair("node", x.Node); json.WriteNumber("hours"u8, x.Record.Hours); break;
            case ProjectEvent.HoursChanged x: Pair("node", x.Node); json.WriteNumber("record"u8, x.Record.Id); json.WriteNumber("hours"u8, x.Record.Hours); break;
            case ProjectEvent.HoursRemoved x: Pair("node", x.Node); json.WriteNumber("record"u8, x.Id); break;
            case ProjectEvent.SubTaskCreated x: Pair("node", x.Node); json.WriteNumber("task"u8, x.Task.Id); break;
            case ProjectEvent.SubTaskChanged x: Pair("node", x.Node); json.WriteNumber("task"u8, x.Task.Id); break;
            case ProjectEvent.SubTaskPassed x: Pair("node", x.Node); json.WriteNumber("task"u8, x.Task); break;
            case ProjectEvent.SubTaskReopened x: Pair("node", x.Node); json.WriteNumber("task"u8, x.Task); break;
            case ProjectEvent.SubTaskRemoved x: Pair("node", x.Node); json.WriteNumber("task"u8, x.Task); break;
            case ProjectEvent.Finished or ProjectEvent.Reopened or ProjectEvent.Deleted or ProjectEvent.Touched: break;
        }

        void Pair(string name, string value) => json.WriteString(name, value);

        void Moment(string name, long? at)
        {
            if (at is { } ms) json.WriteNumber(name, ms);
        }

        void Value(string field, FieldValue? value)
        {
            json.WriteString("field"u8, field);
            json.WritePropertyName("value"u8);
            ProjectJson.Write(json, value);
        }

        void Texts(string name, IReadOnlyList<string> values)
        {
            json.WriteStartArray(name);
            foreach (var value in values) json.WriteStringValue(value);
            json.WriteEndArray();
        }

        void Schedule(Schedule to)
        {
            json.WriteNumber("points"u8, to.Points);
            json.WriteNumber("estimate_start_date"u8, to.EstimateStart);
            json.WriteNumber("estimate_end_date"u8, to.EstimateEnd);
        }
    }
}
