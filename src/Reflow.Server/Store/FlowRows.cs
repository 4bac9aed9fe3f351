using System.Data.Common;
using System.Diagnostics;
using System.Text.Json;
using Reflow.Core.Flows;

namespace Reflow.Server.Store;

/// <summary>An instance in rows: loads the part that a command needs, and writes each event as the few rows that it changes.</summary>
static class FlowRows
{
    const string TaskColumns = "id, node, kind, token, opened_at, status, superseded, closed_at, done_by, due_at, remind_at, assignees, resume";
    const string TokenColumns = "id, node, produced_by, consumed_by, live, dead, frame, approvers";

    /// <summary>The instance itself and the version of its row; null when there is none.</summary>
    public static ValueTask<StoredInstance?> Instance(Session session, long id) => session.Find(
        """
        select id, initiator, started_at, status, ended_at, last_firing, last_token, version, namespace, name, flow, api_id, form
        from flow_instance where tenant = $1 and id = $2
        """,
        r => new StoredInstance(
            new(r.GetInt64(0), r.GetString(1), r.GetInt64(2))
            {
                Status = (InstanceStatus)r.GetInt32(3),
                EndedAt = r.IntegerOrNull(4),
                Version = r.GetInt32(10),
                Form = r.GetString(12),
                LastFiring = r.GetInt32(5),
                LastToken = r.GetInt32(6),
            },
            r.GetInt64(7), new(r.GetString(8), r.GetString(9), r.GetInt32(10)), r.GetString(11), r.GetString(12)), id);

    /// <summary>The instance that a task belongs to, and the task; null when there is none.</summary>
    public static async ValueTask<(long Instance, FlowTask Task)?> Task(Session session, long id) => await session.Find(
        $"select {TaskColumns}, instance from flow_task where tenant = $1 and id = $2",
        r => ((long, FlowTask)?)(r.GetInt64(13), ReadTask(r)), id);

    /// <summary>A token of an instance.</summary>
    public static ValueTask<FlowToken?> Token(Session session, long instance, int id) => session.Find(
        $"select {TokenColumns} from flow_token where tenant = $1 and instance = $2 and id = $3", ReadToken, instance, id);

    /// <summary>The part of an instance that is asked for, with the named tasks.</summary>
    public static async ValueTask<FlowState> Load(Session session, FlowInstance instance, FlowPart part, params FlowTask[] named)
    {
        var tokens = (await session.Query(
            $"select {TokenColumns} from flow_token{session.Engine.By("flow_token_consumed")} where tenant = $1 and instance = $2 and live = 1 and consumed_by is null", ReadToken, instance.Id)).ToDictionary(t => t.Id);
        var tasks = (await session.Query(
            $"select {TaskColumns} from flow_task{session.Engine.By("flow_task_pending")} where tenant = $1 and instance = $2 and status = 0", ReadTask, instance.Id)).ToDictionary(t => t.Id);
        foreach (var task in named) tasks[task.Id] = task;
        var firings = new SortedDictionary<int, Firing>();
        // Whatever holds comes after the start that holds: the first is the start's, in whichever round it was submitted.
        if (part.Start) await Firings(session, instance.Id, firings, "undone_by is null and kind = $3 order by seq limit 1", (int)FiringKind.StartDone);
        if (part.Since is { } since)
        {
            await Firings(session, instance.Id, firings, "undone_by is null and seq >= $3", since);
            foreach (var (column, index) in ((string, string)[])[("produced_by", "flow_token_produced"), ("consumed_by", "flow_token_consumed")])
                foreach (var token in await session.Query($"select {TokenColumns} from flow_token{session.Engine.By(index)} where tenant = $1 and instance = $2 and live = 1 and {column} >= $3", ReadToken, instance.Id, since))
                    tokens[token.Id] = token;
        }
        if (part.UndoneBy is { } by)
        {
            await Firings(session, instance.Id, firings, "undone_by = $3", by);
            foreach (var firing in firings.Values)
                if (firing is { Task: { } id, UndoneBy: not null } && await Task(session, id) is { } done) tasks[id] = done.Task;
        }
        if (part.Finished)
            foreach (var task in await session.Query($"select {TaskColumns} from flow_task{session.Engine.By("flow_task_of_node")} where tenant = $1 and instance = $2 and superseded = 0", ReadTask, instance.Id))
                tasks[task.Id] = task;
        foreach (var node in part.TasksOf)
            foreach (var task in await session.Query($"select {TaskColumns} from flow_task{session.Engine.By("flow_task_of_node")} where tenant = $1 and instance = $2 and node = $3 and superseded = 0", ReadTask, instance.Id, node))
                tasks[task.Id] = task;
        return FlowState.Of(instance, tokens.Values, firings.Values, tasks.Values);
    }

    /// <summary>Writes what an event changes.</summary>
    /// <param name="session">The change's session.</param>
    /// <param name="instance">The instance's id.</param>
    /// <param name="happened">The event.</param>
    /// <param name="after">The state with the event in it.</param>
    public static async ValueTask Write(Session session, long instance, FlowEvent happened, FlowState after)
    {
        switch (happened)
        {
            case FlowEvent.Started e:
                await Insert(session, instance, e.Token);
                break;
            case FlowEvent.Fired e:
                await session.Execute("insert into flow_firing (tenant, instance, seq, kind, node, doc) values ($1, $2, $3, $4, $5, $6)",
                    instance, e.Firing.Seq, (int)e.Firing.Kind, e.Firing.Node, JsonSerializer.Serialize(e.Firing, FlowJson.Default.Firing));
                foreach (var id in e.Firing.Inputs) await Consume(session, instance, id, e.Firing.Seq);
                foreach (var token in e.Outputs) await Insert(session, instance, token);
                if (e.Firing.Task is { } done) await session.Execute("update flow_task set done_by = $3 where tenant = $1 and id = $2", done, e.Firing.Seq);
                break;
            case FlowEvent.Undone e:
                foreach (var seq in e.Firings)
                {
                    await session.Execute("update flow_firing set undone_by = $4 where tenant = $1 and instance = $2 and seq = $3", instance, seq, e.By);
                    foreach (var id in after.Firings[seq].Outputs) await session.Execute("update flow_token set live = 0 where tenant = $1 and instance = $2 and id = $3", instance, id);
                    foreach (var id in after.Firings[seq].Inputs) await Consume(session, instance, id, null);
                }
                foreach (var id in e.Superseded) await session.Execute("update flow_task set superseded = 1 where tenant = $1 and id = $2", id);
                break;
            case FlowEvent.TaskOpened e:
                await Insert(session, instance, e.Task);
                break;
            case FlowEvent.Voted e:
                await Update(session, after.Tasks[e.TaskId]);
                break;
            case FlowEvent.TaskClosed e:
                await Update(session, after.Tasks[e.TaskId]);
                break;
            case FlowEvent.TaskRevived e:
                await session.Execute("update flow_task set superseded = 0, token = $3 where tenant = $1 and id = $2", e.TaskId, e.Token);
                break;
            case FlowEvent.Transferred e:
                await Update(session, after.Tasks[e.TaskId]);
                break;
            case FlowEvent.AssigneesAdded e:
                await Update(session, after.Tasks[e.TaskId]);
                break;
            case FlowEvent.Migrated e:
                foreach (var moved in e.Firings)
                    await session.Execute("update flow_firing set doc = $4 where tenant = $1 and instance = $2 and seq = $3", instance, moved.Seq, JsonSerializer.Serialize(after.Firings[moved.Seq], FlowJson.Default.Firing));
                foreach (var moved in e.Tokens)
                    await session.Execute("update flow_token set frame = $4, approvers = $5 where tenant = $1 and instance = $2 and id = $3", instance, moved.Id, Text(moved.Frame), Text(moved.Approvers));
                foreach (var moved in e.Tasks) await Update(session, after.Tasks[moved.Id]);
                break;
            // The claim that lets a timer fire has cleared its time.
            case FlowEvent.Reminded or FlowEvent.CameDue:
            case FlowEvent.Copied or FlowEvent.Expedited or FlowEvent.FormChanged or FlowEvent.Ended:
                break;
            default:
                throw new UnreachableException();
        }
    }

    static async ValueTask Firings(Session session, long instance, SortedDictionary<int, Firing> into, string which, object which3)
    {
        foreach (var firing in await session.Query(
            $"select doc, undone_by from flow_firing{session.Engine.By("flow_firing_undone")} where tenant = $1 and instance = $2 and {which}",
            r => JsonSerializer.Deserialize(r.GetString(0), FlowJson.Default.Firing)! with { UndoneBy = r.IntegerOrNull(1) }, instance, which3))
            into[firing.Seq] = firing;
    }

    static async ValueTask Insert(Session session, long instance, FlowToken token) => await session.Execute(
        $"insert into flow_token (tenant, instance, {TokenColumns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        instance, token.Id, token.Node, token.ProducedBy, token.ConsumedBy, token.Live ? 1 : 0, token.Dead ? 1 : 0,
        Text(token.Frame), Text(token.Approvers));

    static async ValueTask Insert(Session session, long instance, FlowTask task) => await session.Execute(
        $"insert into flow_task (tenant, instance, {TaskColumns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        instance, task.Id, task.Node, (int)task.Kind, task.Token, task.OpenedAt, (int)task.Status, task.Superseded ? 1 : 0, task.ClosedAt, task.DoneBy, task.DueAt, task.RemindAt,
        JsonSerializer.Serialize(task.Assignees, FlowJson.Default.IReadOnlyListAssignee), Text(task.Resume));

    static async ValueTask Update(Session session, FlowTask task) => await session.Execute(
        "update flow_task set status = $3, closed_at = $4, due_at = $5, remind_at = $6, assignees = $7, resume = $8 where tenant = $1 and id = $2",
        task.Id, (int)task.Status, task.ClosedAt, task.DueAt, task.RemindAt, JsonSerializer.Serialize(task.Assignees, FlowJson.Default.IReadOnlyListAssignee), Text(task.Resume));

    static async ValueTask Consume(Session session, long instance, int token, int? by) =>
        await session.Execute("update flow_token set consumed_by = $4 where tenant = $1 and instance = $2 and id = $3", instance, token, by);

    static FlowToken ReadToken(DbDataReader r) => new(r.GetInt32(0), r.GetString(1), r.GetInt32(2), r.TextOrNull(6) is { } frame ? JsonSerializer.Deserialize(frame, FlowJson.Default.Frame) : null)
    {
        ConsumedBy = (int?)r.IntegerOrNull(3),
        Live = r.Truth(4),
        Dead = r.Truth(5),
        Approvers = r.GetString(7) is "[]" ? [] : JsonSerializer.Deserialize(r.GetString(7), FlowJson.Default.IReadOnlyListString)!,
    };

    static FlowTask ReadTask(DbDataReader r) => new(r.GetInt64(0), r.GetString(1), (TaskKind)r.GetInt32(2), r.GetInt32(3), r.GetInt64(4))
    {
        Status = (UserTaskStatus)r.GetInt32(5),
        Superseded = r.Truth(6),
        ClosedAt = r.IntegerOrNull(7),
        DoneBy = (int?)r.IntegerOrNull(8),
        DueAt = r.IntegerOrNull(9),
        RemindAt = r.IntegerOrNull(10),
        Assignees = JsonSerializer.Deserialize(r.GetString(11), FlowJson.Default.IReadOnlyListAssignee)!,
        Resume = r.TextOrNull(12) is { } resume ? JsonSerializer.Deserialize(resume, FlowJson.Default.ResumePoint) : null,
    };

    static string? Text(Frame? frame) => frame is null ? null : JsonSerializer.Serialize(frame, FlowJson.Default.Frame);

    static string Text(IReadOnlyList<string> users) => users is [] ? "[]" : JsonSerializer.Serialize(users, FlowJson.Default.IReadOnlyListString);

    static string? Text(ResumePoint? resume) => resume is null ? null : JsonSerializer.Serialize(resume, FlowJson.Default.ResumePoint);
}

/// <summary>An instance's row.</summary>
/// <param name="Instance">The instance itself.</param>
/// <param name="Version">Grows by one with every change.</param>
/// <param name="Flow">The version of the flow that it keeps.</param>
/// <param name="ApiId">What <c>api_ids</c> of the query filters on.</param>
/// <param name="Form">The form's values, a JSON object.</param>
sealed record StoredInstance(FlowInstance Instance, long Version, FlowVersion Flow, string ApiId, string Form);

/// <summary>Which version of which flow.</summary>
/// <param name="Namespace">The application.</param>
/// <param name="Name">The API name.</param>
/// <param name="Version">Counts the deployments, from 1.</param>
readonly record struct FlowVersion(string Namespace, string Name, int Version);
