using Reflow.Core.Flows;
using Reflow.Server.Control;
using Xunit;

namespace Reflow.Server.Tests.Control;

/// <summary>Flow definitions as they are written and read.</summary>
public class FlowFormatTests
{
    static readonly FlowDefinition Everything = Workspace.Demo().Tenants[0].Flows.Definitions.Single(f => f.Definition.Name == "travel").Definition with
    {
        Version = 3,
        Rollback = new() { Scope = RollbackScope.Previous, Resume = Resume.Direct, Siblings = Siblings.Rerun, Assignees = LastAssignees.Resolve, Inherit = true, Administrators = true },
    };

    [Fact]
    public void A_definition_is_read_as_it_was_written()
    {
        foreach (var definition in Workspace.Demo().Tenants[0].Flows.Definitions.Select(f => f.Definition).Append(Everything))
        {
            var read = FlowFormat.Parse(FlowFormat.Write(definition));
            Assert.Equal(FlowFormat.Write(definition), FlowFormat.Write(read));
            Assert.Equivalent(definition, read, strict: true);
        }
    }

    [Theory]
    [InlineData("approval", "assignees: [{users: [amy], initiator: true}]", "must have exactly one of users, initiator, leader, department_owner, role, field, cases.")]
    [InlineData("approval", "assignees: [{users: [bob]}]", "There is no user bob in this file.")]
    [InlineData("approval", "assignees: [{role: chief}]", "There is no role chief in this file.")]
    [InlineData("approval", "reject: {then: to_node}", "nodes[1].reject.node: is missing.")]
    [InlineData("approval", "mode: most", "must be one of all, any, ratio, sequential.")]
    [InlineData("approval", "assignees: []", "nodes[1].assignees: 'only' names its assignees.")]
    [InlineData("person", "mode: all", "must be one of start, approval, fill, cc, automatic, exclusive, parallel, inclusive, end.")]
    public void What_is_wrong_is_told_with_its_place(string type, string member, string fault) =>
        Assert.Contains(fault, Workspace.Parse("w.yaml", $$"""
            tenants:
              - tenant_key: 736588c9260f175d
                name: x
                users: [{user_id: amy, kunlun_id: "1001", name: Amy}]
                flows:
                  - namespace: a
                    name: b
                    api_id: c
                    nodes:
                      - {key: start, type: start}
                      - {key: only, type: {{type}}, {{member}}}
                      - {key: end, type: end}
                    edges: [{from: start, to: only}, {from: only, to: end}]
            """).ToString(), StringComparison.Ordinal);

    [Fact]
    public void A_file_has_one_version_of_a_flow()
    {
        const string flow = "{namespace: a, name: %, api_id: %, nodes: [{key: start, type: start}, {key: end, type: end}], edges: [{from: start, to: end}]}";
        string Flow(string name, string api) => flow.Replace("name: %", $"name: {name}", StringComparison.Ordinal).Replace("%", api, StringComparison.Ordinal);
        Assert.Equal("w.yaml:7:26: tenants[0].flows[2].name: a/b is taken: tenants[0].flows[0].name in line 5 is the same.", Workspace.Parse("w.yaml", $"""
            tenants:
            - tenant_key: 736588c9260f175d
              name: x
              flows:
              - {Flow("b", "c")}
              - {Flow("c", "d")}
              - {Flow("b", "e")}
            """).ToString());
    }

    [Fact]
    public async Task People_without_a_kunlun_id_and_steps_that_nobody_could_take_are_refused_and_nothing_stays()
    {
        await using var reflow = await TestReflow.Start();
        var before = await reflow.State();
        foreach (var (user, step, fault) in new[]
        {
            ("{user_id: zoe, name: Zoe}", "{node: only, act: agree, user: zoe}", "zoe has no kunlun_id and takes no part in flows."),
            ("{user_id: zoe, kunlun_id: \"1009\", name: Zoe}", "{node: end, act: agree, user: zoe}", "No task of end is pending."),
            ("{user_id: zoe, kunlun_id: \"1009\", name: Zoe}", "{node: only, act: rollback, to: only, user: zoe, opinion: x}", "is not among the rollback points"),
        })
        {
            var workspace = Workspace.Parse("w.yaml", $$"""
                tenants:
                  - tenant_key: {{Demo.Tenant}}
                    name: Reflow Demo
                    users: [{{user}}]
                    flows:
                      - namespace: a
                        name: b
                        api_id: c
                        nodes:
                          - {key: start, type: start}
                          - {key: only, type: approval, assignees: [{users: [zoe]}]}
                          - {key: end, type: end}
                        edges: [{from: start, to: only}, {from: only, to: end}]
                    flow_instances:
                      - {instance_id: "1000000000000100", flow: c, user: zoe, steps: [{{step}}]}
                """).Workspace!;
            var applied = await workspace.Apply(reflow.Db, new(TimeProvider.System), 1_772_438_400_000, TestContext.Current.CancellationToken);
            Assert.Contains(applied.Faults, f => f.Sentence.Contains(fault, StringComparison.Ordinal));
            Assert.Equal(before, await reflow.State());
        }
    }
}
