using System.Diagnostics;

namespace Reflow.Core.Flows;

/// <summary>
/// One decision in the making: events are applied as they are found, so that what follows sees what came before, and the net runs until
/// everything rests at people or at joins.
/// </summary>
sealed partial class FlowRun
{
    /// <summary>Nodes passed within one decision. A valid net rests far earlier unless its people are skipped round and round.</summary>
    const int MostSteps = 1000;

    readonly FlowContext context;
    readonly List<FlowEvent> events = [];
    readonly Queue<int> moving = [];
    FlowState? state;
    Error? refusal;

    public FlowRun(FlowState? state, FlowContext context) => (this.state, this.context) = (state, context);

    FlowNet Net => context.Net;

    FlowState State => state ?? throw new UnreachableException("Nothing has started.");

    /// <summary>The events found, or why there are none.</summary>
    public Decision<FlowEvent> Decision => refusal ?? new Decision<FlowEvent>(events, null);

    /// <summary>Lets an event happen.</summary>
    public void Add(FlowEvent e) => Emit(e);

    void Emit(FlowEvent e)
    {
        events.Add(e);
        state = state.Apply(e);
    }

    void Refuse(string reason) => refusal ??= FlowErrors.ParamInvalid.Because(reason);

    /// <summary>Starts the instance: its start task is the initiator's and born agreed (contracts/apaas §3.6).</summary>
    public void Start(FlowCommand.Start command)
    {
        var token = new FlowToken(1, Net.Start.Key, 0, null);
        Emit(new FlowEvent.Started(new(command.InstanceId, command.Initiator, context.Now) { Version = Net.Definition.Version, Form = command.Form, LastToken = 1 }, token));
        var task = new FlowTask(context.NextId(), Net.Start.Key, TaskKind.Start, token.Id, context.Now)
        {
            Assignees = [new(command.Initiator, Vote: new(true, false, context.Now, null))],
            Status = UserTaskStatus.Agreed,
            ClosedAt = context.Now,
        };
        Emit(new FlowEvent.TaskOpened(task));
        Finish(task, byPerson: true);
        Settle();
    }

    /// <summary>Moves tokens until all rest.</summary>
    void Settle()
    {
        for (var steps = 0; refusal is null && moving.TryDequeue(out var id); steps++)
            if (steps == MostSteps)
                Refuse($"The flow passes more than {MostSteps} nodes without asking anybody.");
            else if (State.Present.Contains(id))
                Enter(State.Tokens[id]);
    }

    void Enter(FlowToken token)
    {
        switch (Net[token.Node])
        {
            case FlowNode.Human human:
                if (!Revive(token))
                    Open(human, token);
                break;
            case FlowNode.Cc cc:
                if (!Revive(token))
                    Tell(cc, token);
                break;
            case FlowNode.Automatic:
                if (!Revive(token))
                    Fire(FiringKind.Auto, [token], [Beyond(token)]);
                break;
            case FlowNode.Gateway { Gate: Gate.Exclusive }:
                Choose(token);
                break;
            case FlowNode.Gateway when Net.IsJoin(token.Node):
                Join(token);
                break;
            case FlowNode.Gateway gateway:
                Fork(gateway, token);
                break;
            case FlowNode.End:
                Fire(FiringKind.End, [token], []);
                Emit(new FlowEvent.Ended(InstanceStatus.Agreed, null, null, context.Now));
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>What a token becomes when it leaves its node along one edge.</summary>
    Move Beyond(FlowToken token) => new(Net.After(token.Node), token.Frame, token.Approvers);

    /// <summary>Lets the net move and sets the new tokens going.</summary>
    Firing Fire(FiringKind kind, IReadOnlyList<FlowToken> inputs, IReadOnlyList<Move> moves, long choice = 0, long? task = null, bool byPerson = false, int? repeats = null)
    {
        var seq = State.Instance.LastFiring + 1;
        FlowToken[] outputs = [.. moves.Select((m, i) => new FlowToken(State.Instance.LastToken + 1 + i, m.Node, seq, m.Frame) { Approvers = m.Approvers, Dead = m.Dead })];
        var firing = new Firing(seq, kind, inputs[0].Node, [.. inputs.Select(t => t.Id)], [.. outputs.Select(t => t.Id)],
            [.. inputs.Select(t => t.ProducedBy).Where(p => p > 0).Distinct()])
        {
            Choice = choice,
            Task = task,
            ByPerson = byPerson,
            Repeats = repeats,
        };
        Emit(new FlowEvent.Fired(firing, outputs));
        FollowOld(inputs, firing);
        foreach (var token in outputs)
            moving.Enqueue(token.Id);
        return firing;
    }

    /// <summary>A token about to be put somewhere.</summary>
    readonly record struct Move(string Node, Frame? Frame, IReadOnlyList<string> Approvers, bool Dead = false);
}
