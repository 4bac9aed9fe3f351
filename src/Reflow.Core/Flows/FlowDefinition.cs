namespace Reflow.Core.Flows;

/// <summary>One version of a flow: the graph, who decides, and what a rollback and a rejection do. A running instance keeps its version.</summary>
public sealed record FlowDefinition
{
    /// <summary>The application, <c>:namespace</c> of the execute path, for example <c>package_demo__c</c>.</summary>
    public required string Namespace { get; init; }

    /// <summary>The API name, <c>:flow_id</c> of the execute path (contracts/apaas §1.3).</summary>
    public required string Name { get; init; }

    /// <summary>The id that <c>api_ids</c> of the query filters on, for example <c>package_demo__c__action_purchase</c>.</summary>
    public required string ApiId { get; init; }

    /// <summary>Counts the deployments of this flow, from 1.</summary>
    public int Version { get; init; } = 1;

    /// <summary>What the flow is called; the label of its instances.</summary>
    public IReadOnlyList<Label> Label { get; init; } = [];

    /// <summary>The fields that <c>params</c> of an execution may fill and that conditions, assignee rules and the summary read.</summary>
    public IReadOnlyList<FormField> Form { get; init; } = [];

    /// <summary>The nodes, one start and one end among them.</summary>
    public required IReadOnlyList<FlowNode> Nodes { get; init; }

    /// <summary>The edges. Out of one gateway they are tried in this order.</summary>
    public required IReadOnlyList<FlowEdge> Edges { get; init; }

    /// <summary>What a rollback may do where the node says nothing else.</summary>
    public RollbackPolicy Rollback { get; init; } = new();

    /// <summary>Whether someone who has agreed already is asked again.</summary>
    public SamePerson SamePerson { get; init; }

    /// <summary>User ids of those who stand in for an absent assignee and may hand tasks over.</summary>
    public IReadOnlyList<string> Administrators { get; init; } = [];

    /// <summary>The lines that the task list shows of an instance, at most twenty (contracts/apaas §1.3).</summary>
    public IReadOnlyList<SummaryField> Summary { get; init; } = [];
}

/// <summary>A text in one language.</summary>
/// <param name="Language">The Windows LCID: 2052 Chinese, 1033 English, 1041 Japanese.</param>
/// <param name="Text">The text.</param>
public sealed record Label(int Language, string Text);

/// <summary>A field of the form.</summary>
/// <param name="Key">Its name in <c>params</c> and in conditions.</param>
/// <param name="Type">What it holds.</param>
public sealed record FormField(string Key, FieldType Type)
{
    /// <summary>What the field is called.</summary>
    public IReadOnlyList<Label> Label { get; init; } = [];
}

/// <summary>What a form field holds.</summary>
public enum FieldType
{
    /// <summary>A string.</summary>
    Text,
    /// <summary>A number.</summary>
    Number,
    /// <summary>True or false.</summary>
    Boolean,
    /// <summary>A moment, in Unix milliseconds.</summary>
    Time,
    /// <summary>One user id.</summary>
    User,
    /// <summary>A list of user ids.</summary>
    Users,
    /// <summary>A list of strings.</summary>
    Texts,
}

/// <summary>A line of the summary: <c>file_key</c> is the field's label, <c>file_value</c> its value.</summary>
/// <param name="Field">The key of the form field.</param>
public sealed record SummaryField(string Field);

/// <summary>Whether someone who has agreed already is asked again further on. The start is not an approval and counts for nothing here.</summary>
public enum SamePerson
{
    /// <summary>Everyone is asked every time.</summary>
    AskAgain,
    /// <summary>Who agreed on the approval right before passes automatically.</summary>
    PassIfPrevious,
    /// <summary>Who agreed on any approval that led here passes automatically.</summary>
    PassIfBefore,
}

/// <summary>An edge.</summary>
/// <param name="From">The key of the node that it leaves.</param>
/// <param name="To">The key of the node that it enters.</param>
/// <param name="When">The condition, behind an exclusive or inclusive gateway; null for the edge taken when no other is, and everywhere else.</param>
public sealed record FlowEdge(string From, string To, string? When = null);
