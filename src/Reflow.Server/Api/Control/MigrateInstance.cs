using Reflow.Core;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>
/// POST /reflow/v1/tenants/:tenant/instances/:instance_id/migrate: a running instance goes on in another version of its flow, the active one unless it is named, where its history fits
/// that version; else every reason is told. With <c>dry_run</c> the reasons are the answer. History tells who did it.
/// </summary>
static class MigrateInstance
{
    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("control.flow.instance.migrate", call =>
    {
        var (by, version, justAsking) = (call.Body.RequiredId("operator_user_id"), call.Body.Integer("version"), call.Body.Flag("dry_run"));
        if (version is < 1 or > int.MaxValue) call.Body.Violation("version", $"{version}", "counts from 1");
        return call.Change(db, session => Handle(session, flows, call, by, (int?)version, justAsking));
    });

    static async ValueTask<Reply> Handle(Session session, FlowStore flows, Call call, string by, int? number, bool justAsking)
    {
        if (await FlowControl.Instance(session, call.Path("instance_id")) is not { } stored) return FlowControl.Missing($"There is no instance {call.Path("instance_id")}.");
        if (await FlowControl.Stranger(session, flows, by) is { } stranger) return stranger;
        var version = number is { } named ? stored.Flow with { Version = named } : await flows.Active(session, stored.Flow.Namespace, stored.Flow.Name);
        if (version is not { } to) return FlowControl.Missing($"There is no active version of flow {stored.Flow.Name} in {stored.Flow.Namespace}.");
        if (await FlowVersions.Find(session, to) is not { } found) return FlowControl.Missing($"There is no version {to.Version} of flow {to.Name} in {to.Namespace}.");
        if (found.Row.State == "retired") return new Error(400, 400, $"Version {to.Version} of flow {to.Name} is retired.");
        var faults = await flows.Migrate(session, stored, to, justAsking, by, call.Operation.Name, call.Now);
        if (!justAsking && faults is [var first, ..]) return FlowControl.Faulty($"{first.Path}: {first.Sentence}", faults);
        return Reply.Object(json =>
        {
            json.WriteNumber("from_version"u8, stored.Flow.Version);
            json.WriteNumber("to_version"u8, to.Version);
            json.WriteBoolean("fits"u8, faults is []);
            FlowShapes.Faults(json, "reasons", faults);
        });
    }
}
