using System.Text.Json;
using Reflow.Core;
using Reflow.Core.Directory;
using Reflow.Core.Projects;

namespace Reflow.Server.Store;

/// <summary>An update of one field of many items.</summary>
/// <param name="Id">The wire's <c>task_id</c>.</param>
/// <param name="Project">The space.</param>
/// <param name="ByUser">On whose behalf, a user key.</param>
/// <param name="By">Whom the changes are recorded under.</param>
/// <param name="Request">What is wanted of each item.</param>
sealed record BatchUpdate(long Id, string Project, string ByUser, Actor By, BatchRequest Request);

/// <summary>What a batch update does to each item.</summary>
/// <param name="Type">Items of another type are refused.</param>
/// <param name="Field">The field's key or alias.</param>
/// <param name="Mode">How.</param>
/// <param name="Before">What to replace.</param>
/// <param name="After">The value.</param>
sealed record BatchRequest(string Type, string Field, BatchMode Mode, FieldValue? Before, FieldValue? After);

/// <summary>What became of one item of a batch update.</summary>
/// <param name="Item">The item's id.</param>
/// <param name="Code">0, or why not; null while it is still to be done.</param>
/// <param name="Message">Why not, in the wire's words.</param>
sealed record BatchOutcome(long Item, int? Code, string Message);

/// <summary>Batch updates on disk. An item's change and its outcome are one transaction, so each is changed once however often a server stops.</summary>
static class BatchRows
{
    const string Operation = "project.work_item.batch_update";

    public static async ValueTask Add(Session session, BatchUpdate batch, IReadOnlyList<long> items, long at)
    {
        await session.Write("insert into batch_update (tenant, id, project_key, by_user, by_actor, at, request, open) values ($1, $2, $3, $4, $5, $6, $7, $8)",
            batch.Id, batch.Project, batch.ByUser, batch.By.ToString(), at, JsonSerializer.Serialize(batch.Request, ProjectJson.Stored.BatchRequest), items.Count);
        for (var i = 0; i < items.Count; i++)
            await session.Write("insert into batch_update_item (tenant, id, place, item_id) values ($1, $2, $3, $4)", batch.Id, i, items[i]);
    }

    /// <summary>The tenants that have one that is not done.</summary>
    public static ValueTask<List<string>> OpenTenants(SystemSession session) => session.Query("select distinct tenant from batch_update where open > 0", r => r.GetString(0));

    /// <summary>Does the next item of the oldest batch update of the tenant; false when nothing is left to be done.</summary>
    public static async ValueTask<bool> Step(Session session, ProjectStore projects, long now)
    {
        if (await session.Find($"select id, project_key, by_user, by_actor, request from batch_update{session.Engine.By("batch_update_open")} where tenant = $1 and open > 0 order by id limit 1", Of) is not { } batch) return false;
        var next = await session.Find("select place, item_id from batch_update_item where tenant = $1 and id = $2 and outcome is null order by place limit 1", r => new Place(r.GetInt64(0), r.GetInt64(1)), batch.Id);
        if (next is null) return false;
        var error = await Change(session, projects, batch, next.Item, now);
        var outcome = new BatchOutcome(next.Item, error?.Code ?? 0, error?.Message ?? "");
        await session.Write("update batch_update_item set outcome = $4 where tenant = $1 and id = $2 and place = $3", batch.Id, next.Number, JsonSerializer.Serialize(outcome, ProjectJson.Stored.BatchOutcome));
        await session.Write("update batch_update set open = open - 1 where tenant = $1 and id = $2", batch.Id);
        return true;
    }

    /// <summary>A batch update and what became of its items so far; null when there is none.</summary>
    public static async ValueTask<(BatchUpdate Batch, IReadOnlyList<BatchOutcome> Outcomes)?> Find(Session session, long id)
    {
        if (await session.Find("select id, project_key, by_user, by_actor, request from batch_update where tenant = $1 and id = $2", Of, id) is not { } batch) return null;
        return (batch, await session.Query("select item_id, outcome from batch_update_item where tenant = $1 and id = $2 order by place",
            r => r.TextOrNull(1) is { } outcome ? JsonSerializer.Deserialize(outcome, ProjectJson.Stored.BatchOutcome)! : new(r.GetInt64(0), null, ""), id));
    }

    static async ValueTask<Error?> Change(Session session, ProjectStore projects, BatchUpdate batch, long id, long now)
    {
        if (await ProjectStore.Load(session, id) is not { } item || item.TypeKey != batch.Request.Type) return ProjectErrors.WorkItemNotFound;
        if (item.ProjectKey != batch.Project) return ProjectErrors.ProjectMismatch;
        var request = batch.Request;
        var knows = await ProjectStore.Users(session, [.. Texts(request.Before), .. Texts(request.After)]);
        var command = new ProjectCommand.BatchField(batch.ByUser, now, request.Field, request.Mode, request.Before, request.After);
        return (await projects.Change(session, batch.Project, id, command, knows, batch.By, Operation)).Error;
    }

    static IEnumerable<string> Texts(FieldValue? value) => value switch
    {
        FieldValue.Text text => [text.Value],
        FieldValue.Items items => items.Values.SelectMany(Texts),
        _ => [],
    };

    static BatchUpdate Of(System.Data.Common.DbDataReader row) => new(row.GetInt64(0), row.GetString(1), row.GetString(2), Actor.Parse(row.GetString(3)),
        JsonSerializer.Deserialize(row.GetString(4), ProjectJson.Stored.BatchRequest)!);

    sealed record Place(long Number, long Item);
}
