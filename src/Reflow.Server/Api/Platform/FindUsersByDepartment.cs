using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Platform;

/// <summary>GET /open-apis/contact/v3/users/find_by_department (contracts: platform §3.2): a department's direct members, by page.</summary>
static class FindUsersByDepartment
{
    public static void Serve(Routes routes, Db db) => routes.Serve("contact.v3.user.find_by_department", async call => await db.Read(call.Caller.Tenant, session => Answer(session, call), call.Aborted));

    static async ValueTask<Reply> Answer(Session session, Call call)
    {
        var ((ids, badType), (departments, badDepartment)) = (UserIds.Of(call), DepartmentIds.Of(call));
        if ((badType ?? badDepartment) is { } bad) return bad;
        if (call.Query("department_id") is not { } asked) return new Refusal(GatewayErrors.FieldValidation) { Fields = [new("department_id", "", "department_id is required")] };
        if (await departments!.Resolve(session, asked) is not { } department) return departments.Unknown(asked);
        var (page, error) = ContactPage.Of(call, $"users of {department}");
        if (error is not null) return error;
        if (!await (await ContactStore.RangeOf(session, call.Caller)).Has(session, department)) return ContactErrors.DepartmentNotSeen;
        var users = await UserJson.Of(session, await ContactStore.MembersOf(session, department, page!.After, page.Size + 1), departments);
        return page.Reply(users, user => user.Member.UserId, (json, user) => user.Write(json, call.Caller, ids!));
    }
}
