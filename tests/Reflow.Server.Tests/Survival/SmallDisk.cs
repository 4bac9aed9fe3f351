using System.Runtime.InteropServices;

namespace Reflow.Server.Tests.Survival;

/// <summary>A disk of a few megabytes, in memory, where a test can take all the room and give it back.</summary>
sealed class SmallDisk : IDisposable
{
    // Of umount2(2).
    const int Detach = 2;

    SmallDisk(string folder) => Folder = folder;

    /// <summary>Where it is: anybody may make folders in it.</summary>
    public string Folder { get; }

    string Ballast => Path.Combine(Folder, "ballast");

    /// <summary>A new one; null for whom the system does not let mount disks.</summary>
    public static SmallDisk? Mount(int megabytes)
    {
        var folder = Directory.CreateTempSubdirectory("reflow-disk-").FullName;
        if (mount("reflow", folder, "tmpfs", 0, $"size={megabytes}m,mode=777") == 0) return new(folder);
        Directory.Delete(folder);
        return null;
    }

    /// <summary>Takes all the room that is left.</summary>
    public void Fill()
    {
        using var ballast = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        try
        {
            for (var page = new byte[4096]; ;) ballast.Write(page);
        }
        catch (IOException) { /* that was the last of it */ }
    }

    /// <summary>Gives the room back.</summary>
    public void Clear() => File.Delete(Ballast);

    public void Dispose()
    {
        _ = umount2(Folder, Detach);
        Directory.Delete(Folder);
    }

    [DllImport("libc")]
    static extern int mount(string source, string target, string type, nuint flags, string data);

    [DllImport("libc")]
    static extern int umount2(string target, int flags);
}
