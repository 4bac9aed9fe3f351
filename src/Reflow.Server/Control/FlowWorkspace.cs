using System.Text.Json;
using Reflow.Core.Flows;
using Reflow.Server.Store;

namespace Reflow.Server.Control;

/// <summary>The human-task flows of one tenant in a workspace file. People are named by their user_id here and by their kunlun_id from then on.</summary>
/// <param name="Roles">Roles that assignee rules may name, with their users.</param>
/// <param name="Definitions">The flows.</param>
/// <param name="Instances">Instances that are under way or over.</param>
public sealed record FlowWorkspace(IReadOnlyList<FlowRole> Roles, IReadOnlyList<PlacedFlow> Definitions, IReadOnlyList<FlowInstanceWorkspace> Instances)
{
    static readonly TextFormat RoleFormat = TextFormat.Of("^[A-Za-z0-9_.-]{1,64}$", "1 to 64 letters, digits, dots, dashes or underscores");

    internal static FlowWorkspace Read(YamlSection tenant)
    {
        var roles = tenant.Sections("flow_roles").Select(role =>
        {
            var key = role.RequiredText("role", RoleFormat);
            role.Declare("role", "role", key);
            return new FlowRole(key, role.Place, role.References("user", "users"));
        }).ToList();
        var flows = tenant.Sections("flows").Select(flow =>
        {
            var definition = FlowFormat.Read(flow, inFile: true);
            flow.Declare("flow", "api_id", definition.ApiId);
            // The second would be the next version of the first, and both again whenever the file is applied.
            flow.Declare("flow name", "name", definition is { Namespace: "" } or { Name: "" } ? null : $"{definition.Namespace}/{definition.Name}");
            return new PlacedFlow(flow.Place, definition);
        }).ToList();
        return new(roles, flows, [.. tenant.Sections("flow_instances").Select(instance => FlowInstanceWorkspace.Read(instance, flows))]);
    }

    /// <summary>Deploys what differs from the version that is active, and starts the instances that are not there.</summary>
    internal async ValueTask Apply(Applying applying, FlowStore flows)
    {
        if (Definitions is [] && Roles is []) return;
        var people = (await applying.Session.Query("select user_id, kunlun_id from member where tenant = $1", r => (UserId: r.GetString(0), KunlunId: r.TextOrNull(1)))).ToDictionary(p => p.UserId, p => p.KunlunId);
        foreach (var role in Roles)
        {
            string[] users = [.. role.Users.Select(user => Kunlun(people, user, role.Place, applying))];
            applying.Count("flow roles", await applying.Put("flow_role", [("role", role.Key)], [("user_ids", JsonSerializer.Serialize(users, StoreJson.Default.StringArray))]));
        }
        await applying.Each(Definitions, async flow =>
            applying.Count("flows", await Deploy(FlowUsers.Rename(flow.Definition, user => Kunlun(people, user, flow.Place, applying)), applying)));
        await applying.Each(Instances, async instance =>
            applying.Count("flow instances", await instance.Apply(applying, flows, user => Kunlun(people, user, instance.Place, applying))));
    }

    static async ValueTask<Outcome> Deploy(FlowDefinition definition, Applying applying)
    {
        var active = applying.IsNew ? default : await applying.Session.Find("select version, doc from flow where tenant = $1 and namespace = $2 and name = $3 and state = 'active'",
            r => (Version: r.GetInt32(0), Doc: r.GetString(1)), definition.Namespace, definition.Name);
        if (active.Doc == FlowFormat.Write(definition with { Version = active.Version })) return Outcome.Unchanged;
        await FlowCatalog.Deploy(applying.Session, definition, applying.Now, applying.IsNew);
        return active.Doc is null ? Outcome.Created : Outcome.Changed;
    }

    static string Kunlun(Dictionary<string, string?> people, string user, WorkspacePlace place, Applying applying)
    {
        if (people.GetValueOrDefault(user) is { } kunlun) return kunlun;
        applying.Fault(place, $"{user} has no kunlun_id and takes no part in flows.");
        return "";
    }
}

/// <summary>A role of a workspace file.</summary>
/// <param name="Key">Its name in assignee rules.</param>
/// <param name="Place">Where it stands in the file.</param>
/// <param name="Users">Who has it, in order.</param>
public sealed record FlowRole(string Key, WorkspacePlace Place, IReadOnlyList<string> Users);

/// <summary>A flow of a workspace file.</summary>
/// <param name="Place">Where it stands in the file.</param>
/// <param name="Definition">The definition, with people by user_id.</param>
public sealed record PlacedFlow(WorkspacePlace Place, FlowDefinition Definition);
