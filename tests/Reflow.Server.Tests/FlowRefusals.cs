using Reflow.Core.Flows;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>
/// What a step back is refused for beyond the demo's flow (contracts: apaas §3.9), on: both (1002 and 1003, all), turns (1004, then 1005), nobody (passes by itself), sealed (1002; without rollback), last (1003).
/// </summary>
public class FlowRefusals
{
    const string Root = "/open-apis/apaas/v1";

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<Refused> All => [
        Back("who has agreed already", "both", "1002", "start", ["both 1002"]),
        Back("who has their turn later", "turns", "1005", "start", ["both 1002", "both 1003"]),
        Back("who has had their turn", "turns", "1004", "start", ["both 1002", "both 1003", "turns 1004"]),
        Back("a node that nobody was asked at is no rollback point", "last", "1003", "nobody", ["both 1002", "both 1003", "turns 1004", "turns 1005", "sealed 1002"]),
        Back("the node's rollback is switched off", "sealed", "1002", "start", ["both 1002", "both 1003", "turns 1004", "turns 1005"]),
        Back("the instance was agreed", "last", "1003", "start", ["both 1002", "both 1003", "turns 1004", "turns 1005", "sealed 1002", "last 1003"]),
        Back("the instance was rejected", "both", "1002", "start", ["both 1003 reject"]),
        Back("who was only told of it", "both", "1005", "start", ["both 1002 cc"]),
        Points("who has agreed already", "both", "1002", ["both 1002"]),
        Points("who has their turn later", "turns", "1005", ["both 1002", "both 1003"]),
        Points("the instance was agreed", "last", "1003", ["both 1002", "both 1003", "turns 1004", "turns 1005", "sealed 1002", "last 1003"]),
        Vote("agree", "who has agreed already", "both", "1002", ["both 1002"]),
        Vote("agree", "who has their turn later", "turns", "1005", ["both 1002", "both 1003"]),
        Vote("agree", "the instance was rejected", "both", "1002", ["both 1003 reject"]),
        Vote("reject", "who has agreed already", "both", "1002", ["both 1002"]),
        Vote("reject", "who has their turn later", "turns", "1005", ["both 1002", "both 1003"]),
        new Refused("who has agreed already", "apaas.v1.approval_task.transfer", 2320001, async r => await On(r, "approval_tasks", "both", "transfer", new { user_id = "1002", to_user_ids = new[] { "1004" } }, ["both 1002"])),
        new Refused("of two who hand it over, one has agreed", "apaas.v1.approval_task.transfer", 2320001,
            async r => await On(r, "approval_tasks", "both", "transfer", new { user_id = "1003", from_user_ids = new[] { "1003", "1002" }, to_user_ids = new[] { "1004" } }, ["both 1002"])),
        new Refused("who has agreed already", "apaas.v1.approval_task.add_assignee", 2320001,
            async r => await On(r, "approval_tasks", "both", "add_assignee", new { user_id = "1002", approvers = new[] { "1004" }, add_assignee_type = "currentAndAddAssign" }, ["both 1002"])),
        new Refused("the instance was agreed", "apaas.v1.approval_instance.cancel", 2320001, async r =>
        {
            var instance = await Played(r, ["both 1002", "both 1003", "turns 1004", "turns 1005", "sealed 1002", "last 1003"]);
            return new("POST", $"{Root}/approval_instances/{instance}/cancel", new { user_id = "1001", opinion = "x" }, await r.Token());
        }),
    ];

    [Theory, MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task Is_refused(Refused scenario)
    {
        await using var reflow = await TestReflow.Start();
        await scenario.Check(reflow);
    }

    [Fact]
    public async Task Where_rollback_is_switched_off_the_list_is_empty_and_no_refusal()
    {
        await using var reflow = await TestReflow.Start();
        var request = await On(reflow, "user_tasks", "sealed", "rollback_points", new { operator_user_id = "1002" }, ["both 1002", "both 1003", "turns 1004", "turns 1005"]);
        Assert.Equal("""{"code":0,"msg":"success","data":{"tasks":[]}}""", (await reflow.Send(request)).Text);
    }

    static Refused Back(string name, string node, string by, string to, string[] before) => new(name, "apaas.v1.user_task.rollback", 2320001, async reflow =>
    {
        var instance = await Played(reflow, before);
        return new("POST", $"{Root}/user_tasks/{await Task(reflow, instance, node)}/rollback", new { operator_user_id = by, to_task_id = await Task(reflow, instance, to), opinion = "again" }, await reflow.Token());
    });

    static Refused Points(string name, string node, string by, string[] before) =>
        new(name, "apaas.v1.user_task.rollback_points", 2320001, reflow => On(reflow, "user_tasks", node, "rollback_points", new { operator_user_id = by }, before));

    static Refused Vote(string act, string name, string node, string by, string[] before) =>
        new(name, $"apaas.v1.approval_task.{act}", 2320001, reflow => On(reflow, "approval_tasks", node, act, new { user_id = by }, before));

    static async Task<Request> On(TestReflow reflow, string tasks, string node, string act, object body, string[] before) =>
        new("POST", $"{Root}/{tasks}/{await Task(reflow, await Played(reflow, before), node)}/{act}", body, await reflow.Token());

    /// <summary>Starts an instance in which these act: a node, who, and what they do when it is not to agree.</summary>
    static async Task<string> Played(TestReflow reflow, string[] before)
    {
        await reflow.Db.Change(Demo.Tenant, s => FlowCatalog.Deploy(s, Flow, 0), Ct);
        var instance = (await reflow.Post($"{Root}/applications/package_test__c/flows/refusals/execute", new { @operator = """{"_id":1001}""" })).Ok().Data.GetProperty("execution_id").GetString()!;
        foreach (var step in before.Select(step => step.Split(' ')))
        {
            var task = await Task(reflow, instance, step[0]);
            (step.ElementAtOrDefault(2) is "cc"
                ? await reflow.Post($"{Root}/user_tasks/{task}/cc", new { operator_user_id = step[1], cc_user_ids = new[] { "1005" } })
                : await reflow.Post($"{Root}/approval_tasks/{task}/{step.ElementAtOrDefault(2) ?? "agree"}", new { user_id = step[1] })).Ok();
        }
        return instance;
    }

    static Task<long> Task(TestReflow reflow, string instance, string node) => reflow.Db.Read(Demo.Tenant,
        s => s.Find("select id from flow_task where tenant = $1 and instance = $2 and node = $3 order by id desc limit 1", r => r.GetInt64(0), long.Parse(instance, System.Globalization.CultureInfo.InvariantCulture), node), Ct);

    static FlowDefinition Flow => new()
    {
        Namespace = "package_test__c",
        Name = "refusals",
        ApiId = "package_test__c__action_refusals",
        Nodes =
        [
            new FlowNode.Start("start"), FlowPlay.Ask("both", "1002", "1003"), FlowPlay.Ask("turns", "1004", "1005") with { Mode = Mode.Sequential },
            FlowPlay.Ask("nobody") with { Assignees = [new AssigneeRule.FromField("people")], Nobody = WhenNobody.Pass }, FlowPlay.Ask("sealed", "1002") with { Rollback = new() { Enabled = false } }, FlowPlay.Ask("last", "1003"), new FlowNode.End("end"),
        ],
        Edges = [new("start", "both"), new("both", "turns"), new("turns", "nobody"), new("nobody", "sealed"), new("sealed", "last"), new("last", "end")],
        Form = [new FormField("people", FieldType.Users)],
    };
}
