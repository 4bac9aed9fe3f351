using Reflow.Server.Store;

namespace Reflow.Server.Gateway;

/// <summary>The members whom calls to Feishu Project act for, remembered until somebody changes them.</summary>
sealed class ProjectCallers(Db db)
{
    const int MostRemembered = 50_000;

    readonly Remembered<(string Tenant, string? UserId, string Key), ProjectUser> remembered = new(MostRemembered);

    /// <summary>The member whom a token or a user key means; null when there is none.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userId">The member whose the token is; null when it is no member's.</param>
    /// <param name="key">The user key, which then counts.</param>
    /// <param name="ct">Gives up.</param>
    public ValueTask<ProjectUser?> Find(string tenant, string? userId, string key, CancellationToken ct) =>
        remembered.Find((tenant, userId, userId is null ? key : ""), (db, tenant, userId, key, ct), static async asked =>
            await asked.db.ReadBriefly(asked.tenant, session => asked.userId is { } id ? ProjectPeople.ByUserId(session, id) : ProjectPeople.ByKey(session, asked.key), asked.ct));

    /// <summary>Forgets what was read, so that changed people show at once.</summary>
    public void Forget() => remembered.Forget();
}
