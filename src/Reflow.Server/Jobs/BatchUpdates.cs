using Reflow.Server.Store;

namespace Reflow.Server.Jobs;

/// <summary>
/// Works through batch updates of items, each item a change of its own (contracts: project §2.3). Begins at once when one is asked for, and goes on where a
/// stopped server left off: what is done is on disk beside what it did. The rounds of every second are only for what failed.
/// </summary>
sealed class BatchUpdates : IAsyncDisposable
{
    readonly Rounds rounds;

    /// <summary>Works off what is open, now and from now on.</summary>
    public BatchUpdates(Db db, ProjectStore projects, TimeProvider clock, ILogger<BatchUpdates> log)
    {
        rounds = new("batch update of items", async (_, ct) =>
        {
            foreach (var tenant in await db.ReadSystem(BatchRows.OpenTenants, ct))
                while (await db.Change(tenant, session => BatchRows.Step(session, projects, clock.GetUtcNow().ToUnixTimeMilliseconds()), ct)) { }
        }, clock, log);
        projects.BatchAdded = rounds.Go;
        // One that was asked for after the first round looked, and before this.
        rounds.Go();
    }

    /// <summary>Ends when everything that was open until now is done, or failed to be.</summary>
    internal Task Settled => rounds.Settled;

    /// <summary>Begins nothing more, and ends when the item at hand is done.</summary>
    public ValueTask DisposeAsync() => rounds.DisposeAsync();
}
