using System.Collections.Concurrent;
using Reflow.Core.Conditions;
using Reflow.Core.Flows;
using Reflow.Server.Control;

namespace Reflow.Server.Store;

/// <summary>The deployed versions of flows. A version never changes, so that each is read and prepared once.</summary>
sealed class FlowCatalog
{
    const int MostPrepared = 500, MostKnown = 50_000;

    // By their text: tenants that are made for tests all have the same ones.
    static readonly Remembered<string, DeployedFlow> Prepared = new(MostPrepared);

    readonly Remembered<(string Tenant, FlowVersion Version), DeployedFlow> known = new(MostKnown);

    /// <summary>A deployed version.</summary>
    public async ValueTask<DeployedFlow> Get(Session session, FlowVersion version) =>
        await known.Find((session.Tenant, version), (session, version), static async asked =>
        {
            var doc = await asked.session.Find("select doc from flow where tenant = $1 and namespace = $2 and name = $3 and version = $4",
                r => r.GetString(0), asked.version.Namespace, asked.version.Name, asked.version.Version);
            return doc is null ? null : Prepared.Get(doc, static text => new(FlowFormat.Parse(text)));
        }) ?? throw new StoreException($"{version} is gone");

    /// <summary>Forgets what was read, for data that was replaced.</summary>
    public void Forget() => known.Forget();

    /// <summary>The version that new instances start on; null when the flow has none.</summary>
    public async ValueTask<DeployedFlow?> Active(Session session, string @namespace, string name)
    {
        var version = await session.Find("select version from flow where tenant = $1 and namespace = $2 and name = $3 and state = 'active'",
            r => (int?)r.GetInt32(0), @namespace, name);
        return version is { } number ? await Get(session, new(@namespace, name, number)) : null;
    }

    /// <summary>Stores a new version of a flow and lets new instances start on it; the version before keeps the instances that it has.</summary>
    /// <param name="session">The change's session.</param>
    /// <param name="definition">The flow.</param>
    /// <param name="now">Unix ms.</param>
    /// <param name="isFirst">Whether it is known that it has no version yet.</param>
    public static async ValueTask<FlowVersion> Deploy(Session session, FlowDefinition definition, long now, bool isFirst = false)
    {
        var next = 1;
        if (!isFirst)
        {
            next = await session.Find("select coalesce(max(version), 0) + 1 from flow where tenant = $1 and namespace = $2 and name = $3",
                r => r.GetInt32(0), definition.Namespace, definition.Name);
            await session.Write("update flow set state = 'deployed' where tenant = $1 and namespace = $2 and name = $3 and state = $4", definition.Namespace, definition.Name, "active");
        }
        await session.Write("insert into flow (tenant, namespace, name, version, api_id, state, deployed_at, doc) values ($1, $2, $3, $4, $5, 'active', $6, $7)",
            definition.Namespace, definition.Name, next, definition.ApiId, now, FlowFormat.Write(definition with { Version = next }));
        return new(definition.Namespace, definition.Name, next);
    }
}

/// <summary>A version of a flow, ready to run: its net, and its conditions checked against its form.</summary>
sealed class DeployedFlow(FlowDefinition definition)
{
    readonly ConcurrentDictionary<string, Condition> conditions = [];
    readonly ConditionSchema schema = FlowValidation.Schema(definition);

    /// <summary>The net.</summary>
    public FlowNet Net { get; } = FlowNet.Of(definition);

    /// <summary>The definition.</summary>
    public FlowDefinition Definition => definition;

    /// <summary>Which version this is.</summary>
    public FlowVersion Version => new(definition.Namespace, definition.Name, definition.Version);

    /// <summary>What a decision about an instance needs to know.</summary>
    /// <param name="initiator">Who started it.</param>
    /// <param name="form">The form's values, a JSON object.</param>
    /// <param name="people">The tenant's people.</param>
    /// <param name="ids">Where new ids come from.</param>
    /// <param name="now">Unix ms.</param>
    public FlowContext Context(string initiator, string form, People people, Ids ids, long now)
    {
        // Most steps ask nothing of the form.
        FormValues? read = null;
        FormValues Values() => read ??= FormValues.Read(definition, form);
        return new()
        {
            Net = Net,
            Now = now,
            NextId = ids.Number,
            IsActive = people.Has,
            Holds = text => Condition(text).Evaluate(Values().Conditions),
            People = rule => rule switch
            {
                AssigneeRule.Fixed fix => fix.Users,
                AssigneeRule.Initiator => [initiator],
                AssigneeRule.Leader leader => One(people.LeaderOf(initiator, leader.Level)),
                AssigneeRule.DepartmentOwner owner => One((owner.Department ?? people.DepartmentOf(initiator)) is { } department ? people.OwnerOf(department) : null),
                AssigneeRule.Role role => people.WithRole(role.Key),
                AssigneeRule.FromField field => Values().Users(field.Field),
                _ => throw new System.Diagnostics.UnreachableException($"{rule} is resolved by the engine"),
            },
        };
    }

    Condition Condition(string text) => conditions.GetOrAdd(text, static (text, schema) =>
        Core.Conditions.Condition.Parse(text, schema) is { IsValid: true } parsed ? parsed.Condition : throw new InvalidDataException($"a deployed flow has a broken condition: {text}"), schema);

    static IReadOnlyList<string> One(string? user) => user is null ? [] : [user];
}
