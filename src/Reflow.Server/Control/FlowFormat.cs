using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Reflow.Core.Flows;

namespace Reflow.Server.Control;

/// <summary>How flow definitions are written: the <c>flows</c> of a workspace file, and the same members as JSON where they are stored. One reader for both.</summary>
static class FlowFormat
{
    const int MostNodes = 300, MostEdges = 1000;

    static readonly TextFormat Key = TextFormat.Of("^[A-Za-z0-9_.-]{1,64}$", "1 to 64 letters, digits, dots, dashes or underscores");
    static readonly TextFormat Field = TextFormat.Of("^[A-Za-z_][A-Za-z0-9_]{0,63}$", "a letter or underscore, then letters, digits or underscores, 64 at most");

    /// <summary>Reads a definition; what is wrong with it is reported at its place.</summary>
    /// <param name="flow">The definition's section.</param>
    /// <param name="inFile">Whether this is a workspace file, which names people by user_id and checks that they are in it, and where versions are counted by deploying.</param>
    public static FlowDefinition Read(YamlSection flow, bool inFile)
    {
        var definition = Members(flow, inFile);
        foreach (var fault in FlowValidation.Faults(definition))
            flow.Fault($"{fault.Path}: {fault.Sentence}");
        return definition;
    }

    /// <summary>Reads a definition that somebody sent, with everything that is wrong with it; null when it cannot be read. Larger ones than anyone could draw are refused before they are walked.</summary>
    public static (FlowDefinition? Definition, IReadOnlyList<FlowFault> Faults) Check(string json)
    {
        var reading = new YamlReading("definition");
        if (new YamlTree("definition", json, reading.Faults).Read() is not YamlMap map)
            return (null, [.. reading.Faults.Select(f => new FlowFault(f.Path, f.Sentence)), .. reading.Faults is [] ? [new FlowFault("", "A definition has members.")] : Array.Empty<FlowFault>()]);
        var definition = Members(new(reading, map, new(map.Line, map.Column, ""), "", ""), inFile: false);
        reading.Finish();
        if (reading.Faults is not [])
            return (null, [.. reading.Faults.OrderBy(f => f.Line).ThenBy(f => f.Column).Select(f => new FlowFault(f.Path, f.Sentence))]);
        if (definition.Nodes.Count > MostNodes)
            return (null, [new("nodes", $"A flow has at most {MostNodes} nodes.")]);
        return definition.Edges.Count > MostEdges ? (null, [new("edges", $"A flow has at most {MostEdges} edges.")]) : (definition, FlowValidation.Faults(definition));
    }

    static FlowDefinition Members(YamlSection flow, bool inFile) => new()
    {
        Namespace = flow.RequiredText("namespace", Key),
        Name = flow.RequiredText("name", Key),
        ApiId = flow.RequiredText("api_id", Key),
        Version = inFile ? 1 : (int)(flow.Integer("version", 1, int.MaxValue) ?? 1),
        Label = Labels(flow),
        Form = [.. flow.Sections("form").Select(f => new FormField(f.RequiredText("key", Field), f.RequiredOneOf<FieldType>("type", FlowWords.Of)) { Label = Labels(f) })],
        Administrators = inFile ? flow.References("user", "administrators") : flow.Texts("administrators"),
        SamePerson = flow.OneOf<SamePerson>("same_person", FlowWords.Of) ?? SamePerson.AskAgain,
        Rollback = Override(flow.Section("rollback")).Over(new()),
        Summary = [.. flow.Texts("summary").Select(f => new SummaryField(f))],
        Nodes = [.. flow.RequiredSections("nodes").Select(node => Node(node, inFile))],
        Edges = [.. flow.RequiredSections("edges").Select(e => new FlowEdge(e.RequiredText("from"), e.RequiredText("to"), e.Text("when")))],
    };

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">The text is no definition.</exception>
    public static FlowDefinition Parse(string json)
    {
        var reading = new YamlReading("definition");
        if (new YamlTree("definition", json, reading.Faults).Read() is not YamlMap map)
            throw new FormatException("A definition has members.");
        var definition = Read(new(reading, map, new(map.Line, map.Column, ""), "", ""), inFile: false);
        reading.Finish();
        return reading.Faults is [var fault, ..] ? throw new FormatException(fault.ToString()) : definition;
    }

    /// <summary>A definition as JSON, without what is as usual.</summary>
    public static string Write(FlowDefinition definition)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            FlowWriter.Write(json, definition);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    static Label[] Labels(YamlSection section) => [.. section.Label("label").Select(l => new Label(l.Language, l.Text))];

    static FlowNode Node(YamlSection node, bool inFile)
    {
        var key = node.RequiredText("key", Key);
        var type = node.RequiredOneOf<NodeType>("type", FlowWords.Of);
        var label = Labels(node);
        var readers = Rules(node, "readers", inFile);
        var human = Human(node, key, type, inFile);
        FlowNode read = type switch
        {
            NodeType.Start => new FlowNode.Start(key),
            NodeType.Approval or NodeType.Fill => human,
            NodeType.Cc => new FlowNode.Cc(key) { Readers = readers },
            NodeType.Automatic => new FlowNode.Automatic(key),
            NodeType.Exclusive => new FlowNode.Gateway(key, Gate.Exclusive),
            NodeType.Parallel => new FlowNode.Gateway(key, Gate.Parallel),
            NodeType.Inclusive => new FlowNode.Gateway(key, Gate.Inclusive),
            NodeType.End => new FlowNode.End(key),
        };
        return read with { Label = label };
    }

    static FlowNode.Human Human(YamlSection node, string key, NodeType type, bool inFile)
    {
        var rollback = node.Section("rollback");
        var read = Override(rollback);
        return new(key, type is NodeType.Fill ? TaskKind.Fill : TaskKind.Approval)
        {
            Mode = node.OneOf<Mode>("mode", FlowWords.Of) ?? Mode.All,
            Percent = (int)(node.Integer("percent", 1, 100) ?? 100),
            Assignees = Rules(node, "assignees", inFile),
            Nobody = node.OneOf<WhenNobody>("nobody", FlowWords.Of) ?? WhenNobody.Administrators,
            Rollback = rollback.IsPresent ? read : null,
            Reject = Reject(node.Section("reject")),
            Due = node.Integer("due_seconds", 1, 1_000_000_000) * 1000,
            Remind = node.Integer("remind_seconds", 1, 1_000_000_000) * 1000,
        };
    }

    static RollbackOverride Override(YamlSection rollback) => new()
    {
        Enabled = rollback.Has("enabled") ? rollback.Flag("enabled") : null,
        Scope = rollback.OneOf<RollbackScope>("scope", FlowWords.Of),
        Resume = rollback.OneOf<Resume>("resume", FlowWords.Of),
        Siblings = rollback.OneOf<Siblings>("siblings", FlowWords.Of),
        Assignees = rollback.OneOf<LastAssignees>("assignees", FlowWords.Of),
        Inherit = rollback.Has("inherit") ? rollback.Flag("inherit") : null,
        Administrators = rollback.Has("administrators") ? rollback.Flag("administrators") : null,
    };

    static RejectPolicy Reject(YamlSection reject)
    {
        var then = reject.OneOf<RejectThen>("then", FlowWords.Of) ?? RejectThen.End;
        var node = reject.Text("node") ?? "";
        if (then is RejectThen.ToNode or RejectThen.Follow && node is "")
            reject.Fault("node", "is missing.");
        return then switch
        {
            RejectThen.End => new RejectPolicy.EndInstance(),
            RejectThen.EndBranch => new RejectPolicy.EndBranch(),
            RejectThen.ToStart => new RejectPolicy.ToStart(),
            RejectThen.ToNode => new RejectPolicy.ToNode(node),
            RejectThen.Follow => new RejectPolicy.Follow(node),
        };
    }

    static AssigneeRule[] Rules(YamlSection node, string name, bool inFile) => [.. node.Sections(name).Select(rule => Rule(rule, inFile, nested: false))];

    // One member says what kind of rule it is. Cases are not nested: the file stays readable, and the list of its members finite.
    static AssigneeRule Rule(YamlSection rule, bool inFile, bool nested)
    {
        var users = inFile ? rule.References("user", "users") : rule.Texts("users");
        var initiator = rule.Flag("initiator");
        var leader = rule.Integer("leader", 1, 100);
        var department = rule.Text("department_owner");
        var role = inFile ? rule.Reference("role", "role") : rule.Text("role");
        var field = rule.Text("field", Field);
        AssigneeCase[] cases = nested ? [] : [.. rule.Sections("cases").Select(c => new AssigneeCase(c.RequiredText("when"), [.. c.RequiredSections("assignees").Select(r => Rule(r, inFile, nested: true))]))];
        AssigneeRule[] otherwise = nested ? [] : [.. rule.Sections("otherwise").Select(r => Rule(r, inFile, nested: true))];
        AssigneeRule[] kinds =
        [
            .. users is [] ? Array.Empty<AssigneeRule>() : [new AssigneeRule.Fixed(users)],
            .. initiator ? [new AssigneeRule.Initiator()] : Array.Empty<AssigneeRule>(),
            .. leader is { } level ? [new AssigneeRule.Leader((int)level)] : Array.Empty<AssigneeRule>(),
            .. department is { } id ? [new AssigneeRule.DepartmentOwner(id is "own" ? null : id)] : Array.Empty<AssigneeRule>(),
            .. role is { } named ? [new AssigneeRule.Role(named)] : Array.Empty<AssigneeRule>(),
            .. field is { } filled ? [new AssigneeRule.FromField(filled)] : Array.Empty<AssigneeRule>(),
            .. cases is [] ? Array.Empty<AssigneeRule>() : [new AssigneeRule.ByCondition(cases, otherwise)],
        ];
        if (kinds.Length != 1)
            rule.Fault("must have exactly one of users, initiator, leader, department_owner, role, field, cases.");
        return kinds.FirstOrDefault() ?? new AssigneeRule.Initiator();
    }
}

/// <summary>The types that a node may have in a file.</summary>
enum NodeType { Start, Approval, Fill, Cc, Automatic, Exclusive, Parallel, Inclusive, End }

/// <summary>The words for rejection policies in a file.</summary>
enum RejectThen { End, EndBranch, ToStart, ToNode, Follow }
