using System.Text.Json;

namespace Reflow.Server.Store;

/// <summary>
/// What others are to be told of changes: a row a change, written in its transaction, so that an event is there if and only if the change is.
/// <c>seq</c> counts the tenant's rows; who delivers them keeps the last one that went out.
/// </summary>
static class Outbox
{
    /// <summary>Records what others are to be told of one change; nothing when there is nothing to tell.</summary>
    /// <param name="session">The change's session.</param>
    /// <param name="at">Unix ms.</param>
    /// <param name="kind">The kind of thing that changed: <c>task</c>.</param>
    /// <param name="id">The thing's id: what is told of one thing is delivered in order.</param>
    /// <param name="events">What, in order.</param>
    public static async ValueTask Append(Session session, long at, string kind, string id, IReadOnlyList<OutboxEvent> events)
    {
        if (events is []) return;
        await session.Append(
            "insert into outbox (tenant, seq, at, kind, id, events) values ($1, coalesce((select max(seq) from outbox where tenant = $1), 0) + 1, $2, $3, $4, $5)",
            "insert into outbox (tenant, seq, at, kind, id, events) select $1, coalesce((select max(seq) from outbox where tenant = $1), 0) + {place}, $2, $3, $4, $5 from {rows}",
            at, kind, id, $"[{string.Join(',', events.Select(Text))}]");
    }

    /// <summary>The rows after one, in order, each with those of its events that are asked for.</summary>
    /// <param name="session">The tenant's session.</param>
    /// <param name="type">Only events of this type, and rows that have some; null for all.</param>
    /// <param name="after">The last row that is known; 0 for none.</param>
    /// <param name="most">At most so many rows.</param>
    public static async ValueTask<IReadOnlyList<OutboxRow>> After(Session session, string? type, long after, int most)
    {
        const string columns = "select seq, at, kind, id, events from outbox where tenant = $1 and seq > $2";
        var rows = type is null
            ? await session.Query($"{columns} order by seq limit $3", Read, after, most)
            : await session.Query($"{columns} and {session.Engine.HasPart("events", "$4")} order by seq limit $3", Read, after, most, $"\"type\":{JsonSerializer.Serialize(type, StoreJson.Readable.String)}");
        return type is null ? rows : [.. rows.Select(row => row with { Events = [.. row.Events.Where(one => one.Type == type)] })];
    }

    // The type and the app are ours: they hold nothing to escape.
    static string Text(OutboxEvent one) => one.AppId is null
        ? $$"""{"type":"{{one.Type}}","event":{{one.Payload}}}"""
        : $$"""{"type":"{{one.Type}}","app_id":"{{one.AppId}}","event":{{one.Payload}}}""";

    static OutboxRow Read(System.Data.Common.DbDataReader r)
    {
        using var events = JsonDocument.Parse(r.GetString(4));
        return new(r.GetInt64(0), r.GetInt64(1), r.GetString(2), r.GetString(3),
        [
            .. events.RootElement.EnumerateArray().Select(one => new OutboxEvent(
                one.GetProperty("type").GetString()!, one.TryGetProperty("app_id", out var app) ? app.GetString() : null, one.GetProperty("event").GetRawText())),
        ]);
    }
}

/// <summary>Something that others are to be told.</summary>
/// <param name="Type">The event's type on the wire: <c>task.task.updated_v1</c>.</param>
/// <param name="AppId">The app that is told; null for every app of the tenant that asked for the type.</param>
/// <param name="Payload">The event's members, JSON. People are the tenant's <c>user_id</c>s: each app knows them by other ids.</param>
sealed record OutboxEvent(string Type, string? AppId, string Payload);

/// <summary>What is to be told of one change, as it is stored.</summary>
/// <param name="Seq">Its number among the tenant's, from 1.</param>
/// <param name="At">Unix ms.</param>
/// <param name="Kind">The kind of thing that changed.</param>
/// <param name="Id">The thing's id.</param>
/// <param name="Events">What others are told.</param>
sealed record OutboxRow(long Seq, long At, string Kind, string Id, IReadOnlyList<OutboxEvent> Events);
