using Xunit;
using static Reflow.Server.Tests.Projects.DemoSpace;

namespace Reflow.Server.Tests.Projects;

/// <summary>What the calls of templates cannot say, a workspace file can, while the server runs: conditions of nodes, and transitions from state to state. Items go on as they began.</summary>
public class TemplatesByFile
{
    const string Lab = "/open_api/lab";

    [Fact]
    public async Task Conditions_of_nodes_change_for_new_items()
    {
        await using var reflow = await TestReflow.Start();
        await reflow.Apply(File("priority == \"p1\"", "{transition_id: 1, from: open, to: closed}"));
        var before = await Item(reflow, "story");
        Assert.Equal(["start", "doing"], await Nodes(reflow, before));
        await reflow.Apply(File("priority == \"p0\"", "{transition_id: 1, from: open, to: closed}"));
        var after = await Item(reflow, "story");
        Assert.Equal(["start", "doing"], await Nodes(reflow, before));
        Assert.Equal(["start", "doing", "audit"], await Nodes(reflow, after));
        Assert.Equal(2, (await Do(reflow, $"{Lab}/template_detail/910001", null, method: "GET")).GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task Transitions_change_for_new_items()
    {
        await using var reflow = await TestReflow.Start();
        await reflow.Apply(File("priority == \"p0\"", "{transition_id: 1, from: open, to: closed}"));
        var before = await Item(reflow, "bug");
        await reflow.Apply(File("priority == \"p0\"", "{transition_id: 1, from: open, to: closed}, {transition_id: 2, from: closed, to: open}"));
        var after = await Item(reflow, "bug");
        foreach (var bug in new[] { before, after }) await Do(reflow, $"{Lab}/workflow/bug/{bug}/node/state_change", new { transition_id = 1 });
        Assert.Equal(30012, (await reflow.Send(await Call(reflow, $"{Lab}/workflow/bug/{before}/node/state_change", new { transition_id = 2 }))).Code);
        await Do(reflow, $"{Lab}/workflow/bug/{after}/node/state_change", new { transition_id = 2 });
        Assert.Equal((1, 2), (await Connections(reflow, before), await Connections(reflow, after)));
    }

    static async Task<long> Item(TestReflow reflow, string type) =>
        (await Do(reflow, $"{Lab}/work_item/create", new { work_item_type_key = type, template_id = type is "bug" ? 910002 : 910001, name = "x", field_value_pairs = type is "bug" ? null : new[] { new { field_key = "field_priority", field_value = new { value = "p0" } } } })).GetInt64();

    static async Task<string[]> Nodes(TestReflow reflow, long id) =>
        [.. (await Do(reflow, $"{Lab}/work_item/story/{id}/workflow/query", new { })).GetProperty("workflow_nodes").EnumerateArray().Select(node => node.GetProperty("state_key").GetString()!)];

    static async Task<int> Connections(TestReflow reflow, long id) => (await Do(reflow, $"{Lab}/work_item/bug/{id}/workflow/query", new { flow_type = 1 })).GetProperty("connections").GetArrayLength();

    static string File(string visible, string transitions) => $$"""
        tenants:
          - tenant_key: {{Demo.Tenant}}
            name: Reflow Demo
            projects:
              - project_key: 66f11218c3b4a0b423340009
                simple_name: lab
                name: Lab
                types:
                  - type_key: story
                    name: Story
                    fields: [{field_key: field_priority, field_alias: priority, name: Priority, field_type: select, options: [{value: p0, label: P0}, {value: p1, label: P1}]}]
                    templates:
                      - template_id: 910001
                        name: Standard
                        nodes:
                          - {state_key: start, name: Start, pass_mode: auto}
                          - {state_key: doing, name: Doing}
                          - {state_key: audit, name: Audit, visible_when: '{{visible}}'}
                        connections: [{from: start, to: doing}, {from: doing, to: audit}]
                  - type_key: bug
                    name: Bug
                    flow: state
                    templates:
                      - template_id: 910002
                        name: Bug
                        states: [{state_key: open, name: Open, kind: start}, {state_key: closed, name: Closed, kind: archived}]
                        transitions: [{{transitions}}]
        """;
}
