using static Reflow.Server.Tests.Projects.DemoSpace;

namespace Reflow.Server.Tests.Projects;

/// <summary>A further space of the demo tenant, from a workspace file of its own, where interceptors forbid everything but to make an item and to complete its nodes.</summary>
static class SealedSpace
{
    public const string Key = "66f11218c3b4a0b423340009", Path = $"/open_api/{Key}";

    const string Yaml = $$"""
        tenants:
          - tenant_key: {{Demo.Tenant}}
            name: Example
            projects:
              - project_key: {{Key}}
                simple_name: sealed
                name: Sealed
                types:
                  - type_key: story
                    name: Story
                    roles: [{role_key: PM, name: PM}]
                    fields:
                      - {field_key: note, name: Note, field_type: text}
                      - {field_key: closed, name: Closed, field_type: text, editable_by: [_space_manager]}
                    templates:
                      - template_id: 300001
                        name: Sealed
                        nodes:
                          - {state_key: start, name: Start, pass_mode: auto}
                          - {state_key: only, name: Only, form: [{role: PM}], different_schedule: true, sub_tasks: [{id: t, name: Task}]}
                          - {state_key: last, name: Last}
                        connections: [{from: start, to: only}, {from: only, to: last}]
                interceptors:
                  - events: [delete, restore, terminate, field_change, roll_back_node, schedule, owners, actual_hours, create_sub_task, delete_sub_task, complete_sub_task, reopen_sub_task, change_sub_task]
                    template: 300001
        """;

    /// <summary>A server that has this space.</summary>
    public static Task<TestReflow> Start() => With(Yaml, file => TestReflow.Start(settings => settings with { Workspace = file }));

    /// <summary>A server on the data of one that was stopped, with this space changed.</summary>
    public static Task<TestReflow> Start(TestReflow stopped, Func<string, string> changed) =>
        With(changed(Yaml), file => TestReflow.StartOn(stopped.Store, stopped.Clock, settings => settings with { Workspace = file }));

    /// <summary>A new item of the sealed template.</summary>
    public static async Task<long> Made(TestReflow reflow) =>
        (await Do(reflow, $"{Path}/work_item/create", new { work_item_type_key = "story", template_id = 300001, name = "x" })).GetInt64();

    static async Task<TestReflow> With(string yaml, Func<string, Task<TestReflow>> start)
    {
        var file = System.IO.Path.GetTempFileName();
        await File.WriteAllTextAsync(file, yaml);
        var started = await start(file);
        File.Delete(file);
        return started;
    }
}
