namespace Reflow.Server.Gateway;

/// <summary>The families of the contract, in the words of <c>contract/operations.tsv</c>.</summary>
public enum Family
{
    /// <summary>Tokens, people, events.</summary>
    Platform,
    /// <summary>Human tasks of aPaaS.</summary>
    Flows,
    /// <summary>Feishu Project.</summary>
    Projects,
    /// <summary>Reports.</summary>
    Reports,
    /// <summary>Task v1.</summary>
    Tasks,
    /// <summary>Reflow's own control plane.</summary>
    Control,
}

/// <summary>The kinds of token that an operation accepts and a caller can carry.</summary>
[Flags]
public enum TokenKinds
{
    /// <summary>No token is needed.</summary>
    None = 0,
    /// <summary><c>tenant_access_token</c>, <c>t-…</c>.</summary>
    Tenant = 1,
    /// <summary><c>user_access_token</c>, <c>u-…</c> or <c>eyJ…</c>.</summary>
    User = 2,
    /// <summary><c>app_access_token</c>, <c>a-…</c>.</summary>
    App = 4,
    /// <summary>Feishu Project's <c>plugin_token</c>, <c>p-…</c>; in the contract, whatever its header may carry.</summary>
    Plugin = 8,
    /// <summary>The admin token of Reflow's own control plane.</summary>
    Admin = 16,
    /// <summary>Feishu Project's token of a plugin in development, <c>v-…</c>.</summary>
    Virtual = 32,
    /// <summary>Feishu Project's token of a plugin that acts as one user, <c>u-…</c>.</summary>
    PluginUser = 64,
}

/// <summary>So many calls in so many seconds, per operation, app and tenant (contracts: platform §2.4).</summary>
/// <param name="Calls">The cap of one window.</param>
/// <param name="Seconds">The window's length.</param>
public readonly record struct Limit(int Calls, int Seconds);

/// <summary>One row of <c>contract/operations.tsv</c>: all that the gateway knows about an operation.</summary>
/// <param name="Family">Whose rules and whose envelope apply.</param>
/// <param name="Name">The stable name, as the SDKs order theirs: <c>task.v1.task.uncomplete</c>.</param>
/// <param name="Method">The HTTP method, upper case.</param>
/// <param name="Path">From the root; <c>:name</c> is a parameter.</param>
/// <param name="Tokens">The kinds of token that it accepts.</param>
/// <param name="Scopes">Any one suffices; empty when none is needed.</param>
/// <param name="Limits">All of them hold; empty when unlimited.</param>
/// <param name="Served">False while the row is only planned.</param>
/// <param name="Source">Where the row is from.</param>
public sealed record Operation(
    Family Family, string Name, string Method, string Path, TokenKinds Tokens,
    IReadOnlyList<string> Scopes, IReadOnlyList<Limit> Limits, bool Served, string Source)
{
    /// <summary>The names of the parameters in the path, in order.</summary>
    public IReadOnlyList<string> Parameters { get; } = [.. Path.Split('/').Where(segment => segment.StartsWith(':')).Select(segment => segment[1..])];
}
