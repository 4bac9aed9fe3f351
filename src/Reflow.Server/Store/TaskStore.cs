using System.Text.Json;
using Reflow.Core;
using Reflow.Core.Directory;
using Reflow.Core.Tasks;

namespace Reflow.Server.Store;

/// <summary>Tasks: each change is loaded, decided, saved and recorded in one transaction, one at a time for each task.</summary>
public sealed class TaskStore(Db db, Ids ids, TaskSettings settings, TimeProvider clock)
{
    /// <summary>Who acts when a moment has come.</summary>
    internal const string Clock = "system";
    /// <summary>How long a change waits for another change of the same task before it is refused (contracts: task §4 step 5).</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    readonly KeyedLocks<(string Tenant, string Id)> inFlight = new(clock);

    /// <summary>Reads of one moment.</summary>
    public Task<T> Read<T>(string tenant, Func<Session, ValueTask<T>> work, CancellationToken ct) => db.Read(tenant, work, ct);

    /// <inheritdoc cref="Db.ReadBriefly"/>
    public Task<T> ReadBriefly<T>(string tenant, Func<Session, ValueTask<T>> work, CancellationToken ct) => db.ReadBriefly(tenant, work, ct);

    /// <summary>A task that is there, or null: unknown, deleted and another tenant's are the same to a caller.</summary>
    public Task<TaskItem?> Get(string tenant, string id, CancellationToken ct) => db.ReadBriefly(tenant, session => TaskRows.Load(session, id), ct);

    /// <summary>Creates a task; <paramref name="draft"/> resolves the people it names in the same transaction.</summary>
    public Task<(TaskItem? Task, Error? Error)> Create(
        string tenant, Actor by, long now, string operation, Func<Session, ValueTask<(TaskDraft Draft, Error? Error)>> draft, CancellationToken ct) =>
        db.Change<(TaskItem?, Error?)>(tenant, async session =>
        {
            var (wanted, unknown) = await draft(session);
            if (unknown is not null) return (null, unknown);
            var decision = TaskRules.Create(wanted, ids.Uuid(), new(by, now, operation, settings));
            if (decision.Error is not null) return (null, decision.Error);
            return (await Insert(session, decision.Events, by.ToString()!, now, operation), null);
        }, ct);

    /// <summary>Changes a task. The error is the refusal; no events and no error mean that all is so already.</summary>
    public Task<TaskChange> Change(string tenant, string id, TaskCommand command, Actor by, long now, string operation, CancellationToken ct) =>
        Change(tenant, id, _ => new((command, null)), by, now, operation, ct);

    /// <summary>As above; <paramref name="command"/> resolves the people it names in the same transaction.</summary>
    public async Task<TaskChange> Change(
        string tenant, string id, Func<Session, ValueTask<(TaskCommand? Command, Error? Error)>> command, Actor by, long now, string operation, CancellationToken ct)
    {
        using var place = await inFlight.Enter((tenant, id), Patience, ct);
        if (place is null) return new(null, [], TaskErrors.Concurrent(operation));
        return await db.ChangeGuarded<TaskChange>(tenant, async session =>
        {
            var (wanted, unknown) = await command(session);
            if (unknown is not null) return new(null, [], unknown);
            if (await TaskRows.Load(session, id, evenDeleted: wanted is TaskCommand.Delete) is not { } task) return new(null, [], TaskErrors.InvalidTaskId);
            if (wanted is TaskCommand.Complete && task.Content.RepeatRule is not null) wanted = new TaskCommand.Complete(ids.Uuid());
            var decision = task.Decide(wanted!, new(by, now, operation, settings));
            if (decision.Error is not null || decision.Events.Count == 0) return new(task, [], decision.Error);
            return new(await Save(session, task, decision.Events, by.ToString()!, now, operation), decision.Events, null);
        }, ct);
    }

    /// <summary>Changes something that hangs on a task, such as a comment; the task itself stays as it is.</summary>
    public Task<T> ChangeBeside<T>(string tenant, Func<Session, ValueTask<T>> work, CancellationToken ct) => db.Change(tenant, work, ct);

    /// <summary>The tenants in which a reminder is due.</summary>
    internal Task<List<string>> Due(long now, CancellationToken ct) => db.ReadSystem(session => Due(session, now), ct);

    /// <inheritdoc cref="Due(long, CancellationToken)"/>
    internal static ValueTask<List<string>> Due(SystemSession session, long now) =>
        session.Query($"select t.tenant from tenant t where {Earliest(session)} <= $1 order by t.tenant", r => r.GetString(0), now);

    /// <summary>When the next reminder fires, over all tenants, Unix ms; null when none will.</summary>
    internal Task<long?> NextReminder(CancellationToken ct) => db.ReadSystem(NextReminder, ct);

    /// <inheritdoc cref="NextReminder(CancellationToken)"/>
    internal static ValueTask<long?> NextReminder(SystemSession session) => session.Find($"select min(at) from (select {Earliest(session)} at from tenant t) armed", r => r.IntegerOrNull(0));

    // The earliest reminder in the tenant of the row «t». Asked whether one of the past exists, PostgreSQL may read everybody's tasks, once a second.
    static string Earliest(SystemSession session) => $"(select k.remind_at from task k{session.Engine.By("task_remind")} where k.tenant = t.tenant and k.remind_at > 0 order by k.remind_at limit 1)";

    /// <summary>Lets reminders of a tenant fire whose moment has come, the longest overdue first, and answers of which tasks, and when their moment was.</summary>
    internal Task<IReadOnlyList<(string Task, long At)>> Remind(string tenant, long now, int most, CancellationToken ct) => db.Change<IReadOnlyList<(string Task, long At)>>(tenant, async session =>
    {
        var due = await session.Query(
            $"select id, remind_at from task{session.Engine.By("task_remind")} where tenant = $1 and remind_at > 0 and remind_at <= $2 order by remind_at, id limit $3",
            r => (Task: r.GetString(0), At: r.GetInt64(1)), now, most);
        foreach (var (id, _) in due)
            await Save(session, (await TaskRows.Load(session, id))!, [new TaskEvent.Reminded(now)], Clock, now, "task.timer.remind");
        return due;
    }, ct);

    /// <summary>Writes a task that was just created.</summary>
    internal static async ValueTask<TaskItem> Insert(Session session, IReadOnlyList<TaskEvent> created, string by, long now, string operation)
    {
        var task = created.Aggregate((TaskItem?)null, TaskRules.Apply)!;
        await TaskRows.Insert(session, task);
        await Record(session, task, created, by, now, operation);
        return task;
    }

    /// <summary>Writes what happened to a task, and the task that follows it when it repeats.</summary>
    internal static async ValueTask<TaskItem> Save(Session session, TaskItem task, IReadOnlyList<TaskEvent> events, string by, long now, string operation)
    {
        var changed = events.Aggregate(task, TaskRules.Apply);
        await TaskRows.Update(session, task, changed);
        await Record(session, changed, events, by, now, operation);
        foreach (var happened in events)
            if (happened is TaskEvent.Repeated { Copy: { } copy }) await Insert(session, [new TaskEvent.Created(copy)], by, now, operation);
        return changed;
    }

    static async ValueTask Record(Session session, TaskItem task, IReadOnlyList<TaskEvent> events, string by, long now, string operation)
    {
        await History.Append(session, "task", task.Id, task.Version, now, by, operation, Payload(events));
        await TaskOutbox.Append(session, task.Id, now, TaskNotice.Of(task, events));
    }

    static string Payload(IReadOnlyList<TaskEvent> events) =>
        JsonSerializer.Serialize(events.Select(e => e.GetType().Name.ToLowerInvariant()).ToArray(), StoreJson.Default.StringArray);
}

/// <summary>What changing a task led to.</summary>
/// <param name="Task">The task now; null when it was refused before it was found.</param>
/// <param name="Events">What happened.</param>
/// <param name="Error">Why it is refused; null when it is not.</param>
public readonly record struct TaskChange(TaskItem? Task, IReadOnlyList<TaskEvent> Events, Error? Error);
