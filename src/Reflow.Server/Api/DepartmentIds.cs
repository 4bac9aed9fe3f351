using Reflow.Core;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api;

/// <summary>How one call names departments: by <c>department_id_type</c> (contracts: platform §3.1). The root is 0 under both types.</summary>
/// <param name="isOpenId">True for <c>open_department_id</c>, the default.</param>
sealed class DepartmentIds(bool isOpenId)
{
    /// <summary>Reads <c>department_id_type</c>; the refusal when it is none.</summary>
    public static (DepartmentIds? Ids, Refusal? Refusal) Of(Call call) => call.Query("department_id_type") switch
    {
        null or "open_department_id" => (new(true), null),
        "department_id" => (new(false), null),
        var other => (null, new Refusal(GatewayErrors.FieldValidation)
        {
            Fields = [new("department_id_type", other, "department_id_type is optional, options: [open_department_id,department_id]")],
        }),
    };

    /// <summary>The tenant's own id behind the id of a call; null when it names no department.</summary>
    public ValueTask<string?> Resolve(Session session, string id) => ContactStore.DepartmentId(session, id, isOpenId);

    /// <summary>The gateway's refusal of an id that names no department.</summary>
    public Error Unknown(string id) => isOpenId ? GatewayErrors.UnknownOpenDepartmentIds([id]) : GatewayErrors.UnknownDepartmentIds([id]);

    /// <summary>The wire id of a department.</summary>
    public ValueTask<string> Of(Session session, string id) => isOpenId ? ContactStore.OpenDepartmentId(session, id) : ValueTask.FromResult(id);
}
