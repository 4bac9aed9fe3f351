using System.Text.Json;
using Xunit;
using static Reflow.Server.Tests.Projects.DemoSpace;

namespace Reflow.Server.Tests.Projects;

/// <summary>One field of many items, item by item, to its end (contracts: project §2.3).</summary>
public class BatchUpdates
{
    const string Path = "/open_api/work_item/batch_update", Begin = "project.work_item.batch_update";

    public static TheoryData<Refused> All =>
    [
        Of(20028, "more than fifty items", Body("tags", "UPDATE", null, new[] { "ui" }, [.. Enumerable.Range(1, 51).Select(n => (long)n)])),
        Of(20006, "no items", Body("tags", "UPDATE", null, new[] { "ui" })),
        Of(20006, "a mode that is none", Body("tags", "MERGE", null, new[] { "ui" }, 1)),
        Of(20006, "nothing to replace", Body("tags", "REPLACE", null, new[] { "ui" }, 1)),
        Of(30009, "a field that is none", Body("nothing", "UPDATE", null, "x", 1)),
        Of(30014, "a type that is none", new { project_key = "demo", work_item_type_key = "issue", work_item_ids = new[] { 1 }, update_mode = "UPDATE", field_key = "tags" }),
        new Refused("one that never was", "project.task_result.get", 30001, async r => await Call(r, "/open_api/task_result?task_id=5", null, method: "GET")),
        new Refused("none", "project.task_result.get", 30001, async r => await Call(r, "/open_api/task_result", null, method: "GET")),
    ];

    [Theory, MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task Refused(Refused scenario)
    {
        await using var reflow = await TestReflow.Start();
        await scenario.Check(reflow);
    }

    [Theory]
    [InlineData("APPEND", null, """["api","ui"]""", "ui slow api")]
    [InlineData("APPEND", null, "null", "ui slow")]
    [InlineData("UPDATE", null, """["api"]""", "api")]
    [InlineData("UPDATE", null, "null", "")]
    [InlineData("REPLACE", """["ui"]""", """["api"]""", "api slow")]
    [InlineData("REPLACE", """["ui","slow"]""", """["api"]""", "api")]
    [InlineData("REPLACE", """["ui"]""", "null", "slow")]
    [InlineData("REPLACE", """["api"]""", """["ui"]""", "ui slow")]
    public async Task What_a_mode_makes_of_ui_and_slow(string mode, string? before, string after, string expected)
    {
        await using var reflow = await TestReflow.Start();
        var id = await Tagged(reflow);
        var result = await Run(reflow, Body("tags", mode, before is null ? null : JsonDocument.Parse(before).RootElement, JsonDocument.Parse(after).RootElement, id));
        Assert.Equal(("SUCCESS", 1, 1, 0), (result.GetProperty("task_status").GetString(), result.GetProperty("total").GetInt32(), result.GetProperty("success_total").GetInt32(), result.GetProperty("error_total").GetInt32()));
        Assert.Equal(expected, await Tags(reflow, id));
    }

    [Fact]
    public async Task One_that_is_refused_does_not_hold_up_the_others_and_says_why()
    {
        await using var reflow = await TestReflow.Start();
        var (bug, story) = (await Tagged(reflow), await Story(reflow));
        var result = await Run(reflow, Body("cause", "UPDATE", null, "同一个原因", 1, bug, story));
        Assert.Equal($"[{bug}]", result.GetProperty("success_sub_task_list").GetRawText());
        Assert.Equal($"[1,{story}]", result.GetProperty("fail_sub_task_list").GetRawText());
        Assert.Equal("""{"work_item_id":1,"err_code":30005,"err_msg":"WorkItem Not Found"}""", result.GetProperty("error_scenes")[0].GetRawText());
        result = await Run(reflow, Body("field_cost", "UPDATE", null, 5, bug));
        Assert.Equal("No right to edit", result.GetProperty("error_scenes")[0].GetProperty("err_msg").GetString());
        result = await Run(reflow, Body("cause", "REPLACE", "同一个原因", "另一个原因", bug));
        Assert.Equal("另一个原因", await Field(reflow, bug, "field_cause", value => value.GetString()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(19)]
    public async Task What_a_stopped_server_left_undone_is_done_by_the_next(int done)
    {
        const int Items = 20;
        var first = await TestReflow.Start(settings => settings with { LogLevel = Microsoft.Extensions.Logging.LogLevel.None });
        List<long> bugs = [];
        for (var i = 0; i < Items; i++) bugs.Add(await Tagged(first));
        // The store takes so many and no more, so the server stands still there.
        await Execute(first, Enough(done));
        var task = (await Do(first, Path, Body("cause", "UPDATE", null, "原因", [.. bugs]))).GetProperty("task_id").GetString();
        await first.Batches.Settled;
        await Stands(first, done == 0 ? "IDLE" : "RUNNING", done);
        await first.Stop();
        await using var second = await TestReflow.StartOn(first.Store, first.Clock, settings => settings with { LogLevel = Microsoft.Extensions.Logging.LogLevel.None });
        await Execute(second, $"drop trigger enough{(TestStore.IsPostgres ? " on batch_update_item" : "")}");
        second.Clock.Advance(TimeSpan.FromSeconds(1));
        await second.Batches.Settled;
        await Stands(second, "SUCCESS", Items);
        // Nothing was done twice and nothing was left out.
        var records = await Do(second, "/open_api/op_record/work_item/list", new { project_key = "demo", work_item_ids = bugs, source = new[] { "project.work_item.batch_update" } });
        Assert.Equal(bugs, records.GetProperty("op_records").EnumerateArray().Select(record => record.GetProperty("work_item_id").GetInt64()).Order());
        foreach (var bug in bugs) Assert.Equal("原因", await Field(second, bug, "field_cause", value => value.GetString()));

        async Task Stands(TestReflow reflow, string status, int items)
        {
            var result = await Do(reflow, $"/open_api/task_result?task_id={task}", null, method: "GET");
            Assert.Equal((status, Items, items, 0), (result.GetProperty("task_status").GetString(), result.GetProperty("total").GetInt32(), result.GetProperty("success_total").GetInt32(), result.GetProperty("error_total").GetInt32()));
            Assert.Equal($"[{string.Join(',', bugs.Take(items))}]", result.GetProperty("success_sub_task_list").GetRawText());
        }
    }

    // So many outcomes of items are taken and no more.
    static string Enough(int done) => TestStore.IsPostgres
        ? $"""
          create or replace function enough() returns trigger language plpgsql as
            'begin if (select count(*) from batch_update_item where outcome is not null) >= {done} then raise exception ''enough''; end if; return new; end';
          create trigger enough before update on batch_update_item for each row execute function enough()
          """
        : $"create trigger enough before update on batch_update_item when (select count(*) from batch_update_item where outcome is not null) >= {done} begin select raise(abort, 'enough'); end";

    static Task Execute(TestReflow reflow, string sql) => reflow.Db.ChangeSystem(async session =>
    {
        await session.Script(sql);
        return 0;
    }, TestContext.Current.CancellationToken);

    static object Body(string field, string mode, object? before, object? after, params long[] items) =>
        new { project_key = "demo", work_item_type_key = "bug", work_item_ids = items, update_mode = mode, field_key = field, before_field_value = before, after_field_value = after };

    static Refused Of(int code, string name, object body) => new(name, Begin, code, r => Call(r, Path, body));

    static async Task<JsonElement> Run(TestReflow reflow, object body)
    {
        var task = (await Do(reflow, Path, body)).GetProperty("task_id").GetString();
        await reflow.Batches.Settled;
        return await Do(reflow, $"/open_api/task_result?task_id={task}", null, method: "GET");
    }

    static async Task<long> Tagged(TestReflow reflow) => (await Do(reflow, $"{Space}/work_item/create",
        new { work_item_type_key = "bug", name = "x", field_value_pairs = new[] { new { field_key = "tags", field_value = new[] { "ui", "slow" } } } })).GetInt64();

    static async Task<string> Tags(TestReflow reflow, long id) => await Field(reflow, id, "field_tags",
        value => value.ValueKind is JsonValueKind.Null ? "" : string.Join(' ', value.EnumerateArray().Select(v => v.GetProperty("value").GetString()))) ?? "";

    static async Task<string?> Field(TestReflow reflow, long id, string key, Func<JsonElement, string?> read) => read((await Do(reflow, $"{Space}/work_item/bug/query", new { work_item_ids = new[] { id } }))[0]
        .GetProperty("fields").EnumerateArray().Single(f => f.GetProperty("field_key").GetString() == key).GetProperty("field_value"));
}
