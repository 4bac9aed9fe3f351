using System.Collections.Immutable;
using System.Diagnostics;

namespace Reflow.Core.Flows;

/// <summary>How events change an instance.</summary>
public static class FlowApply
{
    /// <summary>The state after an event; before <see cref="FlowEvent.Started"/> there is none. Tasks that are not part of a partial state stay out of it.</summary>
    public static FlowState Apply(this FlowState? state, FlowEvent e) => e switch
    {
        FlowEvent.Started x => FlowState.Of(x.Instance, [x.Token], [], []),
        _ when state is null => throw new UnreachableException("An instance begins with Started."),
        FlowEvent.Fired x => Fire(state, x.Firing, x.Outputs),
        FlowEvent.Undone x => Undo(state, x),
        FlowEvent.TaskOpened x => state with
        {
            Tasks = state.Tasks.Add(x.Task.Id, x.Task),
            Pending = x.Task.Status is UserTaskStatus.Pending ? state.Pending.Add(x.Task.Id) : state.Pending,
        },
        FlowEvent.Voted x => state.Change(x.TaskId, task => task with
        {
            Assignees = [.. task.Assignees.Select(a => a.User == x.User ? a with { Vote = x.Vote } : a)],
        }),
        FlowEvent.TaskClosed x => state.Change(x.TaskId, task => task with { Status = x.Status, ClosedAt = x.At, DueAt = null, RemindAt = null, Resume = null }) with
        {
            Pending = state.Pending.Remove(x.TaskId),
        },
        FlowEvent.TaskRevived x => state.Change(x.TaskId, task => task with { Superseded = false, Token = x.Token }),
        FlowEvent.Transferred x => state.Change(x.TaskId, task => task with { Assignees = Replace(task.Assignees, x.From, x.To) }),
        FlowEvent.AssigneesAdded x => state.Change(x.TaskId, task => task with { Assignees = Add(task.Assignees, x.By, x.Users, x.Type) }),
        FlowEvent.Copied x => state.Change(x.TaskId, task => task with { Copied = [.. (task.Copied ?? []).Union(x.Users).Order(StringComparer.Ordinal)] }),
        FlowEvent.Expedited => state,
        FlowEvent.Reminded x => state.Change(x.TaskId, task => task with { RemindAt = null, RemindedAt = x.At }),
        FlowEvent.CameDue x => state.Change(x.TaskId, task => task with { DueAt = null, CameDueAt = x.At }),
        FlowEvent.FormChanged x => state with { Instance = state.Instance with { Form = x.Form } },
        FlowEvent.Migrated x => Migrate(state, x),
        FlowEvent.Ended x => state with { Instance = state.Instance with { Status = x.Status, EndedAt = x.At } },
        _ => throw new UnreachableException(),
    };

    static FlowState Fire(FlowState state, Firing firing, IReadOnlyList<FlowToken> outputs)
    {
        var tokens = state.Tokens;
        var present = state.Present;
        foreach (var id in firing.Inputs)
        {
            tokens = tokens.SetItem(id, tokens[id] with { ConsumedBy = firing.Seq });
            present = present.Remove(id);
        }
        foreach (var token in outputs)
        {
            tokens = tokens.Add(token.Id, token);
            present = present.Add(token.Id);
        }
        return state with
        {
            Instance = state.Instance with { LastFiring = firing.Seq, LastToken = state.Instance.LastToken + outputs.Count },
            Tokens = tokens,
            Present = present,
            Firings = state.Firings.Add(firing.Seq, firing),
            Tasks = firing.Task is { } id2 && state.Tasks.TryGetValue(id2, out var task) ? state.Tasks.SetItem(id2, task with { DoneBy = firing.Seq }) : state.Tasks,
        };
    }

    static FlowState Undo(FlowState state, FlowEvent.Undone undone)
    {
        var (tokens, firings, present, tasks) = (state.Tokens, state.Firings, state.Present, state.Tasks);
        foreach (var seq in undone.Firings)
        {
            var firing = firings[seq];
            firings = firings.SetItem(seq, firing with { UndoneBy = undone.By });
            foreach (var id in firing.Outputs)
            {
                tokens = tokens.SetItem(id, tokens[id] with { Live = false });
                present = present.Remove(id);
            }
        }
        foreach (var id in undone.Firings.SelectMany(seq => firings[seq].Inputs))
        {
            var token = tokens[id] with { ConsumedBy = null };
            tokens = tokens.SetItem(id, token);
            if (token.Live)
                present = present.Add(id);
        }
        foreach (var id in undone.Superseded)
            if (tasks.TryGetValue(id, out var task))
                tasks = tasks.SetItem(id, task with { Superseded = true });
        return state with { Tokens = tokens, Firings = firings, Present = present, Tasks = tasks };
    }

    static FlowState Migrate(FlowState state, FlowEvent.Migrated migrated)
    {
        foreach (var moved in migrated.Tasks)
            state = state.Change(moved.Id, task => task with { DueAt = moved.DueAt, RemindAt = moved.RemindAt, Resume = null });
        return state with
        {
            Instance = state.Instance with { Version = migrated.To },
            Tokens = state.Tokens.SetItems(migrated.Tokens.Select(moved => KeyValuePair.Create(moved.Id, state.Tokens[moved.Id] with { Frame = moved.Frame, Approvers = moved.Approvers }))),
            Firings = state.Firings.SetItems(migrated.Firings.Select(moved => KeyValuePair.Create(moved.Seq, state.Firings[moved.Seq] with { Choice = moved.Choice, Outputs = moved.Outputs }))),
        };
    }

    static FlowState Change(this FlowState state, long task, Func<FlowTask, FlowTask> change) =>
        state.Tasks.TryGetValue(task, out var found) ? state with { Tasks = state.Tasks.SetItem(task, change(found)) } : state;

    // The first to leave are replaced in their places; whoever comes beyond their number follows right behind the last of them.
    static ImmutableArray<Assignee> Replace(IReadOnlyList<Assignee> assignees, IReadOnlyList<string> from, IReadOnlyList<string> to)
    {
        var result = ImmutableArray.CreateBuilder<Assignee>();
        var (left, placed) = (from.Count, 0);
        foreach (var assignee in assignees)
            if (!from.Contains(assignee.User))
                result.Add(assignee);
            else
            {
                left--;
                var places = left == 0 ? to.Count - placed : placed < to.Count ? 1 : 0;
                for (; places > 0; places--)
                    result.Add(assignee with { User = to[placed++] });
            }
        return result.ToImmutable();
    }

    static IReadOnlyList<Assignee> Add(IReadOnlyList<Assignee> assignees, string by, IReadOnlyList<string> users, AddAssigneeType type)
    {
        var at = assignees.TakeWhile(a => a.User != by).Count();
        return type switch
        {
            AddAssigneeType.Beside => [.. assignees.Take(at + 1), .. users.Select(u => new Assignee(u, assignees[at].Stage, Added: true)), .. assignees.Skip(at + 1)],
            AddAssigneeType.After => [.. assignees, .. users.Select(u => new Assignee(u, assignees.Max(a => a.Stage) + 1, Added: true))],
        };
    }
}
