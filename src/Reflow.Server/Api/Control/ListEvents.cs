using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>GET /reflow/v1/tenants/:tenant/events: what others are to be told, in order; after a change, and of one type when asked for. The events of one change have one number and are never parted by a page.</summary>
static class ListEvents
{
    const int UsualPage = 50, MostPage = 200;

    public static void Serve(Routes routes, Db db) => routes.Serve("control.event.list", call =>
    {
        var size = (int)(call.Number("page_size", 1, MostPage) ?? UsualPage);
        var after = call.Number("after") ?? 0;
        return call.Read(db, session => Handle(session, call.Query("type"), after, size));
    });

    static async ValueTask<Reply> Handle(Session session, string? type, long after, int size)
    {
        var rows = await Outbox.After(session, type, after, size + 1);
        return Reply.Object(json =>
        {
            json.WriteStartArray("events"u8);
            foreach (var row in rows.Take(size))
            {
                foreach (var one in row.Events)
                {
                    json.WriteStartObject();
                    json.WriteNumber("seq"u8, row.Seq);
                    json.WriteNumber("at"u8, row.At);
                    json.WriteString("type"u8, one.Type);
                    json.WriteString("kind"u8, row.Kind);
                    json.WriteString("id"u8, row.Id);
                    if (one.AppId is { } app) json.WriteString("app_id"u8, app);
                    json.WritePropertyName("event"u8);
                    json.WriteRawValue(one.Payload, skipInputValidation: true);
                    json.WriteEndObject();
                }
            }
            json.WriteEndArray();
            json.WriteBoolean("has_more"u8, rows.Count > size);
        });
    }
}
