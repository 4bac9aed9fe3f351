using Microsoft.AspNetCore.Identity;

namespace Reflow.Server.Store;

/// <summary>Who can sign in, and who is signed in: passwords, kept as the framework hashes them, and the browsers that members signed in with.</summary>
static class SignInStore
{
    /// <summary>How long a browser stays signed in, in ms.</summary>
    public const long Life = 12L * 60 * 60 * 1000;

    static readonly PasswordHasher<string> Hasher = new();
    // Verified where nobody has the account, so that the time taken tells nothing.
    static readonly Lazy<string> Nobody = new(() => Hash(Guid.NewGuid().ToString()));

    /// <summary>What is stored for a password; another text each time.</summary>
    public static string Hash(string password) => Hasher.HashPassword("", password);

    /// <summary>True when the password is the one that was hashed. Takes as long when there is no hash.</summary>
    public static bool Match(string password, string? hash) => Hasher.VerifyHashedPassword("", hash ?? Nobody.Value, password) is not PasswordVerificationResult.Failed && hash is not null;

    /// <summary>The member with this account: an e-mail address, a telephone number or a <c>user_id</c>; with their password's hash, null when they have none.</summary>
    public static async ValueTask<(Member Member, string? Hash)?> Account(Session session, string account)
    {
        var member = account.Contains('@') ? await ContactStore.WithEmail(session, account) : await ContactStore.WithMobile(session, account);
        member ??= await ContactStore.Member(session, account);
        return member is null ? null : (member, await session.Find("select hash from password where tenant = $1 and user_id = $2", r => r.GetString(0), member.UserId));
    }

    /// <summary>Signs a member in with a browser that shows this handle from now on.</summary>
    public static async ValueTask<int> SignIn(Session session, string userId, string handle, long now)
    {
        await session.Write($"delete from sign_in{session.Engine.By("sign_in_of_end")} where tenant = $1 and expires_at <= $2", now);
        return await session.Execute("insert into sign_in (tenant, hash, user_id, expires_at) values ($1, $2, $3, $4)", Secrets.Hash(handle), userId, now + Life);
    }

    /// <summary>Signs a browser out.</summary>
    public static ValueTask<int> SignOut(Session session, string handle) => session.Execute("delete from sign_in where tenant = $1 and hash = $2", Secrets.Hash(handle));

    /// <summary>Who is signed in with this browser; null when nobody is.</summary>
    public static async ValueTask<Member?> SignedIn(Session session, string handle, long now) =>
        await session.Find("select user_id from sign_in where tenant = $1 and hash = $2 and expires_at > $3", r => r.GetString(0), Secrets.Hash(handle), now) is { } userId
            ? await ContactStore.Member(session, userId) : null;
}
