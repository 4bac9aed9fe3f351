using Reflow.Core.Projects;

namespace Reflow.Core.Tests.Projects;

/// <summary>A small space: a type with a field of each interesting kind, and items in whatever template a test needs.</summary>
static class Sample
{
    public const long Now = 1_722_182_400_000;

    public static Project Project { get; } = new("66f11218c3b4a0b423340001", "demo", "Demo") { Administrators = ["boss"] };

    public static WorkItemType Type { get; } = new("story", "Story")
    {
        Fields =
        [
            new("field_658c22", "Sentry", FieldType.Text) { Alias = "sentry_link" },
            new("field_size", "Size", FieldType.Select) { Options = [new("s", "Small"), new("m", "Middle"), new("xl", "Huge") { Disabled = true }] },
            new("field_ok", "Gate", FieldType.Signal),
            new("field_secret", "Secret", FieldType.Text) { EditableBy = [Permission.SpaceManager] },
            new("field_doc", "Document", FieldType.Link),
            new("field_people", "People", FieldType.MultiUser),
            new("field_sum", "Sum", FieldType.Calculated),
        ],
        Roles = [new("PM", "Manager"), new("RD", "Developer"), new("QA", "Tester")],
        Statuses = [new("open", "Open"), new("working", "Working"), new("done", "Done") { Archived = true }],
    };

    /// <summary>start (by itself) → doing → (test ‖ docs) → end, with <paramref name="doing"/> in the middle.</summary>
    public static NodeFlow Flow(TemplateNode? doing = null, FlowOptions? options = null, params Interceptor[] interceptors) => new(
        Project with { Interceptors = interceptors },
        Type,
        new(100001, "Story",
            [new("start", "Start") { PassMode = PassMode.Auto, BelongStatus = "open" }, doing ?? new("doing", "Doing"), new("test", "Test") { BelongStatus = "working" }, new("docs", "Docs"), new("end", "End")],
            [new("start", "doing"), new("doing", "test"), new("doing", "docs"), new("test", "end"), new("docs", "end")])
        { Options = options ?? new() });

    public static bool Knows(string user) => user is "ann" or "bob" or "cid" or "boss";

    public static WorkItem Item(this NodeFlow flow, params FieldValuePair[] fields) =>
        flow.Run(null, new ProjectCommand.Create("ann", Now, 12592, "Login", fields, false, [.. Enumerable.Range(1, flow.Template.TaskCount)]));

    /// <summary>The item after a command that is not refused.</summary>
    public static WorkItem Run(this NodeFlow flow, WorkItem? item, ProjectCommand command)
    {
        var (events, error) = flow.Decide(item, command, Knows);
        Xunit.Assert.Null(error);
        return events.Aggregate(item!, WorkItems.Apply);
    }

    public static WorkItem Confirm(this NodeFlow flow, WorkItem item, string node, string by = "ann", NodePatch? patch = null) =>
        flow.Run(item, new ProjectCommand.Confirm(by, Now + 1000, node, patch ?? NodePatch.Nothing));

    public static WorkItem RollBack(this NodeFlow flow, WorkItem item, string node, NodePatch? patch = null) =>
        flow.Run(item, new ProjectCommand.RollBack("ann", Now + 2000, node, "again", patch ?? NodePatch.Nothing));

    public static WorkItem Update(this NodeFlow flow, WorkItem item, string node, NodePatch patch) =>
        flow.Run(item, new ProjectCommand.UpdateNode("ann", Now + 500, node, patch));

    /// <summary>Why a confirm of <c>doing</c> is refused; null when it is not.</summary>
    public static Error? Refusal(this NodeFlow flow, WorkItem item, NodePatch? patch = null, string node = "doing", string by = "ann") =>
        flow.Decide(item, new ProjectCommand.Confirm(by, Now + 1000, node, patch ?? NodePatch.Nothing), Knows).Error;

    public static FieldValuePair Set(string field, string? value) => new(field, null, value is null ? null : new FieldValue.Text(value));

    public static FieldValuePair Set(string field, bool value) => new(field, null, new FieldValue.Flag(value));

    public static SchedulePatch Days(decimal points, params string[] owners) => new() { Points = points, EstimateStart = Now, EstimateEnd = Now + 172_799_999, Owners = owners };

    /// <summary>Where each node stands, in one line: <c>start3 doing2 test1 docs1 end1</c>.</summary>
    public static string Stand(this WorkItem item) => string.Join(' ', item.Nodes.Select(n => $"{n.Key}{(int)n.Status}"));
}
