using System.Globalization;
using System.Text.Json;
using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>Reads what Feishu Project's clients send (contracts: project §1.6): null, empty text and 0 are "not passed", numbers may be texts.</summary>
static class ProjectInput
{
    const int MostItems = 1000;

    // Where a body may name people.
    static readonly string[] WithUsers = ["node_owners", "node_schedule", "schedules", "role_assignee", "fields", "node_fields", "node_custom_fields", "field_value_pairs", "role_owners", "update_fields", "after_field_value", "before_field_value", "assignee", "schedule", "deliverable"];

    /// <summary>What is wrong with the JSON types of all that was asked for: Feishu Project has one code for it.</summary>
    public static Error? Fault(this Input body) => body.Refusal is { } refusal ? ProjectErrors.InvalidJson.Because(refusal.Error.Message) : null;

    /// <summary>True when the member says something: not absent, not null, not an empty text.</summary>
    public static bool Says(this Input body, string name) =>
        body.Raw(name) is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } value && !(value.ValueKind is JsonValueKind.String && value.ValueEquals(""u8));

    /// <summary>A text; null when it is not passed.</summary>
    public static string? Word(this Input body, string name) => body.Says(name) ? body.Text(name) : null;

    /// <summary>An integer; 0 when it is not passed.</summary>
    public static long Whole(this Input body, string name) => body.Says(name) ? body.Integer(name) ?? 0 : 0;

    /// <summary>What operate and update change of a node (contracts: project §2.2).</summary>
    public static NodePatch NodePatch(this Input body) => new()
    {
        Owners = body.Says("node_owners") ? body.Texts("node_owners", MostItems) : null,
        Schedule = body.Says("node_schedule") ? Schedule(body.Object("node_schedule")) : null,
        Schedules = body.Says("schedules") ? [.. body.Objects("schedules").Select(s => Schedule(s) ?? new())] : [],
        Fields = body.Pairs("fields"),
        NodeFields = [.. body.Pairs("node_fields"), .. body.Pairs("node_custom_fields")],
        RoleAssignee = body.Roles("role_assignee") ?? [],
        Review = body.Says("finished_infos") && body.Object("finished_infos") is var review && (review.Says("conclusion") || review.Says("opinion"))
            ? (review.Word("conclusion") ?? "", review.Word("opinion") ?? "")
            : null,
    };

    /// <summary>What a request changes of a subtask (contracts: project §2.5).</summary>
    public static SubTaskPatch SubTaskPatch(this Input body) => new()
    {
        Assignee = body.Says("assignee") ? body.Texts("assignee", MostItems) : null,
        RoleAssignee = body.Roles("role_assignee"),
        Schedule = body.Says("schedule") ? Schedule(body.Object("schedule")) : body.Says("schedules") ? body.Objects("schedules").Select(Schedule).FirstOrDefault() : null,
        Note = body.Word("note"),
        Fields = [.. body.Pairs("deliverable"), .. body.Pairs("update_fields"), .. body.Pairs("field_value_pairs")],
    };

    /// <summary>Fields and their new values; empty when they are not passed.</summary>
    public static IReadOnlyList<FieldValuePair> Pairs(this Input body, string name)
    {
        if (!body.Says(name)) return [];
        List<FieldValuePair> pairs = [];
        foreach (var pair in body.Objects(name))
        {
            if (!ProjectJson.TryRead(pair.Raw("field_value"), out var value)) pair.WrongType("field_value", pair.Raw("field_value"));
            pairs.Add(new(pair.Word("field_key"), pair.Word("field_alias"), value));
        }
        return pairs;
    }

    /// <summary>Which of these texts are user keys of the tenant, as a question the rules can ask.</summary>
    public static async ValueTask<Func<string, bool>> Users(Session session, Call call, IEnumerable<string> further)
    {
        HashSet<string> named = [.. further];
        foreach (var name in WithUsers) Collect(call.Body.Raw(name), named);
        return await ProjectStore.Users(session, named);
    }

    /// <summary>Roles and their members; null when they are not passed.</summary>
    public static IReadOnlyList<RoleOwner>? Roles(this Input body, string name) => !body.Says(name)
        ? null
        : [.. body.Objects(name).Select(r => new RoleOwner(r.Word("role") ?? "", r.Says("owners") ? r.Texts("owners", MostItems) : null))];

    static SchedulePatch? Schedule(Input json)
    {
        SchedulePatch patch = new()
        {
            Points = Decimal(json, "points"),
            EstimateStart = json.Says("estimate_start_date") ? json.Integer("estimate_start_date") : null,
            EstimateEnd = json.Says("estimate_end_date") ? json.Integer("estimate_end_date") : null,
            IsAuto = json.Says("is_auto") ? json.Flag("is_auto") : null,
            Owners = json.Says("owners") ? json.Texts("owners", MostItems) : [],
        };
        return patch is { Points: null, EstimateStart: null, EstimateEnd: null, IsAuto: null, Owners: [] } ? null : patch;
    }

    static decimal? Decimal(Input json, string name)
    {
        if (!json.Says(name)) return null;
        var value = json.Raw(name);
        // Beyond any estimate, and sums must not overflow.
        const decimal most = 1_000_000_000;
        if (value.ValueKind is JsonValueKind.Number && value.TryGetDecimal(out var number) && Math.Abs(number) <= most) return number;
        if (value.ValueKind is JsonValueKind.String && decimal.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out number) && Math.Abs(number) <= most) return number;
        json.WrongType(name, value);
        return null;
    }

    /// <summary>A number of hours; null when it is not passed.</summary>
    public static decimal? Hours(this Input json, string name) => Decimal(json, name);

    static void Collect(JsonElement json, HashSet<string> into)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.String when json.GetString() is { Length: <= 128 } text:
                into.Add(text);
                break;
            case JsonValueKind.Array:
                foreach (var item in json.EnumerateArray()) Collect(item, into);
                break;
            case JsonValueKind.Object:
                foreach (var member in json.EnumerateObject()) Collect(member.Value, into);
                break;
        }
    }
}
