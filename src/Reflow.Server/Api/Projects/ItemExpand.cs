using System.Text.Json;
using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Core.Projects.Search;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>The <c>expand</c> of a query or search: what beside its fields each item shows (contracts: project §2.1 Expand).</summary>
/// <param name="Workflow">Its nodes, of a node flow only (20003).</param>
/// <param name="Relations">What its links lead to.</param>
/// <param name="Texts">Its rich texts.</param>
/// <param name="Users">The people that it names.</param>
sealed record ItemExpand(bool Workflow, bool Relations, bool Texts, bool Users)
{
    /// <summary>Reads it from a body.</summary>
    public static ItemExpand Of(Input body)
    {
        if (!body.Says("expand")) return new(false, false, false, false);
        var expand = body.Object("expand");
        return new(expand.Flag("need_workflow"), expand.Flag("relation_fields_detail"), expand.Flag("need_multi_text"), expand.Flag("need_user_detail"));
    }

    /// <summary>Loads what the items need.</summary>
    public async ValueTask<(ItemDetails Details, Error? Error)> Load(Session session, IReadOnlyList<FoundItem> items)
    {
        if (Workflow && items.Any(i => i.Flow is not { Template.IsStateFlow: false })) return (ItemDetails.None, ProjectErrors.TypeParamWrong.Because("need_workflow is for node flows."));
        Dictionary<string, ProjectUser> users = [];
        if (Users)
            foreach (var key in items.SelectMany(i => People(i.Item)).Distinct())
                if (await ProjectPeople.ByKey(session, key) is { } user) users[key] = user;
        Dictionary<long, ItemScopeOf> related = [];
        if (Relations)
            foreach (var id in items.SelectMany(i => (i.Flow?.Type.Fields ?? []).SelectMany(f => ItemDetails.Related(f, i.Item))).Distinct())
                if (await session.Find("select project_key, type_key from work_item where tenant = $1 and id = $2 and is_deleted = 0", r => new ItemScopeOf(r.GetString(0), r.GetString(1)), id) is { } scope) related[id] = scope;
        return (new(this, users, related), null);
    }

    internal static IEnumerable<string> People(WorkItem item) =>
        [item.CreatedBy, item.UpdatedBy, .. item.RoleOwners.SelectMany(r => r.Owners ?? []), .. item.Nodes.SelectMany(n => n.Owners)];
}

/// <summary>Where a linked item is.</summary>
/// <param name="Project">Its space.</param>
/// <param name="Type">Its type.</param>
sealed record ItemScopeOf(string Project, string Type);

/// <summary>What <see cref="ItemExpand"/> loaded.</summary>
/// <param name="Expand">What was asked for.</param>
/// <param name="Users">People by user key.</param>
/// <param name="Linked">Linked items by id.</param>
sealed record ItemDetails(ItemExpand Expand, IReadOnlyDictionary<string, ProjectUser> Users, IReadOnlyDictionary<long, ItemScopeOf> Linked)
{
    /// <summary>Nothing beside the fields.</summary>
    public static ItemDetails None { get; } = new(new(false, false, false, false), new Dictionary<string, ProjectUser>(), new Dictionary<long, ItemScopeOf>());

    /// <summary>Writes the members, inside the item's object.</summary>
    public void Write(Utf8JsonWriter json, FoundItem found)
    {
        var fields = found.Flow?.Type.Fields ?? [];
        json.WriteStartArray("multi_texts"u8);
        foreach (var field in Expand.Texts ? fields.Where(f => f.Type is FieldType.MultiText) : []) Text(json, field, found.Item.Fields.GetValueOrDefault(field.Key));
        json.WriteEndArray();
        json.WriteStartArray("relation_fields_detail"u8);
        foreach (var field in Expand.Relations ? fields.Where(f => Related(f, found.Item).Any()) : []) Links(json, field, found.Item);
        json.WriteEndArray();
        json.WriteStartArray("user_details"u8);
        foreach (var key in Expand.Users ? ItemExpand.People(found.Item).Distinct() : [])
        {
            if (!Users.TryGetValue(key, out var user)) continue;
            json.WriteStartObject();
            UserJson.Names(json, user);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (Expand.Workflow && found.Flow is { } flow)
        {
            json.WritePropertyName("workflow_infos"u8);
            QueryWorkflow.Write(json, flow, found.Item, FieldSelection.All, []);
        }
        json.WriteStartArray("compound_field_extra"u8);
        json.WriteEndArray();
    }

    /// <summary>The ids that a field links; none for a field that does not link.</summary>
    public static IEnumerable<long> Related(Field field, WorkItem item) => field.Type is FieldType.WorkItemRelatedSelect or FieldType.WorkItemRelatedMultiSelect
        ? Numbers(item.Fields.GetValueOrDefault(field.Key)) : [];

    static IEnumerable<long> Numbers(FieldValue? value) => value switch
    {
        FieldValue.Number { Value: >= 0 and < 9_007_199_254_740_992 } number => [(long)number.Value],
        FieldValue.Items items => items.Values.SelectMany(Numbers),
        _ => [],
    };

    void Links(Utf8JsonWriter json, Field field, WorkItem item)
    {
        json.WriteStartObject();
        json.WriteString("field_key"u8, field.Key);
        json.WriteStartArray("detail"u8);
        foreach (var id in Related(field, item))
        {
            if (!Linked.TryGetValue(id, out var scope)) continue;
            json.WriteStartObject();
            json.WriteNumber("story_id"u8, id);
            json.WriteString("work_item_type_key"u8, scope.Type);
            json.WriteString("project_key"u8, scope.Project);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Text(Utf8JsonWriter json, Field field, FieldValue? value)
    {
        json.WriteStartObject();
        json.WriteString("field_key"u8, field.Key);
        json.WriteStartObject("field_value"u8);
        json.WriteString("doc"u8, value is FieldValue.Items ? ProjectJson.Text(value) : "");
        json.WriteString("doc_text"u8, ItemFacts.Plain(value));
        json.WriteString("doc_html"u8, "");
        json.WriteBoolean("is_empty"u8, FieldValue.IsEmpty(value));
        NodeJson.Write(json, "notify_user_list", []);
        json.WriteString("notify_user_type"u8, "");
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
