using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Reflow.Core.Projects;

namespace Reflow.Server.Store;

/// <summary>What happened to an item, as its history keeps it: one object an event, with the event's name and what it is about.</summary>
static class ProjectHistory
{
    static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Written(IEnumerable<ProjectEvent> events)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Readable))
        {
            json.WriteStartArray();
            foreach (var e in events)
            {
                if (e is ProjectEvent.Touched) continue;
                json.WriteStartObject();
                json.WriteString("event"u8, JsonNamingPolicy.SnakeCaseLower.ConvertName(e.GetType().Name));
                Details(json, e);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

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
