using System.Text.Json;
using Reflow.Core.Flows;

namespace Reflow.Server.Store;

/// <summary>
/// Whose list a task is on (contracts: apaas §2), kept with every change so that reading a list is reading one index. Whom tasks are assigned or copied to stands in <c>flow_inbox</c>;
/// what someone started is found by the tasks themselves (ADR 23).
/// </summary>
static class FlowInbox
{
    /// <summary>Brings the lists up to date with what happened.</summary>
    public static async ValueTask Write(Session session, StoredInstance stored, IReadOnlyList<FlowEvent> events, FlowState? before, FlowState after, DeployedFlow flow)
    {
        // Another version may let others vote first.
        if (events is [FlowEvent.Migrated])
            foreach (var id in after.Pending)
            {
                var task = after.Tasks[id];
                foreach (var assignee in task.Assignees)
                    foreach (var type in (string[])["pending", "archived"]) await Remove(session, task, assignee.User, type);
                await WriteAssignees(session, stored, null, task, events, flow);
            }
        foreach (var id in events.Select(TaskOf).OfType<long>().Distinct())
        {
            if (!after.Tasks.TryGetValue(id, out var task)) continue;
            var old = before?.Tasks.GetValueOrDefault(id);
            var type = task.Status is UserTaskStatus.Pending ? "pending" : "archived";
            if (old is { Status: UserTaskStatus.Pending } && type is "archived")
                foreach (var user in old.Copied ?? []) await Move(session, task, "CCMe", user, "pending", type);
            // Telling someone changes nobody's turn.
            if (events.Any(e => e is not FlowEvent.Copied && TaskOf(e) == id)) await WriteAssignees(session, stored, old, task, events, flow);
            foreach (var copied in events.OfType<FlowEvent.Copied>().Where(e => e.TaskId == id))
                foreach (var user in copied.Users) await Put(session, stored, task, "CCMe", user, type);
        }
    }

    /// <summary>A page of someone's list, newest first, and how long the whole list is.</summary>
    public static async ValueTask<(IReadOnlyList<InboxRow> Rows, long Count)> Read(Session session, InboxFilter filter)
    {
        var (lists, args) = filter.Lists(session.Engine);
        // A task can be on a list for several reasons; it is shown once. For one reason it is there once.
        var all = string.Join(filter.Source is null ? " union " : " union all ", lists);
        var count = await session.Find($"select count(*) from ({all}) i", r => r.GetInt64(0), args);
        if (count == 0) return ([], 0);
        var rows = await session.Query(
            $"""
            select p.task_id, p.opened_at, n.id, n.label, n.status, n.initiator, n.summary from (
                select i.task_id, i.opened_at from ({all}) i order by i.opened_at desc, i.task_id desc limit ${args.Length + 2} offset ${args.Length + 3}) p
            join flow_task t on t.tenant = $1 and t.id = p.task_id
            join flow_instance n on n.tenant = $1 and n.id = t.instance
            order by p.opened_at desc, p.task_id desc
            """,
            r => new InboxRow(r.GetInt64(0), r.GetInt64(1), r.GetInt64(2), r.GetString(3), (InstanceStatus)r.GetInt32(4), r.GetString(5), r.GetString(6)),
            [.. args, filter.Limit, filter.Offset]);
        return (rows, count);
    }

    static async ValueTask WriteAssignees(Session session, StoredInstance stored, FlowTask? old, FlowTask task, IReadOnlyList<FlowEvent> events, DeployedFlow flow)
    {
        var (then, now) = (old is null ? [] : Assigned(old, flow), Assigned(task, flow));
        // Whoever rolled back has acted too, although that is no vote.
        foreach (var closed in events.OfType<FlowEvent.TaskClosed>().Where(e => e.TaskId == task.Id && e.Status is UserTaskStatus.RolledBack)) now[closed.By] = "archived";
        foreach (var (user, type) in then)
            if (!now.ContainsKey(user)) await Remove(session, task, user, type);
        foreach (var (user, type) in now)
            if (old is null) await session.Write(Insert, task.Id, "assignMe", user, type, task.OpenedAt, stored.ApiId);
            else if (!then.TryGetValue(user, out var was)) await Put(session, stored, task, "assignMe", user, type);
            else if (was != type) await Move(session, task, "assignMe", user, was, type);
    }

    static Dictionary<string, string> Assigned(FlowTask task, DeployedFlow flow)
    {
        var (mode, percent) = flow.Net.ModeOf(task.Node);
        var lists = new Dictionary<string, string>();
        foreach (var assignee in task.Assignees)
            if (assignee.Vote is { Automatic: false }) lists[assignee.User] = "archived";
        foreach (var assignee in Votes.Turn(task, mode, percent)) lists[assignee.User] = "pending";
        return lists;
    }

    const string Insert = "insert into flow_inbox (tenant, task_id, source, user_id, type, opened_at, api_id) values ($1, $2, $3, $4, $5, $6, $7)";

    static ValueTask Put(Session session, StoredInstance stored, FlowTask task, string source, string user, string type) => session.Write(
        $"{Insert} on conflict do nothing", task.Id, source, user, type, task.OpenedAt, stored.ApiId);

    static ValueTask Move(Session session, FlowTask task, string source, string user, string from, string to) => session.Write(
        "update flow_inbox set type = $7 where tenant = $1 and user_id = $2 and source = $3 and type = $4 and opened_at = $5 and task_id = $6", user, source, from, task.OpenedAt, task.Id, to);

    static ValueTask Remove(Session session, FlowTask task, string user, string type) => session.Write(
        "delete from flow_inbox where tenant = $1 and user_id = $2 and source = $3 and type = $4 and opened_at = $5 and task_id = $6", user, "assignMe", type, task.OpenedAt, task.Id);

    static long? TaskOf(FlowEvent happened) => happened switch
    {
        FlowEvent.TaskOpened e => e.Task.Id,
        FlowEvent.Voted e => e.TaskId,
        FlowEvent.TaskClosed e => e.TaskId,
        FlowEvent.Transferred e => e.TaskId,
        FlowEvent.AssigneesAdded e => e.TaskId,
        FlowEvent.Copied e => e.TaskId,
        FlowEvent.TaskRevived or FlowEvent.Started or FlowEvent.Fired or FlowEvent.Undone or FlowEvent.Expedited or FlowEvent.Reminded or FlowEvent.CameDue or FlowEvent.FormChanged or FlowEvent.Migrated or FlowEvent.Ended => null,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}

/// <summary>Which of someone's tasks to list; null members do not restrict.</summary>
/// <param name="UserId">Whose list, a kunlun id.</param>
/// <param name="Source"><c>assignMe</c>, <c>fromMe</c> or <c>CCMe</c>.</param>
/// <param name="Type"><c>pending</c> or <c>archived</c>.</param>
/// <param name="From">Opened at or after, Unix ms.</param>
/// <param name="To">Opened at or before, Unix ms.</param>
/// <param name="ApiIds">Of these flows; empty means of all.</param>
/// <param name="Limit">Rows at most.</param>
/// <param name="Offset">Rows to skip.</param>
sealed record InboxFilter(string UserId, string? Source, string? Type, long? From, long? To, IReadOnlyList<string> ApiIds, long Limit, long Offset)
{
    /// <summary>Statements that list what is asked for, by <c>task_id</c> and <c>opened_at</c>, each in one stretch of an index; and their arguments from <c>$2</c> on.</summary>
    public (IReadOnlyList<string> Lists, object?[] Args) Lists(Engine engine)
    {
        var (lists, args, window) = (new List<string>(), new List<object?> { UserId }, "");
        string Given(object value)
        {
            args.Add(value);
            return $"${args.Count + 1}";
        }
        if (From is { } from) window += $" and opened_at >= {Given(from)}";
        if (To is { } to) window += $" and opened_at <= {Given(to)}";
        if (ApiIds.Count > 0) window += $" and api_id in ({engine.TextsOf(Given(JsonSerializer.Serialize(ApiIds, FlowJson.Default.IReadOnlyListString)))})";
        if (Source is not "fromMe")
        {
            // Spelled out, so that the list's index is walked from one column to the next.
            var kept = Source is null ? "source in ('assignMe', 'CCMe')" : $"source = {Given(Source)}";
            if (Type is not null) kept += $" and type = {Given(Type)}";
            lists.Add($"select task_id, opened_at from flow_inbox where tenant = $1 and user_id = $2 and {kept}{window}");
        }
        if (Source is null or "fromMe")
            foreach (var (type, status) in (ReadOnlySpan<(string, string)>)[("pending", "= 0"), ("archived", "<> 0")])
                if (Type is null || Type == type)
                    lists.Add($"select id as task_id, opened_at from flow_task{engine.By($"flow_task_from_{type}")} where tenant = $1 and initiator = $2 and status {status}{window}");
        return (lists, [.. args]);
    }
}

/// <summary>A task as the list shows it.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="OpenedAt">Unix ms.</param>
/// <param name="Instance">Its instance.</param>
/// <param name="Label">The flow's label, the wire's JSON.</param>
/// <param name="Status">How the instance stands.</param>
/// <param name="Initiator">Who started it, a kunlun id.</param>
/// <param name="Summary">The lines of the form, the wire's JSON.</param>
sealed record InboxRow(long TaskId, long OpenedAt, long Instance, string Label, InstanceStatus Status, string Initiator, string Summary);
