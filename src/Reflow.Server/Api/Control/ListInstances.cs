using System.Globalization;
using Reflow.Core.Flows;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>GET /reflow/v1/tenants/:tenant/instances: instances, newest first, filtered by status, flow, initiator, start and the text of their summary; paged by key.</summary>
static class ListInstances
{
    const int UsualPage = 20, MostPage = 100, LongestText = 100;

    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("control.flow.instance.list", call =>
    {
        var size = (int)(call.Number("page_size", 1, MostPage) ?? UsualPage);
        var filter = new InstanceFilter(
            Status(call), call.Query("namespace"), call.Query("flow"), call.Query("initiator"),
            call.Number("started_from"), call.Number("started_to"), call.Query("text"), After(call));
        if (filter.Text is { Length: > LongestText } text) call.Body.Violation("text", $"{text.Length}", $"has at most {LongestText} characters");
        return call.Read(db, session => Handle(session, flows, filter, size));
    });

    static async ValueTask<Reply> Handle(Session session, FlowStore flows, InstanceFilter filter, int size)
    {
        var rows = await FlowRecords.List(session, filter, size);
        var people = await flows.People(session);
        return Reply.Object(json =>
        {
            json.WriteObjects("instances"u8, rows.Take(size), row =>
            {
                FlowShapes.Instance(json, row.Instance, row.Flow, people);
                json.WritePropertyName("label"u8);
                json.WriteRawValue(row.Label);
                json.WritePropertyName("summary"u8);
                json.WriteRawValue(row.Summary);
            });
            json.WriteBoolean("has_more"u8, rows.Count > size);
            if (rows.Count > size) json.WriteString("page_token"u8, $"{rows[size - 1].Instance.StartedAt}-{rows[size - 1].Instance.Id}");
        });
    }

    static InstanceStatus? Status(Call call)
    {
        if (call.Query("status") is not { } word) return null;
        foreach (var status in Enum.GetValues<InstanceStatus>())
            if (FlowShapes.Word(status) == word) return status;
        call.Body.Violation("status", word, $"must be one of {string.Join(", ", Enum.GetValues<InstanceStatus>().Select(FlowShapes.Word))}");
        return null;
    }

    static (long, long)? After(Call call)
    {
        if (call.Query("page_token") is not { } token) return null;
        if (token.Split('-') is [var at, var id]
            && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var startedAt) && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var last)) return (startedAt, last);
        call.Body.Violation("page_token", token, "is not one that an answer gave");
        return null;
    }
}
