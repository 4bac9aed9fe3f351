using System.Text.Json;
using Reflow.Core;
using Reflow.Core.Directory;
using Reflow.Core.Tasks;

namespace Reflow.Server.Store;

/// <summary>Tasks on disk: a row for what is asked for, a document for the content, a row for each member.</summary>
public sealed class TaskStore(Db db, Ids ids, TimeProvider clock)
{
    /// <summary>How long a change waits for another change of the same task before it is refused (contracts: task §4 step 5).</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);
    internal static readonly Func<string, bool> IsTimezone = name => TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && zone.HasIanaId;

    readonly KeyedLocks<(string Tenant, string Id)> inFlight = new(clock);

    /// <summary>A task that is there, or null: unknown, deleted and another tenant's are the same to a caller.</summary>
    public Task<TaskItem?> Get(string tenant, string id, CancellationToken ct) => db.Read(tenant, session => Load(session, id), ct);

    /// <summary>Creates a task; <paramref name="draft"/> resolves the people it names in the same transaction.</summary>
    public Task<(TaskItem? Task, Error? Error)> Create(
        string tenant, Actor by, long now, string operation, Func<Session, ValueTask<(TaskDraft Draft, Error? Error)>> draft, CancellationToken ct) =>
        db.Change<(TaskItem?, Error?)>(tenant, async session =>
        {
            var (wanted, unknown) = await draft(session);
            if (unknown is not null) return (null, unknown);
            var decision = TaskRules.Create(wanted, ids.Uuid(), by, now, operation, IsTimezone);
            if (decision.Error is not null) return (null, decision.Error);
            var task = decision.Aggregate((TaskItem?)null, TaskRules.Apply)!;
            await Insert(session, task);
            await Record(session, task, by, now, operation, decision);
            return (task, null);
        }, ct);

    /// <summary>Changes a task: load, decide, save and record, in one transaction; null on success.</summary>
    public async Task<Error?> Change(string tenant, string id, TaskCommand command, Actor by, long now, string operation, CancellationToken ct)
    {
        using var place = await inFlight.Enter((tenant, id), Patience, ct);
        if (place is null) return TaskErrors.Concurrent(operation);
        return await db.Change<Error?>(tenant, async session =>
        {
            if (await Load(session, id) is not { } task) return TaskErrors.InvalidTaskId;
            var decision = task.Decide(command, by, now, operation);
            if (decision.Error is not null || decision.Events.Count == 0) return decision.Error;
            var changed = decision.Aggregate(task, TaskRules.Apply);
            await Save(session, changed);
            await Record(session, changed, by, now, operation, decision);
            return null;
        }, ct);
    }

    /// <summary>Writes a new task with its members.</summary>
    internal static async ValueTask Insert(Session session, TaskItem task)
    {
        await session.Execute(
            "insert into task (tenant, id, version, creator, created_at, updated_at, completed_at, doc) values ($1, $2, $3, $4, $5, $6, $7, $8)",
            task.Id, task.Version, task.Creator.ToString(), task.CreatedAt, task.UpdatedAt, task.CompletedAt, JsonSerializer.Serialize(new(task.Source, task.Content), StoreJson.Readable.TaskDocument));
        await InsertMembers(session, task.Id, "collaborator", task.Collaborators);
        await InsertMembers(session, task.Id, "follower", task.Followers);
    }

    internal static async ValueTask<TaskItem?> Load(Session session, string id)
    {
        var task = await session.Find(
            "select id, version, creator, created_at, updated_at, completed_at, doc from task where tenant = $1 and id = $2 and deleted_at = 0",
            r =>
            {
                var doc = JsonSerializer.Deserialize(r.GetString(6), StoreJson.Default.TaskDocument)!;
                return new TaskItem(r.GetString(0), r.GetInt64(1), Actor.Parse(r.GetString(2)), doc.Source, doc.Content, r.GetInt64(3), r.GetInt64(4), r.GetInt64(5), [], []);
            }, id);
        if (task is null) return null;
        var members = await session.Query("select role, user_id from task_member where tenant = $1 and task_id = $2 order by place",
            r => (Role: r.GetString(0), UserId: r.GetString(1)), id);
        return task with
        {
            Collaborators = [.. members.Where(m => m.Role == "collaborator").Select(m => m.UserId)],
            Followers = [.. members.Where(m => m.Role == "follower").Select(m => m.UserId)],
        };
    }

    static async ValueTask InsertMembers(Session session, string taskId, string role, IReadOnlyList<string> userIds)
    {
        for (var place = 0; place < userIds.Count; place++)
            await session.Execute("insert into task_member (tenant, task_id, role, user_id, place) values ($1, $2, $3, $4, $5)", taskId, role, userIds[place], place);
    }

    internal static async ValueTask Save(Session session, TaskItem task)
    {
        var saved = await session.Execute(
            "update task set version = $3, updated_at = $4, completed_at = $5 where tenant = $1 and id = $2 and version = $3 - 1",
            task.Id, task.Version, task.UpdatedAt, task.CompletedAt);
        if (saved != 1) throw new StoreException($"task {task.Id} changed while its change was decided");
    }

    internal static ValueTask Record(Session session, TaskItem task, Actor by, long now, string operation, Decision<TaskEvent> decision) =>
        History.Append(session, "task", task.Id, task.Version, now, by.ToString(), operation, Payload(decision));

    static string Payload(Decision<TaskEvent> decision) =>
        JsonSerializer.Serialize(decision.Select(e => e.GetType().Name.ToLowerInvariant()).ToArray(), StoreJson.Default.StringArray);
}

/// <summary>The part of a task that is only read whole.</summary>
/// <param name="Source">The wire's <c>source</c>.</param>
/// <param name="Content">What its author wrote.</param>
sealed record TaskDocument(int Source, TaskContent Content);
