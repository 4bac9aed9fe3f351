using Reflow.Server.Store;

namespace Reflow.Server.Jobs;

/// <summary>
/// Works through batch updates of items, each item a change of its own (contracts: project §2.3). Begins at once when one is asked for, and goes on where a
/// stopped server left off: what is done is on disk beside what it did.
/// </summary>
sealed partial class BatchUpdates : IAsyncDisposable
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    readonly Db db;
    readonly ProjectStore projects;
    readonly TimeProvider clock;
    readonly ILogger log;
    readonly CancellationTokenSource stopping = new();
    readonly Lock gate = new();
    readonly ITimer timer;
    Task working = Task.CompletedTask;
    bool waiting;

    /// <summary>Works off what is open, now and from now on.</summary>
    public BatchUpdates(Db db, ProjectStore projects, TimeProvider clock, ILogger<BatchUpdates> log)
    {
        (this.db, this.projects, this.clock, this.log) = (db, projects, clock, log);
        projects.BatchAdded = Work;
        Work();
        // Only for what failed: whoever adds one says so.
        timer = clock.CreateTimer(_ => Work(), null, Every, Every);
    }

    /// <summary>Ends when everything that was open until now is done, or failed to be.</summary>
    internal Task Settled
    {
        get { lock (gate) return working; }
    }

    /// <summary>Begins nothing more, and ends when the item at hand is done.</summary>
    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested) return;
        await timer.DisposeAsync();
        await stopping.CancelAsync();
        await Settled;
        stopping.Dispose();
    }

    void Work()
    {
        lock (gate)
        {
            if (waiting || stopping.IsCancellationRequested) return;
            waiting = true;
            var before = working;
            working = Task.Run(() => WorkAfter(before));
        }
    }

    async Task WorkAfter(Task before)
    {
        await before;
        lock (gate) waiting = false;
        try
        {
            foreach (var tenant in await db.ReadSystem(BatchRows.OpenTenants, stopping.Token))
                while (await db.Change(tenant, session => BatchRows.Step(session, projects, clock.GetUtcNow().ToUnixTimeMilliseconds()), stopping.Token)) { }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            Failed(e);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "a batch update of items failed; trying again")]
    partial void Failed(Exception e);
}
