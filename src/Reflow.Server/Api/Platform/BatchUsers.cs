using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Platform;

/// <summary>GET /open-apis/contact/v3/users/batch (contracts: platform §3.2): those of the users asked for whom there are and whom the app may see, in the order asked for.</summary>
static class BatchUsers
{
    const int MostUsers = 50;

    public static void Serve(Routes routes, Db db) => routes.Serve("contact.v3.user.batch", async call => await db.Read(call.Caller.Tenant, session => Answer(session, call), call.Aborted));

    static async ValueTask<Reply> Answer(Session session, Call call)
    {
        var ((ids, badType), (departments, badDepartment)) = (UserIds.Of(call), DepartmentIds.Of(call));
        if ((badType ?? badDepartment) is { } bad) return ContactErrors.UserParameter.Because(bad.Why);
        var asked = call.QueryList("user_ids");
        if (asked.Count is 0 or > MostUsers) return ContactErrors.UserParameter.Because($"user_ids has 1 to {MostUsers} ids");
        var (range, seen, known) = (await ContactStore.RangeOf(session, call.Caller), new List<Member>(), false);
        foreach (var id in asked.Distinct())
        {
            var (found, error) = await DirectoryStore.Resolve(session, call.Caller, ids!.Type, [id]);
            if (error == GatewayErrors.OpenIdOfAnotherApp || error?.Code == GatewayErrors.FieldScopeCode) return error;
            if (error is not null || await ContactStore.Member(session, found[0]) is not { } member) continue;
            known = true;
            if (await range.Has(session, member)) seen.Add(member);
        }
        if (known && seen is []) return ContactErrors.UserNotSeen;
        var users = await UserJson.Of(session, seen, departments!);
        return Reply.Object(json =>
        {
            json.WriteStartArray("items"u8);
            foreach (var user in users) user.Write(json, call.Caller, ids!);
            json.WriteEndArray();
        });
    }
}
