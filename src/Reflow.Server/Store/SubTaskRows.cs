using System.Text.Json;
using Reflow.Core.Projects;

namespace Reflow.Server.Store;

/// <summary>The subtasks of all items as rows, for the search over items. They follow the items' documents in the same transaction.</summary>
static class SubTaskRows
{
    /// <summary>Whether an event changes what the rows say.</summary>
    public static bool Concern(ProjectEvent e) => e is ProjectEvent.Deleted or ProjectEvent.SubTaskCreated or ProjectEvent.SubTaskChanged
        or ProjectEvent.SubTaskPassed or ProjectEvent.SubTaskReopened or ProjectEvent.SubTaskRemoved;

    /// <summary>Writes the rows of an item anew.</summary>
    public static async ValueTask Put(Session session, WorkItem item)
    {
        await session.Write("delete from sub_task where tenant = $1 and item_id = $2", item.Id);
        if (item.Deleted) return;
        foreach (var node in item.Nodes)
            foreach (var task in node.SubTasks)
                await session.Write("""
                    insert into sub_task (tenant, item_id, id, project_key, node, name, passed, assignee, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                    """, item.Id, task.Id, item.ProjectKey, node.Key, task.Name, task.Passed ? 1 : 0,
                    JsonSerializer.Serialize([.. task.Assignee], StoreJson.Readable.StringArray), task.CreatedAt);
    }

    /// <summary>A page of the subtasks that fit, newest first, and how many fit.</summary>
    public static async ValueTask<(IReadOnlyList<SubTaskRow> Rows, long Total)> Search(Session session, SubTaskSearch search, int size, long skip)
    {
        var where = $"""
            from sub_task{session.Engine.By("sub_task_of_project")} where tenant = $1 and project_key in ({session.Engine.TextsOf("$2")}) and ($3 = '' or {session.Engine.HasPart("name", "$3")}) and ($4 < 0 or passed = $4)
            and created_at >= $5 and created_at <= $6 and ($7 = '[]' or exists ({session.Engine.TextsOf("sub_task.assignee")} where value in ({session.Engine.TextsOf("$7")})))
            """;
        var (spaces, users) = (JsonSerializer.Serialize([.. search.Spaces], StoreJson.Default.StringArray), JsonSerializer.Serialize([.. search.Users], StoreJson.Default.StringArray));
        var passed = search.Passed is { } done ? done ? 1 : 0 : -1;
        var total = await session.Find($"select count(*) {where}", r => r.GetInt64(0), spaces, search.Name, passed, search.From, search.To, users);
        var rows = await session.Query($"select item_id, node, id {where} order by id desc limit $8 offset $9",
            r => new SubTaskRow(r.GetInt64(0), r.GetString(1), r.GetInt64(2)), spaces, search.Name, passed, search.From, search.To, users, size, skip);
        return (rows, total);
    }
}

/// <summary>Which subtasks are looked for.</summary>
/// <param name="Spaces">In these spaces, by key.</param>
/// <param name="Name">With this text in their name; empty = any.</param>
/// <param name="Users">Assigned to one of these user keys; empty = anybody.</param>
/// <param name="Passed">Done, or open; null = both.</param>
/// <param name="From">Made from then on, Unix ms.</param>
/// <param name="To">Made until then, Unix ms.</param>
sealed record SubTaskSearch(IReadOnlyList<string> Spaces, string Name, IReadOnlyList<string> Users, bool? Passed, long From, long To);

/// <summary>Where a subtask is.</summary>
/// <param name="Item">The item's id.</param>
/// <param name="Node">The node's key.</param>
/// <param name="Id">The subtask's id.</param>
sealed record SubTaskRow(long Item, string Node, long Id);
