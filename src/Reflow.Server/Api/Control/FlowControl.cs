using Reflow.Core;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>What administrators see and do of human tasks: the operations that are served. The tenant stands in the path.</summary>
static class FlowControl
{
    public static void Serve(Routes routes, Db db, FlowStore flows)
    {
        PreviewRollback.Serve(routes, db, flows);
    }

    /// <summary>Reads from the tenant of the path, unless the body is refused or there is no such tenant.</summary>
    public static async ValueTask<Reply> Read(this Call call, Db db, Func<Session, ValueTask<Reply>> work) => call.Body.Refusal is { } refusal ? refusal
        : await db.Read(call.Path("tenant"), session => InTenant(session, work), call.Aborted);

    /// <summary>A refusal of what is not there.</summary>
    public static Error Missing(string sentence) => new(404, 404, sentence);

    /// <summary>A task that is not there; null when it is.</summary>
    public static async ValueTask<Error?> MissingTask(Session session, string id) =>
        long.TryParse(id, out var task) && await FlowRows.Task(session, task) is not null ? null : Missing($"There is no task {id}.");

    static async ValueTask<Reply> InTenant(Session session, Func<Session, ValueTask<Reply>> work) =>
        await session.Find("select 1 from tenant where tenant = $1", r => true) ? await work(session) : Missing($"There is no tenant {session.Tenant}.");
}
