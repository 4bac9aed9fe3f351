using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Platform;

/// <summary>GET /open-apis/contact/v3/departments/:department_id (contracts: platform §3.2).</summary>
static class GetDepartment
{
    public static void Serve(Routes routes, Db db) => routes.Serve("contact.v3.department.get", async call => await db.Read(call.Caller.Tenant, session => Answer(session, call), call.Aborted));

    static async ValueTask<Reply> Answer(Session session, Call call)
    {
        var ((ids, badType), (departments, badDepartment)) = (UserIds.Of(call), DepartmentIds.Of(call));
        if ((badType ?? badDepartment) is { } bad) return ContactErrors.DepartmentParameter.Because(bad.Why);
        if (await departments!.Resolve(session, call.Path("department_id")) is not { } id || await ContactStore.Department(session, id) is not { } found) return ContactErrors.DepartmentUnknown;
        if (!await (await ContactStore.RangeOf(session, call.Caller)).Has(session, id)) return ContactErrors.DepartmentNotSeen;
        var department = (await DepartmentJson.Of(session, [found], departments))[0];
        return Reply.Object(json =>
        {
            json.WritePropertyName("department"u8);
            department.Write(json, call.Caller, ids!);
        });
    }
}
