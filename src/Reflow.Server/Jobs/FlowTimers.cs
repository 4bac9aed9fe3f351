using Reflow.Core.Flows;
using Reflow.Server.Store;

namespace Reflow.Server.Jobs;

/// <summary>
/// Reminds and lets tasks come due when their moment has come (contracts: apaas I17). Looks once a second by the server's clock, so never early and at most a second late;
/// what came due while no server ran fires at the start. Any number of nodes may look at the same store: clearing the time is the claim.
/// </summary>
sealed partial class FlowTimers : IDueWork, IAsyncDisposable
{
    /// <summary>More in one change would make the callers who wait for the writer wait long.</summary>
    const int LargestBatch = 100;

    readonly Db db;
    readonly FlowStore flows;
    readonly ILogger log;
    readonly Troubles troubles = new();
    readonly Rounds rounds;

    /// <summary>Looks now, and from now on.</summary>
    public FlowTimers(Db db, FlowStore flows, TimeProvider clock, ILogger<FlowTimers> log)
    {
        (this.db, this.flows, this.log) = (db, flows, log);
        rounds = new("telling what of flows is due", Fire, clock, log);
    }

    /// <summary>Ends when everything that was due until now has fired, or failed to.</summary>
    internal Task Settled => rounds.Settled;

    /// <summary>Fires what is due at a moment, and answers what fired, tenant by tenant in the order of their moments. A tenant that fails is logged and left for the next time.</summary>
    /// <param name="now">Unix ms.</param>
    /// <param name="ct">Ends it between two changes.</param>
    /// <exception cref="StoreException">The database refused to tell what is due.</exception>
    public async Task<IReadOnlyList<FiredTimer>> Fire(long now, CancellationToken ct)
    {
        var fired = new List<FiredTimer>();
        foreach (var tenant in await db.ReadSystem(session => FlowTimerRows.Tenants(session, now), ct))
        {
            try
            {
                int count;
                do
                {
                    var batch = await db.Change(tenant, session => flows.Fire(session, now, LargestBatch), ct);
                    fired.AddRange(batch);
                    count = batch.Count;
                }
                while (count == LargestBatch);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                if (troubles.IsNews(e)) TenantFailed(e, tenant);
            }
        }
        return fired;
    }

    /// <inheritdoc/>
    public Task<T> Between<T>(Func<Task<T>> work) => rounds.Between(work);

    /// <inheritdoc/>
    public Task<long?> Next(CancellationToken ct) => db.ReadSystem(FlowTimerRows.Next, ct);

    /// <inheritdoc/>
    async Task<IReadOnlyList<FiredWork>> IDueWork.Fire(long now, CancellationToken ct) => [.. (await Fire(now, ct)).Select(fired =>
        new FiredWork(fired.Timer.At, fired.Timer.Timer switch { FlowTimer.Remind => "flow_task.remind", FlowTimer.Due => "flow_task.due" }, fired.Tenant, $"{fired.Timer.TaskId}"))];

    /// <summary>Looks no more, and ends when the last look has.</summary>
    public ValueTask DisposeAsync() => rounds.DisposeAsync();

    [LoggerMessage(Level = LogLevel.Error, Message = "timers of flows of tenant {Tenant} failed; trying again")]
    partial void TenantFailed(Exception e, string tenant);
}
