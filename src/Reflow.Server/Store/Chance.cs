using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Reflow.Server.Store;

/// <summary>
/// Where random bytes come from: the system's generator, which nobody can foresee; or, in a test double that was given a seed, one that gives the same bytes in every run.
/// </summary>
public sealed class Chance
{
    readonly Random? seeded;

    Chance(Random? seeded) => this.seeded = seeded;

    /// <summary>Bytes that nobody can foresee.</summary>
    public static Chance Unforeseeable { get; } = new(null);

    /// <summary>The same bytes in every run. Never for data that matters: what is made of them can be guessed.</summary>
    /// <param name="seed">What the run was given.</param>
    /// <param name="use">What the bytes are for: how many one use takes does not move another's.</param>
    public static Chance Seeded(int seed, string use) => new(new(BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed} {use}")))));

    /// <summary>The chance of a server: foreseeable when it was given a seed.</summary>
    public static Chance Of(int? seed, string use) => seed is { } given ? Seeded(given, use) : Unforeseeable;

    /// <summary>Fills a place with random bytes.</summary>
    public void Fill(Span<byte> place)
    {
        if (seeded is null)
        {
            RandomNumberGenerator.Fill(place);
            return;
        }
        lock (seeded) seeded.NextBytes(place);
    }

    /// <summary>So many random bytes as lower-case hexadecimal digits, two for each.</summary>
    public string Hex(int bytes)
    {
        Span<byte> random = stackalloc byte[bytes];
        Fill(random);
        return Convert.ToHexStringLower(random);
    }
}
