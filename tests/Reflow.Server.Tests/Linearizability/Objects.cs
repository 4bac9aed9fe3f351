using System.Globalization;
using Reflow.Server.Tests.Projects;
using Xunit;

namespace Reflow.Server.Tests.Linearizability;

/// <summary>Something that several callers use at the same time, and what one caller at a time would see of it.</summary>
abstract class Shared
{
    /// <summary>Makes one call of the caller's choice. Which node answers, the caller knows.</summary>
    public abstract Task Use(TestReflow node, Random random, Clock clock);

    /// <summary>Why no order of the calls explains what was answered; null when one does.</summary>
    public abstract string? Fault();

    /// <summary>The ticks that say what was before what.</summary>
    public sealed class Clock
    {
        int tick;

        public int Tick() => Interlocked.Increment(ref tick);
    }
}

/// <summary>As above: the calls, and the state that explains them.</summary>
abstract class Shared<TState, TCall>(TState start) : Shared where TState : class, IEquatable<TState>
{
    readonly List<Timed<TCall>> history = [];

    protected abstract TState? Step(TState state, TCall call);

    protected async Task Record(Clock clock, Func<Task<TCall>> call)
    {
        var began = clock.Tick();
        var answered = await call();
        lock (history) history.Add(new(answered, began, clock.Tick()));
    }

    public override string? Fault() => Linearization.Fault(history, start, Step);
}

/// <summary>What a task says, and whether it is done.</summary>
sealed record TaskState(string Summary, bool IsDone);

/// <param name="What">patch, complete, uncomplete or get.</param>
/// <param name="Said">What a patch wrote.</param>
/// <param name="Seen">What get was answered.</param>
sealed record TaskCall(string What, string? Said = null, TaskState? Seen = null);

/// <summary>A task of Task v1: complete, uncomplete, get; and a patch of its title, so that a get tells which of many states it saw.</summary>
sealed class SharedTask(string id) : Shared<TaskState, TaskCall>(new("x", false))
{
    readonly string path = $"/open-apis/task/v1/tasks/{id}";
    int patched;

    public override Task Use(TestReflow node, Random random, Clock clock) => random.Next(6) switch
    {
        0 => Record(clock, () => Do(node, "complete")),
        1 => Record(clock, () => Do(node, "uncomplete")),
        2 => Patch(node, clock, $"{Interlocked.Increment(ref patched)}"),
        _ => Record(clock, async () =>
        {
            var task = (await node.Get(path)).Ok().Data.GetProperty("task");
            return new("get", Seen: new(task.GetProperty("summary").GetString()!, task.GetProperty("complete_time").GetString() != "0"));
        }),
    };

    async Task<TaskCall> Do(TestReflow node, string what)
    {
        (await node.Post($"{path}/{what}")).Ok();
        return new(what);
    }

    Task Patch(TestReflow node, Clock clock, string summary) => Record(clock, async () =>
    {
        (await node.Send(new("PATCH", path, new { task = new { summary }, update_fields = new[] { "summary" } }, await node.Token()))).Ok();
        return new("patch", summary);
    });

    protected override TaskState? Step(TaskState state, TaskCall call) => call.What switch
    {
        "complete" => state with { IsDone = true },
        "uncomplete" => state with { IsDone = false },
        "patch" => state with { Summary = call.Said! },
        _ => call.Seen == state ? state : null,
    };
}

/// <summary>Where an instance of start, first (1002), second (1003), end is.</summary>
/// <param name="Node">first, second or end.</param>
/// <param name="Task">The task that waits there; null while nobody has seen its id.</param>
/// <param name="First">The task of the first node that was agreed to; null while it waits.</param>
/// <param name="Past">All tasks that waited before.</param>
sealed record InstanceState(string Node, string? Task, string? First, string Past)
{
    /// <summary>The same once it is known that this task waits at the node; null when it cannot be this one.</summary>
    public InstanceState? At(string node, string task) => node != Node || Past.Contains($"|{task}|", StringComparison.Ordinal) || (Task ?? task) != task ? null : this with { Task = task };

    /// <summary>The task that waited is done, and another waits.</summary>
    public InstanceState Next(string node) => this with { Node = node, Task = null, First = node is "first" ? null : First ?? Task, Past = $"{Past}|{Task}|" };
}

/// <param name="What">see, points, agree or rollback.</param>
/// <param name="Node">Whose task is meant: 1002 has the first, 1003 the second.</param>
/// <param name="Task">The task; of see, the one that was seen, or null.</param>
/// <param name="To">Of a rollback its target; of points, the last that was answered.</param>
/// <param name="IsRefused">Whether it was refused.</param>
sealed record InstanceCall(string What, string Node, string? Task, string? To = null, bool IsRefused = false);

/// <summary>An instance of a flow: what waits for whom, rollback points, agree, rollback.</summary>
sealed class SharedInstance(string id) : Shared<InstanceState, InstanceCall>(new("first", null, null, ""))
{
    volatile string? first, second, target;

    public override Task Use(TestReflow node, Random random, Clock clock) => (random.Next(20), first, second, target) switch
    {
        ( < 6, { } task, _, _) => Record(clock, () => Agree(node, "first", task)),
        ( < 10, _, { } task, _) => Points(node, clock, task),
        ( < 14, _, { } task, { } to) => Record(clock, async () => new("rollback", "second", task, to,
            Refused(await node.Post($"/open-apis/apaas/v1/user_tasks/{task}/rollback", new { operator_user_id = "1003", to_task_id = to, opinion = "again" })))),
        (14, _, { } task, _) when random.Next(20) == 0 => Record(clock, () => Agree(node, "second", task)),
        var (n, _, _, _) => See(node, clock, n % 2 == 0 ? "first" : "second"),
    };

    static string Who(string node) => node is "first" ? "1002" : "1003";

    static bool Refused(Answer answer)
    {
        if (answer.Code != 2320001) answer.Ok();
        return answer.Code != 0;
    }

    static async Task<InstanceCall> Agree(TestReflow node, string at, string task) =>
        new("agree", at, task, null, Refused(await node.Post($"/open-apis/apaas/v1/approval_tasks/{task}/agree", new { user_id = Who(at) })));

    Task Points(TestReflow node, Clock clock, string task) => Record(clock, async () =>
    {
        var answer = await node.Post($"/open-apis/apaas/v1/user_tasks/{task}/rollback_points", new { operator_user_id = "1003" });
        if (Refused(answer)) return new("points", "second", task, IsRefused: true);
        var points = answer.Data.GetProperty("tasks").EnumerateArray().Select(point => point.GetProperty("id").GetString()!).ToList();
        return new("points", "second", task, target = points[^1]);
    });

    Task See(TestReflow node, Clock clock, string at) => Record(clock, async () =>
    {
        var tasks = (await node.Post("/open-apis/apaas/v1/user_task/query", new { type = "pending", source = "assignMe", limit = "50", offset = "0", kunlun_user_id = Who(at) })).Ok().Data.GetProperty("tasks");
        Assert.InRange(tasks.GetArrayLength(), 0, 49);
        var seen = tasks.EnumerateArray().Where(task => task.GetProperty("workflow_instance").GetProperty("id").GetString() == id).Select(task => task.GetProperty("task_id").GetString()).SingleOrDefault();
        if (seen is not null && at is "first") first = seen;
        if (seen is not null && at is "second") second = seen;
        return new("see", at, seen);
    });

    protected override InstanceState? Step(InstanceState state, InstanceCall call)
    {
        if (call is { What: "see", Task: null }) return state.Node == call.Node ? null : state;
        // A refusal is right unless it is known that the task waits. Nobody knows the id of a task that nobody has seen.
        if (call.IsRefused) return state.Node == call.Node && state.Task == call.Task && (call.To is null || call.To == state.First) ? null : state;
        return (call.What, state.At(call.Node, call.Task!)) switch
        {
            (_, null) => null,
            ("see", var at) => at,
            ("points", var at) => at.First == call.To ? at : null,
            ("agree", var at) => at.Next(call.Node is "first" ? "second" : "end"),
            (_, var at) => at.First == call.To ? at.Next("first") : null,
        };
    }
}

/// <summary>Where an item is: whether <c>doing</c> was confirmed, and what was written with it.</summary>
sealed record ItemState(bool IsConfirmed, string Link);

/// <param name="What">confirm, rollback or query.</param>
/// <param name="Link">What a confirmation wrote, if it went through.</param>
/// <param name="Seen">What a query was answered.</param>
/// <param name="Code">0, or why it was refused.</param>
sealed record ItemCall(string What, string? Link = null, ItemState? Seen = null, int Code = 0);

/// <summary>An item of Feishu Project: confirm a node, roll it back, query the workflow.</summary>
sealed class SharedItem(long id) : Shared<ItemState, ItemCall>(new(false, ""))
{
    // Somebody else is at it: nothing was done.
    const int InTransition = 50006;
    int confirmed;

    public override Task Use(TestReflow node, Random random, Clock clock) => random.Next(3) switch
    {
        0 => Confirm(node, clock, $"link {Interlocked.Increment(ref confirmed)}"),
        1 => Record(clock, async () => new("rollback", Code: (await Operate(node, new { action = "rollback", rollback_reason = "again" })).Code)),
        _ => Record(clock, async () => new("query", Seen: await Query(node))),
    };

    Task Confirm(TestReflow node, Clock clock, string link) => Record(clock, async () => new("confirm", link, Code: (await Operate(node, new
    {
        action = "confirm",
        node_owners = new[] { DemoSpace.Initiator },
        node_schedule = new { estimate_start_date = DemoSpace.Start, estimate_end_date = DemoSpace.End, points = 1 },
        role_assignee = new[] { new { role = "PM", owners = new[] { DemoSpace.Manager } } },
        fields = new[] { new { field_key = "field_658c22", field_alias = "sentry_link", field_type_key = "text", field_value = link } },
    })).Code));

    async Task<Answer> Operate(TestReflow node, object body) => await node.Send(await DemoSpace.Call(node, DemoSpace.Node(id, "doing"), body));

    async Task<ItemState> Query(TestReflow node)
    {
        var nodes = (await DemoSpace.Workflow(node, id)).GetProperty("workflow_nodes").EnumerateArray().ToDictionary(n => n.GetProperty("state_key").GetString()!);
        var stand = string.Join(' ', new[] { "doing", "test", "docs" }.Select(key => nodes[key].GetProperty("status").GetInt32().ToString(CultureInfo.InvariantCulture)));
        Assert.Contains(stand, new[] { "2 1 1", "3 2 2" });
        var link = nodes["doing"].GetProperty("fields").EnumerateArray().Where(field => field.GetProperty("field_key").GetString() == "field_658c22").Select(field => field.GetProperty("field_value").GetString()).FirstOrDefault();
        return new(stand is "3 2 2", link ?? "");
    }

    protected override ItemState? Step(ItemState state, ItemCall call) => call switch
    {
        { Code: InTransition } => state,
        { What: "query" } => call.Seen == state ? state : null,
        { What: "confirm", Code: 0 } => state.IsConfirmed ? null : new(true, call.Link!),
        { What: "confirm" } => state.IsConfirmed ? state : null,
        { Code: 0 } => state.IsConfirmed ? state with { IsConfirmed = false } : null,
        _ => state.IsConfirmed ? null : state,
    };
}
