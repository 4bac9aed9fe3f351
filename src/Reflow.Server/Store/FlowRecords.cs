using Reflow.Core.Flows;

namespace Reflow.Server.Store;

/// <summary>Lists of instances, for those who watch over them.</summary>
static class FlowRecords
{
    /// <summary>Instances, newest first; one more than <paramref name="limit"/> when there are more.</summary>
    public static async ValueTask<IReadOnlyList<InstanceRow>> List(Session session, InstanceFilter filter, int limit)
    {
        var (where, args) = filter.Where();
        return await session.Query(
            $"""
            select id, namespace, name, flow, initiator, status, started_at, ended_at, label, summary from flow_instance{session.Engine.By("flow_instance_by_start")}
            where {where} order by started_at desc, id desc limit ${args.Length + 2}
            """,
            r => new InstanceRow(
                new(r.GetInt64(0), r.GetString(4), r.GetInt64(6)) { Status = (InstanceStatus)r.GetInt32(5), EndedAt = r.IntegerOrNull(7) },
                new(r.GetString(1), r.GetString(2), r.GetInt32(3)), r.GetString(8), r.GetString(9)),
            [.. args, limit + 1]);
    }
}

/// <summary>Which instances to list; null members do not restrict.</summary>
/// <param name="Status">How they stand.</param>
/// <param name="Namespace">Of this application.</param>
/// <param name="Flow">Of the flow with this API name.</param>
/// <param name="Initiator">Started by this one, a kunlun id.</param>
/// <param name="From">Started at or after, Unix ms.</param>
/// <param name="To">Started at or before, Unix ms.</param>
/// <param name="Text">With this text in the summary, upper or lower case.</param>
/// <param name="After">Where the page before ended.</param>
sealed record InstanceFilter(InstanceStatus? Status, string? Namespace, string? Flow, string? Initiator, long? From, long? To, string? Text, (long StartedAt, long Id)? After)
{
    /// <summary>The condition over <c>flow_instance</c>, and its arguments from <c>$2</c> on.</summary>
    public (string Sql, object?[] Args) Where()
    {
        var (sql, args) = ("tenant = $1", new List<object?>());
        void And(Func<string, string> condition, object value)
        {
            args.Add(value);
            sql += $" and {condition($"${args.Count + 1}")}";
        }
        if (Status is { } status) And(arg => $"status = {arg}", (int)status);
        if (Namespace is not null) And(arg => $"namespace = {arg}", Namespace);
        if (Flow is not null) And(arg => $"name = {arg}", Flow);
        if (Initiator is not null) And(arg => $"initiator = {arg}", Initiator);
        if (From is { } from) And(arg => $"started_at >= {arg}", from);
        if (To is { } to) And(arg => $"started_at <= {arg}", to);
        if (Text is not null) And(arg => $"lower(summary) like {arg} escape '!'", $"%{Text.ToLowerInvariant().Replace("!", "!!").Replace("%", "!%").Replace("_", "!_")}%");
        if (After is { } after)
        {
            And(arg => $"started_at <= {arg}", after.StartedAt);
            And(arg => $"(started_at < ${args.Count} or id < {arg})", after.Id);
        }
        return (sql, [.. args]);
    }
}

/// <summary>An instance as a list shows it.</summary>
/// <param name="Instance">The instance itself.</param>
/// <param name="Flow">The version of the flow that it keeps.</param>
/// <param name="Label">The flow's label, the wire's JSON.</param>
/// <param name="Summary">The lines of the form, the wire's JSON.</param>
sealed record InstanceRow(FlowInstance Instance, FlowVersion Flow, string Label, string Summary);
