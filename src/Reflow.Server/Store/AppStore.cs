using System.Text.Json;
using Reflow.Core.Directory;

namespace Reflow.Server.Store;

/// <summary>An app of the open platform as it stands in a tenant.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Id">The <c>cli_…</c> id.</param>
/// <param name="Name">Its name.</param>
/// <param name="SecretHash">Its secret, hashed.</param>
/// <param name="Owner">Who made it.</param>
/// <param name="Scopes">What it was granted.</param>
/// <param name="Redirects">Where it may have users sent back to.</param>
/// <param name="IsStore">True for a store app, which is made once and installed by many.</param>
/// <param name="IsEnabled">False while it is switched off.</param>
/// <param name="IsInstalled">False while the tenant has not installed it.</param>
/// <param name="CanRefresh">False while user tokens cannot be refreshed.</param>
/// <param name="Ticket">What a store app shows for its app token.</param>
/// <param name="AvailableTo">The users who may use it; <c>*</c> is everybody.</param>
sealed record App(
    string Tenant, string Id, string Name, string SecretHash, string Owner, IReadOnlyList<string> Scopes, IReadOnlyList<string> Redirects,
    bool IsStore, bool IsEnabled, bool IsInstalled, bool CanRefresh, string? Ticket, IReadOnlyList<string> AvailableTo)
{
    /// <summary>Why the app gets nothing for this user; null when nothing stands against it.</summary>
    public GrantFault? Fault(string userId) =>
        !IsEnabled ? GrantFault.AppOff
        : !IsInstalled ? GrantFault.AppNotInstalled
        : AvailableTo is not ["*"] && !AvailableTo.Contains(userId) ? GrantFault.AppNotAvailable
        : null;
}

/// <summary>Finds apps.</summary>
static class AppStore
{
    /// <summary>The app with this id, in the tenant that made it; null when nobody has it.</summary>
    public static async ValueTask<App?> Find(Db db, string appId, CancellationToken ct) =>
        await db.ReadSystem(async system => await DirectoryStore.TenantOf(system, RouteKind.App, appId) is { } tenant ? await Find(system.For(tenant), appId) : null, ct);

    /// <summary>The app in the session's tenant; null when it is not there.</summary>
    public static ValueTask<App?> Find(Session session, string appId) => session.Find(
        "select app_id, name, secret_hash, owner, scopes, redirects, kind, enabled, installed, refreshes, ticket, available_to from app where tenant = $1 and app_id = $2",
        r => new App(session.Tenant, r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3), List(r.GetString(4)), List(r.GetString(5)), r.GetString(6) is "store", r.Truth(7), r.Truth(8), r.Truth(9),
            r.TextOrNull(10), List(r.GetString(11))), appId);

    /// <summary>True for <c>cli_</c> and sixteen hexadecimal digits.</summary>
    public static bool IsId(string? id) => id is { Length: 20 } && id.StartsWith("cli_", StringComparison.Ordinal) && id.AsSpan(4).IndexOfAnyExcept("0123456789abcdefABCDEF") < 0;

    static string[] List(string text) => JsonSerializer.Deserialize(text, StoreJson.Default.StringArray)!;
}
