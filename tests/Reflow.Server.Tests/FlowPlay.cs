using System.Globalization;
using System.Text;
using System.Text.Json;
using Reflow.Core.Flows;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>What someone does to a task or an instance: as a call, and as the command that it is.</summary>
/// <param name="Kind">Which of the calls.</param>
/// <param name="Id">The task's id; of a cancellation, the instance's.</param>
/// <param name="By">Who does it.</param>
/// <param name="Users">Whom they name.</param>
/// <param name="To">Of a rollback, the target.</param>
/// <param name="Opinion">What they say; every one says something else.</param>
sealed record FlowPlay(string Kind, long Id, string By, string[] Users, long To, string Opinion)
{
    public const string Initiator = "1001";
    public static readonly string[] People = ["1001", "1002", "1003", "1004", "1005"];

    /// <summary>A flow that has something of everything: an order, a vote, a fork of which a branch may end, data, a copy.</summary>
    public static FlowDefinition Flow => new()
    {
        Namespace = "package_test__c",
        Name = "play",
        ApiId = "package_test__c__action_play",
        Administrators = ["1005"],
        Nodes =
        [
            new FlowNode.Start("start"), Ask("first", "1002", "1003") with { Mode = Mode.Sequential, Reject = new RejectPolicy.ToStart() }, new FlowNode.Gateway("fork", Gate.Parallel),
            Ask("left", "1002", "1004"), Ask("right", "1003", "1005") with { Mode = Mode.Any, Reject = new RejectPolicy.EndBranch() }, new FlowNode.Gateway("join", Gate.Parallel),
            Ask("fill", "1004") with { Kind = TaskKind.Fill, Reject = new RejectPolicy.ToNode("first") }, new FlowNode.Cc("tell") { Readers = [new AssigneeRule.Fixed(["1005"])] },
            Ask("last", "1002", "1003", "1005") with { Mode = Mode.Ratio, Percent = 60, Reject = new RejectPolicy.ToStart() }, new FlowNode.End("end"),
        ],
        Edges = [new("start", "first"), new("first", "fork"), new("fork", "left"), new("fork", "right"), new("left", "join"), new("right", "join"), new("join", "fill"), new("fill", "tell"), new("tell", "last"), new("last", "end")],
    };

    /// <summary>Draws something that someone might do to an instance as it stands, not always something that they may do.</summary>
    public static FlowPlay Draw(Random random, FlowState state, FlowNet net, string opinion)
    {
        var all = state.Tasks.Values.OrderBy(t => t.Id).ToArray();
        var pending = state.Pending.Select(id => state.Tasks[id]).ToArray();
        var task = pending.Length == 0 || random.Next(12) == 0 ? all[random.Next(all.Length)] : pending[random.Next(pending.Length)];
        string[] may = [.. People.Where(user => Votes.MayAct(task, net, user))];
        var by = may.Length == 0 || random.Next(8) == 0 ? People[random.Next(People.Length)] : may[random.Next(may.Length)];
        string[] others = [.. People.Where(user => task.Assignees.All(a => a.User != user)).Append(People[random.Next(People.Length)]).Take(1)];
        var points = state.RollbackPoints(task.Id, by, net, _ => true).Events;
        var to = points.Count == 0 || random.Next(10) == 0 ? all[random.Next(all.Length)].Id : points[random.Next(points.Count)].TaskId;
        return random.Next(40) switch
        {
            < 18 => new("agree", task.Id, by, [], 0, opinion),
            < 21 => new("reject", task.Id, by, [], 0, opinion),
            < 32 => new("rollback", task.Id, by, [], to, opinion),
            < 35 => new("transfer", task.Id, by, others, 0, opinion),
            < 37 => new("add_beside", task.Id, by, others, 0, opinion),
            < 39 => new("add_after", task.Id, by, others, 0, opinion),
            _ => new("cancel", state.Instance.Id, random.Next(3) == 0 ? Initiator : by, [], 0, opinion),
        };
    }

    /// <summary>The call.</summary>
    public (string Path, object Body) Call => Kind switch
    {
        "agree" or "reject" => ($"/open-apis/apaas/v1/approval_tasks/{Id}/{Kind}", new { user_id = By, opinion = Opinion }),
        "rollback" => ($"/open-apis/apaas/v1/user_tasks/{Id}/rollback", new { operator_user_id = By, to_task_id = $"{To}", opinion = Opinion }),
        "transfer" => ($"/open-apis/apaas/v1/approval_tasks/{Id}/transfer", new { user_id = By, to_user_ids = Users, opinion = Opinion }),
        "add_beside" or "add_after" => ($"/open-apis/apaas/v1/approval_tasks/{Id}/add_assignee",
            new { user_id = By, approvers = Users, add_assignee_type = Kind is "add_after" ? "afterAndAddAssign" : "currentAndAddAssign", opinion = Opinion }),
        _ => ($"/open-apis/apaas/v1/approval_instances/{Id}/cancel", new { user_id = By, opinion = Opinion }),
    };

    /// <summary>The command.</summary>
    public FlowCommand Command => Kind switch
    {
        "agree" => new FlowCommand.Agree(Id, By, Opinion),
        "reject" => new FlowCommand.Reject(Id, By, Opinion),
        "rollback" => new FlowCommand.RollBack(Id, By, To, Opinion),
        "transfer" => new FlowCommand.Transfer(Id, By, [], Users, Opinion),
        "add_beside" => new FlowCommand.AddAssignee(Id, By, Users, AddAssigneeType.Beside, Opinion),
        "add_after" => new FlowCommand.AddAssignee(Id, By, Users, AddAssigneeType.After, Opinion),
        _ => new FlowCommand.Cancel(By, Opinion),
    };

    public static FlowNode.Human Ask(string key, params string[] users) => new(key) { Assignees = [new AssigneeRule.Fixed(users)] };
}

/// <summary>Rows of an instance, as they are stored and as the rules alone give them.</summary>
static class FlowRowsOf
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>What is stored of an instance's net and tasks.</summary>
    public static Task<string> Stored(Db db, long instance) => db.Read(Demo.Tenant, async session =>
    {
        var text = new StringBuilder();
        foreach (var (table, columns, order) in new[]
        {
            ("flow_instance", "id, initiator, status, started_at, ended_at, last_firing, last_token, flow, form, marking", "id"),
            ("flow_firing", "seq, doc, consumed", "seq"),
            ("flow_undone", "undone_by, seq, doc", "undone_by, seq"),
            ("flow_task", "id, node, kind, token, opened_at, status, superseded, closed_at, done_by, due_at, remind_at, reminded_at, came_due_at, assignees, resume, copied", "id"),
        })
            foreach (var row in await session.Query($"select {columns} from {table} where tenant = $1 and {(table == "flow_instance" ? "id" : "instance")} = $2 order by {order}",
                r => Line([.. Enumerable.Range(0, r.FieldCount).Select(i => r.IsDBNull(i) ? null : AsWritten(r.GetName(i), r.GetValue(i)))]), instance)) text.AppendLine(row);
        return text.ToString();
    }, Ct);

    /// <summary>What ought to be stored of a state.</summary>
    public static string Of(FlowState state)
    {
        var text = new StringBuilder();
        var instance = state.Instance;
        text.AppendLine(Line(instance.Id, instance.Initiator, (int)instance.Status, instance.StartedAt, instance.EndedAt, instance.LastFiring, instance.LastToken, instance.Version, instance.Form,
            new FlowMarking([.. state.Tokens.Values.Where(t => t.IsPresent).OrderBy(t => t.Id)], [.. state.Tasks.Values.Where(t => t.Status is UserTaskStatus.Pending).Select(t => t.Id).Order()])));
        foreach (var f in state.Firings.Values.Where(f => f.Live))
            text.AppendLine(Line(f.Seq, Text(f), Text([.. f.Inputs.Order().Select(id => state.Tokens[id] with { ConsumedBy = f.Seq })])));
        foreach (var f in state.Firings.Values.Where(f => !f.Live).OrderBy(f => f.UndoneBy))
            text.AppendLine(Line(f.UndoneBy, f.Seq, Text(f with { UndoneBy = null })));
        foreach (var t in state.Tasks.Values.OrderBy(t => t.Id))
            text.AppendLine(Line(t.Id, t.Node, (int)t.Kind, t.Token, t.OpenedAt, (int)t.Status, t.Superseded ? 1 : 0, t.ClosedAt, t.DoneBy, t.DueAt, t.RemindAt, t.RemindedAt, t.CameDueAt,
                JsonSerializer.Serialize(t.Assignees, FlowJson.Default.IReadOnlyListAssignee), t.Resume is null ? null : JsonSerializer.Serialize(t.Resume, FlowJson.Default.ResumePoint),
                t.Copied is null ? null : JsonSerializer.Serialize(t.Copied)));
        return text.ToString();
    }

    /// <summary>Everything that happened to an instance, with the bytes that history holds.</summary>
    public static Task<List<(long Seq, long At, string By, string Operation, string Payload)>> History(Db db, long instance) => db.Read(Demo.Tenant, session => session.Query(
        "select seq, at, actor, operation, payload from flow_history where tenant = $1 and instance = $2 order by seq",
        r => (r.GetInt64(0), r.GetInt64(1), r.GetString(2), r.GetString(3), r.GetString(4)), instance), Ct);

    // A migration of the schema makes the same of them with other spaces, with members that need not be there, and in whichever order it finds them.
    static object AsWritten(string column, object value) => column switch
    {
        "marking" when JsonSerializer.Deserialize((string)value, FlowJson.Default.FlowMarking)! is var marking => new FlowMarking([.. marking.Tokens.OrderBy(t => t.Id)], [.. marking.Pending.Order()]),
        "copied" => JsonSerializer.Serialize(JsonSerializer.Deserialize<string[]>((string)value)),
        "consumed" => Text([.. JsonSerializer.Deserialize((string)value, FlowJson.Default.IReadOnlyListFlowToken)!.OrderBy(t => t.Id)]),
        _ => value,
    };

    static string Text(Firing firing) => JsonSerializer.Serialize(firing, FlowJson.Default.Firing);

    static string Text(IReadOnlyList<FlowToken> tokens) => JsonSerializer.Serialize(tokens, FlowJson.Default.IReadOnlyListFlowToken);

    static string Line(params object?[] cells) => string.Join('|', cells.Select(c => c is null ? "null" : Convert.ToString(c, CultureInfo.InvariantCulture)));
}
