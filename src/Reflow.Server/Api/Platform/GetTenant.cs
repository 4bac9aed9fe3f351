using System.Globalization;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Platform;

/// <summary>GET /open-apis/tenant/v2/tenant/query (contracts: platform §3.2).</summary>
static class GetTenant
{
    const string DomainScope = "tenant:tenant.domain:read";

    public static void Serve(Routes routes, Db db) => routes.Serve("tenant.v2.tenant.query", async call =>
    {
        var tenant = call.Caller.Tenant;
        var name = await db.Read(tenant, session => session.Find("select name from tenant where tenant = $1", r => r.GetString(0)), call.Aborted);
        return Reply.Object(json =>
        {
            json.WriteStartObject("tenant"u8);
            json.WriteString("name"u8, name);
            json.WriteString("display_id"u8, "F" + (ulong.Parse(tenant, NumberStyles.HexNumber, CultureInfo.InvariantCulture) % 1_000_000_000).ToString("D9", CultureInfo.InvariantCulture));
            json.WriteNumber("tenant_tag"u8, 0);
            json.WriteString("tenant_key"u8, tenant);
            json.WriteStartObject("avatar"u8);
            foreach (var size in (ReadOnlySpan<string>)["avatar_origin", "avatar_72", "avatar_240", "avatar_640"]) json.WriteString(size, "");
            json.WriteEndObject();
            if (call.Caller.Scopes.Has(DomainScope)) json.WriteString("domain"u8, call.Http.Request.Host.Value);
            json.WriteEndObject();
        });
    });
}
