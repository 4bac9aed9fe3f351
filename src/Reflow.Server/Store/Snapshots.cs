using System.Text.RegularExpressions;

namespace Reflow.Server.Store;

/// <summary>
/// Copies of all data under a name that a test suite gives, and going back to one. Taking one does not hold up changes.
/// Going back replaces everything but the tokens: no SDK recovers from a token that died early (contracts: platform §1.6).
/// </summary>
/// <param name="db">The live data.</param>
/// <param name="copies">Where the snapshots are kept.</param>
sealed partial class Snapshots(Db db, Copies copies)
{
    /// <summary>What a name can be.</summary>
    public static bool IsName(string name) => NamePattern().IsMatch(name);

    /// <inheritdoc cref="Copies.All"/>
    public Task<IReadOnlyList<Copy>> All(CancellationToken ct) => copies.All(ct);

    /// <summary>The snapshot of this name; null when there is none.</summary>
    public async Task<Copy?> Find(string name, CancellationToken ct) => IsName(name) ? await copies.Find(name, ct) : null;

    /// <summary>Copies the data as it is now, in the place of an earlier snapshot of this name.</summary>
    /// <exception cref="StoreException">It could not be written; an earlier one is as it was.</exception>
    public async Task<Copy> Save(string name, CancellationToken ct)
    {
        await copies.Save(name, ct);
        return (await copies.Find(name, ct))!;
    }

    /// <summary>Makes the data what it was when the snapshot was taken. False when there is no such snapshot.</summary>
    /// <exception cref="StoreException">The database refused; nothing was done.</exception>
    public async Task<bool> Restore(string name, CancellationToken ct) => IsName(name) && await db.Restore(copies, name, ct);

    /// <summary>Deletes a snapshot. False when there is none of this name.</summary>
    public async Task<bool> Delete(string name, CancellationToken ct) => IsName(name) && await copies.Delete(name, ct);

    /// <summary>Writes a snapshot as a portable text (see <see cref="SnapshotText"/>).</summary>
    public async Task Download(string name, Stream to, CancellationToken ct)
    {
        await using var session = await copies.Open(name, ct);
        await SnapshotText.Write(session, to, ct);
    }

    /// <summary>Takes a snapshot from a portable text; the reason in words when it is none that this server can hold.</summary>
    public async Task<string?> Upload(string name, Stream from, CancellationToken ct)
    {
        string? fault = null;
        await copies.Make(name, async made => (fault = await SnapshotText.Read(from, made, ct)) is null, ct);
        return fault;
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    private static partial Regex NamePattern();
}
