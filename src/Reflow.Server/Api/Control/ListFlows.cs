using System.Globalization;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>GET /reflow/v1/tenants/:tenant/flows: the versions of all flows, or of one application or one flow, paged by key.</summary>
static class ListFlows
{
    const int UsualPage = 50, MostPage = 200;

    public static void Serve(Routes routes, Db db) => routes.Serve("control.flow.definition.list", call =>
    {
        var size = (int)(call.Number("page_size", 1, MostPage) ?? UsualPage);
        var after = After(call);
        return call.Read(db, async session =>
        {
            var rows = await FlowVersions.List(session, call.Query("namespace"), call.Query("name"), after, size);
            return Reply.Object(json =>
            {
                json.WriteObjects("versions"u8, rows.Take(size), row =>
                {
                    FlowShapes.Version(json, row);
                });
                json.WriteBoolean("has_more"u8, rows.Count > size);
                if (rows.Count > size && rows[size - 1].Version is var last) json.WriteString("page_token"u8, $"{last.Namespace}/{last.Name}/{last.Version}");
            });
        });
    });

    static FlowVersion After(Call call)
    {
        if (call.Query("page_token") is not { } token) return default;
        if (token.Split('/') is [var space, var name, var number] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version)) return new(space, name, version);
        call.Body.Violation("page_token", token, "is not one that an answer gave");
        return default;
    }
}
