namespace Reflow.Core.Projects;

/// <summary>The fields that every item has without its type saying so (contract project §2.1, pseudo fields; §2.3, fixed search keys).</summary>
public static class SystemFields
{
    /// <summary>They, with the options that the type gives them: its statuses and its templates.</summary>
    public static IReadOnlyList<Field> Of(WorkItemType type) =>
    [
        new("work_item_id", "ID", FieldType.Number),
        new("name", "名称", FieldType.Text) { Required = true },
        new("template", "流程模板", FieldType.Select)
        {
            Options = [.. type.Templates.Select(t => new Option(t.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), t.Name) { Disabled = t.Disabled })],
        },
        new("work_item_status", "状态", FieldType.Select) { Options = [.. Statuses(type)] },
        new("role_owners", "角色与人员", FieldType.RoleOwners),
        new("owner", "创建者", FieldType.User),
        new("start_time", "创建时间", FieldType.Date),
        new("updated_at", "更新时间", FieldType.Date),
        new("finish_time", "完成时间", FieldType.Date),
    ];

    // The states of a state flow are statuses of their own.
    static IEnumerable<Option> Statuses(WorkItemType type) => (type.Flow is FlowMode.State ? [] : type.Statuses.Select(s => new Option(s.Key, s.Name)))
        .Concat(type.Templates.SelectMany(t => t.States).Select(s => new Option(s.Key, s.Name))).DistinctBy(o => o.Value);
}
