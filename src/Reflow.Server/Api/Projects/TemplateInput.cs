using Reflow.Core.Projects;
using Reflow.Server.Gateway;

namespace Reflow.Server.Api.Projects;

/// <summary>Reads the edits of a template (contracts: project §2.4 WorkflowConf). As everywhere in this API null, empty text and 0 are "not passed"; a flag that is sent counts.</summary>
static class TemplateInput
{
    /// <summary>The edits of nodes; null when one of them is none.</summary>
    public static IReadOnlyList<NodeEdit>? Nodes(Input body)
    {
        List<NodeEdit> edits = [];
        foreach (var conf in body.Says("workflow_confs") ? body.Objects("workflow_confs") : [])
        {
            var (action, key) = (Mode<EditAction>(conf, "action"), conf.Word("state_key"));
            var (usage, pass) = (Mode<OwnerUsage>(conf, "owner_usage_mode"), Mode<PassMode>(conf, "pass_mode"));
            var tasks = Tasks(conf);
            // A condition of visibility has no words on this wire; workspace files have them.
            if (action is not { Known: { } does } || key is null || usage is null || pass is null || tasks is null) return null;
            edits.Add(new(does, key)
            {
                Name = conf.Word("name"),
                From = List(conf, "pre_node_state_key"),
                OwnerUsage = usage.Known,
                OwnerRoles = List(conf, "owner_roles"),
                Owners = List(conf, "owners"),
                NeedSchedule = Flag(conf, "need_schedule"),
                DifferentSchedule = Flag(conf, "different_schedule"),
                PassMode = pass.Known,
                DoneOperationRoles = List(conf, "done_operation_role") is { Count: > 0 } roles ? roles : null,
                DoneSchedule = Flag(conf, "done_schedule"),
                DoneAllocateOwner = Flag(conf, "done_allocate_owner"),
                DoneActualPoint = Flag(conf, "done_actual_point"),
                DoneFinishTime = Flag(conf, "done_finish_time"),
                Milestone = Flag(conf, "is_milestone"),
                BelongStatus = conf.Word("belong_status"),
                Tasks = tasks,
            });
        }
        return edits;
    }

    /// <summary>The edits of states; null when one of them is none.</summary>
    public static IReadOnlyList<StateEdit>? States(Input body)
    {
        List<StateEdit> edits = [];
        foreach (var conf in body.Says("state_flow_confs") ? body.Objects("state_flow_confs") : [])
        {
            var (action, key, kind) = (Mode<EditAction>(conf, "action"), conf.Word("state_key"), Mode<StateKind>(conf, "state_type"));
            if (action is not { Known: { } does } || key is null || kind is null) return null;
            edits.Add(new(does, key) { Name = conf.Word("name"), Kind = kind.Known, AuthorizedRoles = List(conf, "authorized_roles") is { Count: > 0 } roles ? roles : null });
        }
        return edits;
    }

    static List<TaskEdit>? Tasks(Input conf)
    {
        List<TaskEdit> edits = [];
        foreach (var task in conf.Says("task_confs") ? conf.Objects("task_confs") : [])
        {
            var (action, id, pass, required) = (Mode<EditAction>(task, "action"), task.Word("id"), Mode<TaskPassMode>(task, "pass_mode"), task.Whole("node_pass_required_mode"));
            if (action is not { Known: { } does } || id is null || pass is null || required is not (0 or 1 or 2)) return null;
            edits.Add(new(does, id) { Name = task.Word("name"), PassMode = pass.Known, Blocking = required == 0 ? null : required == 1, DeliverableField = task.Word("deliverable_field_id") });
        }
        return edits;
    }

    static IReadOnlyList<string>? List(Input conf, string name) => conf.Says(name) ? conf.Texts(name, 1000) : null;

    static bool? Flag(Input conf, string name) => conf.Says(name) ? conf.Flag(name) : null;

    // A number that the wire has no word for is no mode: null. 0 is "not passed": a mode that is not known.
    static Numbered<T>? Mode<T>(Input conf, string name) where T : struct, Enum =>
        conf.Whole(name) is var number and not 0 ? Enum.GetValues<T>().Where(v => Convert.ToInt64(v, null) == number).Select(v => new Numbered<T>(v)).FirstOrDefault() : new(null);

    sealed record Numbered<T>(T? Known) where T : struct, Enum;
}
