using Reflow.Core.Flows;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>
/// Whom each rule of assignees asks, and what happens when it is nobody (contracts: apaas §3.4), in a tenant of its own: amy in sales, led by ben, who is led by cara; dan owns sales; dan and eva are cashiers.
/// </summary>
public class FlowAssigneeTests
{
    const string Tenant = "736588c9260f17aa", Amy = "3001", Ben = "3002", Cara = "3003", Dan = "3004", Eva = "3005", Fay = "3006";
    const string People = $$"""
        tenants:
          - tenant_key: {{Tenant}}
            name: Assignees
            departments:
              - {department_id: sales, name: Sales, owner: dan}
              - {department_id: law, name: Law}
            users:
              - {user_id: amy, kunlun_id: "{{Amy}}", name: Amy, leader: ben, department_ids: [sales, law]}
              - {user_id: ben, kunlun_id: "{{Ben}}", name: Ben, leader: cara, department_ids: [law]}
              - {user_id: cara, kunlun_id: "{{Cara}}", name: Cara}
              - {user_id: dan, kunlun_id: "{{Dan}}", name: Dan}
              - {user_id: eva, kunlun_id: "{{Eva}}", name: Eva}
              - {user_id: fay, kunlun_id: "{{Fay}}", name: Fay}
            flow_roles:
              - {role: cashier, users: [eva, dan]}
        """;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string> Rules => new()
    {
        { "users", Amy, $"{Ben},{Cara}" },
        { "users that are nobody's", Amy, Ben },
        { "initiator", Amy, Amy },
        { "leader 1", Amy, Ben },
        { "leader 2", Amy, Cara },
        { "leader 3", Amy, "" },
        { "leader 1", Cara, "" },
        { "owner of own", Amy, Dan },
        { "owner of own", Ben, "" },
        { "owner of own", Cara, "" },
        { "owner of sales", Ben, Dan },
        { "owner of law", Amy, "" },
        { "role", Amy, $"{Eva},{Dan}" },
        { "role of nobody", Amy, "" },
        { "field", Amy, $"{Cara},{Ben}" },
        { "field that is empty", Amy, "" },
        { "case that holds", Amy, Ben },
        { "otherwise", Amy, Eva },
        { "several, each once", Amy, $"{Ben},{Dan},{Eva}" },
    };

    [Theory, MemberData(nameof(Rules))]
    public async Task A_rule_asks(string rule, string initiator, string asked)
    {
        await using var reflow = await TestReflow.Start();
        await reflow.Apply(People);
        var ids = new Ids(reflow.Clock, node: NodeNumber.Fixed(63));
        // Who is found is asked; when nobody is, each policy does what it promises.
        Assert.Equal(asked.Length > 0 ? asked : "passed", await Asked(reflow, ids, rule, initiator, WhenNobody.Pass, [Fay]));
        Assert.Equal(asked.Length > 0 ? asked : Fay, await Asked(reflow, ids, rule, initiator, WhenNobody.Administrators, [Fay]));
        Assert.Equal(asked.Length > 0 ? asked : "refused", await Asked(reflow, ids, rule, initiator, WhenNobody.Administrators, ["9999"]));
        Assert.Equal(asked.Length > 0 ? asked : "refused", await Asked(reflow, ids, rule, initiator, WhenNobody.Refuse, [Fay]));
    }

    static async Task<string> Asked(TestReflow reflow, Ids ids, string rule, string initiator, WhenNobody nobody, string[] administrators)
    {
        var flow = new FlowDefinition
        {
            Namespace = "package_test__c",
            Name = "asks",
            ApiId = "package_test__c__action_asks",
            Administrators = administrators,
            Form = [new FormField("companions", FieldType.Users), new FormField("large", FieldType.Boolean)],
            Nodes = [new FlowNode.Start("start"), new FlowNode.Human("ask") { Assignees = [.. Of(rule)], Nobody = nobody }, new FlowNode.End("end")],
            Edges = [new("start", "ask"), new("ask", "end")],
        };
        var flows = new FlowStore(ids, new());
        await reflow.Db.Change(Tenant, s => FlowCatalog.Deploy(s, flow, 0), Ct);
        var form = rule is "field that is empty" ? "{}" : $$"""{"companions":["{{Cara}}","9999","{{Ben}}"],"large":{{(rule is "case that holds" ? "true" : "false")}}}""";
        var (started, error) = await reflow.Db.Change(Tenant, s => flows.Start(s, new(flow.Namespace, flow.Name, "test", initiator, null, form), "test", 1000), Ct);
        if (error is not null)
        {
            Assert.Equal((2320001, "Nobody can be asked at 'ask'."), (error.Code, error.Reason));
            return "refused";
        }
        if (started!.Stored.Instance.Status is InstanceStatus.Agreed) return "passed";
        var state = await reflow.Db.Read(Tenant, s => FlowHistory.AsOf(s, started.Stored.Instance.Id, long.MaxValue), Ct);
        return string.Join(',', state!.Tasks[Assert.Single(state.Pending)].Assignees.Select(assignee => assignee.User));
    }

    static IEnumerable<AssigneeRule> Of(string rule) => rule switch
    {
        "users" => [new AssigneeRule.Fixed([Ben, Cara])],
        "users that are nobody's" => [new AssigneeRule.Fixed(["9999", Ben])],
        "initiator" => [new AssigneeRule.Initiator()],
        "leader 1" => [new AssigneeRule.Leader(1)],
        "leader 2" => [new AssigneeRule.Leader(2)],
        "leader 3" => [new AssigneeRule.Leader(3)],
        "owner of own" => [new AssigneeRule.DepartmentOwner(null)],
        "owner of sales" => [new AssigneeRule.DepartmentOwner("sales")],
        "owner of law" => [new AssigneeRule.DepartmentOwner("law")],
        "role" => [new AssigneeRule.Role("cashier")],
        "role of nobody" => [new AssigneeRule.Role("chief")],
        "field" or "field that is empty" => [new AssigneeRule.FromField("companions")],
        "case that holds" or "otherwise" => [new AssigneeRule.ByCondition([new("large", [new AssigneeRule.Leader(1)])], [new AssigneeRule.Fixed([Eva])])],
        _ => [new AssigneeRule.Leader(1), new AssigneeRule.Fixed([Ben, Dan]), new AssigneeRule.Role("cashier")],
    };
}
