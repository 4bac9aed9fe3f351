using Reflow.Core.Flows;

namespace Reflow.Server.Control;

/// <summary>The words of a flow definition.</summary>
static class FlowWords
{
    public static string Of(NodeType type) => type switch
    {
        NodeType.Start => "start",
        NodeType.Approval => "approval",
        NodeType.Fill => "fill",
        NodeType.Cc => "cc",
        NodeType.Automatic => "automatic",
        NodeType.Exclusive => "exclusive",
        NodeType.Parallel => "parallel",
        NodeType.Inclusive => "inclusive",
        NodeType.End => "end",
    };

    public static string Of(RejectThen then) => then switch
    {
        RejectThen.End => "end",
        RejectThen.EndBranch => "end_branch",
        RejectThen.ToStart => "to_start",
        RejectThen.ToNode => "to_node",
        RejectThen.Follow => "follow",
    };

    public static string Of(FieldType type) => type switch
    {
        FieldType.Text => "text",
        FieldType.Number => "number",
        FieldType.Boolean => "boolean",
        FieldType.Time => "time",
        FieldType.User => "user",
        FieldType.Users => "users",
        FieldType.Texts => "texts",
    };

    public static string Of(SamePerson samePerson) => samePerson switch
    {
        SamePerson.AskAgain => "ask_again",
        SamePerson.PassIfPrevious => "pass_if_previous",
        SamePerson.PassIfBefore => "pass_if_before",
    };

    public static string Of(Mode mode) => mode switch
    {
        Mode.All => "all",
        Mode.Any => "any",
        Mode.Ratio => "ratio",
        Mode.Sequential => "sequential",
    };

    public static string Of(WhenNobody nobody) => nobody switch
    {
        WhenNobody.Administrators => "administrators",
        WhenNobody.Pass => "pass",
        WhenNobody.Refuse => "refuse",
    };

    public static string Of(RollbackScope scope) => scope switch
    {
        RollbackScope.Initiator => "initiator",
        RollbackScope.Previous => "previous",
        RollbackScope.Any => "any",
    };

    public static string Of(Resume resume) => resume switch
    {
        Resume.Walk => "walk",
        Resume.Direct => "direct",
    };

    public static string Of(Siblings siblings) => siblings switch
    {
        Siblings.Keep => "keep",
        Siblings.Rerun => "rerun",
    };

    public static string Of(LastAssignees assignees) => assignees switch
    {
        LastAssignees.Last => "last",
        LastAssignees.Resolve => "resolve",
    };
}
