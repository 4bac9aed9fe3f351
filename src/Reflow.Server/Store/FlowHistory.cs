using Reflow.Core.Flows;

namespace Reflow.Server.Store;

/// <summary>
/// What happened to instances, the part of <see cref="History"/> that is theirs: rows in the order of their time, each of which knows when the change before it was made, and the instance's own
/// row when the last was (ADR 22). So a change writes at the end alone, and an instance is read back from its last change.
/// </summary>
static class FlowHistory
{
    const string Columns = "h.tenant, h.instance, h.seq, h.at, h.before, h.actor, h.operation, h.payload";

    /// <summary>Records a change of an instance.</summary>
    /// <param name="session">The change's session.</param>
    /// <param name="stored">The instance as it was before.</param>
    /// <param name="now">Unix ms.</param>
    /// <param name="by">Who made it, a kunlun id.</param>
    /// <param name="operation">The operation's name in the contract.</param>
    /// <param name="events">What happened.</param>
    public static ValueTask Append(Session session, StoredInstance stored, long now, string by, string operation, IReadOnlyList<FlowEvent> events) => session.Write(
        "insert into flow_history (tenant, at, instance, seq, before, actor, operation, payload) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        now, stored.Instance.Id, stored.Version + 1, stored.ChangedAt, by, operation, FlowJson.Write(events));

    /// <summary>What happened to an instance after a change, oldest first; one more than <paramref name="limit"/> when there is more.</summary>
    public static ValueTask<List<InstanceChange>> Timeline(Session session, long instance, long after, int limit) => Changes(session, instance, after, limit + 1, long.MaxValue);

    /// <summary>The whole of an instance as it stood at a moment; null when it had not started.</summary>
    /// <param name="session">The reading session.</param>
    /// <param name="instance">The instance's id.</param>
    /// <param name="at">Unix ms; what happened in that millisecond is in.</param>
    public static async ValueTask<FlowState?> AsOf(Session session, long instance, long at)
    {
        FlowState? state = null;
        foreach (var change in await Changes(session, instance, 0, int.MaxValue, at))
            foreach (var happened in change.Events) state = state.Apply(happened);
        return state;
    }

    // From the next change that an index has, of which there is one in 64, or else from the last, back to the one that is wanted first. Each names its tenant and its instance: of those as such,
    // where it expects few of their rows, PostgreSQL would rather read all.
    static ValueTask<List<InstanceChange>> Changes(Session session, long instance, long after, int most, long until) => session.Query(
        $"""
        with recursive change (tenant, instance, seq, at, before, actor, operation, payload) as (
            select {Columns} from (
                select tenant, instance, seq, at from (
                    select tenant, instance, seq, at from flow_history{session.Engine.By("flow_history_mark")} where tenant = $1 and instance = $2 and seq % 64 = 0 and seq >= $4 order by seq limit 1) mark
                union all select tenant, id, version, changed_at from flow_instance where tenant = $1 and id = $2
                order by seq limit 1) latest
            join flow_history h on h.tenant = latest.tenant and h.at = latest.at and h.instance = latest.instance and h.seq = latest.seq
            union all
            select {Columns} from change c join flow_history h on h.tenant = c.tenant and h.at = c.before and h.instance = c.instance and h.seq = c.seq - 1 where c.seq - 1 > $3)
        select seq, at, actor, operation, payload from change where seq > $3 and at <= $6 order by seq limit $5
        """,
        r => new InstanceChange(r.GetInt64(0), r.GetInt64(1), r.GetString(2), r.GetString(3), FlowJson.ReadEvents(r.GetString(4))), instance, after, long.MaxValue - after < most ? long.MaxValue : after + most, most, until);
}

/// <summary>One change of an instance.</summary>
/// <param name="Seq">Counts the changes, from 1.</param>
/// <param name="At">Unix ms.</param>
/// <param name="By">Who did it.</param>
/// <param name="Operation">The operation's name in the contract.</param>
/// <param name="Events">What happened.</param>
sealed record InstanceChange(long Seq, long At, string By, string Operation, IReadOnlyList<FlowEvent> Events);
