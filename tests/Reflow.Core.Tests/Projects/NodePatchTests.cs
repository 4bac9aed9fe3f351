using Reflow.Core.Projects;
using Xunit;
using static Reflow.Core.Tests.Projects.Sample;

namespace Reflow.Core.Tests.Projects;

/// <summary>The merge table of contract project §4.2, and requests that are wrong in two ways at once (§3.3).</summary>
public class NodePatchTests
{
    static TemplateNode Doing => new("doing", "Doing");

    static TemplateNode Bound => Doing with { OwnerUsage = OwnerUsage.Role, OwnerRoles = ["PM", "RD"] };

    static Node Patched(NodeFlow flow, WorkItem item, NodePatch patch) => flow.Update(item, "doing", patch).NodeOf("doing")!;

    [Fact]
    public void Owners_absent_keep_empty_clear_given_replace()
    {
        var flow = Flow();
        var item = flow.Update(flow.Item(), "doing", new() { Owners = ["ann", "bob", "ann"] });
        Assert.Equal(["ann", "bob"], item.NodeOf("doing")!.Owners);
        Assert.Equal(["ann", "bob"], Patched(flow, item, new()).Owners);
        Assert.Equal([], Patched(flow, item, new() { Owners = [] }).Owners);
        Assert.Equal(["cid"], Patched(flow, item, new() { Owners = ["cid"] }).Owners);
    }

    [Fact]
    public void Owners_of_a_node_bound_to_roles_are_written_through()
    {
        var flow = Flow(Bound);
        var item = flow.Update(flow.Item(), "doing", new() { RoleAssignee = [new("PM", ["ann"]), new("RD", ["bob"])] });
        Assert.Equal(["ann", "bob"], item.NodeOf("doing")!.Owners);
        item = flow.Update(item, "doing", new() { Owners = ["bob", "cid"] });
        Assert.Equal(["cid"], item.OwnersOf("PM"));
        Assert.Equal(["bob"], item.OwnersOf("RD"));
        Assert.Equal(["bob", "cid"], item.NodeOf("doing")!.Owners.Order());
    }

    [Fact]
    public void Roles_absent_or_null_keep_empty_clear_and_every_bound_node_sees_it()
    {
        var flow = new NodeFlow(Sample.Project, Sample.Type, new(1, "Two", [Bound, Bound with { Key = "next", OwnerRoles = ["PM"] }], [new("doing", "next")]));
        var item = flow.Update(flow.Item(), "doing", new() { RoleAssignee = [new("PM", ["ann"])] });
        Assert.All(item.Nodes, n => Assert.Equal(["ann"], n.Owners));
        Assert.Equal(["ann"], flow.Update(item, "doing", new() { RoleAssignee = [new("PM", null)] }).OwnersOf("PM"));
        item = flow.Update(item, "doing", new() { RoleAssignee = [new("PM", [])] });
        Assert.All(item.Nodes, n => Assert.Empty(n.Owners));
    }

    [Fact]
    public void The_schedule_is_merged_by_property()
    {
        var flow = Flow();
        var item = flow.Update(flow.Item(), "doing", new() { Schedule = Days(1) });
        Assert.Equal(1, Patched(flow, item, new() { Schedule = new() }).Schedule.Points);
        var later = Patched(flow, item, new() { Schedule = new() { EstimateEnd = Now + 9, Points = 0 } }).Schedule;
        Assert.Equal((1m, Now, Now + 9), (later.Points, later.EstimateStart, later.EstimateEnd));
        Assert.Equal(2.5m, Patched(flow, item, new() { Schedule = new() { Points = 2.5m } }).Schedule.Points);
    }

    [Fact]
    public void Points_that_nobody_gives_are_the_days()
    {
        var flow = Flow();
        Assert.Equal(2, Patched(flow, flow.Item(), new() { Schedule = Days(0) }).Points);
        Assert.Equal(0, Patched(flow, flow.Item(), new() { Schedule = Days(0) with { IsAuto = false } }).Points);
        Assert.Equal(1, Patched(flow, flow.Item(), new() { Schedule = new() { EstimateStart = Now, EstimateEnd = Now } }).Points);
    }

    [Fact]
    public void One_schedule_or_one_each_never_both()
    {
        var flow = Flow(Doing with { DifferentSchedule = true });
        var two = flow.Update(flow.Item(), "doing", new() { Owners = ["ann", "bob"], Schedules = [Days(1, "ann"), Days(2, "bob")], Schedule = Days(9) });
        Assert.Equal(3, two.NodeOf("doing")!.Points);
        Assert.Equal(Schedule.None, two.NodeOf("doing")!.Schedule);
        Assert.Equal(6, Patched(flow, two, new() { Schedules = [Days(5, "ann")] }).Schedules.Sum(s => s.Points) - 1);
        var one = flow.Update(two, "doing", new() { Owners = ["bob"] }).NodeOf("doing")!;
        Assert.Equal((2, 0), (one.Schedule.Points, one.Schedules.Count));
        Assert.Empty(Patched(flow, flow.Item(), new() { Owners = ["ann"], Schedules = [Days(1, "ann")] }).Schedules);
        Assert.Empty(Patched(Flow(), Flow().Item(), new() { Owners = ["ann", "bob"], Schedules = [Days(1, "ann")] }).Schedules);
    }

    [Fact]
    public void Fields_null_and_empty_clear_others_keep()
    {
        var flow = Flow();
        var item = flow.Item(Set("field_658c22", "x"), Set("field_size", "s"));
        Assert.Equal(2, flow.Update(item, "doing", new()).Fields.Count);
        foreach (var nothing in (string?[])[null, ""])
            Assert.Equal(["field_size"], flow.Update(item, "doing", new() { Fields = [new(null, "sentry_link", nothing is null ? null : new FieldValue.Text(nothing))] }).Fields.Keys);
        Assert.Equal(new FieldValue.Text("y"), flow.Update(item, "doing", new() { Fields = [Set("field_658c22", "y")] }).Fields["field_658c22"]);
    }

    [Fact]
    public void Whoever_stays_keeps_the_word_given_and_a_removal_completes_nothing()
    {
        var flow = Flow(Doing with { PassMode = PassMode.Multi, OwnerUsage = OwnerUsage.Default, Owners = ["ann", "bob"] });
        var half = flow.Confirm(flow.Item(), "doing");
        var more = flow.Update(half, "doing", new() { Owners = ["cid", "ann"] }).NodeOf("doing")!;
        Assert.Equal([("cid", false), ("ann", true)], more.Checkers.Select(c => (c.Owner, c.CheckedAt is not null)));
        var alone = flow.Update(half, "doing", new() { Owners = ["ann"] });
        Assert.Equal(NodeStatus.InProgress, alone.NodeOf("doing")!.Status);
        Assert.Equal(NodeStatus.Completed, flow.Confirm(alone, "doing").NodeOf("doing")!.Status);
    }

    [Fact]
    public void A_rollback_patches_without_gates()
    {
        var flow = Flow(Doing with { DoneAllocateOwner = true, OwnerUsage = OwnerUsage.Role, OwnerRoles = ["PM"] });
        var done = flow.Confirm(flow.Item(), "doing", patch: new() { RoleAssignee = [new("PM", ["ann"])] });
        var back = flow.RollBack(done, "doing", new() { RoleAssignee = [new("PM", [])], Schedule = Days(1), Fields = [Set("field_658c22", "23333")] });
        Assert.Equal("start3 doing2 test1 docs1 end1", back.Stand());
        Assert.Empty(back.NodeOf("doing")!.Owners);
        Assert.Equal((1m, new FieldValue.Text("23333")), (back.NodeOf("doing")!.Points, back.Fields["field_658c22"]));
        Assert.Equal("working", done.Status);
        Assert.Equal("open", back.Status);
    }

    [Fact]
    public void Of_two_wrongs_the_earlier_check_answers()
    {
        var flow = Flow(Doing with
        {
            Form = [new FormItem.OfRole("PM") { Required = Requirement.Yes }, new FormItem.OfField("field_658c22") { Required = Requirement.Yes }, new FormItem.OfField("field_ok") { Required = Requirement.Yes }],
            DoneAllocateOwner = true,
            DoneSchedule = true,
            Milestone = true,
            DoneActualPoint = true,
            DoneOperationRoles = [Permission.Creator],
            Tasks = [new("t", "Task") { Blocking = true }],
        }, null, new Interceptor([PluginEvent.CompleteNode]));
        var item = flow.Item();
        Assert.Equal(20018, flow.Refusal(flow.Run(item, new ProjectCommand.Freeze("ann", Now, false)), node: "none")!.Code);
        Assert.Equal(10001, flow.Refusal(item, new() { Owners = ["ghost"] }, by: "bob")!.Code);
        Assert.Equal(20041, flow.Refusal(item, new() { Owners = ["ghost"], RoleAssignee = [new("CEO", ["ghost"])] })!.Code);
        Assert.Equal(30006, flow.Refusal(item, new() { Owners = ["ghost"], Schedule = new() { EstimateStart = 1 } })!.Code);
        Assert.Equal(20013, flow.Refusal(item, new() { Schedule = new() { EstimateStart = 1 }, Fields = [Set("nofield", "")] })!.Code);
        Assert.Equal(30009, flow.Refusal(item, new() { Fields = [Set("nofield", ""), Set("field_secret", "x")] })!.Code);

        // Then the gates, each in turn as the one before is satisfied.
        List<string> told = [];
        NodePatch patch = new();
        void Tell(WorkItem at) => told.Add(flow.Refusal(at, patch)!.Detail);
        Tell(item);
        patch = patch with { RoleAssignee = [new("PM", ["ann"])] };
        Tell(item);
        patch = patch with { Owners = ["ann"] };
        Tell(item);
        patch = patch with { Schedule = Days(1) };
        Tell(item);
        patch = patch with { Fields = [Set("field_658c22", "x")] };
        Tell(item);
        patch = patch with { Fields = [Set("field_658c22", "x"), Set("field_ok", true)] };
        Tell(item);
        item = flow.Run(item, new ProjectCommand.RecordHours("ann", Now, [new(1, "doing", null, 2, "", Now)]));
        Tell(item);
        item = flow.Run(item, new ProjectCommand.ConfirmSubTask("ann", Now, "doing", 1, SubTaskPatch.Nothing));
        Tell(item);
        Assert.Equal(["role Manager(PM) Required", "Owner Required", "Doing 估分and schedule required", "Doing(field_658c22) Required", "Gate(field_ok) Should Be Passed",
            "Node doing 实际工时 is required.", "Node Doing cannot be completed because task Task is not completed", "Your request has been intercepted."], told);
    }
}
