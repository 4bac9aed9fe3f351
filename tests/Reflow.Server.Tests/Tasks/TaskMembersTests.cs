using Xunit;
using static Reflow.Server.Tests.Tasks.TaskDesk;

namespace Reflow.Server.Tests.Tasks;

/// <summary>Collaborators and followers (contracts: task §2.8, §2.9).</summary>
public class TaskMembersTests
{
    [Theory]
    [InlineData("collaborator")]
    [InlineData("follower")]
    public async Task New_ones_are_added_and_answered_and_those_who_were_there_are_passed_over(string role)
    {
        await using var reflow = await TestReflow.Start();
        var id = await reflow.NewTask();
        var people = await reflow.UserIds("1001", "1002", "1003");
        var added = (await reflow.On(id, "POST", $"/{role}s{ByUserId}", new { id = people[0], id_list = new[] { people[1], people[0] } })).Ok().Data;
        Assert.Equal($$$"""{"{{{role}}}":{"id":"{{{people[0]}}}","id_list":["{{{people[0]}}}","{{{people[1]}}}"]}}""", added.GetRawText());
        added = (await reflow.On(id, "POST", $"/{role}s{ByUserId}", new { id_list = people })).Ok().Data;
        Assert.Equal($$$"""{"{{{role}}}":{"id_list":["{{{people[2]}}}"]}}""", added.GetRawText());
        Assert.Equal(people, Assert.Single(await reflow.Pages($"{Root}/{id}/{role}s{ByUserId}")));
        Assert.Equal(people, (await reflow.Shown(id)).Ids(role + "s"));
    }

    [Theory]
    [InlineData("collaborator")]
    [InlineData("follower")]
    public async Task One_is_removed_by_his_id_and_many_as_far_as_they_are_there(string role)
    {
        await using var reflow = await TestReflow.Start();
        var people = await reflow.UserIds("1001", "1002", "1003", "1004");
        var id = await reflow.NewTask();
        (await reflow.On(id, "POST", $"/{role}s{ByUserId}", new { id_list = people[..3] })).Ok();
        (await reflow.On(id, "DELETE", $"/{role}s/{await reflow.OpenId("1002")}")).Ok();
        var removed = (await reflow.On(id, "POST", $"/batch_delete_{role}{ByUserId}", new { id_list = new[] { people[3], people[2] } })).Ok().Data;
        Assert.Equal($$$"""{"{{{role}}}s":["{{{people[2]}}}"]}""", removed.GetRawText());
        Assert.Equal("""[]""", (await reflow.On(id, "POST", $"/batch_delete_{role}{ByUserId}", new { id_list = people[1..] })).Ok().Data.GetProperty(role + "s").GetRawText());
        Assert.Equal(people[..1], Assert.Single(await reflow.Pages($"{Root}/{id}/{role}s{ByUserId}")));
        (await reflow.On(id, "DELETE", $"/{role}s/{people[0]}{ByUserId}")).Ok();
        Assert.Empty(Assert.Single(await reflow.Pages($"{Root}/{id}/{role}s")));
    }

    [Fact]
    public async Task A_follower_stops_following_and_a_collaborator_who_left_sees_nothing_more()
    {
        await using var reflow = await TestReflow.Start();
        var id = await reflow.NewTask(collaborators: ["1002"], followers: ["1003", "1004"]);
        (await reflow.On(id, "DELETE", $"/followers/{await reflow.OpenId("1003")}", by: "1003")).Ok();
        (await reflow.On(id, "POST", "/batch_delete_follower" + ByUserId, new { id_list = await reflow.UserIds("1004") }, by: "1004")).Ok();
        (await reflow.On(id, "DELETE", $"/collaborators/{await reflow.OpenId("1002")}", by: "1002")).Ok();
        foreach (var who in new[] { "1002", "1003", "1004" }) Assert.Equal(1470432, (await reflow.On(id, "GET", by: who)).Code);
    }

    [Fact]
    public async Task Pages_of_members_go_on_where_they_ended_whoever_comes_or_leaves()
    {
        await using var reflow = await TestReflow.Start();
        var (people, id) = (await reflow.Colleagues(8), await reflow.NewTask());
        (await reflow.On(id, "POST", "/followers" + ByUserId, new { id_list = people[..6].Reverse() })).Ok();
        var pages = await reflow.Pages($"{Root}/{id}/followers{ByUserId}&page_size=3", between: async page =>
        {
            if (page > 1) return;
            (await reflow.On(id, "POST", "/batch_delete_follower" + ByUserId, new { id_list = new[] { people[5], people[3], people[0] } })).Ok();
            (await reflow.On(id, "POST", "/followers" + ByUserId, new { id_list = new[] { people[0], people[6] } })).Ok();
        });
        Assert.Equal([[people[5], people[4], people[3]], [people[2], people[1], people[0]], [people[6]]], [pages[0], pages[1], .. pages.Skip(2)]);
    }

    [Fact]
    public async Task Ids_are_of_the_kind_that_is_asked_for_and_left_out_without_the_scope()
    {
        await using var reflow = await TestReflow.Start();
        var id = await reflow.NewTask(collaborators: ["1002"]);
        Assert.Equal(await reflow.OpenId("1002"), Assert.Single(Assert.Single(await reflow.Pages($"{Root}/{id}/collaborators"))));
        Assert.StartsWith("on_", Assert.Single(Assert.Single(await reflow.Pages($"{Root}/{id}/collaborators?user_id_type=union_id"))));
        await reflow.Db.Change(Demo.Tenant, s => s.Execute("update app set scopes = $3 where tenant = $1 and app_id = $2", Demo.ReportApp, """["task:task"]"""), TestContext.Current.CancellationToken);
        var blind = (await reflow.Send(new("GET", $"{Root}/{id}/collaborators{ByUserId}", null, await reflow.UserToken("1002", Demo.ReportApp)))).Ok();
        Assert.Equal("""{"items":[{}],"has_more":false}""", blind.Data.GetRawText());
    }
}
