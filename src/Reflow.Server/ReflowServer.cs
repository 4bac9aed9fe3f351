using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Reflow.Server.Api.Control;
using Reflow.Server.Api.Flows;
using Reflow.Server.Api.Platform;
using Reflow.Server.Api.Projects;
using Reflow.Server.Api.Reports;
using Reflow.Server.Api.Tasks;
using Reflow.Server.Control;
using Reflow.Server.Gateway;
using Reflow.Server.Jobs;
using Reflow.Server.Store;

namespace Reflow.Server;

/// <summary>A running Reflow: the store, the operations and the web host. Everything is put together here and nowhere else.</summary>
public sealed class ReflowServer : IAsyncDisposable
{
    readonly WebApplication app;
    readonly DataDirectory directory;

    ReflowServer(WebApplication app, DataDirectory directory, Db db, Tokens tokens, Routes routes, FlowTimers timers) =>
        (this.app, this.directory, Db, Tokens, Routes, Timers) = (app, directory, db, tokens, routes, timers);

    /// <summary>The store.</summary>
    internal Db Db { get; }

    /// <summary>The tokens it issues.</summary>
    internal Tokens Tokens { get; }

    /// <summary>What reminds and lets tasks come due.</summary>
    internal FlowTimers Timers { get; }

    /// <summary>The operations that are served.</summary>
    public Routes Routes { get; }

    /// <summary>The first address that it listens on, with the port that was really taken.</summary>
    public Uri Address => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Starts a server; once this returns, calls are served.</summary>
    /// <param name="settings">What to start with.</param>
    /// <param name="clock">Where the time comes from.</param>
    /// <param name="ct">Gives up starting.</param>
    /// <exception cref="StartException">It cannot start; the message is for the person who started it.</exception>
    public static async Task<ReflowServer> Start(Settings settings, TimeProvider clock, CancellationToken ct)
    {
        var directory = DataDirectory.Open(settings.Data);
        Db? db = null;
        try
        {
            db = await Db.OpenSqlite(directory.DatabaseFile, settings.Store, ct);
            var ids = await Ids.Start(db, clock, ct);
            await Furnish(settings, db, ids, clock, ct);
            var routes = new Routes(Contract.Operations);
            var tokens = new Tokens(db, directory.Key, clock);
            var flows = new FlowStore(ids, new());
            var projects = Serve(routes, db, ids, tokens, flows, clock);
            var app = Build(settings, routes, db, tokens, projects, clock);
            await Listen(app, settings.Urls, ct);
            return new(app, directory, db, tokens, routes, new(db, flows, clock, app.Services.GetRequiredService<ILogger<FlowTimers>>()));
        }
        catch (Exception e)
        {
            if (db is not null) await db.DisposeAsync();
            directory.Dispose();
            if (e is StoreException) throw new StartException(e.Message, e);
            throw;
        }
    }

    /// <summary>Serves until the process is told to stop.</summary>
    public Task WaitForShutdown(CancellationToken ct) => app.WaitForShutdownAsync(ct);

    /// <summary>Takes no more calls, finishes those under way, and closes the store.</summary>
    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await Timers.DisposeAsync();
        await app.DisposeAsync();
        await Db.DisposeAsync();
        directory.Dispose();
    }

    /// <summary>Applies the workspace file, or the demo to a store without tenants.</summary>
    static async Task Furnish(Settings settings, Db db, Ids ids, TimeProvider clock, CancellationToken ct)
    {
        Workspace workspace;
        if (settings.Workspace is { } file)
        {
            var reading = Workspace.Load(file);
            workspace = reading.Workspace ?? throw new StartException(OneLine(reading.Faults, reading.FaultCount));
        }
        else
        {
            if (!settings.Demo || await db.ReadSystem(session => session.Find("select 1 from tenant limit 1", r => true), ct)) return;
            workspace = Workspace.Demo();
        }
        var applied = await workspace.Apply(db, ids, clock.GetUtcNow().ToUnixTimeMilliseconds(), ct);
        if (applied.Changes is null) throw new StartException(OneLine(applied.Faults, applied.Faults.Count));
    }

    static string OneLine(IReadOnlyList<WorkspaceFault> faults, int count) => count > 1 ? $"{faults[0]} (and {count - 1} more)" : $"{faults[0]}";

    static ProjectStore Serve(Routes routes, Db db, Ids ids, Tokens tokens, FlowStore flows, TimeProvider clock)
    {
        var projects = new ProjectStore(db, ids, clock);
        Health.Serve(routes);
        IssueTokens.Serve(routes, db, tokens);
        TasksApi.Serve(routes, new TaskStore(db, ids, clock));
        ReportsApi.Serve(routes, db);
        FlowsApi.Serve(routes, db, flows);
        FlowControl.Serve(routes, db, flows);
        ProjectsApi.Serve(routes, db, tokens, projects);
        return projects;
    }

    static WebApplication Build(Settings settings, Routes routes, Db db, Tokens tokens, ProjectStore projects, TimeProvider clock)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls(settings.Urls).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = Call.LargestBodyRead;
            // Longer ones would be refused below the gateway, without the JSON that every client expects.
            kestrel.Limits.MaxRequestBufferSize = 1 << 20;
            kestrel.Limits.MaxRequestLineSize = 1 << 16;
            kestrel.Limits.MaxRequestHeadersTotalSize = 1 << 16;
        });
        builder.Logging.AddSimpleConsole().SetMinimumLevel(settings.LogLevel)
            // Why it cannot start is told once, in one line, by the exception that Start throws.
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(4));
        var app = builder.Build();
        var limits = new RateLimits(clock, settings.RateLimits);
        var doors = new Doors(new OpenDoor(tokens, limits), new ProjectDoor(tokens, limits, db, projects), new ControlDoor(settings.AdminToken));
        var gateway = new Gateway.Gateway(routes, doors, clock, app.Services.GetRequiredService<ILogger<Gateway.Gateway>>());
        app.Run(gateway.Handle);
        return app;
    }

    static async Task Listen(WebApplication app, string urls, CancellationToken ct)
    {
        try
        {
            await app.StartAsync(ct);
        }
        catch (Exception e) when (e is IOException or SocketException or FormatException or InvalidOperationException or UnauthorizedAccessException)
        {
            await app.DisposeAsync();
            throw new StartException($"cannot listen on {urls}: {e.Message}", e);
        }
    }
}

/// <summary>The server cannot start for a reason that the person who started it can mend.</summary>
public sealed class StartException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>The directory of the embedded store: the database, the key that tokens are derived from, and the lock that keeps a second server out.</summary>
sealed class DataDirectory : IDisposable
{
    readonly FileStream held;

    DataDirectory(string path, FileStream held, byte[] key) => (Path, this.held, Key) = (path, held, key);

    public string Path { get; }

    public byte[] Key { get; }

    public string DatabaseFile => System.IO.Path.Combine(Path, "reflow.db");

    /// <exception cref="StartException">It cannot be written, or another server has it.</exception>
    public static DataDirectory Open(string path)
    {
        try
        {
            var full = Directory.CreateDirectory(path).FullName;
            var held = new FileStream(System.IO.Path.Combine(full, "reflow.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            try { return new(full, held, LoadKey(System.IO.Path.Combine(full, "reflow.key"))); }
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
            throw new StartException(File.Exists(System.IO.Path.Combine(path, "reflow.lock"))
                ? $"the data directory {path} is in use by another Reflow"
                : $"the data directory {path} cannot be used: {e.Message}", e);
        }
    }

    public void Dispose() => held.Dispose();

    static byte[] LoadKey(string file)
    {
        if (File.Exists(file)) return Convert.FromHexString(File.ReadAllText(file).Trim());
        var key = RandomNumberGenerator.GetBytes(32);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new FileStream(file, options);
        stream.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key)));
        stream.Flush(flushToDisk: true);
        return key;
    }
}
