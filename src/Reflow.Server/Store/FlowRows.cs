using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Reflow.Core.Flows;

namespace Reflow.Server.Store;

/// <summary>An instance in rows: loads the part that a command needs, and writes each event as the few rows that it changes.</summary>
static class FlowRows
{
    const string InstanceColumns = "id, initiator, started_at, status, ended_at, last_firing, last_token, version, namespace, name, flow, api_id, form, marking, changed_at";
    const string TaskColumns = "id, node, kind, token, opened_at, status, superseded, closed_at, done_by, due_at, remind_at, reminded_at, came_due_at, assignees, resume, copied";
    const int InstanceCount = 15, TaskCount = 16;

    // The tenant that the task names: of the tenant as such, where it expects few of its rows, PostgreSQL would rather read all.
    internal static readonly string FindTask = $"""
        select {Of("n", InstanceColumns)}, {Of("t", TaskColumns)}, f.consumed
        from flow_task t join flow_instance n on n.tenant = t.tenant || '' and n.id = t.instance
        left join flow_firing f on f.tenant = t.tenant || '' and f.instance = t.instance and f.seq = t.done_by
        where t.tenant = $1 and t.id = $2
        """;

    /// <summary>The instance itself with its marking and the version of its row; null when there is none.</summary>
    public static ValueTask<StoredInstance?> Instance(Session session, long id) => session.Find($"select {InstanceColumns} from flow_instance where tenant = $1 and id = $2", r => ReadInstance(r, 0), id);

    /// <summary>A task with the instance that it belongs to and its token; null when there is none.</summary>
    public static async ValueTask<FoundTask?> Find(Session session, long id) => await session.Find(FindTask, static r => (FoundTask?)ReadFound(r), id);

    /// <summary>The part of an instance that is asked for, with the named tasks.</summary>
    public static async ValueTask<FlowState> Load(Session session, StoredInstance stored, FlowPart part, params FlowTask[] named)
    {
        var id = stored.Instance.Id;
        List<FlowToken> tokens = [.. stored.Marking.Tokens];
        List<FlowTask> tasks = [.. named];
        List<Firing> firings = [];
        ValueTask AndTasks(IEnumerable<long> ids) => session.Together([.. ids.Select(task => (Func<ValueTask>)(async () =>
            tasks.AddRange(await session.Query($"select {TaskColumns} from flow_task where tenant = $1 and id = $2", ReadTask, task))))]);
        List<Func<ValueTask>> questions = [() => AndTasks(stored.Marking.Pending.Where(pending => !named.Any(task => task.Id == pending)))];
        if (part.Since is { } since) questions.Add(async () =>
        {
            foreach (var (firing, consumed) in await session.Query(
                "select doc, consumed from flow_firing where tenant = $1 and instance = $2 and seq >= $3", r => (ReadFiring(r.GetString(0)), ReadTokens(r.GetString(1))), id, since))
            {
                firings.Add(firing);
                tokens.AddRange(consumed);
            }
        });
        if (part.UndoneBy is { } by) questions.Add(async () =>
        {
            var undone = await session.Query("select doc from flow_undone where tenant = $1 and instance = $2 and undone_by = $3", r => ReadFiring(r.GetString(0)) with { UndoneBy = by }, id, by);
            firings.AddRange(undone);
            await AndTasks(undone.Select(firing => firing.Task).OfType<long>());
        });
        if (part.Finished) questions.Add(async () => tasks.AddRange(await session.Query(
            $"select {TaskColumns} from flow_task{session.Engine.By("flow_task_of_node")} where tenant = $1 and instance = $2 and superseded = 0 and done_by is not null", ReadTask, id)));
        await session.Together([.. questions]);
        return FlowState.Of(stored.Instance, tokens, firings, [.. tasks.DistinctBy(task => task.Id)]);
    }

    /// <summary>What a task can be rolled back to, by rows that are as many as it takes to tell, however long the instance has run.</summary>
    public static async ValueTask<IReadOnlyList<Firing>> Points(Session session, long instance, FlowTask task, FlowToken token, RollbackScope scope)
    {
        switch (scope)
        {
            case RollbackScope.Initiator:
                return await Started(session, instance) is { } start ? [start] : [];
            case RollbackScope.Any:
                return [.. (await LatestOfEach(session, instance, task, token)).Select(latest => latest.Firing)];
            case RollbackScope.Previous:
                var walk = new PointWalk(task, token, scope);
                var below = await Walk(session, instance, walk, token.ProducedBy, FarWalk);
                // Far away may be all the way: when the latest of all points is on no branch that has come together, every way here passed it.
                if (!walk.IsDone && await LatestOfEach(session, instance, task, token) is { Count: > 0 } points && points.MaxBy(point => point.Firing.Seq) is var nearest && Frame.Encloses(nearest.Frame, token.Frame))
                    return [nearest.Firing];
                if (!walk.IsDone) await Walk(session, instance, walk, below, int.MaxValue);
                return [.. walk.Points];
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>The latest firing of a node that a person decided and that led to a token; the start's when there is none.</summary>
    public static async ValueTask<Firing> Latest(Session session, long instance, FlowToken token, string node) =>
        (await LatestOf(session, instance, token, node))?.Firing ?? await Started(session, instance) ?? throw new StoreException($"instance {instance} has not started");

    /// <summary>Writes what happened to firings and tasks: each task once, as it is afterwards, whatever it went through on the way. The marking stands in the instance's own row.</summary>
    /// <param name="session">The change's session.</param>
    /// <param name="stored">The instance.</param>
    /// <param name="events">What happened.</param>
    /// <param name="before">The state before; null when the instance begins.</param>
    /// <param name="after">The state with all of it.</param>
    public static async ValueTask Write(Session session, StoredInstance stored, IReadOnlyList<FlowEvent> events, FlowState? before, FlowState after)
    {
        var instance = stored.Instance.Id;
        HashSet<long> tasks = [];
        foreach (var happened in events)
            switch (happened)
            {
                case FlowEvent.Fired e:
                    await session.Write("insert into flow_firing (tenant, instance, seq, doc, consumed) values ($1, $2, $3, $4, $5)", instance, e.Firing.Seq, Text(e.Firing), Consumed(e.Firing, after));
                    if (e.Firing.Task is { } done) tasks.Add(done);
                    break;
                case FlowEvent.Undone e:
                    foreach (var seq in e.Firings) await session.Write("delete from flow_firing where tenant = $1 and instance = $2 and seq = $3", instance, seq);
                    foreach (var seq in e.Firings)
                        await session.Write("insert into flow_undone (tenant, instance, undone_by, seq, doc) values ($1, $2, $3, $4, $5)", instance, e.By, seq, Text(after.Firings[seq]));
                    tasks.UnionWith(e.Superseded);
                    break;
                case FlowEvent.TaskOpened e:
                    tasks.Add(e.Task.Id);
                    break;
                case FlowEvent.Voted e:
                    tasks.Add(e.TaskId);
                    break;
                case FlowEvent.TaskClosed e:
                    tasks.Add(e.TaskId);
                    break;
                case FlowEvent.TaskRevived e:
                    tasks.Add(e.TaskId);
                    break;
                case FlowEvent.Transferred e:
                    tasks.Add(e.TaskId);
                    break;
                case FlowEvent.AssigneesAdded e:
                    tasks.Add(e.TaskId);
                    break;
                case FlowEvent.Copied e:
                    tasks.Add(e.TaskId);
                    break;
                case FlowEvent.Migrated e:
                    foreach (var seq in e.Firings.Select(moved => moved.Seq).Concat(e.Tokens.Select(moved => after.Tokens[moved.Id].ConsumedBy).OfType<int>()).Distinct())
                        await session.Write("update flow_firing set doc = $4, consumed = $5 where tenant = $1 and instance = $2 and seq = $3",
                            instance, seq, Text(after.Firings[seq]), Consumed(after.Firings[seq], after));
                    tasks.UnionWith(e.Tasks.Select(moved => moved.Id));
                    break;
                // The claim that lets a timer fire has cleared its time and set when.
                case FlowEvent.Reminded or FlowEvent.CameDue:
                case FlowEvent.Started or FlowEvent.Expedited or FlowEvent.FormChanged or FlowEvent.Ended:
                    break;
                default:
                    throw new UnreachableException();
            }
        foreach (var id in tasks)
            // A superseded task is known by its id alone.
            if (after.Tasks.TryGetValue(id, out var task)) await Write(session, stored, before?.Tasks.GetValueOrDefault(id), task);
            else await session.Write("update flow_task set superseded = 1 where tenant = $1 and id = $2", id);
    }

    // So many firings are walked past before it is asked how far it would be: most often the first is the one. The further it goes, the more are fetched at a time.
    const int FarWalk = 64, FirstFetch = 4, LargestFetch = 256;

    /// <summary>Shows firings to a walk, from the latest on, and answers the number of the last that it saw.</summary>
    static async ValueTask<int> Walk(Session session, long instance, PointWalk walk, int from, int most)
    {
        for (var fetch = FirstFetch; ; fetch = Math.Min(fetch * 4, LargestFetch))
        {
            var firings = await session.Query(
                "select seq, doc from flow_firing where tenant = $1 and instance = $2 and seq <= $3 order by seq desc limit $4",
                r => (Seq: r.GetInt32(0), Doc: r.GetString(1)), instance, from, fetch);
            foreach (var (seq, doc) in firings)
            {
                if (walk.Wants(seq)) walk.Meet(ReadFiring(doc));
                if (walk.IsDone || --most == 0) return seq;
            }
            if (firings.Count < fetch) return 0;
            from = firings[^1].Seq - 1;
        }
    }

    // Whatever holds comes after the start that holds: the first is the start's, in whichever round it was submitted.
    static ValueTask<Firing?> Started(Session session, long instance) => session.Find(
        "select doc from flow_firing where tenant = $1 and instance = $2 order by seq limit 1", r => ReadFiring(r.GetString(0)), instance);

    const string IsFinished = "tenant = $1 and instance = $2 and superseded = 0 and done_by is not null";
    const string Decided = "select f.doc, f.consumed, f.seq from {0} join flow_firing f on f.tenant = $1 and f.instance = $2 and f.seq = t.done_by";

    /// <summary>Of each node the latest firing that a person decided and that led to a task, without the task's own node: start first, then in the order of their completion.</summary>
    static async ValueTask<IReadOnlyList<(Firing Firing, Frame? Frame)>> LatestOfEach(Session session, long instance, FlowTask task, FlowToken token)
    {
        // The nodes one after the other, each found by one step in the index: it is the same for ten finished tasks of a node as for a thousand.
        var finished = $"from flow_task{session.Engine.By("flow_task_of_node")} where {IsFinished}";
        var latest = await session.Query(
            $"""
            with recursive finished (node) as (
                select min(node) {finished}
                union all
                select (select min(node) {finished} and node > before.node) from finished before where before.node is not null)
            {string.Format(CultureInfo.InvariantCulture, Decided, "finished n join flow_task t on t.tenant = $1 and t.id = (select id " + finished + " and node = n.node order by done_by desc limit 1)")}
            where n.node is not null and n.node <> $3
            """, r => ReadDecided(r.GetString(0), r.GetString(1)), instance, task.Node);
        var points = new List<(Firing Firing, Frame? Frame)>();
        foreach (var found in latest)
            if ((Led(found, token) ? found : await LatestOf(session, instance, token, found.Firing.Node)) is { } point)
                points.Add(point);
        return [.. points.OrderBy(point => point.Firing.Kind is not FiringKind.StartDone).ThenBy(point => point.Firing.Seq)];
    }

    static async ValueTask<(Firing Firing, Frame? Frame)?> LatestOf(Session session, long instance, FlowToken token, string node)
    {
        var before = long.MaxValue;
        for (var fetch = FirstFetch; ; fetch = Math.Min(fetch * 4, LargestFetch))
        {
            var decided = await session.Query(
                $"""
                {string.Format(CultureInfo.InvariantCulture, Decided, "flow_task t" + session.Engine.By("flow_task_of_node"))}
                where t.tenant = $1 and t.instance = $2 and t.node = $3 and t.superseded = 0 and t.done_by < $4 order by t.done_by desc limit $5
                """, r => (Doc: r.GetString(0), Consumed: r.GetString(1), Seq: r.GetInt64(2)), instance, node, before, fetch);
            foreach (var (doc, consumed, _) in decided)
                if (ReadDecided(doc, consumed) is var found && Led(found, token)) return found;
            if (decided.Count < fetch) return null;
            before = decided[^1].Seq;
        }
    }

    static bool Led((Firing Firing, Frame? Frame) earlier, FlowToken token) => earlier.Firing.ByPerson && !Frame.Apart(earlier.Frame, token.Frame);

    // Who finishes a task consumes its token and no other.
    static (Firing Firing, Frame? Frame) ReadDecided(string doc, string consumed) => (ReadFiring(doc), ReadTokens(consumed)[0].Frame);

    static async ValueTask Write(Session session, StoredInstance stored, FlowTask? before, FlowTask task)
    {
        if (before is null)
            await session.Write(
                $"insert into flow_task (tenant, instance, {TaskColumns}, initiator, api_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
                stored.Instance.Id, task.Id, task.Node, (int)task.Kind, task.Token, task.OpenedAt, (int)task.Status, task.Superseded ? 1 : 0, task.ClosedAt, task.DoneBy, task.DueAt, task.RemindAt,
                task.RemindedAt, task.CameDueAt, Text(task.Assignees), Text(task.Resume), Text(task.Copied), stored.Instance.Initiator, stored.ApiId);
        else if (before with { Superseded = task.Superseded, DoneBy = task.DoneBy, Token = task.Token } == task)
            await session.Write("update flow_task set superseded = $3, done_by = $4, token = $5 where tenant = $1 and id = $2", task.Id, task.Superseded ? 1 : 0, task.DoneBy, task.Token);
        else
            await session.Write(
                "update flow_task set superseded = $3, done_by = $4, token = $5, status = $6, closed_at = $7, due_at = $8, remind_at = $9, assignees = $10, resume = $11, copied = $12 where tenant = $1 and id = $2",
                task.Id, task.Superseded ? 1 : 0, task.DoneBy, task.Token, (int)task.Status, task.ClosedAt, task.DueAt, task.RemindAt, Text(task.Assignees), Text(task.Resume), Text(task.Copied));
    }

    static StoredInstance ReadInstance(DbDataReader r, int at) => new(
        new(r.GetInt64(at), r.GetString(at + 1), r.GetInt64(at + 2))
        {
            Status = (InstanceStatus)r.GetInt32(at + 3),
            EndedAt = r.IntegerOrNull(at + 4),
            Version = r.GetInt32(at + 10),
            Form = r.GetString(at + 12),
            LastFiring = r.GetInt32(at + 5),
            LastToken = r.GetInt32(at + 6),
        },
        r.GetInt64(at + 7), new(r.GetString(at + 8), r.GetString(at + 9), r.GetInt32(at + 10)), r.GetString(at + 11), r.GetString(at + 12),
        JsonSerializer.Deserialize(r.GetString(at + 13), FlowJson.Default.FlowMarking)!, r.IntegerOrNull(at + 14));

    static FoundTask ReadFound(DbDataReader r)
    {
        var (stored, task) = (ReadInstance(r, 0), ReadTask(r, InstanceCount));
        var tokens = r.TextOrNull(InstanceCount + TaskCount) is { } consumed ? ReadTokens(consumed) : stored.Marking.Tokens;
        return new(stored, task, tokens.FirstOrDefault(token => token.Id == task.Token));
    }

    static FlowTask ReadTask(DbDataReader r) => ReadTask(r, 0);

    static FlowTask ReadTask(DbDataReader r, int at) => new(r.GetInt64(at), r.GetString(at + 1), (TaskKind)r.GetInt32(at + 2), r.GetInt32(at + 3), r.GetInt64(at + 4))
    {
        Status = (UserTaskStatus)r.GetInt32(at + 5),
        Superseded = r.Truth(at + 6),
        ClosedAt = r.IntegerOrNull(at + 7),
        DoneBy = (int?)r.IntegerOrNull(at + 8),
        DueAt = r.IntegerOrNull(at + 9),
        RemindAt = r.IntegerOrNull(at + 10),
        RemindedAt = r.IntegerOrNull(at + 11),
        CameDueAt = r.IntegerOrNull(at + 12),
        Assignees = JsonSerializer.Deserialize(r.GetString(at + 13), FlowJson.Default.IReadOnlyListAssignee)!,
        Resume = r.TextOrNull(at + 14) is { } resume ? JsonSerializer.Deserialize(resume, FlowJson.Default.ResumePoint) : null,
        Copied = r.TextOrNull(at + 15) is { } copied ? JsonSerializer.Deserialize(copied, FlowJson.Default.IReadOnlyListString) : null,
    };

    static string Of(string table, string columns) => $"{table}.{columns.Replace(", ", $", {table}.", StringComparison.Ordinal)}";

    static Firing ReadFiring(string doc) => JsonSerializer.Deserialize(doc, FlowJson.Default.Firing)!;

    static IReadOnlyList<FlowToken> ReadTokens(string consumed) => JsonSerializer.Deserialize(consumed, FlowJson.Default.IReadOnlyListFlowToken)!;

    static string Text(Firing firing) => JsonSerializer.Serialize(firing with { UndoneBy = null }, FlowJson.Default.Firing);

    // As it was when it was consumed: what is undone afterwards is known by where the firing stands.
    static string Consumed(Firing firing, FlowState state) =>
        JsonSerializer.Serialize([.. firing.Inputs.Select(id => state.Tokens[id] with { ConsumedBy = firing.Seq, Live = true })], FlowJson.Default.IReadOnlyListFlowToken);

    static string Text(IReadOnlyList<Assignee> assignees) => JsonSerializer.Serialize(assignees, FlowJson.Default.IReadOnlyListAssignee);

    static string? Text(IReadOnlyList<string>? users) => users is null ? null : JsonSerializer.Serialize(users, FlowJson.Default.IReadOnlyListString);

    static string? Text(ResumePoint? resume) => resume is null ? null : JsonSerializer.Serialize(resume, FlowJson.Default.ResumePoint);
}

/// <summary>A task and what belongs to it.</summary>
/// <param name="Stored">Its instance.</param>
/// <param name="Task">The task.</param>
/// <param name="Token">The token that it rests on, or that was consumed when it was finished; null when that has been undone, or it was closed unfinished.</param>
readonly record struct FoundTask(StoredInstance Stored, FlowTask Task, FlowToken? Token);

/// <summary>An instance's row.</summary>
/// <param name="Instance">The instance itself.</param>
/// <param name="Version">Grows by one with every change.</param>
/// <param name="Flow">The version of the flow that it keeps.</param>
/// <param name="ApiId">What <c>api_ids</c> of the query filters on.</param>
/// <param name="Form">The form's values, a JSON object.</param>
/// <param name="Marking">What is present.</param>
/// <param name="ChangedAt">When its last change was made, Unix ms; null before the first.</param>
sealed record StoredInstance(FlowInstance Instance, long Version, FlowVersion Flow, string ApiId, string Form, FlowMarking Marking, long? ChangedAt);

/// <summary>What is present of an instance. It stands in the instance's own row, so that most steps read nothing else but the task.</summary>
/// <param name="Tokens">Those that are produced by what still holds and consumed by nothing.</param>
/// <param name="Pending">Ids of the pending tasks.</param>
sealed record FlowMarking(IReadOnlyList<FlowToken> Tokens, IReadOnlyList<long> Pending)
{
    /// <summary>Of an instance that has not begun.</summary>
    public static readonly FlowMarking None = new([], []);

    /// <summary>Of a state, which always knows all of it.</summary>
    public static FlowMarking Of(FlowState state) => new([.. state.Present.Select(id => state.Tokens[id])], state.Pending);

    /// <summary>As a column holds it.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, FlowJson.Default.FlowMarking);
}

/// <summary>Which version of which flow.</summary>
/// <param name="Namespace">The application.</param>
/// <param name="Name">The API name.</param>
/// <param name="Version">Counts the deployments, from 1.</param>
readonly record struct FlowVersion(string Namespace, string Name, int Version);
