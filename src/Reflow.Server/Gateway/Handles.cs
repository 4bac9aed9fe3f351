using Reflow.Server.Store;

namespace Reflow.Server.Gateway;

/// <summary>
/// Random texts that are handed out once and kept only as a hash: authorization codes, refresh tokens, sign-ins. Each begins with its tenant, as tokens do,
/// so that finding it needs no table across tenants.
/// </summary>
/// <param name="chance">Where their random part comes from.</param>
sealed class Handles(Chance chance)
{
    const int Bytes = 40, TenantBytes = 8, Length = Bytes / 5 * 8;

    /// <summary>A new handle of a tenant: 64 letters and digits (contracts: platform §1.4 has codes of at most so many), behind its prefix.</summary>
    public string New(string tenant, string prefix = "")
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        Convert.FromHexString(tenant).CopyTo(bytes);
        chance.Fill(bytes[TenantBytes..]);
        return prefix + Base32.Write(bytes);
    }

    /// <summary>The tenant of a handle; null when the text is none.</summary>
    public static string? TenantOf(string? handle, string prefix = "")
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        return handle is not null && handle.Length == prefix.Length + Length && handle.StartsWith(prefix, StringComparison.Ordinal) && Base32.TryRead(handle.AsSpan(prefix.Length), bytes)
            ? Convert.ToHexStringLower(bytes[..TenantBytes]) : null;
    }
}
