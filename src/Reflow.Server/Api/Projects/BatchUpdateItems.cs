using System.Globalization;
using System.Text.Json;
using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>
/// POST /open_api/work_item/batch_update and GET /open_api/task_result (contracts: project §2.3): one field of up to fifty items, each a change of its own.
/// The first answers the id of what is to be done; the second says how far it is, and why an item was refused.
/// </summary>
static class BatchUpdateItems
{
    const int MostItems = 50;

    public static void Serve(Routes routes, ProjectStore projects)
    {
        routes.Serve("project.work_item.batch_update", call => Begin(call, projects));
        routes.Serve("project.task_result.get", call => Result(call, projects));
    }

    static async ValueTask<Reply> Begin(Call call, ProjectStore projects)
    {
        var body = call.Body;
        var (space, type, field, mode) = (body.Word("project_key") ?? "", body.Word("work_item_type_key") ?? "", body.Word("field_key") ?? "", body.Word("update_mode"));
        IReadOnlyList<string> ids = body.Says("work_item_ids") ? [.. body.Ids("work_item_ids", 10_000).Distinct()] : [];
        var read = (Before: ProjectJson.TryRead(body.Raw("before_field_value"), out var before), After: ProjectJson.TryRead(body.Raw("after_field_value"), out var after));
        if (!read.Before) body.WrongType("before_field_value", body.Raw("before_field_value"));
        if (!read.After) body.WrongType("after_field_value", body.Raw("after_field_value"));
        if (body.Fault() is { } fault) return fault;
        BatchMode? chosen = mode switch { "APPEND" => BatchMode.Append, "UPDATE" => BatchMode.Update, "REPLACE" => BatchMode.Replace, _ => null };
        var begun = await projects.Write<(long Id, Error? Error)>(call.Caller.Tenant, async session =>
        {
            var (known, refused) = await ItemCall.Space(session, projects, call, space);
            if (refused is not null) return (0, refused);
            if (ids.Count > MostItems) return (0, ProjectErrors.TooManyWorkItems);
            if (Wrong(ids, chosen, before) is { } wrong) return (0, wrong);
            if (known!.Project.Types.FirstOrDefault(t => t.Key == type) is not { } of) return (0, ProjectErrors.TypeNotFound);
            if (of.FieldOf(field, null) is null) return (0, ProjectErrors.FieldNotFound(field));
            var id = projects.NewId();
            await BatchRows.Add(session, new(id, known.Project.Key, ProjectDoor.UserKey(call), call.Caller.Actor, new(type, field, chosen!.Value, before, after)),
                [.. ids.Select(text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var item) ? item : -1)], call.Now);
            return (id, null);
        }, call.Aborted);
        if (begun.Error is { } error) return error;
        projects.DoBatches();
        return Reply.Object(json => json.WriteString("task_id"u8, begun.Id.ToString(CultureInfo.InvariantCulture)));
    }

    static Error? Wrong(IReadOnlyList<string> ids, BatchMode? mode, FieldValue? before) =>
        ids.Count == 0 ? ProjectErrors.InvalidParam("Invalid Param").Because("work_item_ids is needed.")
        : mode is null ? ProjectErrors.InvalidParam("Invalid Param").Because("An update_mode is APPEND, UPDATE or REPLACE.")
        : mode is BatchMode.Replace && FieldValue.IsEmpty(before) ? ProjectErrors.InvalidParam("Invalid Param").Because("REPLACE needs before_field_value.")
        : null;

    static async ValueTask<Reply> Result(Call call, ProjectStore projects)
    {
        var asked = long.TryParse(call.Query("task_id"), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : -1;
        return await projects.Read<Reply>(call.Caller.Tenant, async session =>
        {
            if (await BatchRows.Find(session, asked) is not var (batch, outcomes)) return ProjectErrors.DataNotFound;
            var (_, refused) = await ItemCall.Space(session, projects, call, batch.Project);
            return refused is not null ? refused : Reply.Data(json => Write(json, batch.Id, outcomes));
        }, call.Aborted);
    }

    static void Write(Utf8JsonWriter json, long id, IReadOnlyList<BatchOutcome> outcomes)
    {
        var (done, failed) = (outcomes.Where(o => o.Code == 0).ToList(), outcomes.Where(o => o.Code is not (null or 0)).ToList());
        json.WriteStartObject();
        json.WriteString("task_id"u8, id.ToString(CultureInfo.InvariantCulture));
        json.WriteString("task_status"u8, done.Count + failed.Count == outcomes.Count ? "SUCCESS"u8 : done.Count + failed.Count == 0 ? "IDLE"u8 : "RUNNING"u8);
        json.WriteNumber("total"u8, outcomes.Count);
        json.WriteNumber("success_total"u8, done.Count);
        json.WriteNumber("error_total"u8, failed.Count);
        Ids(json, "success_sub_task_list", done);
        Ids(json, "fail_sub_task_list", failed);
        // Beside what is documented: why each was refused.
        json.WriteObjects("error_scenes"u8, failed, outcome =>
        {
            json.WriteNumber("work_item_id"u8, outcome.Item);
            json.WriteNumber("err_code"u8, outcome.Code!.Value);
            json.WriteString("err_msg"u8, outcome.Message);
        });
        json.WriteEndObject();
    }

    static void Ids(Utf8JsonWriter json, string name, List<BatchOutcome> outcomes)
    {
        json.WriteStartArray(name);
        foreach (var outcome in outcomes) json.WriteNumberValue(outcome.Item);
        json.WriteEndArray();
    }
}
