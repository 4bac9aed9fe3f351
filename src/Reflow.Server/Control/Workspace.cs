using System.Text;
using Reflow.Core.Projects;
using Reflow.Server.Store;

namespace Reflow.Server.Control;

/// <summary>
/// A workspace: what a server starts from, read from a YAML file and checked as a whole. The format is described by <c>docs/workspace.md</c> and
/// <c>samples/workspace.schema.json</c>.
/// </summary>
/// <param name="File">The name under which faults speak of the file.</param>
/// <param name="Tenants">The tenants, in the order of the file.</param>
public sealed record Workspace(string File, IReadOnlyList<WorkspaceTenant> Tenants)
{
    /// <summary>The largest file, in bytes of UTF-8.</summary>
    public const int LargestFile = 16 * 1024 * 1024;

    /// <summary>How many faults are shown at most.</summary>
    public const int MostFaults = 20;

    /// <summary>Reads and checks a workspace file. Never throws for what is in the file, or when it cannot be read.</summary>
    public static WorkspaceReading Load(string path)
    {
        try
        {
            using var file = System.IO.File.OpenRead(path);
            if (file.Length > LargestFile) return Refused(path, TooLarge);
            using var reader = new StreamReader(file, new UTF8Encoding(false, throwOnInvalidBytes: true));
            return Parse(path, reader.ReadToEnd());
        }
        catch (DecoderFallbackException)
        {
            return Refused(path, "The file is not UTF-8.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return Refused(path, $"The file cannot be read: {e.Message}");
        }
    }

    /// <summary>As <see cref="Parse"/>, of bytes that somebody sent.</summary>
    internal static async Task<WorkspaceReading> Read(string file, Stream from, CancellationToken ct)
    {
        try
        {
            using var reader = new StreamReader(from, new UTF8Encoding(false, throwOnInvalidBytes: true));
            return Parse(file, await reader.ReadToEndAsync(ct));
        }
        catch (DecoderFallbackException)
        {
            return Refused(file, "The file is not UTF-8.");
        }
    }

    /// <summary>The demo workspace, <c>samples/demo.yaml</c>, which is built in.</summary>
    public static Workspace Demo()
    {
        var reading = Parse("samples/demo.yaml", BuiltIn("samples/demo.yaml"));
        return reading.Workspace ?? throw new InvalidDataException(reading.ToString());
    }

    /// <summary>The JSON Schema (draft 2020-12) of workspace files, <c>samples/workspace.schema.json</c>, which is built in.</summary>
    public static string Schema() => BuiltIn("samples/workspace.schema.json");

    /// <summary>Reads and checks the text of a workspace file. Never throws for what is in it.</summary>
    /// <param name="file">The name under which faults speak of it.</param>
    /// <param name="text">The YAML.</param>
    public static WorkspaceReading Parse(string file, string text)
    {
        if (text.Length > LargestFile || Encoding.UTF8.GetByteCount(text) > LargestFile) return Refused(file, TooLarge);
        var reading = new YamlReading(file);
        var root = new YamlTree(file, text, reading.Faults).Read();
        if (root is null) return new(null, Shown(reading.Faults), reading.Faults.Count);
        if (root is not YamlMap map)
        {
            reading.Report(new(root.Line, root.Column, ""), "A workspace file has members, the first of them tenants.");
            return new(null, Shown(reading.Faults), reading.Faults.Count);
        }
        var workspace = Read(file, new(reading, map, new(map.Line, map.Column, ""), "", ""));
        reading.Finish();
        return reading.Faults is [] ? new(workspace, [], 0) : new(null, Shown(reading.Faults), reading.Faults.Count);
    }

    /// <summary>
    /// Makes the data what the file says, in one transaction: definitions are created or changed, work that is not there yet is created, nothing is ever deleted.
    /// Applying a file twice changes nothing the second time. When the file contradicts the data that is there, nothing is done.
    /// </summary>
    /// <param name="db">The store.</param>
    /// <param name="ids">Where the ids of what it creates come from.</param>
    /// <param name="now">When it is applied, Unix ms; times in the file such as <c>+3d</c> count from here.</param>
    /// <param name="ct">Gives up while it has not begun.</param>
    /// <param name="isFresh">Whether its tenants, apps and plugins have ids that were made up for this, so that nobody can have them.</param>
    /// <exception cref="StoreException">The database refused; nothing was done.</exception>
    public async Task<WorkspaceApplication> Apply(Db db, Ids ids, long now, CancellationToken ct, bool isFresh = false)
    {
        try
        {
            return new(await db.ChangeSystem(async system =>
            {
                var changes = new WorkspaceChanges();
                var faults = new List<(WorkspacePlace Place, string Sentence)>();
                var flows = new FlowStore(ids, new());
                foreach (var tenant in Tenants)
                {
                    await tenant.Apply(new(system.For(tenant.Key), now, changes, faults, isFresh), (kind, id) => DirectoryStore.TenantOf(system, kind, id), flows);
                    if (faults is [] && tenant.Played is { } played) await played.Take(system, tenant);
                }
                // Thrown, so that the writer takes back what was written until here.
                return faults is [] ? changes : throw new ContradictionException([.. faults.OrderBy(f => (f.Place.Line, f.Place.Column)).Select(f => new WorkspaceFault(File, f.Place.Line, f.Place.Column, f.Place.Path, f.Sentence))]);
            }, ct), []);
        }
        catch (ContradictionException e)
        {
            return new(null, e.Faults);
        }
    }

    sealed class ContradictionException(IReadOnlyList<WorkspaceFault> faults) : Exception
    {
        public IReadOnlyList<WorkspaceFault> Faults => faults;
    }

    /// <summary>Every member that the format knows: its path, with <c>[]</c> for each element of a list and <c>.*</c> for each free name.</summary>
    internal static SortedDictionary<string, YamlMember> Members()
    {
        var members = new SortedDictionary<string, YamlMember>(StringComparer.Ordinal);
        Read("", new(YamlReading.Catalogue(members), null, new(0, 0, ""), "", ""));
        return members;
    }

    const string TooLarge = "A workspace file has at most 16 MiB.";

    static Workspace Read(string name, YamlSection file) => new(name, [.. file.RequiredScopes("tenants").Select(WorkspaceTenant.Read)]);

    static string BuiltIn(string name)
    {
        using var reader = new StreamReader(typeof(Workspace).Assembly.GetManifestResourceStream(name) ?? throw new InvalidDataException($"{name} is not built in"));
        return reader.ReadToEnd();
    }

    static WorkspaceReading Refused(string file, string sentence) => new(null, [new(file, 0, 0, "", sentence)], 1);

    static IReadOnlyList<WorkspaceFault> Shown(List<WorkspaceFault> faults) => [.. faults.OrderBy(f => f.Line).ThenBy(f => f.Column).Take(MostFaults)];
}

/// <summary>What reading a workspace file gives: a workspace, or what is wrong.</summary>
/// <param name="Workspace">The workspace; null when anything is wrong.</param>
/// <param name="Faults">What is wrong, in the order of the file, <see cref="Workspace.MostFaults"/> at most.</param>
/// <param name="FaultCount">How much is wrong, counted up to a thousand.</param>
public sealed record WorkspaceReading(Workspace? Workspace, IReadOnlyList<WorkspaceFault> Faults, int FaultCount)
{
    /// <summary>The faults, one line each, and how many more there are; empty when there are none.</summary>
    public override string ToString() => string.Join('\n', FaultCount > Faults.Count
        ? Faults.Select(fault => fault.ToString()).Append($"… and {FaultCount - Faults.Count} more")
        : Faults.Select(fault => fault.ToString()));
}

/// <summary>What applying a workspace gives: what changed, or what contradicts the data that is there.</summary>
/// <param name="Changes">What changed; null when nothing was done because of faults.</param>
/// <param name="Faults">What contradicts the data that is there.</param>
public sealed record WorkspaceApplication(WorkspaceChanges? Changes, IReadOnlyList<WorkspaceFault> Faults);

/// <summary>One tenant of a workspace file.</summary>
/// <param name="Key">The <c>tenant_key</c>: 16 hex digits (contracts: platform §3.1).</param>
/// <param name="Name">Its name.</param>
/// <param name="Directory">People, departments, apps and plugins.</param>
/// <param name="Tasks">Tasks of Task v1.</param>
/// <param name="Flows">Flows of human tasks, their roles and instances.</param>
/// <param name="Projects">Spaces of Feishu Project.</param>
/// <param name="Reports">Rules and reports of Report v1.</param>
public sealed record WorkspaceTenant(
    string Key, string Name, DirectoryWorkspace Directory, IReadOnlyList<TaskWorkspace> Tasks, FlowWorkspace Flows, IReadOnlyList<Project> Projects, ReportWorkspace Reports)
{
    static readonly TextFormat KeyFormat = TextFormat.Of("^[0-9a-f]{16}$", "16 lower-case hexadecimal digits");

    /// <summary>When it goes again, Unix ms; null for a tenant that stays.</summary>
    internal long? PassesAt { get; init; }

    /// <summary>Takes what is in the tenant once it is applied, for others that are made like it; null when none are.</summary>
    internal PlayedTemplate? Played { get; init; }

    /// <summary>Every id by which the tenant, its apps and its plugins are known, in the order of the file.</summary>
    internal IEnumerable<string> Names => [Key, .. Directory.Apps.Select(app => app.Id), .. Directory.Plugins.Select(plugin => plugin.Id)];

    // Each family has its line here and one in Apply, in the same order.
    internal static WorkspaceTenant Read(YamlSection tenant)
    {
        var key = tenant.RequiredText("tenant_key", KeyFormat);
        tenant.DeclareEverywhere("tenant", "tenant_key", key);
        var directory = DirectoryWorkspace.Read(tenant, key);
        return new(
            key,
            tenant.RequiredText("name"),
            directory,
            TaskWorkspace.Read(tenant),
            FlowWorkspace.Read(tenant),
            ProjectWorkspace.Read(tenant, directory),
            ReportWorkspace.Read(tenant));
    }

    /// <summary>The same tenant with its definitions and people only: nothing has been done in it.</summary>
    internal WorkspaceTenant WithoutWork() => this with { Tasks = [], Flows = Flows with { Instances = [] }, Reports = Reports with { Submitted = [] } };

    internal async ValueTask Apply(Applying applying, Func<RouteKind, string, ValueTask<string?>> tenantOf, FlowStore flows)
    {
        await ApplyPeople(applying, tenantOf);
        await applying.Parts(part => TaskWorkspace.Apply(Tasks, part), part => Flows.Apply(part, flows), part => ProjectWorkspace.Apply(Projects, part), part => Reports.Apply(part));
    }

    /// <summary>What of it is its own under every name that it has: the tenant itself, its people, apps and plugins.</summary>
    internal async ValueTask ApplyPeople(Applying applying, Func<RouteKind, string, ValueTask<string?>> tenantOf)
    {
        applying.Count("tenants", await applying.PutTenant(Name));
        if (PassesAt is { } at) await TenantStore.Passes(applying.Session, at);
        await ApplyDirectory.Apply(Directory, applying, tenantOf);
    }
}
