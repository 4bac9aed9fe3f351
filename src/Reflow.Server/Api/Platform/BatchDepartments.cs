using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Platform;

/// <summary>GET /open-apis/contact/v3/departments/batch (contracts: platform §3.2): those of the departments asked for that there are, in the order asked for.</summary>
static class BatchDepartments
{
    const int MostDepartments = 50;

    public static void Serve(Routes routes, Db db) => routes.Serve("contact.v3.department.batch", async call => await db.Read(call.Caller.Tenant, session => Answer(session, call), call.Aborted));

    static async ValueTask<Reply> Answer(Session session, Call call)
    {
        var ((ids, badType), (departments, badDepartment)) = (UserIds.Of(call), DepartmentIds.Of(call));
        if ((badType ?? badDepartment) is { } bad) return ContactErrors.DepartmentsParameter.Because(bad.Why);
        var asked = call.QueryList("department_ids");
        if (asked.Count is 0 or > MostDepartments) return ContactErrors.DepartmentsParameter.Because($"department_ids has 1 to {MostDepartments} ids");
        var (range, found) = (await ContactStore.RangeOf(session, call.Caller), new List<Department>());
        foreach (var wire in asked.Distinct())
        {
            if (await departments!.Resolve(session, wire) is not { } id || await ContactStore.Department(session, id) is not { } department) continue;
            if (!await range.Has(session, id)) return ContactErrors.DepartmentNotSeen;
            found.Add(department);
        }
        var items = await DepartmentJson.Of(session, found, departments!);
        return Reply.Object(json =>
        {
            json.WriteStartArray("items"u8);
            foreach (var department in items) department.Write(json, call.Caller, ids!);
            json.WriteEndArray();
        });
    }
}
