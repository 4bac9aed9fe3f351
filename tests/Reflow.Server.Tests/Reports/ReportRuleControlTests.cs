using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;
using static Reflow.Server.Tests.Reports.ReportControlDesk;

namespace Reflow.Server.Tests.Reports;

public sealed class ReportRuleControlTests : IAsyncLifetime
{
    TestReflow reflow = null!;

    public async ValueTask InitializeAsync() => reflow = await Start();

    public ValueTask DisposeAsync() => reflow.DisposeAsync();

    [Fact]
    public async Task A_new_rule_is_at_once_what_the_official_call_answers()
    {
        var id = await Made(reflow, Rule(Evenings));
        var rule = Assert.Single((await reflow.Get("/open-apis/report/v1/rules/query?rule_name=项目日报&user_id_type=user_id")).Ok().Data.GetProperty("rules").EnumerateArray());
        Assert.Equal(
            (id, "日报", "director", 1772438400L), (rule.GetProperty("rule_id").GetString(), rule.GetProperty("icon_name").GetString(), rule.GetProperty("creator_user_id").GetString(), rule.GetProperty("created_at").GetInt64()));
        Assert.Equal(["text", "number", "dropdown", "multiSelect", "datetime", "address", "image", "attachement"], rule.GetProperty("form_schema").EnumerateArray().Select(field => field.GetProperty("type").GetString()));
        Assert.Matches("^od-", rule.GetProperty("need_report_department_ids")[0].GetString());
        Assert.Equal(1772438400L, long.Parse(id) >> 32);
        Assert.False(rule.TryGetProperty("schedule", out _));
    }

    [Fact]
    public async Task What_get_answers_can_be_put_back_and_changes_nothing()
    {
        var id = await Made(reflow, Rule("""{"cycle":"monthly","timezone":"America/New_York","window_open":{"day":28,"time":"09:30"},"window_close":{"day":33},"most_per_cycle":2}"""));
        var shown = (await Send(reflow, "GET", $"/rules/{id}")).Ok().Data;
        Assert.Equal("""{"cycle":"monthly","timezone":"America/New_York","window_open":{"day":28,"time":"09:30"},"window_close":{"day":33,"time":"00:00"},"allow_late":false,"most_per_cycle":2}""", shown.GetProperty("schedule").GetRawText());
        var before = await reflow.State();
        var body = JsonNode.Parse(shown.GetRawText())!.AsObject();
        body["operator_user_id"] = "manager";
        Assert.Equal(shown.GetRawText(), (await Send(reflow, "PUT", $"/rules/{id}", body)).Ok().Data.GetRawText());
        Assert.Equal(before, await reflow.State());
    }

    [Fact]
    public async Task A_changed_form_is_the_next_version_and_fields_keep_their_ids()
    {
        var id = await Made(reflow);
        var first = await Fields(id);
        var changed = Rule();
        var fields = changed["fields"]!.AsArray();
        fields.RemoveAt(7);
        fields[0]!["field_id"] = first[0].Id;
        fields[0]!["name"] = "今天做了什么";
        fields.Add(new JsonObject { ["name"] = "明日计划", ["type"] = "text" });
        (await Send(reflow, "PUT", $"/rules/{id}", changed)).Ok();
        var second = await Fields(id);
        Assert.Equal(first.Take(7).Select(field => field.Id), second.Take(7).Select(field => field.Id));
        Assert.Equal(("今天做了什么", "明日计划"), (second[0].Name, second[7].Name));
        Assert.DoesNotContain(second[7].Id, first.Select(field => field.Id));
        // A field that was there once can come back as itself.
        fields.Add(new JsonObject { ["field_id"] = first[7].Id, ["name"] = "附件", ["type"] = "attachement" });
        (await Send(reflow, "PUT", $"/rules/{id}", changed)).Ok();
        changed["name"] = "只改名字";
        (await Send(reflow, "PUT", $"/rules/{id}", changed)).Ok();
        var forms = (await Send(reflow, "GET", $"/rules/{id}/forms")).Ok().Data.GetProperty("forms");
        Assert.Equal([(1, 8), (2, 8), (3, 9)], forms.EnumerateArray().Select(form => (form.GetProperty("form_version").GetInt32(), form.GetProperty("fields").GetArrayLength())));
        Assert.Equal(first[7].Id, forms[2].GetProperty("fields")[8].GetProperty("field_id").GetString());
        var page = (await Send(reflow, "GET", $"/rules/{id}/forms?page_size=2")).Ok().Data;
        Assert.Equal(3, Assert.Single((await Send(reflow, "GET", $"/rules/{id}/forms?page_token={page.GetProperty("page_token").GetString()}")).Ok().Data.GetProperty("forms").EnumerateArray()).GetProperty("form_version").GetInt32());
    }

    [Fact]
    public async Task Everything_that_is_wrong_with_a_rule_is_told_at_once()
    {
        var before = await reflow.State();
        var answer = await Send(reflow, "POST", "/rules", """
            {"operator_user_id": "nobody", "name": " ", "owner_user_id": "nobody",
             "fields": [{"type": "text"}, {"name": "a", "type": "attachment"}, {"name": "b", "type": "text", "options": ["x"]}, {"name": "b", "type": "text", "field_id": "7"}],
             "need_report": {"users": ["nobody", "legal", "legal"], "departments": ["none"], "chats": ["x"]}, "to": {"leaders": [6], "department_owners": ["x"]}, "managers": ["nobody"],
             "schedule": {"cycle": "weekly", "timezone": "Mars", "window_open": {"day": 9, "time": "25:00"}, "most_per_cycle": 0}}
            """);
        Assert.Equal(400, answer.Status);
        Assert.Equal(
            [
                "operator_user_id", "owner_user_id", "name", "fields[1].type", "fields[3].field_id", "fields[0].name", "fields[2].options", "fields[3].name",
                "need_report.departments[0]", "need_report.users[0]", "need_report.users[2]", "need_report.chats[0]", "to.leaders[0]", "to.department_owners[0]", "managers[0]",
                "schedule.window_open.time", "schedule.timezone", "schedule.window_open.day", "schedule.window_close", "schedule.most_per_cycle",
            ], Faults(answer));
        Assert.Equal(before, await reflow.State());
    }

    [Fact]
    public async Task A_retired_rule_is_hidden_takes_no_reports_and_keeps_those_it_has()
    {
        var id = await Made(reflow);
        var report = await Submitted(reflow, id);
        (await Send(reflow, "POST", $"/rules/{id}/retire", new { operator_user_id = "director" })).Ok();
        var before = await reflow.State();
        (await Send(reflow, "POST", $"/rules/{id}/retire", new { operator_user_id = "director" })).Ok();
        Assert.Equal(["rule_id"], Faults(await Send(reflow, "POST", "", Written(id))));
        Assert.Equal(["rule_id"], Faults(await Send(reflow, "PUT", $"/rules/{id}", Rule())));
        Assert.Equal(["report_id"], Faults(await Send(reflow, "PUT", $"/{report}", Written(id))));
        Assert.Equal(["rule_id"], Faults(await Send(reflow, "POST", "/drafts", Written(id))));
        Assert.Equal(before, await reflow.State());
        Assert.Empty((await reflow.Get("/open-apis/report/v1/rules/query?rule_name=项目日报")).Ok().Data.GetProperty("rules").EnumerateArray());
        Assert.Single((await reflow.Get("/open-apis/report/v1/rules/query?rule_name=项目日报&include_deleted=1")).Ok().Data.GetProperty("rules").EnumerateArray());
        Assert.Single(await Official(reflow, id));
    }

    [Fact]
    public async Task Rules_come_in_pages_by_id()
    {
        var made = new[] { await Made(reflow), await Made(reflow), await Made(reflow) };
        var all = await Pages("/rules?page_size=2", "rules", rule => rule.GetProperty("rule_id").GetString()!);
        Assert.Equal(all.Order(StringComparer.Ordinal), all);
        Assert.Superset(made.ToHashSet(), all.ToHashSet());
        var withDeleted = await Pages("/rules?page_size=2&include_deleted=1", "rules", rule => rule.GetProperty("rule_id").GetString()!);
        Assert.Equal(all.Count + 1, withDeleted.Count);
    }

    [Fact]
    public async Task Boards_are_given_here_and_taken_away_by_the_official_call()
    {
        var id = await Made(reflow);
        var body = new { operator_user_id = "director", user_ids = new[] { "manager", "director", "legal" } };
        (await Send(reflow, "POST", $"/rules/{id}/views", body)).Ok();
        var before = await reflow.State();
        (await Send(reflow, "POST", $"/rules/{id}/views", body)).Ok();
        Assert.Equal(before, await reflow.State());
        Assert.Equal(["director", "legal", "manager"], await Pages($"/rules/{id}/views?page_size=2", "user_ids", user => user.GetString()!));
        (await reflow.Post($"/open-apis/report/v1/rules/{id}/views/remove?user_id_type=user_id", new { user_ids = new[] { "legal" } })).Ok();
        Assert.Equal(["director", "manager"], await Pages($"/rules/{id}/views", "user_ids", user => user.GetString()!));
    }

    [Fact]
    public async Task Every_change_of_a_rule_is_in_its_history_with_who_made_it()
    {
        var id = await Made(reflow);
        var renamed = Rule(name: "新日报");
        renamed["operator_user_id"] = "manager";
        (await Send(reflow, "PUT", $"/rules/{id}", renamed)).Ok();
        (await Send(reflow, "POST", $"/rules/{id}/retire", new { operator_user_id = "legal" })).Ok();
        Assert.Equal(
            ["1 user:director control.report.rule.create", "2 user:manager control.report.rule.update", "3 user:legal control.report.rule.retire"],
            await reflow.Db.Read(Demo.Tenant, s => s.Query("select seq, actor, operation from history where tenant = $1 and kind = 'report_rule' and id = $2 order by seq", r => $"{r.GetInt64(0)} {r.GetString(1)} {r.GetString(2)}", id), TestContext.Current.CancellationToken));
    }

    async Task<IReadOnlyList<(string Id, string Name)>> Fields(string rule) => [.. (await Send(reflow, "GET", $"/rules/{rule}")).Ok().Data.GetProperty("fields").EnumerateArray()
        .Select(field => (field.GetProperty("field_id").GetString()!, field.GetProperty("name").GetString()!))];

    async Task<List<string>> Pages(string path, string list, Func<JsonElement, string> id)
    {
        List<string> all = [];
        for (var token = ""; ;)
        {
            var data = (await Send(reflow, "GET", $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}page_token={token}")).Ok().Data;
            all.AddRange(data.GetProperty(list).EnumerateArray().Select(id));
            if (!data.GetProperty("has_more").GetBoolean()) return all;
            token = data.GetProperty("page_token").GetString()!;
        }
    }
}
