using System.Globalization;
using System.Text;
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

    // Each combination has a text of its own, so that each is prepared once and walks the indexes that fit.
    static (string Sql, object?[] Args) Statement(Engine engine, TaskFilter filter, int limit)
    {
        object?[] args = [filter.Of.ToString(), filter.From, filter.To, filter.Before.CreatedAt, filter.Before.Id, limit];
        var made = $"select t.id, t.created_at from task t{engine.By("task_of_creator")} where t.tenant = $1 and t.creator = $2 and t.deleted_at = 0{Within("t.created_at", "t.id")}";
        if (filter.Of is not Actor.User user) return ($"{made} order by t.created_at desc, t.id desc limit $7", args);
        var member =
            $"""
            select m.task_id as id, m.created_at from task_member m{engine.By("task_of_member")} join task t on t.tenant = m.tenant and t.id = m.task_id
            where m.tenant = $1 and m.user_id = $8 and t.deleted_at = 0{Within("m.created_at", "m.task_id")}
            group by m.created_at, m.task_id
            """;
        return (
            $"""
            select id from (select * from ({made} order by t.created_at desc, t.id desc limit $7) union select * from ({member} order by m.created_at desc, m.task_id desc limit $7)) found
            order by created_at desc, id desc limit $7
            """, [.. args, user.UserId]);

        string Within(string createdAt, string id) =>
            new StringBuilder().Append(CultureInfo.InvariantCulture, $" and {createdAt} between $3 and $4 and ({createdAt}, {id}) < ($5, $6)")
                .Append(filter.IsComplete switch { true => " and t.completed_at > 0", false => " and t.completed_at = 0", null => "" }).ToString();
    }
}
