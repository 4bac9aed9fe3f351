using System.Data.Common;
using System.Text.Json;
using Reflow.Core.Directory;
using Reflow.Core.Tasks;

namespace Reflow.Server.Store;

/// <summary>Tasks on disk: a row for what is asked for, a document for what is only read whole, a row for each member.</summary>
static class TaskRows
{
    const string Columns = "t.id, t.version, t.creator, t.created_at, t.updated_at, t.completed_at, t.remind_at, t.deleted_at, t.doc";
    /// <summary>What a task is, in its row and in those of its members.</summary>
    public const int Open = 0, Done = 1;
    const int Deleted = 2;
    // More members than one change can add.
    const int PlacesOfAChange = 1000;

    /// <summary>A task with its members; null when the tenant has none of this id. A deleted one only when asked for.</summary>
    public static async ValueTask<TaskItem?> Load(Session session, string id, bool evenDeleted = false)
    {
        var (task, members) = ((TaskItem?)null, new List<Member>());
        await session.Query(
            $"select {Columns}, m.role, m.user_id, m.place from task t left join task_member m on m.tenant = t.tenant and m.task_id = t.id where t.tenant = $1 and t.id = $2",
            r =>
            {
                task ??= Read(r);
                if (!r.IsDBNull(9)) members.Add(ReadMember(r, 9));
                return 0;
            }, id);
        return task is null || task.DeletedAt != 0 && !evenDeleted ? null : With(task, members);
    }

    /// <summary>Tasks of these ids with their members, in no order.</summary>
    public static async ValueTask<Dictionary<string, TaskItem>> Load(Session session, IReadOnlyList<string> ids)
    {
        var list = JsonSerializer.Serialize([.. ids], StoreJson.Default.StringArray);
        var tasks = await session.Query($"select {Columns} from task t where t.tenant = $1 and t.id in ({session.Engine.TextsOf("$2")})", Read, list);
        var members = (await session.Query($"select task_id, role, user_id, place from task_member where tenant = $1 and task_id in ({session.Engine.TextsOf("$2")})",
            r => (TaskId: r.GetString(0), Member: ReadMember(r, 1)), list)).ToLookup(row => row.TaskId, row => row.Member);
        return tasks.ToDictionary(task => task.Id, task => With(task, [.. members[task.Id]]));
    }

    /// <summary>Writes a new task with its members.</summary>
    public static async ValueTask Insert(Session session, TaskItem task)
    {
        await session.Write(
            "insert into task (tenant, id, version, creator, created_at, updated_at, completed_at, remind_at, state, doc) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            task.Id, task.Version, task.Creator.ToString(), task.CreatedAt, task.UpdatedAt, task.CompletedAt, task.RemindAt, State(task), Document(task));
        await InsertMembers(session, task, TaskRole.Collaborator, task.Collaborators);
        await InsertMembers(session, task, TaskRole.Follower, task.Followers);
    }

    /// <summary>Writes what changed of a task.</summary>
    /// <exception cref="StoreException">It changed meanwhile.</exception>
    public static async ValueTask Update(Session session, TaskItem before, TaskItem task)
    {
        // Its document is long and seldom changes.
        if (ReferenceEquals(before.Content, task.Content) && ReferenceEquals(before.Reminders, task.Reminders) && before.NextId == task.NextId && before.DeletedAt == task.DeletedAt)
            await session.WriteOne(
                "update task set version = $4, updated_at = $5, completed_at = $6, remind_at = $7, state = $8 where tenant = $1 and id = $2 and version = $3",
                task.Id, before.Version, task.Version, task.UpdatedAt, task.CompletedAt, task.RemindAt, State(task));
        else
            await session.WriteOne(
                "update task set version = $4, updated_at = $5, completed_at = $6, remind_at = $7, state = $8, deleted_at = $9, doc = $10 where tenant = $1 and id = $2 and version = $3",
                task.Id, before.Version, task.Version, task.UpdatedAt, task.CompletedAt, task.RemindAt, State(task), task.DeletedAt, Document(task));
        if (State(before) != State(task) && (before.Collaborators is not [] || before.Followers is not []))
            await session.Write("update task_member set state = $3 where tenant = $1 and task_id = $2", task.Id, State(task));
        await UpdateMembers(session, before, task, TaskRole.Collaborator);
        await UpdateMembers(session, before, task, TaskRole.Follower);
    }

    /// <summary>A page of the members of a role in the order in which they were added, one more than asked for when more follow.</summary>
    public static ValueTask<List<(string UserId, long Place)>> Members(Session session, string taskId, TaskRole role, long afterPlace, string afterUser, int size) => session.Query(
        "select user_id, place from task_member where tenant = $1 and task_id = $2 and role = $3 and (place, user_id) > ($4, $5) order by place, user_id limit $6",
        r => (r.GetString(0), r.GetInt64(1)), taskId, Word(role), afterPlace, afterUser, size + 1);

    static async ValueTask UpdateMembers(Session session, TaskItem before, TaskItem task, TaskRole role)
    {
        var (old, now) = (before.Members(role), task.Members(role));
        if (ReferenceEquals(old, now)) return;
        foreach (var gone in old.Except(now))
            await session.Write("delete from task_member where tenant = $1 and task_id = $2 and role = $3 and user_id = $4", task.Id, Word(role), gone);
        await InsertMembers(session, task, role, [.. now.Except(old)]);
    }

    // The version makes places that grow with every change and are never used again, so that a page goes on where it ended whoever came or left.
    static async ValueTask InsertMembers(Session session, TaskItem task, TaskRole role, IReadOnlyList<string> userIds)
    {
        for (var i = 0; i < userIds.Count; i++)
            await session.Write("insert into task_member (tenant, task_id, role, user_id, place, created_at, state) values ($1, $2, $3, $4, $5, $6, $7)",
                task.Id, Word(role), userIds[i], task.Version * PlacesOfAChange + i, task.CreatedAt, State(task));
    }

    static int State(TaskItem task) => task.DeletedAt != 0 ? Deleted : task.IsComplete ? Done : Open;

    static TaskItem Read(DbDataReader r)
    {
        var doc = JsonSerializer.Deserialize(r.GetString(8), StoreJson.Default.TaskDocument)!;
        return new(r.GetString(0), r.GetInt64(1), Actor.Parse(r.GetString(2)), doc.Source, doc.Content, r.GetInt64(3), r.GetInt64(4), r.GetInt64(5), [], [])
        {
            RemindAt = r.GetInt64(6),
            DeletedAt = r.GetInt64(7),
            Reminders = doc.Reminders ?? [],
            NextId = doc.NextId,
        };
    }

    static Member ReadMember(DbDataReader r, int column) => new(r.GetString(column), r.GetString(column + 1), r.GetInt64(column + 2));

    static TaskItem With(TaskItem task, List<Member> members)
    {
        if (members.Count == 0) return task;
        members.Sort((one, other) => one.Place != other.Place ? one.Place.CompareTo(other.Place) : string.CompareOrdinal(one.UserId, other.UserId));
        return task with { Collaborators = Of(TaskRole.Collaborator), Followers = Of(TaskRole.Follower) };

        IReadOnlyList<string> Of(TaskRole role) => [.. members.Where(member => member.Role == Word(role)).Select(member => member.UserId)];
    }

    static string Document(TaskItem task) =>
        JsonSerializer.Serialize(new(task.Source, task.Content, task.Reminders is [] ? null : [.. task.Reminders], task.NextId), StoreJson.Readable.TaskDocument);

    static string Word(TaskRole role) => role switch
    {
        TaskRole.Collaborator => "collaborator",
        TaskRole.Follower => "follower",
    };

    readonly record struct Member(string Role, string UserId, long Place);
}

/// <summary>The part of a task that is only read whole.</summary>
/// <param name="Source">The wire's <c>source</c>.</param>
/// <param name="Content">What its author wrote.</param>
/// <param name="Reminders">When to remind of it; null for never.</param>
/// <param name="NextId">The task that follows it.</param>
sealed record TaskDocument(int Source, TaskContent Content, TaskReminder[]? Reminders, string? NextId);
