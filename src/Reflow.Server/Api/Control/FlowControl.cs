using System.Globalization;
using Reflow.Core;
using Reflow.Core.Flows;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>What administrators see and do of human tasks: the operations that are served. The tenant stands in the path.</summary>
static class FlowControl
{
    public static void Serve(Routes routes, Db db, FlowStore flows)
    {
        PreviewRollback.Serve(routes, db, flows);
        ListInstances.Serve(routes, db, flows);
        GetInstance.Serve(routes, db, flows);
        InstanceTimeline.Serve(routes, db, flows);
        StartInstance.Serve(routes, db, flows);
        BatchAgree.Serve(routes, db, flows);
        BatchRollBack.Serve(routes, db, flows);
        ReassignTask.Serve(routes, db, flows);
        JumpBack.Serve(routes, db, flows);
        TerminateInstance.Serve(routes, db, flows);
        MigrateInstance.Serve(routes, db, flows);
        SubmitTask.Serve(routes, db, flows);
        ValidateFlow.Serve(routes, db, flows);
        DeployFlow.Serve(routes, db, flows);
        ListFlows.Serve(routes, db);
        GetFlow.Serve(routes, db);
        ActivateFlow.Serve(routes, db);
        RetireFlow.Serve(routes, db);
    }

    /// <summary>Reads from the tenant of the path, unless the body is refused or there is no such tenant.</summary>
    public static async ValueTask<Reply> Read(this Call call, Db db, Func<Session, ValueTask<Reply>> work) => call.Body.Refusal is { } refusal ? refusal
        : await db.Read(call.Path("tenant"), session => InTenant(session, work), call.Aborted);

    /// <summary>As <see cref="Read"/>, and may change what it reads.</summary>
    public static async ValueTask<Reply> Change(this Call call, Db db, Func<Session, ValueTask<Reply>> work) => call.Body.Refusal is { } refusal ? refusal
        : await db.Change(call.Path("tenant"), session =>
        {
            // A change may be taken back and run again: what the first run found wrong is not wrong twice.
            call.Body.Forget();
            return InTenant(session, work);
        }, call.Aborted);

    /// <summary>Does something with the task of the path as an administrator whom history names.</summary>
    public static ValueTask<Reply> Intervene(this Call call, Db db, FlowStore flows, string by, Func<long, FlowCommand> command) => call.Change(db, async session =>
        (await MissingTask(session, call.Path("task_id")) ?? await Stranger(session, flows, by)
            ?? await flows.Act(session, call.Path("task_id"), command, by, call.Operation.Name, call.Now)) is { } error ? error : Reply.Empty);

    /// <summary>The reason for something that needs one: <c>opinion</c>, and not blank.</summary>
    public static string Why(this Input body)
    {
        var opinion = body.RequiredText("opinion");
        if (body.Has("opinion") && string.IsNullOrWhiteSpace(opinion)) body.Violation("opinion", opinion, "says why");
        return opinion;
    }

    /// <summary>An integer in the query; null when absent. What is none, or out of range, is noted beside the faults of the body.</summary>
    public static long? Number(this Call call, string name, long least = 0, long most = long.MaxValue)
    {
        if (call.Query(name) is not { } text) return null;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        call.Body.Violation(name, text, $"must be an integer {(most == long.MaxValue ? $"from {least} on" : $"from {least} to {most}")}");
        return null;
    }

    /// <summary>A refusal of what is not there.</summary>
    public static Error Missing(string sentence) => new(404, 404, sentence);

    /// <summary>A refusal for several reasons, all of them told.</summary>
    public static Refusal Faulty(string first, IReadOnlyList<FlowFault> faults) =>
        new(new Error(400, 400, first)) { Fields = [.. faults.Select(fault => new FieldViolation(fault.Path, "", fault.Sentence))] };

    /// <summary>A task that is not there; null when it is.</summary>
    public static async ValueTask<Error?> MissingTask(Session session, string id) =>
        long.TryParse(id, out var task) && await FlowRows.Find(session, task) is not null ? null : Missing($"There is no task {id}.");

    /// <summary>An instance of the tenant; null when there is none.</summary>
    public static async ValueTask<StoredInstance?> Instance(Session session, string id) => long.TryParse(id, out var instance) ? await FlowRows.Instance(session, instance) : null;

    /// <summary>The version of a flow that the path names, with its definition; null when there is none.</summary>
    public static async ValueTask<(FlowVersionRow Row, string Doc)?> Version(Call call, Session session) => int.TryParse(call.Path("version"), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
        ? await FlowVersions.Find(session, new(call.Path("namespace"), call.Path("name"), version)) : null;

    /// <summary>That there is no such version.</summary>
    public static Error MissingVersion(Call call) => Missing($"There is no version {call.Path("version")} of flow {call.Path("name")} in {call.Path("namespace")}.");

    /// <summary>Why someone cannot be named as the operator; null when there is such a person.</summary>
    public static async ValueTask<Error?> Stranger(Session session, FlowStore flows, string user) =>
        (await flows.People(session)).Has(user) ? null : new(400, 400, $"operator_user_id: There is no user '{user}'.");

    static async ValueTask<Reply> InTenant(Session session, Func<Session, ValueTask<Reply>> work) =>
        await session.Find("select 1 from tenant where tenant = $1", r => true) ? await work(session) : Missing($"There is no tenant {session.Tenant}.");
}
