using System.Security.Cryptography;
using System.Text;

namespace Reflow.Server.Store;

/// <summary>How secrets of apps and plugins are kept: only their hash. They are random texts, so that a plain hash cannot be guessed back.</summary>
static class Secrets
{
    /// <summary>What is stored for a secret.</summary>
    public static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>True when the secret is the one that was hashed; takes the same time wherever they differ.</summary>
    public static bool Match(string secret, string hash) => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Hash(secret)), Encoding.ASCII.GetBytes(hash));
}
