using System.Globalization;
using System.Text.Json;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>
/// POST /open_api/op_record/work_item/list (contracts: project §2.5): what happened to items in at most seven days, oldest first, by cursor. Read from history,
/// so a change and its records never part.
/// </summary>
static class ListOpRecords
{
    const int MostItems = 50, MostWords = 100;
    const long Window = 7 * 86_400_000L;

    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.op_record.list", call => Handle(call, projects));

    static async ValueTask<Reply> Handle(Call call, ProjectStore projects)
    {
        var body = call.Body;
        IReadOnlyList<string> Words(string name) => body.Says(name) ? body.Texts(name, MostWords) : [];
        var (space, ids) = (body.Word("project_key") ?? "", body.Says("work_item_ids") ? body.Ids("work_item_ids", 10_000) : []);
        var filter = new Filter(Words("operator"), Words("operator_type"), Words("source_type"), Words("source"), Words("operation_type"), Words("op_record_module"));
        var (end, size, from) = (body.Whole("end"), body.Whole("page_size"), body.Says("start_from") ? body.Id("start_from")! : "0");
        var start = body.Whole("start");
        if (body.Fault() is { } fault) return fault;
        if (end == 0) end = start == 0 ? call.Now : start + Window;
        if (start == 0) start = end - Window;
        var skip = int.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : -1;
        var wrong = ids.Count == 0 ? ProjectErrors.MissingParam.Because("work_item_ids is needed.")
            : !FieldShape.IsMilliseconds(start) || !FieldShape.IsMilliseconds(end) || end < start ? ProjectErrors.TimeInvalid
            : ids.Count > MostItems || end - start > Window || skip < 0 || size is < 0 or > 200 ? ProjectErrors.InvalidParam("Invalid Param").Because("At most 50 items, 7 days, pages of 200, from where the last page ended.")
            : null;
        return await projects.Read<Reply>(call.Caller.Tenant, async session =>
        {
            var (known, refused) = await ItemCall.Space(session, projects, call, space);
            if ((refused ?? wrong) is { } early) return early;
            var records = (await OpRecords.Of(session, known!.Project.Key, ids, start, end)).Where(filter.Has).ToList();
            return Reply.Data(json => Write(json, known.Project.Key, records, skip, size == 0 ? 50 : (int)size));
        }, call.Aborted);
    }

    static void Write(Utf8JsonWriter json, string space, List<OpRecord> records, int skip, int size)
    {
        var page = records.Skip(skip).Take(size).ToList();
        json.WriteStartObject();
        json.WriteBoolean("has_more"u8, skip + page.Count < records.Count);
        json.WriteString("start_from"u8, (skip + page.Count).ToString(CultureInfo.InvariantCulture));
        json.WriteNumber("total"u8, records.Count);
        json.WriteObjects("op_records"u8, page, record =>
        {
            json.WriteString("project_key"u8, space);
            json.WriteNumber("work_item_id"u8, record.Item);
            json.WriteString("work_item_type_key"u8, record.Type);
            json.WriteString("operation_type"u8, record.What.Operation);
            json.WriteNumber("operation_time"u8, record.At);
            json.WriteString("operator_type"u8, record.OperatorType);
            json.WriteString("operator"u8, record.Operator);
            json.WriteString("op_record_module"u8, record.What.Module);
            json.WriteString("source_type"u8, OpRecord.SourceType);
            json.WriteString("source"u8, record.Source);
            json.WriteStartArray("record_contents"u8);
            json.WriteStartObject();
            json.WriteStartObject("object"u8);
            json.WriteString("object_type"u8, record.What.ObjectType);
            json.WriteString("object_value"u8, record.Object);
            json.WriteEndObject();
            json.WriteString("object_property"u8, record.Property);
            if (record.Old is { } old) NodeJson.Write(json, "old", old);
            NodeJson.Write(json, "new", record.New);
            if (record is { IsList: true, Old: { } were })
            {
                NodeJson.Write(json, "add", [.. record.New.Except(were)]);
                NodeJson.Write(json, "delete", [.. were.Except(record.New)]);
            }
            json.WriteEndObject();
            json.WriteEndArray();
        });
        json.WriteEndObject();
    }

    /// <summary>What is asked for; an empty list asks for anything.</summary>
    sealed record Filter(IReadOnlyList<string> Operators, IReadOnlyList<string> OperatorTypes, IReadOnlyList<string> SourceTypes, IReadOnlyList<string> Sources, IReadOnlyList<string> Operations, IReadOnlyList<string> Modules)
    {
        public bool Has(OpRecord r) => Any(Operators, r.Operator) && Any(OperatorTypes, r.OperatorType) && Any(SourceTypes, OpRecord.SourceType) && Any(Sources, r.Source)
            && Any(Operations, r.What.Operation) && Any(Modules, r.What.Module);

        static bool Any(IReadOnlyList<string> asked, string value) => asked.Count == 0 || asked.Contains(value);
    }
}
