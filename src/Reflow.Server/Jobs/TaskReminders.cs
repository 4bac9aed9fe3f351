using Reflow.Server.Store;

namespace Reflow.Server.Jobs;

/// <summary>
/// Lets the reminders of tasks fire when their moment has come (contracts: task §2.10). Never early and at most a second late; what came due while no server ran fires at the start.
/// Any number of nodes may look at the same store: clearing the moment is the claim.
/// </summary>
sealed partial class TaskReminders : IDueWork, IAsyncDisposable
{
    /// <summary>More in one change would make the callers who wait for the writer wait long.</summary>
    const int LargestBatch = 100;

    readonly TaskStore tasks;
    readonly ILogger log;
    readonly Troubles troubles = new();
    readonly Rounds rounds;

    /// <summary>Looks now, and from now on.</summary>
    public TaskReminders(TaskStore tasks, TimeProvider clock, ILogger<TaskReminders> log)
    {
        (this.tasks, this.log) = (tasks, log);
        rounds = new("telling which reminders of tasks are due", Fire, clock, log);
    }

    /// <summary>Ends when everything that was due until now has fired, or failed to.</summary>
    internal Task Settled => rounds.Settled;

    /// <summary>Lets fire what is due at a moment, and answers what fired. A tenant that fails is logged and left for the next time.</summary>
    /// <param name="now">Unix ms.</param>
    /// <param name="ct">Ends it between two changes.</param>
    /// <exception cref="StoreException">The database refused to tell what is due.</exception>
    public async Task<IReadOnlyList<FiredWork>> Fire(long now, CancellationToken ct)
    {
        var fired = new List<FiredWork>();
        foreach (var tenant in await tasks.Due(now, ct))
        {
            try
            {
                IReadOnlyList<(string Task, long At)> batch;
                do
                {
                    batch = await tasks.Remind(tenant, now, LargestBatch, ct);
                    fired.AddRange(batch.Select(reminder => new FiredWork(reminder.At, "task.remind", tenant, reminder.Task)));
                }
                while (batch.Count == LargestBatch);
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
    public Task<long?> Next(CancellationToken ct) => tasks.NextReminder(ct);

    /// <summary>Looks no more, and ends when the last look has.</summary>
    public ValueTask DisposeAsync() => rounds.DisposeAsync();

    [LoggerMessage(Level = LogLevel.Error, Message = "reminders of tasks of tenant {Tenant} failed; trying again")]
    partial void TenantFailed(Exception e, string tenant);
}
