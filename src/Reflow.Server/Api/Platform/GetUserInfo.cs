using System.Text.Json;
using Reflow.Core.Directory;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Platform;

/// <summary>GET /open-apis/authen/v1/user_info (contracts: platform §1.4): who the user token stands for. Some members need a field scope.</summary>
static class GetUserInfo
{
    public static void Serve(Routes routes, Db db) => routes.Serve("authen.v1.user_info.get", async call =>
    {
        var user = await db.Read(call.Caller.Tenant, session => ContactStore.Member(session, call.Caller.UserId!), call.Aborted);
        return user is null ? AuthenErrors.OfBearer(call.Operation.Name, GatewayErrors.BadUserToken, Standing.UserGone) : Reply.Object(json =>
        {
            Write(json, user, call.Caller);
        });
    });

    /// <summary>Writes the members of a user, as far as the reader may see them.</summary>
    public static void Write(Utf8JsonWriter json, Member user, Caller reader)
    {
        var (actor, details) = (new Actor.User(user.UserId), user.Details);
        json.WriteString("name"u8, user.Name);
        json.WriteString("en_name"u8, user.EnName);
        foreach (var size in (ReadOnlySpan<string>)["avatar_url", "avatar_thumb", "avatar_middle", "avatar_big"]) json.WriteString(size, details.AvatarUrl ?? "");
        json.WriteString("open_id"u8, Identities.OpenId(reader.Tenant, reader.AppId, actor));
        json.WriteString("union_id"u8, Identities.UnionId(reader.Tenant, reader.Owner, actor));
        if (user.Email is { } email && reader.Scopes.AnyOf(FieldScopes.Email)) json.WriteString("email"u8, email);
        if (details.EnterpriseEmail is { } company && reader.Scopes.AnyOf(FieldScopes.EmploymentOnly)) json.WriteString("enterprise_email"u8, company);
        if (reader.Scopes.Has(Identities.UserIdScope)) json.WriteString("user_id"u8, user.UserId);
        if (user.Mobile is { } mobile && reader.Scopes.AnyOf(FieldScopes.Phone)) json.WriteString("mobile"u8, mobile);
        json.WriteString("tenant_key"u8, reader.Tenant);
        if (details.EmployeeNo is { } number && reader.Scopes.AnyOf(FieldScopes.Employment)) json.WriteString("employee_no"u8, number);
    }
}
