using System.Text.Json;
using Reflow.Server.Gateway;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>What a server tells of its own coverage, to people and to programs.</summary>
public class CoverageScenarios
{
    [Fact]
    public async Task Every_row_of_the_contract_is_in_the_coverage_with_its_source_and_the_test_that_shows_it()
    {
        await using var reflow = await TestReflow.Start();
        var coverage = (await reflow.Send(new("GET", "/coverage.json"))).Ok().Data;
        Assert.False(coverage.GetProperty("checked_against_feishu").GetBoolean());
        var operations = coverage.GetProperty("operations").EnumerateArray().ToList();
        Assert.Equal(Contract.Operations.Select(o => (o.Name, o.Served ? "served" : "planned", o.Source)), operations.Select(o => (Text(o, "operation"), Text(o, "state"), Text(o, "source"))));
        var refusals = operations.Concat(coverage.GetProperty("shared").EnumerateArray()).SelectMany(o => o.GetProperty("refusals").EnumerateArray()).ToList();
        Assert.Equal(Contract.Refusals.Count, refusals.Count);
        Assert.All(refusals, row => Assert.Equal(Text(row, "shown") is "request", row.TryGetProperty("test", out _)));
    }

    [Fact]
    public async Task The_page_says_first_what_was_never_checked_and_has_the_operations_of_a_family_with_all_their_refusals()
    {
        await using var reflow = await TestReflow.Start();
        var all = await reflow.Send(new("GET", "/coverage"));
        Assert.True(all.IsPage);
        var page = await reflow.Send(new("GET", "/coverage?family=tasks"));
        Assert.InRange(page.Text.IndexOf("ever checked against Feishu", StringComparison.Ordinal), 1, page.Text.IndexOf("<main>", StringComparison.Ordinal));
        foreach (var operation in Contract.Operations)
        {
            Assert.Contains($"#{operation.Name}\"", all.Text, StringComparison.Ordinal);
            Assert.Equal(operation.Family is Family.Tasks, page.Text.Contains($"id=\"{operation.Name}\"", StringComparison.Ordinal));
        }
        Assert.All(Contract.Refusals.Where(row => row.Family is Family.Tasks), row => Assert.Contains($">{row.Code}<", page.Text, StringComparison.Ordinal));
        Assert.DoesNotContain("<script", all.Text + page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_accepts_JSON_gets_the_page_as_JSON()
    {
        await using var reflow = await TestReflow.Start();
        var answer = await reflow.Send(new("GET", "/coverage?family=reports") { Headers = [("Accept", "application/json")] });
        Assert.All(answer.Ok().Data.GetProperty("operations").EnumerateArray(), operation => Assert.Equal("reports", Text(operation, "family")));
    }

    static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
