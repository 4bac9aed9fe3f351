using System.Text;

namespace Reflow.Server.Control;

/// <summary>
/// A workspace: what a server starts from, read from a YAML file and checked as a whole. The format is described by <c>docs/workspace.md</c> and
/// <c>samples/workspace.schema.json</c>.
/// </summary>
/// <param name="Tenants">The tenants, in the order of the file.</param>
public sealed record Workspace(IReadOnlyList<WorkspaceTenant> Tenants)
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
            using var file = File.OpenRead(path);
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
        var workspace = Read(new(reading, map, new(map.Line, map.Column, ""), "", ""));
        reading.Finish();
        return reading.Faults is [] ? new(workspace, [], 0) : new(null, Shown(reading.Faults), reading.Faults.Count);
    }

    /// <summary>Every member that the format knows: its path, with <c>[]</c> for each element of a list and <c>.*</c> for each free name.</summary>
    internal static SortedDictionary<string, YamlMember> Members()
    {
        var members = new SortedDictionary<string, YamlMember>(StringComparer.Ordinal);
        Read(new(YamlReading.Catalogue(members), null, new(0, 0, ""), "", ""));
        return members;
    }

    const string TooLarge = "A workspace file has at most 16 MiB.";

    static Workspace Read(YamlSection file) => new([.. file.RequiredScopes("tenants").Select(WorkspaceTenant.Read)]);

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

/// <summary>One tenant of a workspace file.</summary>
/// <param name="Key">The <c>tenant_key</c>: 16 hex digits (contracts: platform §3.1).</param>
/// <param name="Name">Its name.</param>
public sealed record WorkspaceTenant(string Key, string Name)
{
    static readonly TextFormat KeyFormat = TextFormat.Of("^[0-9a-f]{16}$", "16 lower-case hexadecimal digits");

    internal static WorkspaceTenant Read(YamlSection tenant)
    {
        var key = tenant.RequiredText("tenant_key", KeyFormat);
        tenant.DeclareEverywhere("tenant", "tenant_key", key);
        return new(key, tenant.RequiredText("name"));
    }
}
