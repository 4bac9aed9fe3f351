using System.Text.Json;
using Reflow.Core;
using Reflow.Core.Directory;
using Reflow.Server.Control;
using Reflow.Server.Gateway;

namespace Reflow.Server.Api.Control.Tests;

/// <summary>
/// Tenants for tests under <c>/reflow/v1/tenants</c>: POST makes one and answers its ids and secrets, GET lists those that were made, DELETE takes one out before its time.
/// </summary>
static class MakeTenants
{
    const int UsualLife = 3_600, LongestLife = 7 * 24 * 3_600;

    /// <param name="routes">Where it is served.</param>
    /// <param name="tenants">Where tenants are made.</param>
    /// <param name="workspace">The workspace that tenants are made like; read once, when first needed.</param>
    public static void Serve(Routes routes, TestTenants tenants, Lazy<Workspace> workspace)
    {
        routes.Serve("control.test.tenant.create", call => Make(call, tenants, workspace));
        routes.Serve("control.test.tenant.list", async call =>
        {
            var all = await tenants.All(call.Aborted);
            return Reply.Object(json =>
            {
                json.WriteStartArray("tenants"u8);
                foreach (var (tenant, expiresAt) in all)
                {
                    json.WriteStartObject();
                    json.WriteString("tenant_key"u8, tenant);
                    json.WriteNumber("expires_at"u8, expiresAt);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            });
        });
        routes.Serve("control.test.tenant.delete", async call => await tenants.Remove(call.Path("tenant"), call.Aborted) ? Reply.Empty
            : FlowControl.Missing($"No test tenant {call.Path("tenant")} was made, or it has gone. Tenants of the workspace are not deleted."));
    }

    static async ValueTask<Reply> Make(Call call, TestTenants tenants, Lazy<Workspace> workspace)
    {
        var life = call.Body.Integer("ttl_s") ?? UsualLife;
        if (life is < 1 or > LongestLife) call.Body.Violation("ttl_s", $"{life}", $"is an integer from 1 to {LongestLife}");
        var like = call.Body.Text("like");
        var template = like is null ? workspace.Value.Tenants.FirstOrDefault() : workspace.Value.Tenants.FirstOrDefault(tenant => tenant.Key == like);
        if (template is null) call.Body.Violation("like", like ?? "", workspace.Value.Tenants is [] ? "the workspace has no tenant" : $"is a tenant_key of the workspace: {string.Join(", ", workspace.Value.Tenants.Select(tenant => tenant.Key))}");
        var withWork = call.Body.Flag("with_work", true);
        if (call.Body.Refusal is { } refusal) return refusal;
        var (made, faults) = await tenants.Make(template!, withWork, TimeSpan.FromSeconds(life), call.Aborted);
        return made is null ? new Error(400, 400, $"{faults[0]}") : Reply.Object(json => Write(json, made));
    }

    static void Write(Utf8JsonWriter json, TestTenant made)
    {
        var directory = made.Tenant.Directory;
        json.WriteString("tenant_key"u8, made.Tenant.Key);
        json.WriteNumber("expires_at"u8, made.ExpiresAt);
        json.WriteObjects("apps"u8, directory.Apps, app =>
        {
            json.WriteString("app_id"u8, app.Id);
            json.WriteString("app_secret"u8, made.Secrets[app.Id]);
            json.WriteString("name"u8, app.Name);
        });
        json.WriteObjects("plugins"u8, directory.Plugins, plugin =>
        {
            json.WriteString("plugin_id"u8, plugin.Id);
            json.WriteString("plugin_secret"u8, made.Secrets[plugin.Id]);
        });
        json.WriteObjects("users"u8, directory.Users, user =>
        {
            json.WriteString("user_id"u8, user.Id);
            json.WriteString("name"u8, user.Name);
            if (user.KunlunId is not null) json.WriteString("kunlun_id"u8, user.KunlunId);
            if (user.UserKey is not null) json.WriteString("user_key"u8, user.UserKey);
            json.WriteStartObject("open_ids"u8);
            foreach (var app in directory.Apps) json.WriteString(app.Id, Identities.OpenId(made.Tenant.Key, app.Id, new Actor.User(user.Id)));
            json.WriteEndObject();
        });
        json.WriteStartArray("project_keys"u8);
        foreach (var project in made.Tenant.Projects) json.WriteStringValue(project.Key);
        json.WriteEndArray();
    }
}
