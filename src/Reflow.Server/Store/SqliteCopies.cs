namespace Reflow.Server.Store;

/// <summary>Copies of the embedded store: files in a directory, which is made when the first is saved.</summary>
/// <param name="database">The live data.</param>
/// <param name="live">Its file.</param>
/// <param name="writing">How it is brought back.</param>
/// <param name="directory">Where the copies are.</param>
/// <param name="clock">When a copy is made.</param>
sealed class SqliteCopies(SqliteDatabase database, string live, DbUse writing, string directory, TimeProvider clock) : Copies
{
    const string Extension = ".snapshot";

    // What a copy does not bring back: see Copies.Restore.
    static readonly string[] Kept = ["node", .. GrantStore.Outliving];

    /// <inheritdoc/>
    public override Task<IReadOnlyList<Copy>> All(CancellationToken ct) => Task.FromResult<IReadOnlyList<Copy>>(Directory.Exists(directory)
        ? [.. new DirectoryInfo(directory).GetFiles($"*{Extension}").OrderBy(file => file.Name, StringComparer.Ordinal).Select(Of)]
        : []);

    /// <inheritdoc/>
    public override Task<Copy?> Find(string name, CancellationToken ct) => Task.FromResult(new FileInfo(FileOf(name)) is { Exists: true } file ? Of(file) : null);

    /// <inheritdoc/>
    public override Task Save(string name, CancellationToken ct) => Put(name, async file =>
    {
        await Task.Run(() => SqliteDatabase.Backup(live, file, DbUse.WritingFast), ct);
        return true;
    });

    /// <inheritdoc/>
    public override Task Make(string name, Func<Db, Task<bool>> fill, CancellationToken ct) => Put(name, async file =>
    {
        await using var made = await Db.OpenSqlite(file, new() { Durable = false, Readers = 1 }, ct);
        return await fill(made);
    });

    /// <inheritdoc/>
    public override ValueTask<SystemSession> Open(string name, CancellationToken ct) => new SqliteDatabase(FileOf(name), DbUse.WritingFast, null).Open(DbUse.Reading, ct);

    /// <inheritdoc/>
    public override async Task<bool> Restore(string name, CancellationToken ct)
    {
        if (!File.Exists(FileOf(name))) return false;
        List<(string Table, List<object?[]> Rows)> kept = [];
        await using (var reader = await database.Open(DbUse.Reading, ct))
            foreach (var table in Kept) kept.Add((table, await reader.Query($"select * from {table}", r => Enumerable.Range(0, r.FieldCount).Select(i => r.IsDBNull(i) ? null : r.GetValue(i)).ToArray())));
        await Task.Run(() => SqliteDatabase.Backup(FileOf(name), live, writing), ct);
        await using var writer = await database.Open(writing, ct);
        await writer.BeginChange([null]);
        foreach (var (table, rows) in kept)
            foreach (var row in rows)
                await writer.Execute($"insert or replace into {table} values ({string.Join(", ", row.Select((_, i) => $"${i + 1}"))})", row);
        await writer.Execute("commit");
        return true;
    }

    /// <inheritdoc/>
    public override Task<bool> Delete(string name, CancellationToken ct)
    {
        var exists = File.Exists(FileOf(name));
        if (exists) File.Delete(FileOf(name));
        return Task.FromResult(exists);
    }

    // A copy that is under way has another name, so that nobody takes half of one.
    async Task Put(string name, Func<string, Task<bool>> write)
    {
        var file = FileOf(name);
        var unfinished = $"{file}.{Guid.NewGuid():n}";
        try
        {
            Directory.CreateDirectory(directory);
            if (!await write(unfinished)) return;
            File.SetLastWriteTimeUtc(unfinished, clock.GetUtcNow().UtcDateTime);
            File.Move(unfinished, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"the copy {name} cannot be written: {e.Message}", e);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    string FileOf(string name) => Path.Combine(directory, name + Extension);

    static Copy Of(FileInfo file) =>
        new(file.Name[..^Extension.Length], new DateTimeOffset(file.LastWriteTimeUtc).ToUnixTimeMilliseconds(), file.Length);
}
