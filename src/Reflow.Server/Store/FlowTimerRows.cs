using Reflow.Core.Flows;

namespace Reflow.Server.Store;

/// <summary>The times at which pending tasks remind and come due. Only times that have not fired are stored, and the indexes hold nothing else.</summary>
static class FlowTimerRows
{
    /// <summary>The tenants in which something is due.</summary>
    public static ValueTask<List<string>> Tenants(SystemSession session, long now) => session.Query(
        $"select t.tenant from tenant t where {EarliestOf(session, FlowTimer.Remind)} <= $1 or {EarliestOf(session, FlowTimer.Due)} <= $1 order by t.tenant",
        r => r.GetString(0), now);

    /// <summary>The next moment at which a timer fires, over all tenants, Unix ms; null when none will.</summary>
    public static ValueTask<long?> Next(SystemSession session) => session.Find(
        $"select min(at) from (select {EarliestOf(session, FlowTimer.Remind)} at from tenant t union all select {EarliestOf(session, FlowTimer.Due)} at from tenant t) armed",
        r => r.IntegerOrNull(0));

    /// <summary>The timers of a tenant whose moment has come, the longest overdue first; of one moment, the reminders first.</summary>
    public static async ValueTask<IReadOnlyList<ArmedTimer>> Past(Session session, long now, int most) =>
        [.. (await Past(session, FlowTimer.Remind, now, most)).Concat(await Past(session, FlowTimer.Due, now, most))
            .OrderBy(armed => (armed.At, armed.Timer, armed.TaskId)).Take(most)];

    /// <summary>Takes a timer: true for the one caller who then fires it.</summary>
    public static async ValueTask<bool> Claim(Session session, ArmedTimer armed, long now)
    {
        var (column, fired, _) = Of(armed.Timer);
        return await session.Execute($"update flow_task set {column} = null, {fired} = $4 where tenant = $1 and id = $2 and {column} = $3 and status = 0", armed.TaskId, armed.At, now) == 1;
    }

    static ValueTask<List<ArmedTimer>> Past(Session session, FlowTimer timer, long now, int most)
    {
        var (column, _, index) = Of(timer);
        return session.Query(
            $"select id, {column} from flow_task{session.Engine.By(index)} where tenant = $1 and {column} <= $2 and status = 0 order by {column}, id limit $3",
            r => new ArmedTimer(timer, r.GetInt64(0), r.GetInt64(1)), now, most);
    }

    // The earliest that a timer is armed for in the tenant of the row «t». Asked whether one of the past exists, PostgreSQL would rather read everybody's tasks, once a second.
    static string EarliestOf(SystemSession session, FlowTimer timer)
    {
        var (column, _, index) = Of(timer);
        return $"(select f.{column} from flow_task f{session.Engine.By(index)} where f.tenant = t.tenant and f.{column} is not null and f.status = 0 order by f.{column} limit 1)";
    }

    static (string Column, string Fired, string Index) Of(FlowTimer timer) => timer switch
    {
        FlowTimer.Remind => ("remind_at", "reminded_at", "flow_task_remind"),
        FlowTimer.Due => ("due_at", "came_due_at", "flow_task_due"),
    };
}

/// <summary>A timer of a task.</summary>
/// <param name="Timer">Which.</param>
/// <param name="TaskId">The task.</param>
/// <param name="At">Its moment, Unix ms.</param>
readonly record struct ArmedTimer(FlowTimer Timer, long TaskId, long At);

/// <summary>A timer that fired.</summary>
/// <param name="Tenant">The task's tenant.</param>
/// <param name="Instance">The task's instance.</param>
/// <param name="Timer">Which timer of which task, and when its moment was.</param>
/// <param name="Happened">What was recorded.</param>
sealed record FiredTimer(string Tenant, long Instance, ArmedTimer Timer, FlowEvent Happened);
