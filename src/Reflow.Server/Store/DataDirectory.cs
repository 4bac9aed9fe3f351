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
            var held = Hold(System.IO.Path.Combine(full, LockFile), path);
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
            throw new StartException($"the data directory {path} cannot be used: {e.Message}", e);
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

    // A file that somebody else has is one thing, a disk that cannot be written another.
    static FileStream Hold(string file, string path)
    {
        try { return new(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None); }
        // As Linux, macOS and Windows say it.
        catch (IOException e) when (e.HResult is 11 or 35 or unchecked((int)0x80070020))
        {
            throw new StartException($"the data directory {path} is in use by another Reflow", e);
        }
    }

    static byte[] LoadKey(string file, Chance chance)
    {
        if (File.Exists(file)) return ReadKey(file);
        var key = new byte[ServerKey.Bytes];
        chance.Fill(key);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        // Whoever is stopped in the middle of it leaves no half of a key.
        using (var stream = new FileStream($"{file}.new", options))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key)));
            stream.Flush(flushToDisk: true);
        }
        File.Move($"{file}.new", file);
        return key;
    }

    static byte[] ReadKey(string file)
    {
        var text = File.ReadAllText(file).Trim();
        if (text.Length == 2 * ServerKey.Bytes && text.All(char.IsAsciiHexDigit)) return Convert.FromHexString(text);
        throw new StartException($"{file} holds no key: bring it back from a backup, or remove it, and apps get new tokens");
    }
}
