namespace Reflow.Server.Store;

/// <summary>The directory of the embedded store: the database, the key that tokens are derived from, and the lock that keeps a second server out.</summary>
sealed class DataDirectory : IDisposable
{
    /// <summary>The name of a directory in memory that goes with the server.</summary>
    public const string InMemory = ":memory:";

    const string LockFile = "reflow.lock", KeyFile = "reflow.key", MemoryPrefix = "reflow-memory-";
    readonly FileStream held;

    DataDirectory(string path, FileStream held, byte[] key, bool passing) => (Path, this.held, Key, Passing) = (path, held, key, passing);

    public string Path { get; }

    public byte[] Key { get; }

    /// <summary>Whether it goes with the server.</summary>
    public bool Passing { get; }

    public string DatabaseFile => System.IO.Path.Combine(Path, "reflow.db");

    /// <exception cref="StartException">It cannot be written, or another server has it.</exception>
    public static DataDirectory Open(string path, Chance chance)
    {
        var passing = path == InMemory;
        if (passing)
        {
            SweepMemory();
            path = System.IO.Path.Combine(Memory, $"{MemoryPrefix}{Guid.NewGuid():n}");
        }
        try
        {
            var full = Directory.CreateDirectory(path).FullName;
            var held = new FileStream(System.IO.Path.Combine(full, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            try { return new(full, held, LoadKey(System.IO.Path.Combine(full, KeyFile), chance), passing); }
            catch
            {
                held.Dispose();
                throw;
            }
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StartException($"the data directory {path} cannot be written: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new StartException(File.Exists(System.IO.Path.Combine(path, LockFile))
                ? $"the data directory {path} is in use by another Reflow"
                : $"the data directory {path} cannot be used: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        held.Dispose();
        if (Passing) Directory.Delete(Path, recursive: true);
    }

    // Linux keeps this directory in memory; elsewhere the system's temporary one has to do.
    static string Memory => Directory.Exists("/dev/shm") ? "/dev/shm" : System.IO.Path.GetTempPath();

    // A server that was killed could not take its directory with it.
    static void SweepMemory()
    {
        foreach (var left in Directory.GetDirectories(Memory, $"{MemoryPrefix}*"))
        {
            try
            {
                using (new FileStream(System.IO.Path.Combine(left, LockFile), FileMode.Open, FileAccess.ReadWrite, FileShare.None)) { }
                Directory.Delete(left, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another server has it, or another user.
            }
        }
    }

    static byte[] LoadKey(string file, Chance chance)
    {
        if (File.Exists(file)) return Convert.FromHexString(File.ReadAllText(file).Trim());
        var key = new byte[32];
        chance.Fill(key);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new FileStream(file, options);
        stream.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key)));
        stream.Flush(flushToDisk: true);
        return key;
    }
}
