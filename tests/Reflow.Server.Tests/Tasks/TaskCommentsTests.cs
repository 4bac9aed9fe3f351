using Xunit;
using static Reflow.Server.Tests.Tasks.TaskDesk;

namespace Reflow.Server.Tests.Tasks;

/// <summary>Comments (contracts: task §2.11).</summary>
public class TaskCommentsTests
{
    [Fact]
    public async Task A_comment_is_written_read_changed_and_deleted_by_its_author()
    {
        await using var reflow = await TestReflow.Start();
        var id = await reflow.NewTask(followers: ["1003"]);
        var finance = await reflow.UserId("1003");
        var comment = (await reflow.On(id, "POST", "/comments" + ByUserId, new { content = "plain", rich_content = "see [it](https://example.org)", parent_id = 0, create_milli_time = "1" }, by: "1003")).Ok().Data.GetProperty("comment");
        var number = comment.Text("id");
        Assert.Equal(Start, long.Parse(number) >> 32);
        Assert.Equal($$"""{"id":"{{number}}","content":"see it","rich_content":"see [it](https://example.org)","parent_id":"0","create_milli_time":"{{Start}}000","creator_id":"{{finance}}"}""", comment.GetRawText());
        Assert.Equal(comment.GetRawText(), (await Get(reflow, id, number)).Ok().Data.GetProperty("comment").GetRawText());
        reflow.Clock.Advance(TimeSpan.FromSeconds(1));
        var changed = (await reflow.On(id, "PUT", $"/comments/{number}", new { content = "other" }, by: "1003")).Ok().Data.GetProperty("comment");
        Assert.Equal(("other", "", $"{Start}000"), (changed.Text("content"), changed.Text("rich_content"), changed.Text("create_milli_time")));
        (await reflow.On(id, "DELETE", $"/comments/{number}", by: "1003")).Ok();
        Assert.Equal(1470733, (await Get(reflow, id, number)).Code);
        Assert.Equal($"{Start}", (await reflow.Shown(id)).Text("update_time"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("0")]
    [InlineData(0)]
    public async Task A_parent_that_is_none_makes_no_reply(object? parent)
    {
        await using var reflow = await TestReflow.Start();
        var comment = (await reflow.On(await reflow.NewTask(), "POST", "/comments", new { content = "x", parent_id = parent })).Ok().Data.GetProperty("comment");
        Assert.Equal("0", comment.Text("parent_id"));
    }

    [Fact]
    public async Task Replies_stay_when_what_they_reply_to_is_deleted()
    {
        await using var reflow = await TestReflow.Start();
        var id = await reflow.NewTask();
        var parent = await Comment(reflow, id);
        var reply = (await reflow.On(id, "POST", "/comments", new { content = "x", parent_id = long.Parse(parent) })).Ok().Data.GetProperty("comment");
        Assert.Equal(parent, reply.Text("parent_id"));
        (await reflow.On(id, "DELETE", $"/comments/{parent}")).Ok();
        Assert.Equal(parent, (await Get(reflow, id, reply.Text("id"))).Ok().Data.GetProperty("comment").Text("parent_id"));
        Assert.Equal([reply.Text("id")], Assert.Single(await reflow.Pages($"{Root}/{id}/comments")));
    }

    [Fact]
    public async Task Pages_come_in_either_order_and_neither_repeat_nor_lose()
    {
        await using var reflow = await TestReflow.Start();
        var id = await reflow.NewTask();
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add(await Comment(reflow, id));
            if (i == 2) reflow.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal([[ids[0], ids[1]], [ids[2], ids[3]], [ids[4]]], await reflow.Pages($"{Root}/{id}/comments?page_size=2"));
        var added = "";
        var back = await reflow.Pages($"{Root}/{id}/comments?page_size=2&list_direction=1", between: async page =>
        {
            if (page > 1) return;
            added = await Comment(reflow, id);
            (await reflow.On(id, "DELETE", $"/comments/{ids[3]}")).Ok();
            (await reflow.On(id, "DELETE", $"/comments/{ids[1]}")).Ok();
        });
        Assert.Equal([[ids[4], ids[3]], [ids[2], ids[0]]], back);
        Assert.Equal([ids[0], ids[2], ids[4], added], Assert.Single(await reflow.Pages($"{Root}/{id}/comments?list_direction=0")));
    }

    static async Task<string> Comment(TestReflow reflow, string id) => (await reflow.On(id, "POST", "/comments", new { content = "x" })).Ok().Data.GetProperty("comment").Text("id");

    static Task<Answer> Get(TestReflow reflow, string id, string comment) => reflow.On(id, "GET", $"/comments/{comment}{ByUserId}");
}
