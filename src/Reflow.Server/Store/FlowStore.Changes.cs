using System.Text.Json;
using Reflow.Core;
using Reflow.Core.Flows;

namespace Reflow.Server.Store;

/// <summary>What changes of an instance beside its net: the values of its form, and the version of its flow.</summary>
sealed partial class FlowStore
{
    /// <summary>Fills some members of the form in and agrees; everything that does not fit the form is told at once.</summary>
    /// <param name="session">The change's session.</param>
    /// <param name="taskId">The task, as the wire names it.</param>
    /// <param name="changes">The members that change, a JSON object.</param>
    /// <param name="by">Who acts, a kunlun id.</param>
    /// <param name="opinion">What they say.</param>
    /// <param name="operation">The operation's name in the contract.</param>
    /// <param name="now">Unix ms.</param>
    public async ValueTask<(IReadOnlyList<FlowFault> Faults, Error? Error)> Submit(Session session, string taskId, JsonElement changes, string by, string? opinion, string operation, long now)
    {
        if (await Find(session, taskId) is not var (found, flow)) return ([], NoTask(taskId));
        var (stored, task, _) = found;
        var form = FormValues.With(flow.Definition, stored.Form, changes);
        if (FormValues.Faults(flow.Definition, form) is { Count: > 0 } faults) return (faults, null);
        var wanted = new FlowCommand.Submit(task.Id, by, form, opinion);
        // Conditions see the form that is handed in.
        var (_, error) = await Take(session, new(stored with { Form = form }, await Load(session, found, flow, wanted), flow), wanted, by, operation, now);
        if (error is null)
            await session.Write("update flow_instance set form = $3, summary = $4 where tenant = $1 and id = $2",
                stored.Instance.Id, form, FlowJson.Summary(flow.Definition, FormValues.Read(flow.Definition, form)));
        return ([], error);
    }

    /// <summary>Lets an instance go on in another version of its flow, or says everything that keeps it from that.</summary>
    /// <param name="session">The change's session.</param>
    /// <param name="stored">The instance.</param>
    /// <param name="to">The version, which is known to be there.</param>
    /// <param name="justAsking">Whether to leave it at the answer.</param>
    /// <param name="by">Who asks for it, a kunlun id.</param>
    /// <param name="operation">The operation's name in the contract.</param>
    /// <param name="now">Unix ms.</param>
    public async ValueTask<IReadOnlyList<FlowFault>> Migrate(Session session, StoredInstance stored, FlowVersion to, bool justAsking, string by, string operation, long now)
    {
        var (flow, other) = (await catalog.Get(session, stored.Flow), await catalog.Get(session, to));
        var state = await FlowRows.Load(session, stored, FlowPart.Live);
        if (FlowMigration.Faults(state, flow.Net, other.Net) is { Count: > 0 } faults) return faults;
        if (justAsking) return [];
        var decision = state.Decide(new FlowCommand.Migrate(other.Net), flow.Context(stored.Instance.Initiator, stored.Form, await directory.Of(session), ids, now));
        await Save(session, stored, state, decision.Events, other, by, operation, now);
        await session.Write("update flow_instance set flow = $3, api_id = $4, label = $5, summary = $6 where tenant = $1 and id = $2",
            stored.Instance.Id, to.Version, other.Definition.ApiId, FlowJson.Labels(other.Definition.Label), FlowJson.Summary(other.Definition, FormValues.Read(other.Definition, stored.Form)));
        if (other.Definition.ApiId != stored.ApiId)
        {
            await session.Write("update flow_inbox set api_id = $3 where tenant = $1 and api_id <> $3 and task_id in (select id from flow_task where tenant = $1 and instance = $2)", stored.Instance.Id, other.Definition.ApiId);
            await session.Write("update flow_task set api_id = $3 where tenant = $1 and instance = $2", stored.Instance.Id, other.Definition.ApiId);
        }
        return [];
    }

    /// <summary>The number of a flow's active version; null when it has none.</summary>
    public async ValueTask<FlowVersion?> Active(Session session, string @namespace, string name) => (await catalog.Active(session, @namespace, name))?.Version;
}
