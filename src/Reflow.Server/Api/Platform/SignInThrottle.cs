using Reflow.Server.Store;

namespace Reflow.Server.Api.Platform;

/// <summary>
/// Slows down whoever guesses passwords: after <see cref="PerAccount"/> wrong ones for an account, or <see cref="PerAddress"/> from an address, within
/// <see cref="Length"/>, none is looked at until the window is over, on any node. The right password clears the account.
/// A password counts as wrong until it turned out to be right, so that many that come at once are no way around.
/// </summary>
/// <param name="quotas">Where they are counted; accounts and addresses by their hashes.</param>
/// <param name="clock">When the windows begin and end.</param>
sealed class SignInThrottle(Quotas quotas, TimeProvider clock)
{
    /// <summary>Wrong passwords for one account.</summary>
    public const int PerAccount = 5;
    /// <summary>Wrong passwords from one address, behind which a whole company may sit.</summary>
    public const int PerAddress = 100;
    /// <summary>The window, in ms, from the first wrong password.</summary>
    public const long Length = 15 * 60 * 1000;

    /// <summary>Counts a password before it is looked at; how many seconds to wait when it may not be, and then it counts for nothing.</summary>
    /// <exception cref="StoreException">It cannot be counted.</exception>
    public async ValueTask<(Attempt? Attempt, long SecondsToWait)> Begin(string tenant, string account, string address)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var (byAccount, byAddress) = ($"sign-in/account/{Secrets.Hash(account)}", $"sign-in/address/{Secrets.Hash(address)}");
        var ofAccount = await quotas.Take(tenant, byAccount, new(PerAccount, Length, now, now + Length, AtOnce: 1));
        if (ofAccount.Count == 0) return (null, Seconds(ofAccount));
        var ofAddress = await quotas.Take("", byAddress, new(PerAddress, Length, now, now + Length, AtOnce: 1));
        if (ofAddress.Count > 0) return (new(tenant, byAccount, byAddress, ofAddress.Ends), 0);
        await quotas.GiveBack(tenant, byAccount, ofAccount.Ends);
        return (null, Seconds(ofAddress));

        long Seconds(Share share) => (share.Ends - now + 999) / 1000;
    }

    /// <summary>It was the right password.</summary>
    public async ValueTask Succeeded(Attempt attempt)
    {
        await quotas.Clear(attempt.Tenant, attempt.Account);
        await quotas.GiveBack("", attempt.Address, attempt.Ends);
    }

    /// <summary>A password that has been counted.</summary>
    /// <param name="Tenant">Whose account it is for.</param>
    /// <param name="Account">What the account is counted by.</param>
    /// <param name="Address">What the address is counted by.</param>
    /// <param name="Ends">When the address's window ends, Unix ms.</param>
    public sealed record Attempt(string Tenant, string Account, string Address, long Ends);
}
