using System.Text.Json;
using Reflow.Core.Flows;
using Xunit;

namespace Reflow.Core.Tests.Flows;

/// <summary>An instance with its whole log, and what the engine needs around it.</summary>
sealed class World(FlowDefinition definition)
{
    public const long FirstId = 1_000_000_000_000_001;
    long lastId = FirstId;

    public FlowNet Net { get; private set; } = FlowNet.Of(definition);

    public FlowState State { get; set; } = null!;

    public List<FlowEvent> Log { get; } = [];

    public long Now { get; private set; } = 1_700_000_000_000;

    public Func<string, bool> Holds { get; set; } = _ => false;

    /// <summary>What conditions see of the form, where a test lets them see it.</summary>
    public string Form { get; set; } = "{}";

    public HashSet<string> Gone { get; } = ["gone"];

    public Dictionary<string, string[]> Fields { get; } = [];

    /// <summary>How the events change the state; mutants put theirs here.</summary>
    public Func<FlowState?, IReadOnlyList<FlowEvent>, FlowState> Change { get; set; } = (state, events) => events.Aggregate(state, (s, e) => s.Apply(e))!;

    public FlowContext Context()
    {
        var next = lastId;
        return new()
        {
            Net = Net,
            Now = Now,
            NextId = () => ++next,
            Holds = Holds,
            People = rule => rule switch
            {
                AssigneeRule.Fixed f => f.Users,
                AssigneeRule.Initiator => ["initiator"],
                AssigneeRule.Leader l => [$"leader{l.Level}"],
                AssigneeRule.FromField f => Fields.GetValueOrDefault(f.Field, []),
                AssigneeRule.DepartmentOwner d => [$"owner-{d.Department ?? "own"}"],
                AssigneeRule.Role r => [$"{r.Key}-1", $"{r.Key}-2"],
                _ => throw new InvalidOperationException(),
            },
            IsActive = user => !Gone.Contains(user),
        };
    }

    public Decision<FlowEvent> Try(FlowCommand command) => State.Decide(command, Context());

    public Error? Do(FlowCommand command)
    {
        var decision = Try(command);
        if (decision.Error is not null)
            return decision.Error;
        Log.AddRange(decision.Events);
        State = Change(State, decision.Events);
        if (command is FlowCommand.Migrate migrate)
            Net = migrate.To;
        lastId += decision.Events.Count(e => e is FlowEvent.TaskOpened);
        Now++;
        return null;
    }

    public World Start()
    {
        Assert.Null(Do(new FlowCommand.Start(FirstId, "initiator")));
        return this;
    }

    public FlowTask Task(long id) => State.Tasks[id];

    /// <summary>The pending task of a node.</summary>
    public FlowTask At(string node) => Assert.Single(Pending, t => t.Node == node);

    public IEnumerable<FlowTask> Pending => State.Pending.Select(id => State.Tasks[id]);

    public string[] Nodes => [.. Pending.Select(t => t.Node).Order(StringComparer.Ordinal)];

    public IEnumerable<string> Turn(FlowTask task)
    {
        var (mode, percent) = Net.ModeOf(task.Node);
        return Votes.Turn(task, mode, percent).Select(a => a.User);
    }

    /// <summary>Everyone who has to agrees until the task of this node is closed.</summary>
    public World Agree(params string[] nodes)
    {
        foreach (var node in nodes)
            for (var id = At(node).Id; State.Pending.Contains(id);)
                Assert.Null(Do(new FlowCommand.Agree(id, Turn(Task(id)).First(), null)));
        return this;
    }

    public FlowTask Done(string node) => State.Tasks.Values.Where(t => t.Node == node && t.DoneBy is not null && !t.Superseded).MaxBy(t => t.DoneBy)!;

    public IReadOnlyList<RollbackPoint> Points(string node) => Points(At(node));

    public IReadOnlyList<RollbackPoint> Points(FlowTask task) => State.RollbackPoints(task.Id, Turn(task).First(), Net, user => !Gone.Contains(user)).Events;

    public World RollBack(string from, string to)
    {
        var task = At(from);
        Assert.Null(Do(new FlowCommand.RollBack(task.Id, Turn(task).First(), Done(to).Id, "again")));
        return this;
    }

    public World Reject(string node)
    {
        var task = At(node);
        Assert.Null(Do(new FlowCommand.Reject(task.Id, Turn(task).First(), "no")));
        return this;
    }

    /// <summary>Everyone agrees until nothing is pending.</summary>
    public World Drain()
    {
        for (var steps = 0; State.Instance.Status is InstanceStatus.InProcess; steps++)
        {
            Assert.True(steps < 5000, "It never ends.");
            var task = Pending.First();
            Assert.Null(Do(new FlowCommand.Agree(task.Id, Turn(task).First(), null)));
        }
        return this;
    }

    public static string Dump(FlowState state) => JsonSerializer.Serialize(new { state.Instance, Tokens = state.Tokens.Values.OrderBy(t => t.Id), state.Firings, Tasks = state.Tasks.Values.OrderBy(t => t.Id), state.Present, state.Pending });

    public static string Dump(IEnumerable<FlowEvent> events) => string.Join('\n', events.Select(e => $"{e.GetType().Name} {JsonSerializer.Serialize(e, e.GetType())}"));
}
