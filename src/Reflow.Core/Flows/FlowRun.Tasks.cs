namespace Reflow.Core.Flows;

sealed partial class FlowRun
{
    void Open(FlowNode.Human node, FlowToken token)
    {
        if (Find(node, mayPass: true) is not { } users)
            return;
        var agreed = new Vote(true, true, context.Now, null);
        var task = New(node, token) with
        {
            Assignees = [.. users.Select(u => new Assignee(u, Vote: node.Kind is TaskKind.Approval && token.Approvers.Contains(u) ? agreed : null))],
        };
        if (Votes.Outcome(task, node.Mode, node.Percent) is not UserTaskStatus.Agreed)
        {
            Emit(new FlowEvent.TaskOpened(task));
            return;
        }
        task = task with { Status = UserTaskStatus.Skipped, ClosedAt = context.Now, DueAt = null, RemindAt = null };
        Emit(new FlowEvent.TaskOpened(task));
        Finish(task, byPerson: false);
    }

    void Tell(FlowNode.Cc node, FlowToken token)
    {
        var task = new FlowTask(context.NextId(), node.Key, TaskKind.Cc, token.Id, context.Now) { Status = UserTaskStatus.Agreed, ClosedAt = context.Now };
        Emit(new FlowEvent.TaskOpened(task));
        Emit(new FlowEvent.Copied(task.Id, null, Resolve(node.Readers), context.Now));
        Fire(FiringKind.Auto, [token], [Beyond(token)], task: task.Id);
    }

    FlowTask New(FlowNode.Human node, FlowToken token) => new(context.NextId(), node.Key, node.Kind, token.Id, context.Now)
    {
        DueAt = context.Now + node.Due,
        RemindAt = context.Now + node.Remind,
    };

    /// <summary>Who is asked at a node; empty when the node passes by itself, null when that is refused.</summary>
    IReadOnlyList<string>? Find(FlowNode.Human node, bool mayPass)
    {
        var users = Resolve(node.Assignees);
        if (users.Count == 0 && node.Nobody is WhenNobody.Administrators)
            users = Active(Net.Definition.Administrators);
        if (users.Count > 0 || (mayPass && node.Nobody is WhenNobody.Pass))
            return users;
        Refuse($"Nobody can be asked at '{node.Key}'.");
        return null;
    }

    IReadOnlyList<string> Resolve(IReadOnlyList<AssigneeRule> rules) => Active(rules.SelectMany(Names));

    IEnumerable<string> Names(AssigneeRule rule) => rule is AssigneeRule.ByCondition by
        ? (by.Cases.FirstOrDefault(c => context.Holds(c.When))?.Assignees ?? by.Otherwise).SelectMany(Names)
        : context.People(rule);

    string[] Active(IEnumerable<string> users) => [.. users.Distinct().Where(context.IsActive)];

    /// <summary>Lets the token of a finished task go on.</summary>
    void Finish(FlowTask task, bool byPerson, string? along = null)
    {
        var token = State.Tokens[task.Token];
        var move = Beyond(token) with { Approvers = Approvers(Net.Definition.SamePerson, token, task) };
        if (task.Resume is { } resume)
            Remember(resume);
        Fire(task.Kind is TaskKind.Start ? FiringKind.StartDone : FiringKind.TaskDone, [token],
            [along is null ? move : move with { Node = along }], along is null ? 0 : 1, task.Id, byPerson);
    }

    /// <summary>Who agreed on the way to what follows a task, as far as a flow asks.</summary>
    public static IReadOnlyList<string> Approvers(SamePerson asked, FlowToken token, FlowTask task)
    {
        var here = task.Kind is TaskKind.Approval ? task.Assignees.Where(a => a.Vote is { Agree: true }).Select(a => a.User) : [];
        return asked switch
        {
            SamePerson.AskAgain => [],
            SamePerson.PassIfPrevious => task.Assignees.Any(a => a.Vote is not null) ? [.. here.Order(StringComparer.Ordinal)] : token.Approvers,
            SamePerson.PassIfBefore => [.. token.Approvers.Concat(here).Distinct().Order(StringComparer.Ordinal)],
        };
    }

    /// <summary>Looks at the votes of a task after a change: goes on, or does what the node does with a rejection.</summary>
    public void Count(long id, string by, string? opinion)
    {
        var task = State.Tasks[id];
        var (mode, percent) = Net.ModeOf(task.Node);
        var outcome = Votes.Outcome(task, mode, percent);
        if (outcome is UserTaskStatus.Pending)
            return;
        if (outcome is UserTaskStatus.Agreed)
        {
            Emit(new FlowEvent.TaskClosed(id, outcome, by, opinion, context.Now));
            Finish(task, byPerson: true);
        }
        else
            Rejected(task, by, opinion);
        Settle();
    }

    void Rejected(FlowTask task, string by, string? opinion)
    {
        switch (((FlowNode.Human)Net[task.Node]).Reject)
        {
            case RejectPolicy.EndInstance:
                Emit(new FlowEvent.TaskClosed(task.Id, UserTaskStatus.Rejected, by, opinion, context.Now));
                End(InstanceStatus.Rejected, by, opinion);
                break;
            case RejectPolicy.EndBranch:
                Emit(new FlowEvent.TaskClosed(task.Id, UserTaskStatus.Rejected, by, opinion, context.Now));
                var token = State.Tokens[task.Token];
                Fire(FiringKind.Kill, [token], [new(Net.JoinAround(task.Node)!, token.Frame, [], Dead: true)], task: task.Id);
                break;
            case RejectPolicy.Follow follow:
                Emit(new FlowEvent.TaskClosed(task.Id, UserTaskStatus.Rejected, by, opinion, context.Now));
                Finish(task with { Resume = null }, byPerson: true, along: follow.To);
                break;
            case RejectPolicy.ToStart:
                Undo(task, Earlier.Started(State), UserTaskStatus.Rejected, by, opinion);
                break;
            case RejectPolicy.ToNode to:
                Undo(task, Earlier.Latest(State, task, to.Node) ?? Earlier.Started(State), UserTaskStatus.Rejected, by, opinion);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>Ends the instance before its end: every token and every task goes.</summary>
    public void End(InstanceStatus status, string? by, string? opinion)
    {
        foreach (var id in State.Pending)
            Emit(new FlowEvent.TaskClosed(id, status is InstanceStatus.Canceled ? UserTaskStatus.Canceled : UserTaskStatus.Closed, by ?? "", opinion, context.Now));
        Fire(FiringKind.Kill, [.. State.Present.Select(id => State.Tokens[id])], []);
        Emit(new FlowEvent.Ended(status, by, opinion, context.Now));
    }
}
