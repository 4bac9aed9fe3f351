using Reflow.Server.Store;

namespace Reflow.Server.Control;

/// <summary>Brings a test double back to where it began: to its workspace, or to nothing. What it goes back to is kept as an image, so that only the first reset has to make it.</summary>
/// <param name="db">The live data.</param>
/// <param name="directory">Where the images are.</param>
/// <param name="furnish">Fills an empty store with the workspace that the server was started with.</param>
sealed class Resets(Db db, string directory, Func<Db, Task> furnish)
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
    public async Task KeepFurnished(CancellationToken ct)
    {
        Directory.CreateDirectory(directory);
        File.Delete(FileOf(Target.Workspace));
        await db.CopyTo(FileOf(Target.Workspace), ct);
    }

    /// <summary>Replaces all data. Calls must not be under way.</summary>
    /// <exception cref="StoreException">The database refused; nothing was done.</exception>
    public async Task Reset(Target target, CancellationToken ct)
    {
        var image = FileOf(target);
        if (!File.Exists(image)) await Make(target, image, ct);
        await db.ReplaceBy(image, ct);
    }

    async Task Make(Target target, string image, CancellationToken ct)
    {
        Directory.CreateDirectory(directory);
        var unfinished = $"{image}.unfinished";
        foreach (var suffix in new[] { "", "-wal", "-shm" }) File.Delete(unfinished + suffix);
        await using (var made = await Db.OpenSqlite(unfinished, new() { Durable = false, Readers = 1 }, ct))
            if (target is Target.Workspace) await furnish(made);
        File.Move(unfinished, image);
    }

    string FileOf(Target target) => Path.Combine(directory, $"{target.ToString().ToLowerInvariant()}.image");
}
