using System.Globalization;
using System.Text;

namespace Reflow.Server.Store;

/// <summary>
/// What others are to be told of changes: a row an event, written in the transaction of the change, so that an event is there if and only if the change is.
/// <c>seq</c> counts the tenant's events; who delivers them keeps the last one that went out.
/// </summary>
static class Outbox
{
    const int Columns = 5;
    static readonly string[] Statements = [.. Enumerable.Range(0, 9).Select(Statement)];

    /// <summary>Records what others are to be told of one change.</summary>
    /// <param name="session">The change's session.</param>
    /// <param name="at">Unix ms.</param>
    /// <param name="events">What, in order.</param>
    public static async ValueTask Append(Session session, long at, IReadOnlyList<OutboxEvent> events)
    {
        for (var from = 0; from < events.Count; from += Statements.Length - 1)
        {
            var count = Math.Min(events.Count - from, Statements.Length - 1);
            var args = new object?[1 + Columns * count];
            args[0] = at;
            for (var i = 0; i < count; i++)
            {
                var one = events[from + i];
                (args[1 + Columns * i], args[2 + Columns * i], args[3 + Columns * i], args[4 + Columns * i], args[5 + Columns * i]) = (one.Type, one.Kind, one.Id, one.AppId, one.Payload);
            }
            await session.Execute(Statements[count], args);
        }
    }

    /// <summary>The events after one, in order.</summary>
    /// <param name="session">The tenant's session.</param>
    /// <param name="type">Only those of this type; null for all.</param>
    /// <param name="after">The last one that is known; 0 for none.</param>
    /// <param name="most">At most so many.</param>
    public static ValueTask<List<OutboxRow>> After(Session session, string? type, long after, int most)
    {
        const string columns = "select seq, at, type, kind, id, app_id, payload from outbox where tenant = $1 and seq > $2";
        return type is null
            ? session.Query($"{columns} order by seq limit $3", Read, after, most)
            : session.Query($"{columns} and type = $4 order by seq limit $3", Read, after, most, type);
    }

    static OutboxRow Read(System.Data.Common.DbDataReader r) =>
        new(r.GetInt64(0), r.GetInt64(1), new(r.GetString(2), r.GetString(3), r.GetString(4), r.TextOrNull(5), r.GetString(6)));

    // One statement for all events of a change: they take the next numbers in their order.
    static string Statement(int count)
    {
        var sql = new StringBuilder("with last as (select coalesce((select seq from outbox where tenant = $1 order by seq desc limit 1), 0) as seq) insert into outbox (tenant, seq, at, type, kind, id, app_id, payload) ");
        for (var i = 0; i < count; i++)
        {
            var first = 3 + Columns * i;
            sql.Append(i == 0 ? "" : " union all ");
            sql.Append(CultureInfo.InvariantCulture, $"select $1, seq + {i + 1}, $2, ${first}, ${first + 1}, ${first + 2}, ${first + 3}, ${first + 4} from last");
        }
        return sql.ToString();
    }
}

/// <summary>Something that others are to be told.</summary>
/// <param name="Type">The event's type on the wire: <c>task.task.updated_v1</c>.</param>
/// <param name="Kind">The kind of thing that changed: <c>task</c>, <c>comment</c>.</param>
/// <param name="Id">The thing's id: events of one thing are delivered in order.</param>
/// <param name="AppId">The app that is told; null for every app of the tenant that asked for the type.</param>
/// <param name="Payload">The event's members, JSON. People are the tenant's <c>user_id</c>s: each app knows them by other ids.</param>
sealed record OutboxEvent(string Type, string Kind, string Id, string? AppId, string Payload);

/// <summary>An event as it is stored.</summary>
/// <param name="Seq">Its number among the tenant's, from 1.</param>
/// <param name="At">Unix ms.</param>
/// <param name="Event">What others are told.</param>
sealed record OutboxRow(long Seq, long At, OutboxEvent Event);
