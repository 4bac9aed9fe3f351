using Reflow.Core.Projects;
using Xunit;
using static Reflow.Core.Tests.Projects.Sample;

namespace Reflow.Core.Tests.Projects;

/// <summary>The rows of node operate's error table (seed 002) that the rules produce, byte for byte. Rows 13 and 19 belong to the server.</summary>
public class NodeOperateRows
{
    static TemplateNode Doing => new("doing", "Doing");

    static void Refused(Error? error, int code, int http, string message, string detail) =>
        Assert.Equal((code, http, message, detail), (error!.Code, error.Http, error.Message, error.Detail));

    [Fact]
    public void Row_1_completed()
    {
        var flow = Flow();
        Refused(flow.Refusal(flow.Confirm(flow.Item(), "doing")), 20017, 400, "Node Is Completed", "Node Is Completed");
    }

    [Fact]
    public void Row_2_not_arrived() => Refused(Flow().Refusal(Flow().Item(), node: "test"), 20016, 400, "Node Is Not Arrived", "Node Is Not Arrived");

    [Theory, InlineData("nowhere"), InlineData("Doing"), InlineData("")]
    public void Row_3_no_such_node(string key) =>
        Refused(Flow().Refusal(Flow().Item(), node: key), 20018, 400, "Node ID Not Exist In Workflow", "Node ID Not Exist In Workflow");

    [Fact]
    public void Row_3_hidden_node()
    {
        var flow = Flow(Doing with { Visible = new("never", _ => false) });
        Refused(flow.Refusal(flow.Item()), 20018, 400, "Node ID Not Exist In Workflow", "Node ID Not Exist In Workflow");
    }

    [Fact]
    public void Row_4_no_owner()
    {
        var flow = Flow(Doing with { DoneAllocateOwner = true });
        Refused(flow.Refusal(flow.Item()), 20038, 400, "Person in charge is required", "Owner Required");
        Assert.Null(flow.Refusal(flow.Item(), new() { Owners = ["bob"] }));
        Refused(flow.Refusal(flow.Update(flow.Item(), "doing", new() { Owners = ["bob"] }), new() { Owners = [] }), 20038, 400, "Person in charge is required", "Owner Required");
    }

    [Fact]
    public void Row_5_empty_field_by_node_name()
    {
        var flow = Flow(Doing with { Form = [new FormItem.OfField("field_658c22") { Required = Requirement.Yes }] });
        Refused(flow.Refusal(flow.Item()), 20038, 400, "Param missing", "Doing(field_658c22) Required");
        Refused(flow.Refusal(flow.Item(Set("field_658c22", "x")), new() { Fields = [Set("field_658c22", "")] }), 20038, 400, "Param missing", "Doing(field_658c22) Required");
        Assert.Null(flow.Refusal(flow.Item(), new() { Fields = [Set("field_658c22", "23333")] }));
    }

    [Fact]
    public void Row_5_only_while_its_condition_holds()
    {
        static bool Small(WorkItem item) => item.Fields.ContainsKey("field_doc");
        var flow = Flow(Doing with { Form = [new FormItem.OfField("field_658c22") { Required = Requirement.Conditional, RequiredIf = new("doc", Small) }] });
        Assert.Null(flow.Refusal(flow.Item()));
        Refused(flow.Refusal(flow.Item(Set("field_doc", "http://x"))), 20038, 400, "Param missing", "Doing(field_658c22) Required");
        var hidden = Flow(Doing with { Form = [new FormItem.OfField("field_658c22") { Required = Requirement.Yes, Visible = new("doc", Small) }] });
        Assert.Null(hidden.Refusal(hidden.Item()));
    }

    [Fact]
    public void Row_6_no_schedule()
    {
        var flow = Flow(Doing with { DoneSchedule = true });
        Refused(flow.Refusal(flow.Item()), 20038, 400, "Estimates and schedules are required", "Doing 估分and schedule required");
        Refused(flow.Refusal(flow.Item(), new() { Schedule = new() { EstimateStart = Now } }), 20038, 400, "Estimates and schedules are required", "Doing 估分and schedule required");
        Refused(flow.Refusal(flow.Item(), new() { Schedule = Days(0) with { IsAuto = false } }), 20038, 400, "Estimates and schedules are required", "Doing 估分and schedule required");
        Assert.Null(flow.Refusal(flow.Item(), new() { Schedule = Days(1) }));
    }

    [Fact]
    public void Row_6_any_owner_without_an_own_schedule()
    {
        var flow = Flow(Doing with { DoneSchedule = true, DifferentSchedule = true });
        Refused(flow.Refusal(flow.Item(), new() { Owners = ["ann", "bob"], Schedules = [Days(1, "ann")] }), 20038, 400, "Estimates and schedules are required", "Doing 估分and schedule required");
        Assert.Null(flow.Refusal(flow.Item(), new() { Owners = ["ann", "bob"], Schedules = [Days(1, "ann"), Days(2, "bob")] }));
        Refused(flow.Refusal(flow.Item(), new() { Owners = ["ann", "bob"], Schedule = Days(1) }), 20038, 400, "Estimates and schedules are required", "Doing 估分and schedule required");
    }

    [Fact]
    public void Rows_7_and_18_terminated()
    {
        var flow = Flow();
        var gone = flow.Run(flow.Item(), new ProjectCommand.Abort("ann", Now, "no need", "cancel"));
        Refused(flow.Precheck(gone, "nowhere"), 20007, 400, "WorkItem Is Already Aborted", "WorkItem Is Already Aborted");
        Refused(flow.Refusal(gone, node: "nowhere"), 20007, 400, "Workitem is abort", "Unable to operate on terminated work items");
    }

    [Fact]
    public void Row_8_empty_role()
    {
        var form = Flow(Doing with { Form = [new FormItem.OfRole("PM") { Required = Requirement.Yes }] });
        Refused(form.Refusal(form.Item()), 20038, 400, "This role info is mandatory", "role Manager(PM) Required");
        Assert.Null(form.Refusal(form.Item(), new() { RoleAssignee = [new("PM", ["bob"])] }));
        var bound = Flow(Doing with { OwnerUsage = OwnerUsage.Role, OwnerRoles = ["RD", "QA"], DoneAllocateOwner = true });
        Refused(bound.Refusal(bound.Item()), 20038, 400, "This role info is mandatory", "role Developer(RD) Required");
        Assert.Null(bound.Refusal(bound.Item(), new() { RoleAssignee = [new("QA", ["bob"])] }));
    }

    [Fact]
    public void Row_9_signal_not_true()
    {
        var flow = Flow(Doing with { Form = [new FormItem.OfField("field_ok") { Required = Requirement.Yes }] });
        Refused(flow.Refusal(flow.Item()), 50006, 500, "Param invalid", "Gate(field_ok) Should Be Passed");
        Refused(flow.Refusal(flow.Item(), new() { Fields = [Set("field_ok", false)] }), 50006, 500, "Param invalid", "Gate(field_ok) Should Be Passed");
        Assert.Null(flow.Refusal(flow.Item(), new() { Fields = [Set("field_ok", true)] }));
    }

    [Theory, InlineData(null, "why"), InlineData("", "why"), InlineData("rollback", null), InlineData("rollback", ""), InlineData("rollback", "  ")]
    public void Row_10_no_action_or_no_reason(string? action, string? reason) =>
        Refused(ProjectCommand.Operate("ann", Now, "doing", action, reason, NodePatch.Nothing).Error, 20005, 400, "Missing Param", "Missing Param，action || rollBackReason is nil");

    [Fact]
    public void Row_11_own_part_done()
    {
        var flow = Flow(Doing with { PassMode = PassMode.Multi, OwnerUsage = OwnerUsage.Default, Owners = ["ann", "bob"] });
        var half = flow.Confirm(flow.Item(), "doing");
        Refused(flow.Refusal(half), 50006, 500, "task has been finished", "Task has been finished");
        Assert.Equal("start3 doing2 test1 docs1 end1", half.Stand());
        var done = flow.Confirm(half, "doing", "bob");
        Assert.Equal("start3 doing3 test2 docs2 end1", done.Stand());
        Refused(flow.Refusal(done), 20017, 400, "Node Is Completed", "Node Is Completed");
    }

    [Fact]
    public void Row_12_no_actual_hours_by_node_id()
    {
        var flow = Flow(Doing with { DoneActualPoint = true });
        Refused(flow.Refusal(flow.Item()), 20038, 400, "The node actual working time is mandatory", "Node doing 实际工时 is required.");
        Assert.Null(flow.Refusal(flow.Run(flow.Item(), new ProjectCommand.RecordHours("ann", Now, [new(9, "doing", null, 1.5m, "", Now)]))));
    }

    [Fact]
    public void Row_14_another_template()
    {
        var item = Flow().Item() with { TemplateVersion = 7 };
        Refused(Flow().Refusal(item), 50006, 500, "workflow err", "workflow err");
        Refused(Flow().Precheck(item, "doing"), 50006, 500, "workflow err", "workflow err");
    }

    [Fact]
    public void Row_15_intercepted()
    {
        var flow = Flow(null, null, new Interceptor([PluginEvent.CompleteNode]) { Template = 100001, Nodes = ["doing"] });
        Refused(flow.Refusal(flow.Item()), 20090, 400, "Your request has been Intercept", "Your request has been intercepted.");
    }

    [Fact]
    public void Row_16_first_open_subtask()
    {
        var flow = Flow(Doing with { Tasks = [new("t1", "Free"), new("t2", "Review") { Blocking = true }, new("t3", "Sign") { Blocking = true }] });
        Refused(flow.Refusal(flow.Item()), 50006, 500, "Sub Task Not Completed", "Node Doing cannot be completed because task Review is not completed");
        var reviewed = flow.Run(flow.Item(), new ProjectCommand.ConfirmSubTask("ann", Now, "doing", 2, SubTaskPatch.Nothing));
        Refused(flow.Refusal(reviewed), 50006, 500, "Sub Task Not Completed", "Node Doing cannot be completed because task Sign is not completed");
    }

    [Theory, InlineData("xl"), InlineData("none")]
    public void Row_17_option_not_usable(string option) =>
        Refused(Flow().Refusal(Flow().Item(), new() { Fields = [Set("field_size", option)] }), 20050, 400, "Field Option Value Is Wrong", "Due to the administrator configuration update");

    [Fact]
    public void Row_17_a_stored_option_that_was_disabled()
    {
        var flow = Flow(Doing with { Form = [new FormItem.OfField("field_size") { Required = Requirement.Yes }] });
        var old = flow.Item().Apply(new ProjectEvent.FieldChanged("field_size", new FieldValue.Text("xl")));
        Refused(flow.Refusal(old), 20050, 400, "Field Option Value Is Wrong", "Due to the administrator configuration update");
    }

    [Fact]
    public void Row_20_unknown_field() => Refused(Flow().Refusal(Flow().Item(), new() { Fields = [new(null, "testin_allow", new FieldValue.Text("1"))] }),
        30009, 404, "Field Not Found", "field_value_pairs field alias testin_allow:can not find field");

    [Fact]
    public void Row_21_no_due_time()
    {
        var flow = Flow(Doing with { Milestone = true });
        Refused(flow.Refusal(flow.Item()), 20038, 400, "Required Field Is Not Set", "Milestone due time is required");
        Assert.Null(flow.Refusal(flow.Item(), new() { Schedule = new() { EstimateEnd = Now } }));
        Assert.Null(flow.Refusal(flow.Item(), new() { NodeFields = [new("milestone_end_time", null, new FieldValue.Number(Now))] }));
    }

    [Theory, InlineData(2, true), InlineData(3, false), InlineData(4, false)]
    public void Row_22_points_below_the_subtasks(int points, bool refused)
    {
        var flow = Flow();
        var item = flow.Run(flow.Item(), new ProjectCommand.CreateSubTask("ann", Now, "doing", 5, "Part", new() { Schedule = Days(3) }));
        var patch = new NodePatch { Schedule = Days(points) };
        if (refused) Refused(flow.Refusal(item, patch), 1000051743, 400, "RPC Call Error", "Node 估分 must exceed that of its sub-tasks");
        else Assert.Null(flow.Refusal(item, patch));
        var before = flow.Run(flow.Update(flow.Item(), "doing", patch), new ProjectCommand.CreateSubTask("ann", Now, "doing", 5, "Part", new() { Schedule = Days(3) }));
        Assert.Equal(refused, flow.Refusal(before) is not null);
    }

    [Theory, InlineData("field_secret", "Unable to edit Secret (field_secret)"), InlineData("field_sum", "Unable to edit Sum (field_sum)")]
    public void Row_23_no_right_to_a_field(string field, string detail)
    {
        Refused(Flow().Refusal(Flow().Item(), new() { Fields = [Set(field, "x")] }), 50006, 500, "No right to edit", detail);
        Assert.Null(Flow().Refusal(Flow().Item(), new() { Fields = [Set("field_secret", "x")] }, by: "boss"));
    }

    [Fact]
    public void Row_24_unknown_role() => Refused(Flow().Refusal(Flow().Item(), new() { RoleAssignee = [new("CEO", [])] }),
        20041, 400, "Field RoleOwner Must Be Set In FieldValuePairs", "Role owner do not exist in DB and request");

    [Fact]
    public void Row_13_and_19_have_their_texts()
    {
        Refused(ProjectErrors.WorkItemNotFound, 30005, 404, "WorkItem Not Found", "WorkItem Not Found");
        Refused(ProjectErrors.InTransition, 50006, 500, "The current workflow is in transition", "Node workflow transitioning");
    }

    [Fact]
    public void Rollback_of_a_node_that_is_not_done()
    {
        var error = Flow().Decide(Flow().Item(), new ProjectCommand.RollBack("ann", Now, "doing", "why", NodePatch.Nothing), Knows).Error;
        Refused(error, 20037, 400, "Node Is not completed, Could Not Be Rollback", "Node Is not completed, Could Not Be Rollback");
    }

    [Fact]
    public void Rollback_where_it_is_disabled_or_would_be_a_rollback_of_nothing()
    {
        var flow = Flow(Doing with { EnableRollback = false });
        var done = flow.Confirm(flow.Item(), "doing");
        foreach (var node in (string[])["doing", "start"])
            Refused(flow.Decide(done, new ProjectCommand.RollBack("ann", Now, node, "why", NodePatch.Nothing), Knows).Error, 10002, 403, "Illegal Operation", "Illegal Operation");
    }

    [Theory]
    [InlineData(Permission.Anybody, "cid", true)]
    [InlineData(Permission.NodeOwner, "bob", true)]
    [InlineData(Permission.NodeOwner, "ann", false)]
    [InlineData(Permission.SpaceManager, "boss", true)]
    [InlineData(Permission.SpaceManager, "ann", false)]
    [InlineData(Permission.Creator, "ann", true)]
    [InlineData(Permission.Creator, "bob", false)]
    [InlineData(Permission.SpaceEditor, "cid", true)]
    [InlineData("PM", "ann", false)]
    public void Only_those_whom_the_node_names_may_operate(string who, string by, bool allowed)
    {
        var flow = Flow(Doing with { DoneOperationRoles = [who], OwnerUsage = OwnerUsage.Default, Owners = ["bob"] });
        var error = flow.Refusal(flow.Item(), by: by);
        if (allowed) Assert.Null(error);
        else Refused(error, 10001, 403, "No Permission", "No Permission");
    }

    [Fact]
    public void A_role_of_the_type_that_is_none_of_the_nodes() =>
        Assert.Equal(20048, Flow().Refusal(Flow().Item(), new() { RoleAssignee = [new("PM", ["ann"])] })!.Code);

    [Fact]
    public void Unknown_people_and_wrong_shapes()
    {
        var flow = Flow(Doing with { Form = [new FormItem.OfRole("PM")], DifferentSchedule = true });
        int Code(NodePatch patch) => flow.Refusal(flow.Item(), patch)!.Code;
        Assert.Equal(30006, Code(new() { Owners = ["ghost"] }));
        Assert.Equal(30006, Code(new() { RoleAssignee = [new("PM", ["ghost"])] }));
        Assert.Equal(30006, Code(new() { Fields = [new("field_people", null, new FieldValue.Items([new FieldValue.Text("ghost")]))] }));
        Assert.Equal(20032, Code(new() { Owners = ["ann", "bob"], Schedules = [Days(1)] }));
        Assert.Equal(20032, Code(new() { Owners = ["ann", "bob"], Schedules = [Days(1, "ann", "bob")] }));
        Assert.Equal(20032, Code(new() { Owners = ["ann", "bob"], Schedules = [Days(1, "cid")] }));
        Assert.Equal(20013, Code(new() { Schedule = new() { EstimateStart = 12 } }));
        Assert.Equal(20013, Code(new() { Schedule = new() { EstimateStart = Now, EstimateEnd = Now - 1 } }));
        Assert.Equal(20025, Code(new() { Fields = [new("", null, null)] }));
        Assert.Equal(20083, Code(new() { Fields = [Set("field_658c22", "1"), new(null, "sentry_link", null)] }));
        var illegal = flow.Refusal(flow.Item(), new() { Fields = [Set("field_658c22", true)] })!;
        Refused(illegal, 20006, 400, "Invalid Param", "field [field_658c22] is illegal");
    }
}
