using System.Text.Json;
using Xunit;
using static Reflow.Server.Tests.Projects.DemoSpace;

namespace Reflow.Server.Tests.Projects;

/// <summary>A record of an operation tells what was there and what is there now, and of lists who came and who went (contracts: project §2.5).</summary>
public class OldAndNew
{
    [Fact]
    public async Task A_record_tells_what_was_there_before()
    {
        await using var reflow = await TestReflow.Start();
        var id = await Story(reflow);
        await Update(reflow, id, "name", "改名");
        await Update(reflow, id, "field_658c22", "23333");
        await Update(reflow, id, "field_658c22", "other");
        await Update(reflow, id, "field_658c22", null);
        await Update(reflow, id, "field_reviewers", new[] { Manager, Finance });
        await Update(reflow, id, "field_reviewers", new[] { Finance, Legal });
        await Update(reflow, id, "field_urgent", true);
        await OnNode(reflow, id, new { node_owners = new[] { Initiator, Manager } });
        await OnNode(reflow, id, new { node_owners = new[] { Manager } });
        await OnNode(reflow, id, new { node_schedule = new { estimate_start_date = Start, estimate_end_date = End, points = 1 } });
        await OnNode(reflow, id, new { role_assignee = new[] { new { role = "PM", owners = new[] { Manager } } } });
        await OnNode(reflow, id, new { role_assignee = new[] { new { role = "PM", owners = new[] { Finance } } } });
        await Do(reflow, "/open_api/work_item/freeze", new { project_key = "demo", work_item_id = id, is_frozen = true }, method: "PUT");
        Assert.Equal(
        [
            """name: "value" ["登录页"] -> ["改名"]""",
            """field_658c22: "value" [] -> ["23333"]""",
            """field_658c22: "value" ["23333"] -> ["other"]""",
            """field_658c22: "value" ["other"] -> []""",
            $"""field_reviewers: "value" [] -> ["{Manager}","{Finance}"] +["{Manager}","{Finance}"] -[]""",
            $"""field_reviewers: "value" ["{Manager}","{Finance}"] -> ["{Finance}","{Legal}"] +["{Legal}"] -["{Manager}"]""",
            """field_urgent: "value" [] -> ["true"]""",
            $"""doing: "owners" [] -> ["{Initiator}","{Manager}"] +["{Initiator}","{Manager}"] -[]""",
            $"""doing: "owners" ["{Initiator}","{Manager}"] -> ["{Manager}"] +[] -["{Initiator}"]""",
            $"""doing: "points" ["0","0","0"] -> ["1","{Start}","{End}"]""",
            $"""PM: "owners" [] -> ["{Manager}"] +["{Manager}"] -[]""",
            $"""PM: "owners" ["{Manager}"] -> ["{Finance}"] +["{Finance}"] -["{Manager}"]""",
            $"""{id}: "frozen" ["false"] -> ["true"]""",
        ], await Told(reflow, id));
    }

    static Task Update(TestReflow reflow, long id, string field, object? value) => Do(reflow, Item(id), new { update_fields = new[] { new { field_key = field, field_value = value } } }, method: "PUT");

    static Task OnNode(TestReflow reflow, long id, object body) => Do(reflow, $"{Space}/workflow/story/{id}/node/doing", body, method: "PUT");

    static async Task<IEnumerable<string>> Told(TestReflow reflow, long id)
    {
        var records = await Do(reflow, "/open_api/op_record/work_item/list", new { project_key = "demo", work_item_ids = new[] { id }, operation_type = new[] { "modify" }, page_size = 200 });
        return records.GetProperty("op_records").EnumerateArray().Where(record => record.GetProperty("source").GetString() is not "project.work_item.create").Select(record => record.GetProperty("record_contents")[0]).Where(content => content.TryGetProperty("old", out _)).Select(content =>
            $"{content.GetProperty("object").GetProperty("object_value").GetString()}: {Raw(content, "object_property")} {Raw(content, "old")} -> {Raw(content, "new")}"
            + (content.TryGetProperty("add", out _) ? $" +{Raw(content, "add")} -{Raw(content, "delete")}" : ""));
    }

    static string Raw(JsonElement content, string member) => content.GetProperty(member).GetRawText();
}
