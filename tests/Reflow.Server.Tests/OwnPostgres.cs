using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Npgsql;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>
/// A PostgreSQL that a test has for itself, of the programs that Debian installs: it may be killed, streamed to a standby, promoted, archived, and restored to a moment.
/// PostgreSQL does not run as root, who lets the user postgres run it.
/// </summary>
sealed class OwnPostgres : IAsyncDisposable
{
    const int Sigkill = 9, Sigstop = 19;

    static readonly string Programs = Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin"))
        .Where(bin => File.Exists(Path.Combine(bin, "initdb"))).MaxBy(bin => int.Parse(Path.GetFileName(Path.GetDirectoryName(bin))!, CultureInfo.InvariantCulture))!;
    static readonly bool IsRoot = geteuid() == 0;

    readonly string folder;

    OwnPostgres(string folder, int port) => (this.folder, Port) = (folder, port);

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>The same, as a connection string names a host.</summary>
    public string Host => $"127.0.0.1:{Port}";

    /// <summary>How it is reached by who may do everything.</summary>
    public string Connection => ConnectionTo("postgres");

    /// <summary>How one of its databases is.</summary>
    public string ConnectionTo(string database) => $"Host=127.0.0.1;Port={Port};Username=reflow;Database={database}";

    /// <summary>Where its files are.</summary>
    public string Data => Path.Combine(folder, "data");

    /// <summary>Where others of its test may put files that it reads or writes: only its user gets there.</summary>
    public string Beside(string name) => Path.Combine(folder, name);

    /// <summary>A new one, which runs.</summary>
    public static async Task<OwnPostgres> Start(params IEnumerable<string> settings)
    {
        var made = await Make();
        await Run("initdb", "--pgdata", made.Data, "--auth=trust", "--username=reflow", "--encoding=UTF8", "--locale=C", "--no-sync");
        await made.Set(["listen_addresses='127.0.0.1'", "unix_socket_directories=''", $"port={made.Port}", "fsync=off", "autovacuum=off", "dynamic_shared_memory_type=mmap", .. settings]);
        await made.Run();
        return made;
    }

    /// <summary>A copy of its files as of a moment between the beginning and the end of this, which does not run yet.</summary>
    /// <param name="options">For <c>pg_basebackup</c>.</param>
    public async Task<OwnPostgres> Copy(params IEnumerable<string> options)
    {
        var made = await Make();
        await Run("pg_basebackup", ["--pgdata", made.Data, "--dbname", $"host=127.0.0.1 port={Port} user=reflow", "--checkpoint=fast", "--no-sync", .. options]);
        await made.Set($"port={made.Port}");
        return made;
    }

    /// <summary>A standby that has all of it from now on.</summary>
    public async Task<OwnPostgres> Standby(string name)
    {
        var made = await Copy("--write-recovery-conf", "--wal-method=stream");
        await made.Set($"primary_conninfo='host=127.0.0.1 port={Port} user=reflow application_name={name}'");
        await made.Run();
        return made;
    }

    /// <summary>Makes one that is stopped, and has what the other has not, a standby of the other.</summary>
    public async Task Follow(OwnPostgres other, string name)
    {
        // Until its first checkpoint the other says that it is still on the timeline of before, and nothing would be rewound.
        await other.Execute("checkpoint");
        // One that was killed has left its lock, and until somebody has buried its process PostgreSQL takes it for one that runs.
        await Tool("rm", null, "--force", Path.Combine(Data, "postmaster.pid"));
        await Run("pg_rewind", "--target-pgdata", Data, "--source-server", $"host=127.0.0.1 port={other.Port} user=reflow dbname=postgres", "--no-sync");
        // It has brought the configuration of the other, too.
        await Set($"port={Port}", "synchronous_standby_names=''", $"primary_conninfo='host=127.0.0.1 port={other.Port} user=reflow application_name={name}'");
        await Touch("standby.signal");
        await Run();
    }

    /// <summary>Writes lines of its configuration; it sees them when it starts or reloads.</summary>
    public Task Set(params IEnumerable<string> settings) => Tool("tee", string.Join('\n', settings) + '\n', "--append", Path.Combine(Data, "postgresql.auto.conf"));

    /// <summary>Lets it read its configuration again.</summary>
    public Task Reload() => Run("pg_ctl", "--pgdata", Data, "reload");

    /// <summary>Starts it; it takes connections when this returns.</summary>
    public Task Run() => Run("pg_ctl", "--pgdata", Data, "--log", Path.Combine(folder, "log"), "--wait", "--silent", "start");

    /// <summary>Makes a standby the primary; it is when this returns.</summary>
    public Task Promote() => Run("pg_ctl", "--pgdata", Data, "--wait", "--silent", "promote");

    /// <summary>Makes an empty file that says something by being there.</summary>
    public Task Touch(string file) => Tool("touch", null, Path.Combine(Data, file));

    /// <summary>Makes a folder that is its own.</summary>
    public Task MakeFolder(string path) => Tool("mkdir", null, "--mode=700", path);

    /// <summary>Stops it, as fast as it can.</summary>
    public Task Stop() => Run("pg_ctl", "--pgdata", Data, "--mode=immediate", "--silent", "--wait", "stop");

    /// <summary>Writes a database into a file beside its own.</summary>
    public Task Dump(string database, string file) => Run("pg_dump", "--format=custom", "--file", Beside(file), "--dbname", $"host=127.0.0.1 port={Port} user=reflow dbname={database}");

    /// <summary>Makes a database of such a file.</summary>
    public async Task Restore(string file, string database)
    {
        await Execute($"create database {database}");
        await Run("pg_restore", "--exit-on-error", "--dbname", $"host=127.0.0.1 port={Port} user=reflow dbname={database}", Beside(file));
    }

    /// <summary>SIGKILL to all of its processes at once, as when its machine dies.</summary>
    public void Kill()
    {
        var postmaster = int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First(), CultureInfo.InvariantCulture);
        // So that it starts no more of them; once it is gone they are nobody's.
        _ = kill(postmaster, Sigstop);
        foreach (var process in Children(postmaster).Append(postmaster).ToList()) _ = kill(process, Sigkill);
    }

    public Task<int> Execute(string sql, string database = "postgres") => With(sql, database, command => command.ExecuteNonQueryAsync(Ct));

    public Task<object?> Ask(string sql, string database = "postgres") => With(sql, database, command => command.ExecuteScalarAsync(Ct));

    /// <summary>What it has said.</summary>
    public Task<string> Log() => Tool("cat", null, Path.Combine(folder, "log"));

    public async ValueTask DisposeAsync()
    {
        // Also one that was killed: what it left in the machine's memory goes when another like it has started and stopped.
        if (File.Exists(Path.Combine(Data, "postmaster.pid")) && !await IsRunning()) await Try("pg_ctl", "--pgdata", Data, "--log", Path.Combine(folder, "log"), "--silent", "--wait", "start");
        await Try("pg_ctl", "--pgdata", Data, "--mode=immediate", "--silent", "--wait", "stop");
        Directory.Delete(folder, recursive: true);
    }

    // As it is asked by one who was not there when it began.
    async Task<bool> IsRunning() => await Try("pg_ctl", "--pgdata", Data, "status");

    // Each has a folder of its user's; in memory where there is a place for it.
    static async Task<OwnPostgres> Make()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var folder = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"reflow-postgres-{Guid.NewGuid():n}");
        await Tool("mkdir", null, "--mode=700", folder);
        return new(folder, ((IPEndPoint)free.LocalEndpoint).Port);
    }

    static IEnumerable<int> Children(int parent)
    {
        foreach (var process in Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)))
        {
            string stat;
            try { stat = File.ReadAllText($"/proc/{process}/stat"); }
            catch (IOException) { continue; }
            if (int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture) == parent) yield return int.Parse(process!, CultureInfo.InvariantCulture);
        }
    }

    async Task<T> With<T>(string sql, string database, Func<NpgsqlCommand, Task<T>> work)
    {
        await using var connection = new NpgsqlConnection($"{ConnectionTo(database)};Pooling=false");
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection);
        return await work(command);
    }

    static Task Run(string program, params IEnumerable<string> arguments) => Tool(Path.Combine(Programs, program), null, arguments);

    static async Task<bool> Try(string program, params string[] arguments)
    {
        try
        {
            await Run(program, arguments);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    static async Task<string> Tool(string program, string? input, params IEnumerable<string> arguments)
    {
        var start = IsRoot ? new ProcessStartInfo("runuser", ["-u", "postgres", "--", program, .. arguments]) : new ProcessStartInfo(program, arguments);
        (start.WorkingDirectory, start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = ("/", true, true, true);
        using var process = Process.Start(start)!;
        if (input is not null) await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var (output, complaint) = (process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {await complaint}{await output}");
    }

    [DllImport("libc")]
    static extern int kill(int pid, int signal);

    [DllImport("libc")]
    static extern uint geteuid();
}
