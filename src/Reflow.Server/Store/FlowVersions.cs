using Reflow.Core.Flows;
using Reflow.Server.Control;

namespace Reflow.Server.Store;

/// <summary>The versions of flows as administrators see and switch them. At most one of a flow is active; instances that run stay on the version that they have.</summary>
static class FlowVersions
{
    const string Columns = "namespace, name, version, api_id, state, deployed_at";

    /// <summary>Versions by application, flow and number; one more than <paramref name="limit"/> when there are more.</summary>
    /// <param name="session">The reading session.</param>
    /// <param name="space">Of this application; null for all.</param>
    /// <param name="name">Of the flow with this API name; null for all.</param>
    /// <param name="after">Where the page before ended.</param>
    /// <param name="limit">How many.</param>
    public static async ValueTask<IReadOnlyList<FlowVersionRow>> List(Session session, string? space, string? name, FlowVersion after, int limit) => await session.Query(
        $"""
        select {Columns} from flow where tenant = $1 and (namespace, name, version) > ($2, $3, $4) and (namespace = $5 or $5 is null) and (name = $6 or $6 is null)
        order by namespace, name, version limit $7
        """,
        r => new FlowVersionRow(new(r.GetString(0), r.GetString(1), r.GetInt32(2)), r.GetString(3), r.GetString(4), r.GetInt64(5)),
        after.Namespace ?? "", after.Name ?? "", after.Version, space, name, limit + 1);

    /// <summary>One version, with its definition as JSON; null when there is none.</summary>
    public static ValueTask<(FlowVersionRow Row, string Doc)?> Find(Session session, FlowVersion version) => session.Find(
        $"select {Columns}, doc from flow where tenant = $1 and namespace = $2 and name = $3 and version = $4",
        r => ((FlowVersionRow, string)?)(new(new(r.GetString(0), r.GetString(1), r.GetInt32(2)), r.GetString(3), r.GetString(4), r.GetInt64(5)), r.GetString(6)),
        version.Namespace, version.Name, version.Version);

    /// <summary>The other flow that has an API id already; null when there is none.</summary>
    public static ValueTask<string?> HolderOf(Session session, FlowDefinition definition) => session.Find(
        "select name from flow where tenant = $1 and api_id = $2 and not (namespace = $3 and name = $4) limit 1", r => r.GetString(0), definition.ApiId, definition.Namespace, definition.Name);

    /// <summary>Deploys a definition unless the active version is the same already.</summary>
    public static async ValueTask<(FlowVersion Version, bool Changed)> Deploy(Session session, FlowDefinition definition, long now, string operation)
    {
        var active = await session.Find("select version, doc from flow where tenant = $1 and namespace = $2 and name = $3 and state = 'active'",
            r => (Version: r.GetInt32(0), Doc: r.GetString(1)), definition.Namespace, definition.Name);
        if (active.Doc == FlowFormat.Write(definition with { Version = active.Version })) return (new(definition.Namespace, definition.Name, active.Version), false);
        var version = await FlowCatalog.Deploy(session, definition, now);
        await Record(session, version, now, operation);
        return (version, true);
    }

    /// <summary>Lets new instances start on a version.</summary>
    public static async ValueTask Activate(Session session, FlowVersion version, long now, string operation)
    {
        await session.Write("update flow set state = 'deployed' where tenant = $1 and namespace = $2 and name = $3 and state = $4", version.Namespace, version.Name, "active");
        await Put(session, version, "active", now, operation);
    }

    /// <summary>Takes a version out of use for good.</summary>
    public static ValueTask Retire(Session session, FlowVersion version, long now, string operation) => Put(session, version, "retired", now, operation);

    static async ValueTask Put(Session session, FlowVersion version, string state, long now, string operation)
    {
        await session.Write("update flow set state = $5 where tenant = $1 and namespace = $2 and name = $3 and version = $4", version.Namespace, version.Name, version.Version, state);
        await Record(session, version, now, operation);
    }

    static async ValueTask Record(Session session, FlowVersion version, long now, string operation)
    {
        var id = $"{version.Namespace}/{version.Name}";
        var seq = await session.Find("select coalesce(max(seq), 0) + 1 from history where tenant = $1 and kind = 'flow' and id = $2", r => r.GetInt64(0), id);
        await History.Append(session, "flow", id, seq, now, "admin", operation, $$"""{"version":{{version.Version}}}""");
    }
}

/// <summary>A version's row.</summary>
/// <param name="Version">Which version of which flow.</param>
/// <param name="ApiId">The id that lists filter on.</param>
/// <param name="State"><c>deployed</c>, <c>active</c> or <c>retired</c>.</param>
/// <param name="DeployedAt">Unix ms.</param>
sealed record FlowVersionRow(FlowVersion Version, string ApiId, string State, long DeployedAt);
