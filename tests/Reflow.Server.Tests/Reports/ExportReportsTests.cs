using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;
using static Reflow.Server.Tests.Reports.ReportControlDesk;

namespace Reflow.Server.Tests.Reports;

public sealed class ExportReportsTests : IAsyncLifetime
{
    TestReflow reflow = null!;

    public async ValueTask InitializeAsync() => reflow = await Start();

    public ValueTask DisposeAsync() => reflow.DisposeAsync();

    [Fact]
    public async Task The_csv_has_a_column_for_every_field_that_ever_was_and_nothing_that_a_spreadsheet_computes()
    {
        var rule = await Made(reflow, Small());
        var first = await Submitted(reflow, rule, contents: new { 今日工作 = "=HYPERLINK(\"http://evil\")", 工时 = "-1.5" });
        var changed = Small();
        changed["fields"]!.AsArray().RemoveAt(1);
        changed["fields"]!.AsArray().Add(new JsonObject { ["name"] = "备注", ["type"] = "text" });
        (await Send(reflow, "PUT", $"/rules/{rule}", changed)).Ok();
        var second = await Submitted(reflow, rule, "manager", new { 今日工作 = "两行\r\n和\"引号\"", 备注 = "a,b" });
        var answer = await Send(reflow, "GET", $"/rules/{rule}/export");
        Assert.Equal(200, answer.Status);
        Assert.Equal("text/csv; charset=utf-8", answer.Headers["Content-Type"]);
        Assert.Equal($"attachment; filename=\"{rule}.csv\"", answer.Headers["Content-Disposition"]);
        Assert.Equal(
            "report_id,commit_time,cycle,late,from_user_id,from_user_name,department_name,to_user_names,今日工作,工时,备注\r\n"
            + $"{first},2026-03-02T16:00:00+08:00,,0,initiator,林一,销售部,{Name("manager")},\"'=HYPERLINK(\"\"http://evil\"\")\",-1.5,\r\n"
            + $"{second},2026-03-02T16:00:00+08:00,,0,manager,{Name("manager")},销售部,{Name("director")},\"两行\r\n和\"\"引号\"\"\",,\"a,b\"\r\n", answer.Text);
    }

    [Fact]
    public async Task The_mark_that_spreadsheets_want_comes_first_when_it_is_asked_for()
    {
        var rule = await Made(reflow);
        using var http = new HttpClient();
        async Task<byte[]> Bytes(string query)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(reflow.Address, $"{Root}/rules/{rule}/export{query}"));
            request.Headers.Add("Authorization", $"Bearer {Admin}");
            using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
            return await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        }
        Assert.Equal([0xEF, 0xBB, 0xBF, (byte)'r'], (await Bytes("?bom=1"))[..4]);
        Assert.Equal((byte)'r', (await Bytes(""))[0]);
    }

    [Fact]
    public async Task Pieces_that_go_on_where_the_last_ended_add_up_to_the_whole_in_both_formats()
    {
        var rule = await Made(reflow);
        for (var i = 0; i < 120; i++) await Submitted(reflow, rule, contents: new { 今日工作 = $"{i}" });
        foreach (var (format, head) in new[] { ("csv", 1), ("jsonl", 0) })
        {
            var whole = Lines(await Send(reflow, "GET", $"/rules/{rule}/export?format={format}"));
            Assert.Equal(120 + head, whole.Length);
            List<string> pieces = [];
            for (var token = ""; ;)
            {
                var piece = Lines(await Send(reflow, "GET", $"/rules/{rule}/export?format={format}&page_size=53&page_token={token}"));
                pieces.AddRange(piece);
                if (piece.Length - (token is "" ? head : 0) < 53) break;
                token = format is "csv" ? piece[^1].Split(',')[0] : JsonDocument.Parse(piece[^1]).RootElement.GetProperty("report_id").GetString()!;
            }
            Assert.Equal(whole, pieces);
        }
    }

    [Fact]
    public async Task A_line_is_the_report_as_get_shows_it_and_the_window_holds_both_its_ends()
    {
        var rule = await Made(reflow, Rule(Evenings));
        var first = await Submitted(reflow, rule);
        reflow.Clock.Advance(TimeSpan.FromHours(2));
        var second = await Submitted(reflow, rule);
        var lines = Lines(await Send(reflow, "GET", $"/rules/{rule}/export?format=jsonl"));
        Assert.Equal((await Send(reflow, "GET", $"/{first}")).Ok().Data.GetRawText(), lines[0]);
        Assert.Equal(2, lines.Length);
        Assert.Contains(second, Assert.Single(Lines(await Send(reflow, "GET", $"/rules/{rule}/export?format=jsonl&commit_start_time=1772445600&commit_end_time=1772445600"))), StringComparison.Ordinal);
        Assert.Empty(Lines(await Send(reflow, "GET", $"/rules/{rule}/export?format=jsonl&commit_start_time=1772445601")));
    }

    static JsonObject Small()
    {
        var rule = Rule();
        rule["fields"] = new JsonArray(
            new JsonObject { ["name"] = "今日工作", ["type"] = "text" }, new JsonObject { ["name"] = "工时", ["type"] = "number" });
        return rule;
    }

    static string Name(string user) => user is "manager" ? "王二" : "李四";

    static string[] Lines(Answer answer)
    {
        Assert.Equal(200, answer.Status);
        return answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
