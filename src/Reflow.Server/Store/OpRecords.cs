using System.Text.Json;
using Reflow.Core.Directory;

namespace Reflow.Server.Store;

/// <summary>One thing that happened to an item, as the wire's op_record tells it.</summary>
/// <param name="Item">The item's id.</param>
/// <param name="Type">Its type.</param>
/// <param name="At">When, Unix ms.</param>
/// <param name="Operator">A user key; empty where nobody acted.</param>
/// <param name="OperatorType"><c>user</c> or <c>system</c>.</param>
/// <param name="Source">The operation by which.</param>
/// <param name="What">What kind of thing.</param>
/// <param name="Object">The key or id of what it happened to.</param>
/// <param name="Property">What of it is another.</param>
/// <param name="New">What it is now.</param>
sealed record OpRecord(long Item, string Type, long At, string Operator, string OperatorType, string Source, OpWords What, string Object, string Property, IReadOnlyList<string> New)
{
    /// <summary>What it was before; null where nothing was to be replaced.</summary>
    public IReadOnlyList<string>? Old { get; init; }

    /// <summary>Whether it is a list: who came and who went can be told.</summary>
    public bool IsList { get; init; }

    /// <summary>Every change of an item comes through this API.</summary>
    public const string SourceType = "openapi";
}

/// <summary>The wire's words for an event.</summary>
/// <param name="Operation"><c>operation_type</c>.</param>
/// <param name="Module"><c>op_record_module</c>.</param>
/// <param name="ObjectType"><c>object_type</c>.</param>
sealed record OpWords(string Operation, string Module, string ObjectType);

/// <summary>Reads what happened to items from their history (<see cref="ProjectHistory"/> writes it).</summary>
static class OpRecords
{
    static readonly Dictionary<string, OpWords> Words = new()
    {
        ["created"] = new("create", "work_item_mod", "work_item"),
        ["renamed"] = new("modify", "field_mod", "field"),
        ["field_changed"] = new("modify", "field_mod", "field"),
        ["role_changed"] = new("modify", "role_and_user_mod", "role"),
        ["status_changed"] = new("modify", "work_item_mod", "work_item"),
        ["finished"] = new("complete", "work_item_mod", "work_item"),
        ["reopened"] = new("modify", "work_item_mod", "work_item"),
        ["aborted"] = new("terminate", "work_item_mod", "work_item"),
        ["restored"] = new("restore", "work_item_mod", "work_item"),
        ["froze"] = new("modify", "work_item_mod", "work_item"),
        ["deleted"] = new("delete", "work_item_mod", "work_item"),
        ["node_reached"] = new("modify", "node_mod", "node"),
        ["node_confirmed"] = new("modify", "node_mod", "node"),
        ["node_passed"] = new("complete", "node_mod", "node"),
        ["node_rolled_back"] = new("rollback", "node_mod", "node"),
        ["node_reset"] = new("rollback", "node_mod", "node"),
        ["owners_changed"] = new("modify", "role_and_user_mod", "node"),
        ["schedule_changed"] = new("modify", "node_mod", "node"),
        ["schedules_changed"] = new("modify", "node_mod", "node"),
        ["node_field_changed"] = new("modify", "field_mod", "node"),
        ["reviewed"] = new("modify", "node_mod", "node"),
        ["summarized"] = new("modify", "node_mod", "node"),
        ["reviews_cleared"] = new("remove", "node_mod", "node"),
        ["node_timed"] = new("modify", "node_mod", "node"),
        ["hours_recorded"] = new("add", "node_mod", "node"),
        ["hours_changed"] = new("modify", "node_mod", "node"),
        ["hours_removed"] = new("remove", "node_mod", "node"),
        ["sub_task_created"] = new("create", "sub_task_mod", "sub_task"),
        ["sub_task_changed"] = new("modify", "sub_task_mod", "sub_task"),
        ["sub_task_passed"] = new("complete", "sub_task_mod", "sub_task"),
        ["sub_task_reopened"] = new("rollback", "sub_task_mod", "sub_task"),
        ["sub_task_removed"] = new("delete", "sub_task_mod", "sub_task"),
    };

    /// <summary>What happened to these items of a space from one moment to another, both included, oldest first. Items of other spaces have no records here.</summary>
    public static async ValueTask<List<OpRecord>> Of(Session session, string space, IReadOnlyList<string> ids, long from, long to)
    {
        var asked = JsonSerializer.Serialize([.. ids.Distinct()], StoreJson.Default.StringArray);
        var types = (await session.Query($"select id, type_key from work_item where tenant = $1 and project_key = $2 and id in ({session.Engine.IntegersOf("$3")})",
            r => (Id: r.GetInt64(0), Type: r.GetString(1)), space, JsonSerializer.Serialize([.. ids.Select(id => long.TryParse(id, out var n) ? n : -1).Distinct()], ProjectJson.Stored.Int64Array)))
            .ToDictionary(t => t.Id, t => t.Type);
        if (types.Count == 0) return [];
        var rows = await session.Query($"""
            select id, at, actor, operation, payload from history where tenant = $1 and kind = 'item' and id in ({session.Engine.TextsOf("$2")}) and at >= $3 and at <= $4 order by at, id, seq
            """, r => (Id: long.Parse(r.GetString(0), System.Globalization.CultureInfo.InvariantCulture), At: r.GetInt64(1), Actor: r.GetString(2), Operation: r.GetString(3), Payload: r.GetString(4)), asked, from, to);
        var keys = new Dictionary<string, string>();
        List<OpRecord> records = [];
        foreach (var row in rows.Where(r => types.ContainsKey(r.Id)))
        {
            if (!keys.TryGetValue(row.Actor, out var who)) keys[row.Actor] = who = await UserKey(session, Actor.Parse(row.Actor));
            using var events = JsonDocument.Parse(row.Payload);
            foreach (var e in events.RootElement.EnumerateArray())
                if (Words.GetValueOrDefault(e.GetProperty("event").GetString()!) is { } what)
                    records.Add(Read(e, what, new(row.Id, types[row.Id], row.At, who, who.Length > 0 ? "user" : "system", row.Operation, what, $"{row.Id}", "", [])));
        }
        return records;
    }

    // A payload says what it is about (node, task, field, role), what is new, and what was there before.
    static OpRecord Read(JsonElement e, OpWords what, OpRecord record)
    {
        var (about, property, isList) = (record.Object, "", false);
        List<string> now = [];
        foreach (var member in e.EnumerateObject())
            switch (member.Name)
            {
                case "event" or "old": break;
                case "node" when what.ObjectType is "node": about = member.Value.GetString()!; break;
                case "task" when what.ObjectType is "sub_task": about = member.Value.GetRawText(); break;
                case "field" when what.ObjectType is "field": about = member.Value.GetString()!; break;
                case "name" when what.ObjectType is "field": // the title has no field of its own in an event
                    (about, property) = ("name", "value");
                    now.AddRange(Texts(member.Value));
                    break;
                case "role" when what.ObjectType is "role": about = member.Value.GetString()!; break;
                case "node": break;
                default:
                    if (property.Length == 0) property = member.Name;
                    isList |= member.Value.ValueKind is JsonValueKind.Array;
                    now.AddRange(Texts(member.Value));
                    break;
            }
        var old = e.TryGetProperty("old", out var before) ? Read(before, what, record) : null;
        return record with { Object = about, Property = property, New = now, Old = old?.New, IsList = isList || old is { IsList: true } };
    }

    // A list is as many texts as it has members; what is cleared is none.
    static IEnumerable<string> Texts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => [],
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Texts),
        JsonValueKind.Object or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => [value.GetRawText()],
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static async ValueTask<string> UserKey(Session session, Actor actor) => actor is Actor.User user
        ? await session.Find("select user_key from member where tenant = $1 and user_id = $2", r => r.TextOrNull(0), user.UserId) ?? ""
        : "";
}
