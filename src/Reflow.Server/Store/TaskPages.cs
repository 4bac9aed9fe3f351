using Reflow.Core.Directory;
using Reflow.Core.Tasks;

namespace Reflow.Server.Store;

/// <summary>Which tasks are asked for: those that an app made with its own token, or those that a member has anything to do with (contracts: task §2.5).</summary>
/// <param name="Of">Whose tasks.</param>
/// <param name="From">Made at this moment or later, Unix ms.</param>
/// <param name="To">Made at this moment or earlier, Unix ms.</param>
/// <param name="IsComplete">Only done ones, or only open ones; null for both.</param>
/// <param name="Before">The place after which the page begins: the moment and id of the last task of the page before.</param>
sealed record TaskFilter(Actor Of, long From, long To, bool? IsComplete, (long CreatedAt, string Id) Before)
{
    /// <summary>Before the first task.</summary>
    public static readonly (long CreatedAt, string Id) Start = (long.MaxValue, "");
}

/// <summary>Pages of tasks, newest first. What is created or deleted meanwhile moves none of the others to another page.</summary>
static class TaskPages
{
    /// <summary>A page; one task more than asked for when more follow.</summary>
    public static async ValueTask<IReadOnlyList<TaskItem>> Page(Session session, TaskFilter filter, int size)
    {
        var (sql, args) = Statement(session.Engine, filter, size + 1);
        var keys = await session.Query(sql, r => r.GetString(0), args);
        if (keys is []) return [];
        var tasks = await TaskRows.Load(session, keys);
        return [.. keys.Select(id => tasks[id])];
    }

    // Open tasks and done ones lie apart; both are walked when both are asked for, and only the newest of all of them are looked up.
    static (string Sql, object?[] Args) Statement(Engine engine, TaskFilter filter, int limit)
    {
        int[] states = filter.IsComplete switch { true => [TaskRows.Done], false => [TaskRows.Open], null => [TaskRows.Open, TaskRows.Done] };
        // One upper bound, not two: a walk starts at the one that the engine likes better, and passes over all that the other leaves out.
        var before = filter.To < filter.Before.CreatedAt ? (CreatedAt: filter.To + 1, Id: "") : filter.Before;
        object?[] args = [filter.Of.ToString(), filter.From, before.CreatedAt, before.Id, limit];
        var lists = states.Select(Made).ToList();
        if (filter.Of is Actor.User user) (lists, args) = ([.. lists, .. states.Select(OfMember)], [.. args, user.UserId]);
        // Who made a task may be among its members too.
        return ($"select id from (select * from ({string.Join(") list union select * from (", lists)}) list) found order by created_at desc, id desc limit $6", args);

        string Made(int state) =>
            $"""
            select id, created_at from task{engine.By("task_of_creator")}
            where tenant = $1 and creator = $2 and state = {state} and created_at >= $3 and (created_at, id) < ($4, $5)
            order by created_at desc, id desc limit $6
            """;

        string OfMember(int state) =>
            $"""
            select task_id as id, created_at from task_member{engine.By("task_of_member")}
            where tenant = $1 and user_id = $7 and state = {state} and created_at >= $3 and (created_at, task_id) < ($4, $5)
            group by created_at, task_id order by created_at desc, task_id desc limit $6
            """;
    }
}
