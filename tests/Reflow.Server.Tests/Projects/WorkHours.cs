using System.Text.Json;
using Xunit;
using static Reflow.Server.Tests.Projects.DemoSpace;

namespace Reflow.Server.Tests.Projects;

/// <summary>Actual hours (contracts: project §2.5): recorded, read by page, changed and removed by whose they are.</summary>
public class WorkHours
{
    const string List = "/open_api/work_item/man_hour/records";

    public static TheoryData<Refused> All =>
    [
        new Refused("hours of nothing", "project.work_hour.create", 20006, async r => await Call(r, Item(await Story(r), "/work_hour_record"), Hours("phase", "doing", "1"))),
        new Refused("no records", "project.work_hour.create", 20005, async r => await Call(r, Item(await Story(r), "/work_hour_record"), new { working_hour_records = Array.Empty<int>() })),
        new Refused("a subtask that is none", "project.work_hour.create", 20046, async r => await Call(r, Item(await Story(r), "/work_hour_record"), Hours("sub_task", "5", "1"))),
        new Refused("a node that is none, after one that is", "project.work_hour.create", 20018, async r => await Call(r, Item(await Story(r), "/work_hour_record"), new
        {
            working_hour_records = new[] { new { resource_type = "node", resource_id = "doing", work_time = "1" }, new { resource_type = "node", resource_id = "nowhere", work_time = "1" } },
        })),
        new Refused("days that end before they begin", "project.work_hour.create", 20013, async r => await Call(r, Item(await Story(r), "/work_hour_record"),
            new { work_begin_date = End, work_end_date = Start, working_hour_records = new[] { new { resource_type = "node", resource_id = "doing", work_time = "1" } } })),
        new Refused("an item that nobody has", "project.work_hour.list", 30005, async r => await Call(r, List, new { project_key = "demo", work_item_type_key = "story", work_item_id = 1 })),
        new Refused("a page too large", "project.work_hour.list", 20002, async r => await Call(r, List, new { project_key = "demo", work_item_type_key = "story", work_item_id = await Story(r), page_size = 201 })),
        Of("project.work_hour.update", "PUT", 30015, "a record that is none", (_, _) => new { working_hour_records = new[] { new { id = 5, work_time = "1" } } }),
        Of("project.work_hour.update", "PUT", 20006, "fewer than no hours", (_, id) => new { working_hour_records = new[] { new { id, work_time = "-1" } } }),
        Of("project.work_hour.update", "PUT", 20005, "no records", (_, _) => new { }),
        Of("project.work_hour.update", "PUT", 10001, "another's hours", (_, id) => new { working_hour_records = new[] { new { id, work_time = "1" } } }, Manager),
        Of("project.work_hour.delete", "DELETE", 30015, "a record that is none, after one that is", (_, id) => new { working_hour_record_ids = new[] { id, 5 } }),
        Of("project.work_hour.delete", "DELETE", 20005, "no records", (_, _) => new { }),
        Of("project.work_hour.delete", "DELETE", 10001, "another's hours", (_, id) => new { working_hour_record_ids = new[] { id } }, Manager),
    ];

    [Theory, MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task Refused(Refused scenario)
    {
        await using var reflow = await TestReflow.Start();
        await scenario.Check(reflow);
    }

    [Fact]
    public async Task Hours_are_recorded_read_changed_and_removed()
    {
        await using var reflow = await TestReflow.Start();
        var id = await Story(reflow);
        var task = await SubTask(reflow, id, "test");
        var made = await Do(reflow, Item(id, "/work_hour_record"), new
        {
            work_begin_date = Start,
            working_hour_records = new[] { new { resource_type = "node", resource_id = "doing", work_time = "1.5", work_description = "编码" }, new { resource_type = "sub_task", resource_id = $"{task}", work_time = "2", work_description = "" } },
        });
        Assert.Equal([("node", "doing", 1.5, "开发"), ("sub_task", $"{task}", 2, "回归测试")], made.EnumerateArray().Select(Row));
        var first = made[0].GetProperty("id").GetInt64();
        await Do(reflow, Item(id, "/work_hour_record"), new { working_hour_records = new[] { new { id = first, work_time = "3", work_description = (string?)null } } }, method: "PUT");
        var page = (await reflow.Send(await Call(reflow, List, new { project_key = "demo", work_item_type_key = "story", work_item_id = id, page_size = 1, page_num = 1 }))).Ok();
        Assert.Equal("""{"page_num":1,"page_size":1,"total":2}""", page.Json.GetProperty("pagination").GetRawText());
        Assert.Equal([("node", "doing", 3, "开发")], page.Data.EnumerateArray().Select(Row));
        Assert.Equal((Start, "编码", Initiator), (page.Data[0].GetProperty("work_date").GetInt64(), page.Data[0].GetProperty("work_description").GetString(), page.Data[0].GetProperty("work_user_key").GetString()));
        await Do(reflow, Item(id, "/work_hour_record"), new { working_hour_record_ids = new[] { first } }, Director, "DELETE");
        Assert.Equal([("sub_task", $"{task}", 2, "回归测试")], (await Do(reflow, List, new { project_key = "demo", work_item_type_key = "story", work_item_id = id })).EnumerateArray().Select(Row));
    }

    static (string?, string?, double, string?) Row(JsonElement row) =>
        (row.GetProperty("resource_type").GetString(), row.GetProperty("resource_id").GetString(), row.GetProperty("work_time").GetDouble(), row.GetProperty("resource_name").GetString());

    static object Hours(string type, string id, string time) => new { working_hour_records = new[] { new { resource_type = type, resource_id = id, work_time = time } } };

    // An item with one record of the initiator's.
    static Refused Of(string operation, string method, int code, string name, Func<long, long, object> body, string user = Initiator) => new(name, operation, code, async reflow =>
    {
        var id = await Story(reflow);
        var record = (await Do(reflow, Item(id, "/work_hour_record"), Hours("node", "doing", "1")))[0].GetProperty("id").GetInt64();
        return await Call(reflow, Item(id, "/work_hour_record"), body(id, record), user, method);
    });
}
