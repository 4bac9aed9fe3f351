using System.Globalization;
using System.Text.Json;
using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Core.Projects.Search;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>
/// POST /open_api/view_search/universal_search (contracts: project §2.3): the conditions of search/params, with chosen fields and a cursor that
/// costs the same however far it has come. The cursor is where the last page ended: the item's last change and its id.
/// </summary>
static class SearchUniversally
{
    const int Page = 50, LargestPage = 200, MostFields = 20, Most = 200_000;

    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.view_search.universal_search", async call =>
    {
        var body = call.Body;
        var (key, typeKey, group) = (body.Word("project_key") ?? "", body.Word("work_item_type_key"), body.Group("search_group"));
        var (size, after) = body.Says("pagination") ? (body.Object("pagination").Whole("page_size"), body.Object("pagination").Word("search_after")) : (0, null);
        var fields = body.Words("field_selected");
        if (body.Fault() is { } fault) return fault;
        return await SpaceCall.Read(call, projects, key, async (session, space) =>
        {
            if (space.Project.Types.FirstOrDefault(t => t.Key == typeKey) is not { } type) return ProjectErrors.TypeNotFound;
            var page = ItemPage.Of(1, size, Page, LargestPage);
            if (page.Wrong is { } wrong) return wrong;
            if (fields.Count > MostFields) return Invalid($"At most {MostFields} fields may be selected.");
            if (fields.FirstOrDefault(f => type.FieldOf(f, f) is null && SystemFields.Of(type).All(s => s.Key != f)) is { } nowhere) return Invalid($"The type has no field {nowhere}.");
            if (!TryCursor(after, out var cursor)) return Invalid("search_after is what the last page answered.");
            var (plan, error) = SearchParams.Read(type, group);
            if (error is not null) return error;
            ItemScope scope = new(space.Project.Key, type.Key, plan!);
            var total = (await ProjectSearch.Page(session, [scope], 0, 0, Most)).Total;
            var found = await ProjectSearch.Page(session, cursor is null ? [scope] : [scope with { Plan = plan! with { Query = new ItemQuery.All([plan!.Query, cursor]) } }], 0, page.Size, page.Size);
            var items = await ItemList.Load(session, projects, found.Ids);
            return Reply.Object(json =>
            {
                json.WriteStartArray("datas"u8);
                foreach (var item in items) Write(json, item, fields);
                json.WriteEndArray();
                json.WriteStartObject("pagination"u8);
                json.WriteNumber("page_size"u8, page.Size);
                json.WriteNumber("total"u8, total);
                json.WriteString("search_after"u8, items.Count == page.Size ? string.Create(CultureInfo.InvariantCulture, $"{items[^1].Item.UpdatedAt}.{items[^1].Item.Id}") : "");
                json.WriteEndObject();
            });
        });
    });

    static void Write(Utf8JsonWriter json, FoundItem found, IReadOnlyList<string> fields)
    {
        json.WriteStartObject();
        json.WriteNumber("work_item_id"u8, found.Item.Id);
        json.WriteString("work_item_type_key"u8, found.Item.TypeKey);
        json.WriteString("project_key"u8, found.Item.ProjectKey);
        json.WriteStartArray("fields"u8);
        if (fields.Count > 0) WorkItemJson.Fields(json, found, FieldSelection.Only(fields));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static bool TryCursor(string? text, out ItemQuery? after)
    {
        after = null;
        if (text is null) return true;
        if (text.Split('.') is not [var at, var id] || !long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var changed)
            || !long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var item)) return false;
        after = new ItemQuery.All(
        [
            new ItemQuery.Has("updated_at", new ItemTest.Compares(Comparison.AtMost, changed)),
            new ItemQuery.Any([new ItemQuery.Has("updated_at", new ItemTest.Compares(Comparison.Less, changed)), new ItemQuery.Has("work_item_id", new ItemTest.Compares(Comparison.Less, item))]),
        ]);
        return true;
    }

    static Error Invalid(string why) => ProjectErrors.InvalidParam("Invalid Param").Because(why);
}
