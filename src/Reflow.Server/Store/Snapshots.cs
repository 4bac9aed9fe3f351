using System.Text.RegularExpressions;

namespace Reflow.Server.Store;

/// <summary>
/// Copies of all data under a name, and going back to one. A copy is a database file beside the data, so it outlives the server; taking one does not hold up changes.
/// Going back replaces everything but the tokens: no SDK recovers from a token that died early (contracts: platform §1.6).
/// </summary>
/// <param name="db">The live data.</param>
/// <param name="directory">Where the copies are; made when the first is saved.</param>
/// <param name="clock">When a copy is taken.</param>
sealed partial class Snapshots(Db db, string directory, TimeProvider clock)
{
    const string Extension = ".snapshot";

    /// <summary>What a name can be.</summary>
    public static bool IsName(string name) => NamePattern().IsMatch(name);

    /// <summary>All copies by name.</summary>
    public IReadOnlyList<Snapshot> All => Directory.Exists(directory)
        ? [.. new DirectoryInfo(directory).GetFiles($"*{Extension}").OrderBy(file => file.Name, StringComparer.Ordinal).Select(Of)]
        : [];

    /// <summary>The copy of this name; null when there is none.</summary>
    public Snapshot? Find(string name) => IsName(name) && new FileInfo(FileOf(name)) is { Exists: true } file ? Of(file) : null;

    /// <summary>Copies the data as it is now, in the place of an earlier copy of this name.</summary>
    /// <exception cref="StoreException">The copy could not be written; an earlier one is as it was.</exception>
    public async Task<Snapshot> Save(string name, CancellationToken ct)
    {
        await Put(name, file => db.CopyTo(file, ct));
        return Find(name)!;
    }

    /// <summary>Makes the data what it was when the copy was taken. False when there is no such copy.</summary>
    /// <exception cref="StoreException">The database refused; nothing was done.</exception>
    public async Task<bool> Restore(string name, CancellationToken ct)
    {
        if (Find(name) is null) return false;
        await db.ReplaceBy(FileOf(name), ct);
        return true;
    }

    /// <summary>Deletes a copy. False when there is none of this name.</summary>
    public bool Delete(string name)
    {
        if (Find(name) is null) return false;
        File.Delete(FileOf(name));
        return true;
    }

    /// <summary>Writes a copy as a portable text (see <see cref="SnapshotText"/>).</summary>
    public Task Download(string name, Stream to, CancellationToken ct) => SnapshotText.Write(FileOf(name), to, ct);

    /// <summary>Takes a copy from a portable text; the reason in words when it is none that this server can hold.</summary>
    public async Task<string?> Upload(string name, Stream from, CancellationToken ct)
    {
        string? fault = null;
        await Put(name, async file => fault = await SnapshotText.Read(from, file, ct), () => fault is null);
        return fault;
    }

    // A copy that is under way has another name, so that nobody takes half of one.
    async Task Put(string name, Func<string, Task> write, Func<bool>? keep = null)
    {
        var file = FileOf(name);
        var unfinished = $"{file}.{Guid.NewGuid():n}";
        try
        {
            Directory.CreateDirectory(directory);
            await write(unfinished);
            if (keep?.Invoke() is false) return;
            File.SetLastWriteTimeUtc(unfinished, clock.GetUtcNow().UtcDateTime);
            File.Move(unfinished, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"the snapshot {name} cannot be written: {e.Message}", e);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    string FileOf(string name) => Path.Combine(directory, name + Extension);

    static Snapshot Of(FileInfo file) =>
        new(file.Name[..^Extension.Length], new DateTimeOffset(file.LastWriteTimeUtc).ToUnixTimeMilliseconds(), file.Length);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    private static partial Regex NamePattern();
}

/// <summary>A copy of all data.</summary>
/// <param name="Name">Its name.</param>
/// <param name="At">When it was taken, by the server's clock, Unix ms.</param>
/// <param name="Bytes">What it takes on disk.</param>
sealed record Snapshot(string Name, long At, long Bytes);
