using Reflow.Core;
using Reflow.Core.Flows;

namespace Reflow.Server.Store;

/// <summary>
/// Instances of flows on disk. A step loads the marking, and of what happened only the part that the command needs, decides, and writes its events as the few rows that they change;
/// so it costs the same at any length of history.
/// </summary>
sealed partial class FlowStore(Ids ids, PeopleCache directory)
{
    readonly FlowCatalog catalog = new();

    /// <summary>Starts an instance, or says why not; a key that was used before is refused (contracts: apaas §1.3).</summary>
    /// <param name="session">The change's session.</param>
    /// <param name="start">What to start, by whom.</param>
    /// <param name="operation">The operation's name in the contract.</param>
    /// <param name="now">Unix ms.</param>
    public async ValueTask<(LoadedInstance? Instance, Error? Error)> Start(Session session, FlowStart start, string operation, long now)
    {
        DeployedFlow? active = null;
        People people = null!;
        await session.Together(async () => active = await catalog.Active(session, start.Namespace, start.Name), async () => people = await directory.Of(session));
        if (active is not { } flow) return Refused($"There is no flow '{start.Name}' in '{start.Namespace}'.");
        var initiator = start.Initiator ?? (start.Email is { } email ? people.WithEmail(email) : null);
        if (initiator is null) return Refused("operator names nobody.");
        var (form, why) = FormValues.Parse(flow.Definition, start.Form);
        if (form is null) return Refused(why!);
        if (start.Key is { } key && await session.Find(
            "select 1 from flow_execution where tenant = $1 and app_id = $2 and namespace = $3 and name = $4 and key = $5", r => true, start.AppId, start.Namespace, start.Name, key))
            return Refused($"The idempotent_key '{key}' was used before.");
        var id = start.Id ?? ids.Number();
        var decision = Flow.Decide(null, new FlowCommand.Start(id, initiator, start.Form), flow.Context(initiator, start.Form, people, ids, now));
        if (decision.Error is not null) return (null, decision.Error);
        var instance = new StoredInstance(((FlowEvent.Started)decision.Events[0]).Instance, 0, flow.Version, flow.Definition.ApiId, start.Form, FlowMarking.None, null);
        await session.Write(
            """
            insert into flow_instance (tenant, id, version, namespace, name, flow, api_id, initiator, status, started_at, last_firing, last_token, form, label, summary)
            values ($1, $2, 0, $3, $4, $5, $6, $7, 0, $8, 0, 0, $9, $10, $11)
            """,
            id, start.Namespace, start.Name, flow.Definition.Version, flow.Definition.ApiId, initiator, now, start.Form,
            FlowJson.Labels(flow.Definition.Label), FlowJson.Summary(flow.Definition, form));
        if (start.Key is not null)
            await session.Write("insert into flow_execution (tenant, app_id, namespace, name, key, instance) values ($1, $2, $3, $4, $5, $6)", start.AppId, start.Namespace, start.Name, start.Key, id);
        return (await Save(session, instance, null, decision.Events, flow, initiator, operation, now), null);
    }

    /// <summary>Goes on with an instance that the same change has in its hands: whose part that is known holds what the command asks for.</summary>
    /// <param name="session">The change's session.</param>
    /// <param name="instance">The instance.</param>
    /// <param name="command">What to do.</param>
    /// <param name="by">Who acts, a kunlun id.</param>
    /// <param name="operation">The operation's name in the contract.</param>
    /// <param name="now">Unix ms.</param>
    public async ValueTask<(LoadedInstance Instance, Error? Error)> Take(Session session, LoadedInstance instance, FlowCommand command, string by, string operation, long now)
    {
        var (stored, state, flow) = instance;
        var decision = state.Decide(command, flow.Context(stored.Instance.Initiator, stored.Form, await directory.Of(session), ids, now));
        return decision.Error is not null ? (instance, decision.Error) : (await Save(session, stored, state, decision.Events, flow, by, operation, now), null);
    }

    /// <summary>Forgets the definitions and people that were read, for data that was replaced.</summary>
    public void Forget()
    {
        catalog.Forget();
        directory.Forget();
    }

    /// <summary>Does something with a task; null on success.</summary>
    /// <param name="session">The change's session.</param>
    /// <param name="taskId">The task, as the wire names it.</param>
    /// <param name="command">What to do, given the task's id.</param>
    /// <param name="by">Who acts, a kunlun id.</param>
    /// <param name="operation">The operation's name in the contract.</param>
    /// <param name="now">Unix ms.</param>
    public async ValueTask<Error?> Act(Session session, string taskId, Func<long, FlowCommand> command, string by, string operation, long now)
    {
        if (await Load(session, taskId, command) is not var (instance, wanted)) return NoTask(taskId);
        return (await Take(session, instance, wanted, by, operation, now)).Error;
    }

    /// <summary>What a rollback would do (contracts: apaas §4.4), or why it is refused. Changes nothing.</summary>
    public async ValueTask<(RollbackPreview? Preview, DeployedFlow? Flow, Error? Error)> Preview(Session session, string taskId, Func<long, FlowCommand.RollBack> command, long now)
    {
        if (await Load(session, taskId, command) is not var ((stored, state, flow), wanted)) return (null, null, NoTask(taskId));
        var decision = state.Decide(wanted, flow.Context(stored.Instance.Initiator, stored.Form, await directory.Of(session), ids, now));
        return decision.Error is { } error ? (null, null, error) : (RollbackPreview.Of(state, decision.Events), flow, null);
    }

    /// <summary>Withdraws an instance; null on success.</summary>
    public async ValueTask<Error?> Cancel(Session session, string instanceId, string by, string opinion, string operation, long now, bool asAdministrator = false)
    {
        if (!long.TryParse(instanceId, out var id) || await FlowRows.Instance(session, id) is not { } stored) return FlowErrors.ParamInvalid.Because($"There is no instance {instanceId}.");
        var flow = await catalog.Get(session, stored.Flow);
        var state = await FlowRows.Load(session, stored, FlowPart.Marking);
        return (await Take(session, new(stored, state, flow), new FlowCommand.Cancel(by, opinion) { AsAdministrator = asAdministrator }, by, operation, now)).Error;
    }

    /// <summary>Fires the timers of a tenant whose moment has come, the longest overdue first; each fires for one caller only, and once.</summary>
    /// <param name="session">The change's session.</param>
    /// <param name="now">Unix ms.</param>
    /// <param name="most">How many at most.</param>
    public async ValueTask<IReadOnlyList<FiredTimer>> Fire(Session session, long now, int most)
    {
        var fired = new List<FiredTimer>();
        foreach (var armed in await FlowTimerRows.Past(session, now, most))
        {
            if (await Find(session, $"{armed.TaskId}") is not var ((stored, task, _), flow) || task.Fire(armed.Timer, flow.Net, now) is not { } happened) continue;
            if (!await FlowTimerRows.Claim(session, armed, now)) continue;
            await Save(session, stored, await FlowRows.Load(session, stored, FlowPart.Marking, task), [happened], flow, Clock, Operation(armed.Timer), now);
            fired.Add(new(session.Tenant, stored.Instance.Id, armed, happened));
        }
        return fired;
    }

    /// <summary>Makes or widens the chat group around a task and answers its id; whoever has no part in the task is refused.</summary>
    public async ValueTask<(string ChatId, Error? Error)> Chat(Session session, string taskId, FlowChat chat, string operation, long now)
    {
        if (await Find(session, taskId) is not var ((stored, task, _), flow)) return ("", NoTask(taskId));
        var people = await directory.Of(session);
        if (!Flow.HasPart(await FlowRows.Load(session, stored, FlowPart.Marking, task), task, chat.By, flow.Context(stored.Instance.Initiator, stored.Form, people, ids, now)))
            return ("", FlowErrors.ParamInvalid.Because($"'{chat.By}' has no part in task {task.Id}."));
        if (chat.Users.FirstOrDefault(user => !people.Has(user)) is { } stranger) return ("", FlowErrors.ParamInvalid.Because($"There is no user '{stranger}'."));
        var id = string.IsNullOrEmpty(chat.ChatId) ? $"oc_{Guid.Parse(ids.Uuid()):n}" : chat.ChatId;
        var seq = await session.Find("select coalesce(max(seq), 0) + 1 from history where tenant = $1 and kind = 'chat' and id = $2", r => r.GetInt64(0), $"{task.Id}");
        await History.Append(session, "chat", $"{task.Id}", seq, now, chat.By, operation, FlowJson.Write(id, chat));
        return (id, null);
    }

    /// <summary>Where a task can be rolled back to, with the label of each node (seed 000).</summary>
    public async ValueTask<(IReadOnlyList<(RollbackPoint Point, IReadOnlyList<Label> Label)> Points, Error? Error)> RollbackPoints(Session session, string taskId, string by)
    {
        if (await Find(session, taskId) is not var ((stored, task, token), flow)) return ([], NoTask(taskId));
        var people = await directory.Of(session);
        var walked = flow.Net.RollbackOf(task.Node) is { Enabled: true, Scope: var scope } && task.Status is UserTaskStatus.Pending && token is not null
            ? await FlowRows.Points(session, stored.Instance.Id, task, token, scope) : [];
        var decision = FlowState.Of(stored.Instance, stored.Marking.Tokens, walked, [task]).RollbackPoints(task.Id, by, flow.Net, people.Has, walked: walked);
        return ([.. decision.Select(point => (point, flow.Net[point.Node].Label))], decision.Error);
    }

    /// <summary>A deployed version that is known to be there: an instance keeps it.</summary>
    public ValueTask<DeployedFlow> Version(Session session, FlowVersion version) => catalog.Get(session, version);

    /// <summary>Whether new instances of a flow can be started.</summary>
    public async ValueTask<bool> HasActive(Session session, string @namespace, string name) => await catalog.Active(session, @namespace, name) is not null;

    /// <summary>The names of people by kunlun id.</summary>
    public ValueTask<People> People(Session session) => directory.Of(session);

    /// <summary>What a command on a task is decided by; null when there is no such task.</summary>
    async ValueTask<(LoadedInstance Instance, FlowCommand Wanted)?> Load(Session session, string taskId, Func<long, FlowCommand> command)
    {
        if (!long.TryParse(taskId, out var id)) return null;
        var wanted = command(id);
        (FoundTask Task, DeployedFlow Flow)? found = null;
        FoundTask? target = null;
        if (wanted is FlowCommand.RollBack { ToTaskId: var to })
            await session.Together(async () => found = await Find(session, taskId), async () => target = await FlowRows.Find(session, to));
        else found = await Find(session, taskId);
        if (found is not var (task, flow)) return null;
        return (new(task.Stored, await Load(session, task, flow, wanted, target), flow), wanted);
    }

    /// <param name="session">The change's session.</param>
    /// <param name="found">The task.</param>
    /// <param name="flow">Its flow.</param>
    /// <param name="wanted">The command.</param>
    /// <param name="target">Where a rollback wants to go back to, which may be another instance's; a rejection finds its own.</param>
    static async ValueTask<FlowState> Load(Session session, FoundTask found, DeployedFlow flow, FlowCommand wanted, FoundTask? target = null)
    {
        var (stored, task, token) = found;
        if (token is not null && FlowPart.SendsBackTo(wanted, task, flow.Net) is { } node && (await FlowRows.Latest(session, stored.Instance.Id, token, node)).Task is { } latest) target = await FlowRows.Find(session, latest);
        if (target?.Stored.Instance.Id != stored.Instance.Id) target = null;
        return await FlowRows.Load(session, stored, FlowPart.Of(wanted, task, flow.Net, target?.Task, target?.Token), target is { Task: var back } ? [task, back] : [task]);
    }

    static async ValueTask<LoadedInstance> Save(Session session, StoredInstance stored, FlowState? state, IReadOnlyList<FlowEvent> events, DeployedFlow flow, string by, string operation, long now)
    {
        var before = state;
        foreach (var happened in events) state = state.Apply(happened);
        var marking = FlowMarking.Of(state!);
        await FlowRows.Write(session, stored, events, before, state!);
        await FlowInbox.Write(session, stored, events, before, state!, flow);
        await session.WriteOne(
            "update flow_instance set version = version + 1, status = $4, ended_at = $5, last_firing = $6, last_token = $7, marking = $8, changed_at = $9 where tenant = $1 and id = $2 and version = $3",
            stored.Instance.Id, stored.Version, (int)state!.Instance.Status, state.Instance.EndedAt, state.Instance.LastFiring, state.Instance.LastToken, $"{marking}", now);
        await FlowHistory.Append(session, stored, now, by, operation, events);
        return new(stored with { Instance = state.Instance, Version = stored.Version + 1, Marking = marking, ChangedAt = now }, state, flow);
    }

    async ValueTask<(FoundTask Task, DeployedFlow Flow)?> Find(Session session, string taskId)
    {
        if (!long.TryParse(taskId, out var id) || await FlowRows.Find(session, id) is not { } found) return null;
        return (found, await catalog.Get(session, found.Stored.Flow));
    }

    // Nobody's kunlun id: those are digits.
    const string Clock = "system";

    static string Operation(FlowTimer timer) => timer switch { FlowTimer.Remind => "flow.timer.remind", FlowTimer.Due => "flow.timer.due" };

    static Error NoTask(string id) => FlowErrors.ParamInvalid.Because($"There is no task {id}.");

    static (LoadedInstance?, Error?) Refused(string why) => (null, FlowErrors.ParamInvalid.Because(why));
}

/// <summary>An instance in the hands of one change.</summary>
/// <param name="Stored">Its row.</param>
/// <param name="State">What is known of its state.</param>
/// <param name="Flow">Its flow.</param>
sealed record LoadedInstance(StoredInstance Stored, FlowState State, DeployedFlow Flow);

/// <summary>A chat group around a task.</summary>
/// <param name="By">Who asks for it, a kunlun id.</param>
/// <param name="Users">Who is invited.</param>
/// <param name="ChatId">A group that is there already; null or empty makes one.</param>
/// <param name="Name">The name of a new group.</param>
sealed record FlowChat(string By, IReadOnlyList<string> Users, string? ChatId, string? Name);

/// <summary>What to start.</summary>
/// <param name="Namespace">The application.</param>
/// <param name="Name">The flow's API name.</param>
/// <param name="AppId">The app that asks; an idempotent key is its own.</param>
/// <param name="Initiator">Who starts it, a kunlun id; null when only the address is known.</param>
/// <param name="Email">Who starts it, by e-mail address.</param>
/// <param name="Form">The form's values, a JSON object.</param>
sealed record FlowStart(string Namespace, string Name, string AppId, string? Initiator, string? Email, string Form)
{
    /// <summary>Refuses a second start under the same key; null when there is none.</summary>
    public string? Key { get; init; }

    /// <summary>The instance's id where it is given, as a workspace file does; null mints one.</summary>
    public long? Id { get; init; }
}
