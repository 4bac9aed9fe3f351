using Xunit;
using static Reflow.Server.Tests.Projects.DemoSpace;

namespace Reflow.Server.Tests.Projects;

/// <summary>Calls that meet at one item (contracts: project §4.2): what moves it never waits for what moves it, and everything else takes its turn.</summary>
public class Races
{
    /// <summary>Calls that move an item, each with one that does the same at the same moment.</summary>
    public static TheoryData<string> Transitions => ["confirm", "rollback", "update", "sub_task", "state"];

    [Theory, MemberData(nameof(Transitions))]
    public async Task Two_that_move_an_item_at_once_one_succeeds_and_the_other_hears_of_a_transition(string what)
    {
        await using var reflow = await TestReflow.Start();
        var request = await Request(reflow, what);
        Answer told;
        Task<Answer>[] both;
        await using (await Held.Writer(reflow.Db))
        {
            both = [reflow.Send(request), reflow.Send(request)];
            told = await await Held.Within(Task.WhenAny(both), "one of the two is refused while the other waits");
        }
        Assert.Equal((500, 50006, "The current workflow is in transition", "2"), (told.Status, told.Code, told.Message, told.Headers["Retry-After"]));
        Assert.Equal("Node workflow transitioning", told.Json.GetProperty("err").GetProperty("msg").GetString());
        Assert.Single(await Task.WhenAll(both), a => a.Code == 0);
    }

    [Fact]
    public async Task A_termination_that_comes_between_the_look_and_the_lock_is_found_under_the_lock()
    {
        await using var reflow = await TestReflow.Start();
        var id = await Story(reflow);
        var (abort, confirm) = (await Call(reflow, Item(id, "/abort"), new { is_aborted = true, reason = "不做了" }, method: "PUT"), await Call(reflow, Node(id, "doing"), Whole));
        Task<Answer> first, second;
        await using (var writer = await Held.Writer(reflow.Db))
        {
            first = reflow.Send(abort);
            await writer.Waiting(1);
            // Not terminated yet, as far as anybody can see.
            second = reflow.Send(confirm);
            await writer.Waiting(2);
        }
        (await first).Ok();
        var refused = await second;
        Assert.Equal((400, 20007, "Workitem is abort"), (refused.Status, refused.Code, refused.Message));
        Assert.Equal((20007, "Unable to operate on terminated work items"), (refused.Json.GetProperty("err").GetProperty("code").GetInt32(), refused.Json.GetProperty("err").GetProperty("msg").GetString()));
        Assert.Equal("start3 doing2 test1 docs1 release1 end1", await Stand(reflow, id));
    }

    [Fact]
    public async Task A_wrong_request_never_hears_of_a_transition()
    {
        await using var reflow = await TestReflow.Start();
        var id = await Story(reflow);
        var (right, wrong) = (await Call(reflow, Node(id, "doing"), Whole), await Call(reflow, Node(id, "nowhere"), new { action = "confirm" }));
        Task<Answer> first;
        await using (var writer = await Held.Writer(reflow.Db))
        {
            first = reflow.Send(right);
            await writer.Waiting(1);
            Assert.Equal(20018, (await reflow.Send(wrong)).Code);
        }
        (await first).Ok();
    }

    [Fact]
    public async Task What_moves_nothing_takes_its_turn()
    {
        await using var reflow = await TestReflow.Start();
        var id = await Story(reflow);
        var (confirm, update) = (await Call(reflow, Node(id, "doing"), Whole), await Call(reflow, Item(id), new { update_fields = new[] { new { field_key = "name", field_value = "改名" } } }, method: "PUT"));
        Task<Answer>[] both;
        await using (var writer = await Held.Writer(reflow.Db))
        {
            both = [reflow.Send(confirm), reflow.Send(update)];
            await writer.Waiting(2);
        }
        Assert.All(await Task.WhenAll(both), a => a.Ok());
        Assert.Equal("start3 doing3 test2 docs2 release1 end1", await Stand(reflow, id));
    }

    static async Task<Request> Request(TestReflow reflow, string what)
    {
        var id = what is "state" ? await StateFlows.Bug(reflow) : await Story(reflow);
        if (what is "rollback" or "sub_task") await Confirm(reflow, id, "doing", Whole);
        return what switch
        {
            "confirm" => await Call(reflow, Node(id, "doing"), Whole),
            "rollback" => await Call(reflow, Node(id, "doing"), new { action = "rollback", rollback_reason = "x" }),
            "update" => await Call(reflow, $"{Space}/workflow/story/{id}/node/doing", new { node_owners = new[] { Manager } }, method: "PUT"),
            "sub_task" => await Call(reflow, Item(id, "/subtask/modify"), new { node_id = "test", task_id = await SubTask(reflow, id, "test"), action = "confirm" }),
            _ => await Call(reflow, $"{Space}/workflow/bug/{id}/node/state_change", new { transition_id = 1, role_owners = new[] { new { role = "fixer", owners = new[] { Manager } } } }),
        };
    }
}
