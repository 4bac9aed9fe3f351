using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>user_task/query with everything at once: list, state, window, flows and page (contracts: apaas §1.3, §2). The whole lists are held to the rules elsewhere; here every restriction is held to them.</summary>
public class FlowQueryTests
{
    const string Root = "/open-apis/apaas/v1", Me = "1002";
    const string Second = $$"""
        tenants:
          - tenant_key: {{Demo.Tenant}}
            name: Reflow Demo
            users: [{user_id: manager, kunlun_id: "1002", name: Manager}]
            flows:
              - namespace: package_other__c
                name: other
                api_id: package_other__c__action_other
                nodes: [{key: start, type: start}, {key: first, type: approval, assignees: [{users: [manager]}]}, {key: end, type: end}]
                edges: [{from: start, to: first}, {from: first, to: end}]
        """;
    const string Purchase = "package_demo__c__action_purchase", Other = "package_other__c__action_other";

    [Fact]
    public async Task Every_restriction_holds_together_with_every_other()
    {
        await using var reflow = await TestReflow.Start();
        await reflow.Apply(Second);
        for (var i = 0; i < 10; i++) await Play(reflow, i);
        var flows = await Flows(reflow);
        var lists = new Dictionary<(string?, string?), List<Row>>();
        foreach (var source in (string[])["assignMe", "fromMe", "CCMe"])
            foreach (var type in (string[])["pending", "archived"])
                lists[(source, type)] = await Whole(reflow, source, type, flows);
        Assert.All(lists.Values, rows => Assert.NotEmpty(rows));
        var times = lists.Values.SelectMany(rows => rows).Select(row => row.At).Distinct().Order().ToList();
        var (early, late, calls) = (times[2], times[^3], 0);
        foreach (var source in (string?[])[null, "assignMe", "fromMe", "CCMe"])
            foreach (var type in (string?[])[null, "pending", "archived"])
                foreach (var (from, to) in ((long?, long?)[])[(null, null), (early, null), (null, late), (early, late), (early, early), (late + 1, null)])
                    foreach (var ids in (string[]?[])[null, [], [Purchase], [Other], [Purchase, Other], ["package_none__c__action_none"]])
                    {
                        var wanted = lists.Where(list => (source ?? list.Key.Item1) == list.Key.Item1 && (type ?? list.Key.Item2) == list.Key.Item2).SelectMany(list => list.Value).Distinct()
                            .Where(row => row.At >= (from ?? 0) && row.At <= (to ?? long.MaxValue) && (ids is null or [] || ids.Contains(row.ApiId)))
                            .OrderByDescending(row => row.At).ThenByDescending(row => row.Task).ToList();
                        foreach (var (limit, offset) in ((int?, int?)[])[(null, null), (3, 2), (50, 1000)])
                        {
                            var data = await Query(reflow, new { kunlun_user_id = Me, source, type, start_time = Text(from), end_time = to, api_ids = ids, limit, offset = Text(offset) });
                            var what = $"{source} {type} {from}-{to} {ids?.Length} {limit}/{offset}";
                            Assert.True($"{wanted.Count}" == data.GetProperty("count").GetString(), $"{what}: {data.GetProperty("count")} instead of {wanted.Count}");
                            Assert.True(wanted.Skip(offset ?? 0).Take(limit ?? 10).Select(row => row.Task).SequenceEqual(Rows(data).Select(row => row.Task)), what);
                            calls++;
                        }
                    }
        Assert.Equal(4 * 3 * 6 * 6 * 3, calls);
    }

    /// <summary>One instance more: of either flow, started by me or by another, agreed by me, told to me, or left as it is.</summary>
    static async Task Play(TestReflow reflow, int i)
    {
        // Some begin at the same moment.
        if (i % 3 > 0) reflow.Clock.Advance(TimeSpan.FromMilliseconds(700));
        var path = i % 2 == 0 ? "package_demo__c/flows/purchase" : "package_other__c/flows/other";
        await reflow.Post($"{Root}/applications/{path}/execute", new { @operator = i % 3 == 0 ? """{"_id":1002}""" : """{"_id":1001}""", @params = i % 2 == 0 ? """{"amount":1}""" : null });
        var task = Rows(await Query(reflow, new { kunlun_user_id = Me, source = "assignMe", type = "pending" }))[0].Task;
        if (i % 4 < 2) (await reflow.Post($"{Root}/user_tasks/{task}/cc", new { operator_user_id = Me, cc_user_ids = new[] { Me } })).Ok();
        if (i % 5 < 3) (await reflow.Post($"{Root}/approval_tasks/{task}/agree", new { user_id = Me })).Ok();
    }

    static async Task<List<Row>> Whole(TestReflow reflow, string source, string type, IReadOnlyDictionary<string, string> flows) =>
        [.. Rows(await Query(reflow, new { kunlun_user_id = Me, source, type, limit = 50 })).Select(row => row with { ApiId = flows[row.Instance] })];

    static async Task<IReadOnlyDictionary<string, string>> Flows(TestReflow reflow) => (await reflow.Db.Read(Demo.Tenant,
        s => s.Query("select id, api_id from flow_instance where tenant = $1", r => (Id: r.GetInt64(0), Api: r.GetString(1))), TestContext.Current.CancellationToken)).ToDictionary(row => $"{row.Id}", row => row.Api);

    static async Task<JsonElement> Query(TestReflow reflow, object body) => (await reflow.Post($"{Root}/user_task/query", body)).Ok().Data;

    static IReadOnlyList<Row> Rows(JsonElement data) => [.. data.GetProperty("tasks").EnumerateArray().Select(task => new Row(
        long.Parse(task.GetProperty("task_id").GetString()!, CultureInfo.InvariantCulture), long.Parse(task.GetProperty("task_start_time").GetString()!, CultureInfo.InvariantCulture),
        task.GetProperty("workflow_instance").GetProperty("id").GetString()!, ""))];

    static string? Text(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    sealed record Row(long Task, long At, string Instance, string ApiId);
}
