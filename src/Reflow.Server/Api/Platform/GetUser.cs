using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Platform;

/// <summary>GET /open-apis/contact/v3/users/:user_id (contracts: platform §3.2).</summary>
static class GetUser
{
    public static void Serve(Routes routes, Db db) => routes.Serve("contact.v3.user.get", async call => await db.Read(call.Caller.Tenant, session => Answer(session, call), call.Aborted));

    static async ValueTask<Reply> Answer(Session session, Call call)
    {
        var ((ids, badType), (departments, badDepartment)) = (UserIds.Of(call), DepartmentIds.Of(call));
        if ((badType ?? badDepartment) is { } bad) return ContactErrors.UserParameter.Because(bad.Why);
        var (found, error) = await DirectoryStore.Resolve(session, call.Caller, ids!.Type, [call.Path("user_id")]);
        // Somebody else's app's open_id and a missing field scope keep the gateway's own words.
        if (error is not null) return error == GatewayErrors.OpenIdOfAnotherApp || error.Code == GatewayErrors.FieldScopeCode ? error : ContactErrors.UserUnknown;
        if (await ContactStore.Member(session, found[0]) is not { } member) return ContactErrors.UserUnknown;
        if (!await (await ContactStore.RangeOf(session, call.Caller)).Has(session, member)) return ContactErrors.UserNotSeen;
        var user = await UserJson.Of(session, member, departments!);
        return Reply.Object(json =>
        {
            json.WritePropertyName("user"u8);
            user.Write(json, call.Caller, ids);
        });
    }
}
