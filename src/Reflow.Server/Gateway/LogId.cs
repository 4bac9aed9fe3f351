using System.Security.Cryptography;

namespace Reflow.Server.Gateway;

/// <summary>Makes log ids: <c>yyyyMMddHHmmss</c> and 20 upper-case hex digits (contracts: platform §2.1), the digits a random run and a counter.</summary>
sealed class LogIds(TimeProvider clock)
{
    readonly string run = Convert.ToHexString(RandomNumberGenerator.GetBytes(6));
    uint last;

    public string Next() => string.Create(null, stackalloc char[40], $"{clock.GetUtcNow():yyyyMMddHHmmss}{run}{Interlocked.Increment(ref last):X8}");
}
