using System.Diagnostics;
using System.Text.Json;
using Reflow.Core.Flows;
using Reflow.Server.Gateway;

namespace Reflow.Server.Control;

/// <summary>Writes the members that <see cref="FlowFormat"/> reads.</summary>
static class FlowWriter
{
    public static void Write(Utf8JsonWriter json, FlowDefinition definition)
    {
        json.WriteStartObject();
        json.WriteString("namespace"u8, definition.Namespace);
        json.WriteString("name"u8, definition.Name);
        json.WriteString("api_id"u8, definition.ApiId);
        json.WriteNumber("version"u8, definition.Version);
        Write(json, definition.Label);
        List(json, "form", definition.Form, field =>
        {
            json.WriteString("key"u8, field.Key);
            json.WriteString("type"u8, FlowWords.Of(field.Type));
            Write(json, field.Label);
        });
        json.WriteTexts("administrators", definition.Administrators);
        json.WriteString("same_person"u8, FlowWords.Of(definition.SamePerson));
        Write(json, new RollbackOverride
        {
            Enabled = definition.Rollback.Enabled,
            Scope = definition.Rollback.Scope,
            Resume = definition.Rollback.Resume,
            Siblings = definition.Rollback.Siblings,
            Assignees = definition.Rollback.Assignees,
            Inherit = definition.Rollback.Inherit,
            Administrators = definition.Rollback.Administrators,
        });
        json.WriteTexts("summary", [.. definition.Summary.Select(s => s.Field)]);
        List(json, "nodes", definition.Nodes, node => Write(json, node));
        List(json, "edges", definition.Edges, edge =>
        {
            json.WriteString("from"u8, edge.From);
            json.WriteString("to"u8, edge.To);
            if (edge.When is { } when) json.WriteString("when"u8, when);
        });
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, FlowNode node)
    {
        json.WriteString("key"u8, node.Key);
        json.WriteString("type"u8, FlowWords.Of(TypeOf(node)));
        Write(json, node.Label);
        if (node is FlowNode.Cc cc) List(json, "readers", cc.Readers, rule => Write(json, rule));
        if (node is not FlowNode.Human human) return;
        json.WriteString("mode"u8, FlowWords.Of(human.Mode));
        json.WriteNumber("percent"u8, human.Percent);
        List(json, "assignees", human.Assignees, rule => Write(json, rule));
        json.WriteString("nobody"u8, FlowWords.Of(human.Nobody));
        if (human.Rollback is { } rollback) Write(json, rollback);
        var (then, to) = human.Reject switch
        {
            RejectPolicy.EndInstance => (RejectThen.End, (string?)null),
            RejectPolicy.EndBranch => (RejectThen.EndBranch, null),
            RejectPolicy.ToStart => (RejectThen.ToStart, null),
            RejectPolicy.ToNode x => (RejectThen.ToNode, x.Node),
            RejectPolicy.Follow x => (RejectThen.Follow, x.To),
            _ => throw new UnreachableException(),
        };
        json.WriteStartObject("reject"u8);
        json.WriteString("then"u8, FlowWords.Of(then));
        if (to is not null) json.WriteString("node"u8, to);
        json.WriteEndObject();
        if (human.Due is { } due) json.WriteNumber("due_seconds"u8, due / 1000);
        if (human.Remind is { } remind) json.WriteNumber("remind_seconds"u8, remind / 1000);
    }

    static NodeType TypeOf(FlowNode node) => node switch
    {
        FlowNode.Start => NodeType.Start,
        FlowNode.Human { Kind: TaskKind.Fill } => NodeType.Fill,
        FlowNode.Human => NodeType.Approval,
        FlowNode.Cc => NodeType.Cc,
        FlowNode.Automatic => NodeType.Automatic,
        FlowNode.Gateway { Gate: Gate.Exclusive } => NodeType.Exclusive,
        FlowNode.Gateway { Gate: Gate.Parallel } => NodeType.Parallel,
        FlowNode.Gateway => NodeType.Inclusive,
        FlowNode.End => NodeType.End,
        _ => throw new UnreachableException(),
    };

    static void Write(Utf8JsonWriter json, AssigneeRule rule)
    {
        switch (rule)
        {
            case AssigneeRule.Fixed x: json.WriteTexts("users", x.Users); break;
            case AssigneeRule.Initiator: json.WriteBoolean("initiator"u8, true); break;
            case AssigneeRule.Leader x: json.WriteNumber("leader"u8, x.Level); break;
            case AssigneeRule.DepartmentOwner x: json.WriteString("department_owner"u8, x.Department ?? "own"); break;
            case AssigneeRule.Role x: json.WriteString("role"u8, x.Key); break;
            case AssigneeRule.FromField x: json.WriteString("field"u8, x.Field); break;
            case AssigneeRule.ByCondition x:
                List(json, "cases", x.Cases, c =>
                {
                    json.WriteString("when"u8, c.When);
                    List(json, "assignees", c.Assignees, r => Write(json, r));
                });
                List(json, "otherwise", x.Otherwise, r => Write(json, r));
                break;
            default: throw new UnreachableException();
        }
    }

    static void Write(Utf8JsonWriter json, RollbackOverride rollback)
    {
        json.WriteStartObject("rollback"u8);
        if (rollback.Enabled is { } enabled) json.WriteBoolean("enabled"u8, enabled);
        if (rollback.Scope is { } scope) json.WriteString("scope"u8, FlowWords.Of(scope));
        if (rollback.Resume is { } resume) json.WriteString("resume"u8, FlowWords.Of(resume));
        if (rollback.Siblings is { } siblings) json.WriteString("siblings"u8, FlowWords.Of(siblings));
        if (rollback.Assignees is { } assignees) json.WriteString("assignees"u8, FlowWords.Of(assignees));
        if (rollback.Inherit is { } inherit) json.WriteBoolean("inherit"u8, inherit);
        if (rollback.Administrators is { } administrators) json.WriteBoolean("administrators"u8, administrators);
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, IReadOnlyList<Label> label)
    {
        if (label is []) return;
        json.WriteStartObject("label"u8);
        foreach (var (language, text) in label) json.WriteString(Languages.NameOf(language), text);
        json.WriteEndObject();
    }

    static void List<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<T> members)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            members(item);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
