namespace Reflow.Server.Store;

/// <summary>Tenants as a whole: the ones that pass, and taking one out with all that is its.</summary>
static class TenantStore
{
    /// <summary>Notes that a tenant passes at a moment, Unix ms.</summary>
    public static ValueTask Passes(Session session, long expiresAt) =>
        session.Write("insert into test_tenant (tenant, expires_at) values ($1, $2) on conflict (tenant) do update set expires_at = excluded.expires_at", expiresAt);

    /// <summary>The tenants that pass, the first to go first; those that are past at a moment, or all.</summary>
    public static ValueTask<List<(string Tenant, long ExpiresAt)>> Passing(SystemSession session, long now = long.MaxValue) =>
        session.Query("select tenant, expires_at from test_tenant where expires_at <= $1 order by expires_at, tenant", r => (r.GetString(0), r.GetInt64(1)), now);

    /// <summary>Deletes every row of a tenant; false when it had none of its own.</summary>
    public static async ValueTask<bool> Remove(SystemSession session, string tenant)
    {
        var known = false;
        foreach (var table in (await StoreTable.All(session)).Where(table => table.IsOfTenants))
            if (await session.Execute($"delete from {table.Name} where tenant = $1", tenant) > 0 && table.Name == "tenant") known = true;
        return known;
    }
}
