using Reflow.Server.Store;

namespace Reflow.Server.Gateway;

/// <summary>Makes log ids: <c>yyyyMMddHHmmss</c> and 20 upper-case hex digits (contracts: platform §2.1), the digits a random run and a counter.</summary>
sealed class LogIds(TimeProvider clock, Chance chance)
{
    readonly string run = chance.Hex(6).ToUpperInvariant();
    uint last;

    public string Next() => string.Create(null, stackalloc char[40], $"{clock.GetUtcNow():yyyyMMddHHmmss}{run}{Interlocked.Increment(ref last):X8}");
}
