using Reflow.Server.Store;

namespace Reflow.Server.Control;

/// <summary>Brings a test double back to where it began: to its workspace, or to nothing. What it goes back to is kept as a copy, so that only the first reset has to make it.</summary>
/// <param name="db">The live data.</param>
/// <param name="copies">Where the copies are.</param>
/// <param name="furnish">Fills an empty store with the workspace that the server was started with.</param>
sealed class Resets(Db db, Copies copies, Func<Db, Task> furnish)
{
    /// <summary>What a reset goes back to.</summary>
    public enum Target
    {
        /// <summary>The workspace that the server was started with.</summary>
        Workspace,
        /// <summary>No tenant at all.</summary>
        Nothing,
    }

    /// <summary>Keeps the data as it is now as what a reset to the workspace goes back to: for a server that has just been furnished.</summary>
    public Task KeepFurnished(CancellationToken ct) => copies.Save(NameOf(Target.Workspace), ct);

    /// <summary>Replaces all data. Calls must not be under way.</summary>
    /// <exception cref="StoreException">The database refused; nothing was done.</exception>
    public async Task Reset(Target target, CancellationToken ct)
    {
        if (await db.Restore(copies, NameOf(target), ct)) return;
        await copies.Make(NameOf(target), async made =>
        {
            if (target is Target.Workspace) await furnish(made);
            return true;
        }, ct);
        await db.Restore(copies, NameOf(target), ct);
    }

    static string NameOf(Target target) => target.ToString().ToLowerInvariant();
}
