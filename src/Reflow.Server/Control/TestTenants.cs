using Reflow.Core.Directory;
using Reflow.Server.Store;

namespace Reflow.Server.Control;

/// <summary>
/// Tenants for tests: each is made from a tenant of a workspace under ids and secrets of its own, so that tests that run side by side never meet, and goes when its time is over.
/// </summary>
/// <param name="db">The store.</param>
/// <param name="ids">Where the ids of what it creates come from.</param>
/// <param name="clock">When work of the workspace is created.</param>
/// <param name="real">How long tenants live: by the real clock, so that moving a test double's clock takes nobody's tenant away.</param>
/// <param name="chance">What ids and secrets are made of.</param>
sealed class TestTenants(Db db, Ids ids, TimeProvider clock, TimeProvider real, Chance chance) : IAsyncDisposable
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    readonly SemaphoreSlim sweeping = new(1);
    ITimer? timer;
    volatile PlayedTemplate? played;

    /// <summary>Takes out those whose time is over, from now on.</summary>
    public void Begin() => timer = real.CreateTimer(_ => _ = Sweep(CancellationToken.None), null, Every, Every);

    /// <summary>Makes a tenant; what contradicts the data that is there, when anything does.</summary>
    /// <param name="template">What it is made like.</param>
    /// <param name="withWork">Whether it begins with the work of the template, or with its definitions and people only.</param>
    /// <param name="life">How long it lives.</param>
    /// <param name="ct">Gives up while it has not begun.</param>
    public async Task<(TestTenant? Made, IReadOnlyList<WorkspaceFault> Faults)> Make(WorkspaceTenant template, bool withWork, TimeSpan life, CancellationToken ct)
    {
        var (tenant, secrets) = Renamed(template);
        var expiresAt = real.GetUtcNow().Add(life).ToUnixTimeMilliseconds();
        tenant = (withWork ? tenant : tenant.WithoutWork()) with { PassesAt = expiresAt };
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (played is { } before && before.Serves(template, withWork, now)) await db.Change(tenant.Key, session => before.Copy(session, tenant, now), ct);
        else
        {
            var first = new PlayedTemplate(template, withWork, now);
            var application = await new Workspace("template", [tenant with { Played = first }]).Apply(db, ids, now, ct, isFresh: true);
            if (application.Changes is null) return (null, application.Faults);
            played = first;
        }
        return (new(tenant, secrets, expiresAt), []);
    }

    /// <summary>The tenants that a test suite made.</summary>
    public Task<List<(string Tenant, long ExpiresAt)>> All(CancellationToken ct) => db.ReadSystem(session => TenantStore.Passing(session), ct);

    /// <summary>Takes a tenant out with all that is its; false when no test suite made one of this key.</summary>
    public async Task<bool> Remove(string tenant, CancellationToken ct)
    {
        if ((await All(ct)).All(passing => passing.Tenant != tenant)) return false;
        await db.ChangeSystem(session => TenantStore.Remove(session, tenant), ct);
        db.Changed();
        return true;
    }

    /// <summary>Sweeps no more, and ends when the last sweep has.</summary>
    public async ValueTask DisposeAsync()
    {
        if (timer is not null) await timer.DisposeAsync();
        await sweeping.WaitAsync();
        sweeping.Release();
    }

    // A sweep that fails is made up for by the next.
    async Task Sweep(CancellationToken ct)
    {
        if (!await sweeping.WaitAsync(TimeSpan.Zero, ct)) return;
        try
        {
            var over = await db.ReadSystem(session => TenantStore.Passing(session, real.GetUtcNow().ToUnixTimeMilliseconds()), ct);
            foreach (var (tenant, _) in over) await db.ChangeSystem(session => TenantStore.Remove(session, tenant), ct);
            if (over is not []) db.Changed();
        }
        catch (StoreException)
        {
        }
        finally
        {
            sweeping.Release();
        }
    }

    (WorkspaceTenant, IReadOnlyDictionary<string, string>) Renamed(WorkspaceTenant template)
    {
        var key = chance.Hex(8);
        Dictionary<string, string> apps = [], secrets = [];
        foreach (var app in template.Directory.Apps) secrets[apps[app.Id] = $"cli_{chance.Hex(8)}"] = chance.Hex(16);
        var plugins = template.Directory.Plugins.Select(plugin =>
        {
            var id = $"MII_{chance.Hex(8).ToUpperInvariant()}";
            secrets[id] = chance.Hex(16);
            return plugin with { Id = id, SecretHash = Secrets.Hash(secrets[id]) };
        });
        return (template with
        {
            Key = key,
            Directory = template.Directory with
            {
                Apps = [.. template.Directory.Apps.Select(app => app with
                {
                    Id = apps[app.Id], SecretHash = Secrets.Hash(secrets[apps[app.Id]]), Owner = app.Owner == template.Key ? key : app.Owner,
                })],
                Plugins = [.. plugins],
            },
            Tasks = [.. template.Tasks.Select(task => task.Creator is Actor.App creator ? task with { Creator = new Actor.App(apps[creator.AppId]) } : task)],
        }, secrets);
    }
}

/// <summary>A tenant that was made for a test.</summary>
/// <param name="Tenant">What is in it.</param>
/// <param name="Secrets">The secrets of its apps and plugins, by their ids.</param>
/// <param name="ExpiresAt">When it goes, by the real clock, Unix ms.</param>
sealed record TestTenant(WorkspaceTenant Tenant, IReadOnlyDictionary<string, string> Secrets, long ExpiresAt);
