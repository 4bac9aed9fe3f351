using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Platform;

/// <summary>GET /open-apis/contact/v3/departments/:department_id/children (contracts: platform §3.2): the departments below one, directly or with <c>fetch_child</c> all of them, by page.</summary>
static class ListChildDepartments
{
    /// <summary>With more below it, a department is not walked to its leaves.</summary>
    public const int MostBelow = 1000;

    public static void Serve(Routes routes, Db db) => routes.Serve("contact.v3.department.children", async call => await db.Read(call.Caller.Tenant, session => Answer(session, call), call.Aborted));

    static async ValueTask<Reply> Answer(Session session, Call call)
    {
        var ((ids, badType), (departments, badDepartment)) = (UserIds.Of(call), DepartmentIds.Of(call));
        if ((badType ?? badDepartment) is { } bad) return bad;
        if (await departments!.Resolve(session, call.Path("department_id")) is not { } id) return ContactErrors.ParentUnknown;
        var deep = call.Query("fetch_child") is { } word && word.Equals("true", StringComparison.OrdinalIgnoreCase);
        var (page, error) = ContactPage.Of(call, $"{(deep ? "all" : "children")} of {id}");
        if (error is not null) return error;
        if (!await (await ContactStore.RangeOf(session, call.Caller)).Has(session, id)) return ContactErrors.DepartmentNotSeen;
        if (deep && await ContactStore.CountBelow(session, id) > MostBelow) return ContactErrors.TooManyBelow.Because($"more than {MostBelow} departments are below it");
        var children = await DepartmentJson.Of(session, await ContactStore.Children(session, id, deep, page!.After, page.Size + 1), departments);
        return page.Reply(children, child => child.Department.Id, (json, child) => child.Write(json, call.Caller, ids!));
    }
}
