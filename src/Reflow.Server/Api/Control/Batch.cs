using Reflow.Core;
using Reflow.Core.Flows;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>Several tasks in one call: each item is a change of its own, and one that is refused does not hold up the others.</summary>
static class Batch
{
    public const int MostItems = 50;

    /// <summary>One item.</summary>
    /// <param name="Task">The task, as it was sent.</param>
    /// <param name="Command">What to do with it.</param>
    public sealed record Item(string Task, Func<long, FlowCommand> Command);

    /// <summary>Does the items in order and answers what became of each.</summary>
    public static async ValueTask<Reply> Run(Call call, Db db, FlowStore flows, string by, IReadOnlyList<Item> items)
    {
        var ready = await call.Read(db, async session => await FlowControl.Stranger(session, flows, by) is { } stranger ? stranger : Reply.Empty);
        if (ready.Refusal is not null) return ready;
        var results = new List<(string Task, Error? Error)>();
        foreach (var item in items) results.Add((item.Task, await Do(call, db, flows, by, item)));
        return Reply.Object(json =>
        {
            json.WriteNumber("succeeded"u8, results.Count(r => r.Error is null));
            json.WriteStartArray("results"u8);
            foreach (var (task, error) in results)
            {
                json.WriteStartObject();
                json.WriteString("task_id"u8, task);
                json.WriteNumber("code"u8, error?.Http ?? 0);
                json.WriteString("msg"u8, error is null ? "success" : error.Reason ?? error.Message);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
    }

    static async Task<Error?> Do(Call call, Db db, FlowStore flows, string by, Item item)
    {
        try
        {
            return await db.Change(call.Path("tenant"), async session =>
                await FlowControl.MissingTask(session, item.Task) ?? await flows.Act(session, item.Task, item.Command, by, call.Operation.Name, call.Now), call.Aborted);
        }
        catch (StoreBusyException)
        {
            // What was done before stays done, so the answer must tell it.
            return new(503, 503, "Too many changes are waiting; try this one again.");
        }
    }
}
