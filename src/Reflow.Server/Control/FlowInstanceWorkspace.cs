using System.Globalization;
using Reflow.Core;
using Reflow.Core.Flows;
using Reflow.Server.Store;

namespace Reflow.Server.Control;

/// <summary>An instance of a flow in a workspace file. It is work, not a definition: it is started once and from then on belongs to those who work on it.</summary>
/// <param name="Place">Where it stands in the file.</param>
/// <param name="Id">Its id on the wire.</param>
/// <param name="Flow">Its flow.</param>
/// <param name="User">Who started it.</param>
/// <param name="StartTime">When; null for when the file is applied.</param>
/// <param name="Params">The form's values, a JSON object.</param>
/// <param name="Steps">What people did since, in order.</param>
public sealed record FlowInstanceWorkspace(WorkspacePlace Place, long Id, FlowDefinition? Flow, string User, Moment? StartTime, string Params, IReadOnlyList<FlowStep> Steps)
{
    internal const string Operation = "workspace";
    static readonly TextFormat IdFormat = TextFormat.Of("^[1-8][0-9]{15}$", "sixteen digits, the first of them 1 to 8");

    internal static FlowInstanceWorkspace Read(YamlSection section, IReadOnlyList<PlacedFlow> flows)
    {
        var written = section.RequiredText("instance_id", IdFormat);
        section.Declare("instance", "instance_id", written);
        _ = long.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var id);
        var flow = section.RequiredReference("flow", "flow");
        var user = section.RequiredReference("user", "user");
        var start = section.Time("start_time");
        var form = section.Json("params") ?? "{}";
        return new(section.Place, id, flows.FirstOrDefault(f => f.Definition.ApiId == flow)?.Definition, user, start, form, [.. section.Sections("steps", 100).Select(FlowStep.Read)]);
    }

    internal async ValueTask<Outcome> Apply(Applying applying, FlowStore flows, Func<string, string> kunlun)
    {
        if (!applying.IsNew && await FlowRows.Instance(applying.Session, Id) is not null) return Outcome.Unchanged;
        var now = StartTime?.At(applying.Now) ?? applying.Now;
        var (instance, error) = await flows.Start(applying.Session, new(Flow!.Namespace, Flow.Name, Operation, kunlun(User), null, Params) { Id = Id }, Operation, now);
        if (error is not null) applying.Fault(Place, error.Reason ?? error.Message);
        else
            foreach (var step in Steps)
            {
                now = Math.Max(now, step.Time?.At(applying.Now) ?? now);
                (instance, var refused) = await step.Take(applying.Session, flows, instance!, kunlun(step.User), now);
                if (refused is not null) applying.Fault(step.Place, refused.Reason ?? refused.Message);
            }
        return Outcome.Created;
    }
}

/// <summary>What someone did with an instance's task.</summary>
/// <param name="Place">Where it stands in the file.</param>
/// <param name="Node">The node whose task it is.</param>
/// <param name="Act">What was done.</param>
/// <param name="User">Who did it.</param>
/// <param name="To">The node rolled back to.</param>
/// <param name="Opinion">What was said.</param>
/// <param name="Time">When; null for together with the step before.</param>
public sealed record FlowStep(WorkspacePlace Place, string Node, FlowAct Act, string User, string? To, string? Opinion, Moment? Time)
{
    internal static FlowStep Read(YamlSection step)
    {
        var read = new FlowStep(step.Place, step.RequiredText("node"), step.RequiredOneOf<FlowAct>("act", Word), step.RequiredReference("user", "user"), step.Text("to"), step.Text("opinion"), step.Time("time"));
        if (read.Act is FlowAct.RollBack && read.To is null) step.Fault("to", "is missing.");
        return read;
    }

    /// <summary>Takes the step in an instance that the same file started.</summary>
    internal async ValueTask<(LoadedInstance Instance, Error? Error)> Take(Session session, FlowStore flows, LoadedInstance instance, string user, long now)
    {
        var tasks = instance.State.Tasks.Values;
        if (tasks.Where(task => task.Node == Node && task.Status is UserTaskStatus.Pending).MaxBy(task => task.Id) is not { } pending) return (instance, FlowErrors.ParamInvalid.Because($"No task of {Node} is pending."));
        var target = tasks.Where(task => task.Node == To && task is { Superseded: false, DoneBy: not null }).MaxBy(task => task.Id);
        return await flows.Take(session, instance, Act switch
        {
            FlowAct.Agree => new FlowCommand.Agree(pending.Id, user, Opinion),
            FlowAct.Reject => new FlowCommand.Reject(pending.Id, user, Opinion),
            FlowAct.RollBack => new FlowCommand.RollBack(pending.Id, user, target?.Id ?? 0, Opinion ?? ""),
        }, user, FlowInstanceWorkspace.Operation, now);
    }

    static string Word(FlowAct act) => act switch
    {
        FlowAct.Agree => "agree",
        FlowAct.Reject => "reject",
        FlowAct.RollBack => "rollback",
    };
}

/// <summary>What a step of a workspace file may do.</summary>
public enum FlowAct
{
    /// <summary>Agree.</summary>
    Agree,
    /// <summary>Reject.</summary>
    Reject,
    /// <summary>Roll back.</summary>
    RollBack,
}
