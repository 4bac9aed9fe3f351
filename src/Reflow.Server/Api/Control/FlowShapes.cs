using System.Text.Json;
using Reflow.Core.Flows;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>How the control plane shows the parts of an instance. Ids are texts, times are Unix ms.</summary>
static class FlowShapes
{
    /// <summary>The members that every answer shows of an instance.</summary>
    public static void Instance(Utf8JsonWriter json, FlowInstance instance, FlowVersion flow, People people)
    {
        json.WriteString("instance_id"u8, $"{instance.Id}");
        json.WriteString("namespace"u8, flow.Namespace);
        json.WriteString("flow"u8, flow.Name);
        json.WriteNumber("version"u8, flow.Version);
        json.WriteString("status"u8, Word(instance.Status));
        json.WriteStartObject("initiator"u8);
        json.WriteString("user_id"u8, instance.Initiator);
        json.WriteString("name"u8, people.NameOf(instance.Initiator));
        json.WriteEndObject();
        json.WriteNumber("started_at"u8, instance.StartedAt);
        if (instance.EndedAt is { } ended) json.WriteNumber("ended_at"u8, ended);
    }

    /// <summary>The members that every answer shows of a flow's version.</summary>
    public static void Version(Utf8JsonWriter json, FlowVersionRow row)
    {
        json.WriteString("namespace"u8, row.Version.Namespace);
        json.WriteString("name"u8, row.Version.Name);
        json.WriteNumber("version"u8, row.Version.Version);
        json.WriteString("api_id"u8, row.ApiId);
        json.WriteString("state"u8, row.State);
        json.WriteNumber("deployed_at"u8, row.DeployedAt);
    }

    /// <summary>A task with its node and its people.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="task">The task.</param>
    /// <param name="flow">The version of its instance.</param>
    /// <param name="people">Who has which name.</param>
    /// <param name="hasId">False for a task that would open: its id would be another.</param>
    public static void Task(Utf8JsonWriter json, FlowTask task, DeployedFlow flow, People people, bool hasId = true)
    {
        json.WriteStartObject();
        if (hasId) json.WriteString("task_id"u8, $"{task.Id}");
        json.WriteString("node"u8, task.Node);
        json.WritePropertyName("label"u8);
        // A task undone before a migration may be of a node that its version has no more.
        FlowJson.WriteLabels(json, flow.Net.Find(task.Node)?.Label ?? []);
        json.WriteString("kind"u8, Word(task.Kind));
        json.WriteString("status"u8, Word(task.Status));
        json.WriteBoolean("superseded"u8, task.Superseded);
        json.WriteNumber("opened_at"u8, task.OpenedAt);
        if (task.ClosedAt is { } closed) json.WriteNumber("closed_at"u8, closed);
        if (task.DueAt is { } due) json.WriteNumber("due_at"u8, due);
        json.WriteObjects("assignees"u8, task.Assignees, assignee =>
        {
            json.WriteString("user_id"u8, assignee.User);
            json.WriteString("name"u8, people.NameOf(assignee.User));
            if (assignee.Vote is { } vote)
            {
                json.WriteString("vote"u8, vote.Agree ? "agree"u8 : "reject"u8);
                json.WriteBoolean("automatic"u8, vote.Automatic);
                json.WriteNumber("voted_at"u8, vote.At);
                if (vote.Opinion is { } opinion) json.WriteString("opinion"u8, opinion);
            }
        });
        json.WriteEndObject();
    }

    /// <summary>A list of faults, each with its place.</summary>
    public static void Faults(Utf8JsonWriter json, string name, IReadOnlyList<FlowFault> faults)
    {
        json.WriteStartArray(name);
        foreach (var fault in faults)
        {
            json.WriteStartObject();
            json.WriteString("path"u8, fault.Path);
            json.WriteString("sentence"u8, fault.Sentence);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>A list of ids, as texts.</summary>
    public static void Ids(Utf8JsonWriter json, string name, IEnumerable<long> ids)
    {
        json.WriteStartArray(name);
        foreach (var id in ids) json.WriteStringValue($"{id}");
        json.WriteEndArray();
    }

    public static string Word(InstanceStatus status) => status switch
    {
        InstanceStatus.InProcess => "in_process",
        InstanceStatus.Agreed => "agreed",
        InstanceStatus.Rejected => "rejected",
        InstanceStatus.Canceled => "canceled",
        InstanceStatus.Failed => "failed",
    };

    public static string Word(UserTaskStatus status) => status switch
    {
        UserTaskStatus.Pending => "pending",
        UserTaskStatus.Agreed => "agreed",
        UserTaskStatus.Rejected => "rejected",
        UserTaskStatus.RolledBack => "rolled_back",
        UserTaskStatus.Closed => "closed",
        UserTaskStatus.Canceled => "canceled",
        UserTaskStatus.Skipped => "skipped",
    };

    public static string Word(FiringKind kind) => kind switch
    {
        FiringKind.StartDone => "start_done",
        FiringKind.TaskDone => "task_done",
        FiringKind.Auto => "auto",
        FiringKind.Decide => "decide",
        FiringKind.Split => "split",
        FiringKind.Join => "join",
        FiringKind.Kill => "kill",
        FiringKind.End => "end",
    };

    public static string Word(TaskKind kind) => kind switch
    {
        TaskKind.Approval => "approval",
        TaskKind.Fill => "fill",
        TaskKind.Cc => "cc",
        TaskKind.Start => "start",
    };
}
