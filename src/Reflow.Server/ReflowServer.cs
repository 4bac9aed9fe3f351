using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Reflow.Server.Api.Control;
using Reflow.Server.Api.Control.Reports;
using Reflow.Server.Api.Control.Tests;
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
    readonly DataDirectory? directory;
    readonly TestTenants tenants;
    readonly NodeNumber node;
    readonly Readiness readiness;
    readonly Ids ids;
    bool closed;

    ReflowServer(WebApplication app, DataDirectory? directory, NodeNumber node, Readiness readiness, Db db, Ids ids, Tokens tokens, Routes routes, TestTenants tenants, FlowTimers timers, TaskReminders reminders, BatchUpdates batches) =>
        (this.app, this.directory, this.node, this.readiness, Db, this.ids, Tokens, Routes, this.tenants, Timers, Reminders, Batches) = (app, directory, node, readiness, db, ids, tokens, routes, tenants, timers, reminders, batches);

    /// <summary>The store.</summary>
    internal Db Db { get; }

    /// <summary>Where the embedded store is; null without one.</summary>
    internal string? Directory => directory?.Path;

    /// <summary>The tokens it issues.</summary>
    internal Tokens Tokens { get; }

    /// <summary>What reminds and lets tasks come due.</summary>
    internal FlowTimers Timers { get; }

    /// <summary>What reminds of tasks.</summary>
    internal TaskReminders Reminders { get; }

    /// <summary>What works through batch updates of items.</summary>
    internal BatchUpdates Batches { get; }

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
        var real = clock;
        var directory = settings.Postgres is null ? DataDirectory.Open(settings.Data, Chance.Of(settings.Seed, "key")) : null;
        var testing = settings.TestDouble ? TestDouble.Over(clock, settings.Seed ?? 0) : null;
        var requests = settings.RequestLog ?? settings.TestDouble ? new RequestLog() : null;
        if (settings.Seed is not null && testing is not null)
        {
            testing.Clock.Begun();
            testing.Clock.Freeze();
            testing.Clock.TrySet(TestClock.SeededStart);
        }
        clock = testing?.Clock ?? clock;
        Db? db = null;
        NodeNumber? node = null;
        try
        {
            db = directory is null ? await Db.OpenPostgres(settings.Postgres!, settings.Store, ct)
                : await Db.OpenSqlite(directory.DatabaseFile, settings.Store with { Durable = !directory.Passing }, ct);
            var key = directory?.Key ?? await ServerKey.Of(db, Chance.Of(settings.Seed, "key"), ct);
            node = await db.Join(ct);
            var ids = new Ids(clock, node, Chance.Of(settings.Seed, "ids"));
            var empty = await db.ReadSystem(async session => !await session.Find("select 1 from tenant limit 1", r => true), ct);
            // Read when first needed: a demo that is there already needs none, and reading costs a good part of the start.
            var workspace = new Lazy<Workspace>(() => WorkspaceOf(settings));
            // What has been done in the demo stays; a file that is named is what its author wants now.
            if (settings.Workspace is not null || settings.Demo && empty) await Furnish(workspace.Value, db, ids, clock, ct);
            var routes = new Routes(Contract.Operations);
            var readiness = new Readiness(node);
            Health.Serve(routes, readiness);
            var tokens = new Tokens(db, key, clock, Chance.Of(settings.Seed, "tokens"));
            var flows = new FlowStore(ids, new());
            var tasks = new TaskStore(db, ids, new(Timezones.Find) { LongestSummary = settings.TaskSummaryMax, MostFollowers = settings.TaskFollowersMax }, clock);
            var limits = new RateLimits(db.Quotas, clock, settings.RateLimits);
            PlatformApi.Serve(routes, db, tokens, limits, key, clock, Chance.Of(settings.Seed, "sign-ins"));
            var projects = Serve(routes, db, ids, tokens, flows, tasks, clock, Chance.Of(settings.Seed, "project grants"));
            await ItemFactRows.FillIn(db, projects, ct);
            var callers = new ProjectCallers(db);
            db.Replaced += tokens.Forget;
            db.Replaced += callers.Forget;
            db.Replaced += flows.Forget;
            db.Replaced += projects.Forget;
            db.Restored += limits.Forget;
            var resets = new Resets(db, db.Copies("resets", clock), made => Furnish(workspace.Value, made, ids, clock, CancellationToken.None));
            if (testing is not null && empty) await resets.KeepFurnished(ct);
            var tenants = new TestTenants(db, ids, clock, real, Chance.Of(settings.Seed, "test tenants"));
            ApplyWorkspace.Serve(routes, db, ids, projects);
            TestControls.Serve(routes, testing ?? TestDouble.Over(clock, 0), requests, resets, new(db, db.Copies("snapshots", clock)),
                tenants, workspace);
            var app = Build(settings, routes, tokens, callers, projects, limits, readiness, testing, requests, clock);
            await Listen(app, settings.Urls, ct);
            if (testing is not null) tenants.Begin();
            var timers = new FlowTimers(db, flows, clock, app.Services.GetRequiredService<ILogger<FlowTimers>>());
            var reminders = new TaskReminders(tasks, clock, app.Services.GetRequiredService<ILogger<TaskReminders>>());
            if (testing is not null) (testing.Clockwork.Works, testing.Clockwork.Passing) = ([timers, reminders], new(db));
            return new(app, directory, node, readiness, db, ids, tokens, routes, tenants, timers, reminders,
                new(db, projects, clock, app.Services.GetRequiredService<ILogger<BatchUpdates>>()));
        }
        catch (Exception e)
        {
            if (node is not null) await node.DisposeAsync();
            if (db is not null) await db.DisposeAsync();
            directory?.Dispose();
            if (e is StoreException) throw new StartException(e.Message, e);
            throw;
        }
    }

    /// <summary>Applies a workspace while calls are served; from the answer on, every call sees it.</summary>
    internal async Task<WorkspaceApplication> Apply(Workspace workspace, long now, CancellationToken ct)
    {
        var applied = await workspace.Apply(Db, ids, now, ct);
        Db.Changed();
        return applied;
    }

    /// <summary>Is not ready any more, and goes on serving while whoever sends it calls finds that out; connections are closed after their next answer.</summary>
    /// <param name="time">How long.</param>
    /// <param name="atOnce">Ends it before.</param>
    public async Task Drain(TimeSpan time, CancellationToken atOnce)
    {
        readiness.Stop();
        if (time > TimeSpan.Zero) await Task.Delay(time, atOnce).ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    /// <summary>Takes no more calls, finishes those under way, and closes the store.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref closed, true)) return;
        readiness.Stop();
        await app.StopAsync();
        await Timers.DisposeAsync();
        await Reminders.DisposeAsync();
        await tenants.DisposeAsync();
        await Batches.DisposeAsync();
        await app.DisposeAsync();
        await node.DisposeAsync();
        await Db.DisposeAsync();
        directory?.Dispose();
    }

    static async Task Furnish(Workspace workspace, Db db, Ids ids, TimeProvider clock, CancellationToken ct)
    {
        var applied = await workspace.Apply(db, ids, clock.GetUtcNow().ToUnixTimeMilliseconds(), ct);
        if (applied.Changes is null) throw new StartException(OneLine(applied.Faults, applied.Faults.Count));
    }

    /// <summary>What the server starts from: the file that is named, else the demo, else nothing.</summary>
    static Workspace WorkspaceOf(Settings settings)
    {
        if (settings.Workspace is not { } file) return settings.Demo ? Workspace.Demo() : new("none", []);
        var reading = Workspace.Load(file);
        return reading.Workspace ?? throw new StartException(OneLine(reading.Faults, reading.FaultCount));
    }

    static string OneLine(IReadOnlyList<WorkspaceFault> faults, int count) => count > 1 ? $"{faults[0]} (and {count - 1} more)" : $"{faults[0]}";

    static ProjectStore Serve(Routes routes, Db db, Ids ids, Tokens tokens, FlowStore flows, TaskStore tasks, TimeProvider clock, Chance chance)
    {
        var projects = new ProjectStore(db, ids, clock);
        ReadCoverage.Serve(routes);
        ReadOpenApi.Serve(routes);
        TasksApi.Serve(routes, tasks, ids);
        ListEvents.Serve(routes, db);
        ReportsApi.Serve(routes, db);
        FlowsApi.Serve(routes, db, flows);
        FlowControl.Serve(routes, db, flows);
        ReportControl.Serve(routes, db, ids);
        ProjectsApi.Serve(routes, db, tokens, projects, ids, chance);
        ProjectControl.Serve(routes, db, projects);
        return projects;
    }

    static WebApplication Build(Settings settings, Routes routes, Tokens tokens, ProjectCallers callers, ProjectStore projects, RateLimits limits, Readiness readiness, TestDouble? testing, RequestLog? requests, TimeProvider clock)
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
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None)
            // Otherwise each request begins an activity and a scope, for lines that nobody is shown.
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", settings.LogLevel <= LogLevel.Information ? settings.LogLevel : LogLevel.None);
        // Whoever starts the process listens to its signals: the host would stop listening at the first one.
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(4));
        var app = builder.Build();
        var doors = new Doors(new OpenDoor(tokens, limits), new ProjectDoor(tokens, limits, callers, projects), new ControlDoor(settings.AdminToken, settings.TestDouble));
        var gateway = new Gateway.Gateway(routes, doors, readiness, clock, testing, requests, Chance.Of(settings.Seed, "log ids"), app.Services.GetRequiredService<ILogger<Gateway.Gateway>>());
        app.Run(gateway.Handle);
        return app;
    }

    sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
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
