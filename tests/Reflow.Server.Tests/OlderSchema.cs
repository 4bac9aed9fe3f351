using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Reflow.Core.Flows;
using Reflow.Core.Reports;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>Makes a store what the release before the last migration would have made of the same calls, so that the migration has something to bring up to date.</summary>
static class OlderSchema
{
    /// <summary>The last migration of that release.</summary>
    public const int Number = 20;

    /// <summary>Whose lists tasks are on, for whatever reason.</summary>
    public const string Lists = """
        select tenant, task_id, source, user_id, type, opened_at, api_id from flow_inbox
        union all select tenant, id, 'fromMe', initiator, case status when 0 then 'pending' else 'archived' end, opened_at, api_id from flow_task
        """;

    /// <summary>Takes the schema and all that it holds back.</summary>
    public static Task Make(Db db) => db.ChangeSystem(async s =>
    {
        var marked = await s.Query("select tenant, id, marking from flow_instance", r => (Tenant: r.GetString(0), Id: r.GetInt64(1), Marking: r.GetString(2)));
        var firings = await s.Query("select tenant, instance, seq, doc, consumed, null from flow_firing union all select tenant, instance, seq, doc, '[]', undone_by from flow_undone",
            r => (Tenant: r.GetString(0), Instance: r.GetInt64(1), Firing: JsonSerializer.Deserialize(r.GetString(3), FlowJson.Default.Firing)!, Doc: r.GetString(3), Consumed: r.GetString(4), By: r.IntegerOrNull(5)));
        var lists = await s.Query(Lists, r => Enumerable.Range(0, 7).Select(i => (object?)r.GetValue(i)).ToArray());
        var reports = await s.Query("select r.tenant, r.report_id, c.doc from report r join report_content c on c.tenant = r.tenant and c.content_id = r.content_id", r => (Tenant: r.GetString(0), Id: r.GetInt64(1), Content: r.GetString(2)));
        var older = string.Concat(Migrations.Scripts(s.Engine).Where(script => script.Number <= Number).Select(script => script.Sql));
        await s.Script($"""
            drop table flow_firing;
            drop table flow_undone;
            drop table flow_inbox;
            alter table flow_instance drop column marking;
            alter table flow_instance drop column changed_at;
            insert into history (tenant, kind, id, seq, at, actor, operation, payload) select tenant, 'instance', cast(instance as text), seq, at, actor, operation, payload from flow_history;
            drop table flow_history;
            alter table flow_task drop column copied;
            drop index flow_task_from_pending;
            drop index flow_task_from_archived;
            alter table flow_task drop column initiator;
            alter table flow_task drop column api_id;
            alter table report add column doc text{(s.Engine is Engine.Postgres ? " collate \"C\"" : "")} not null default '';
            alter table report drop column content_id;
            drop table report_content;
            {string.Join('\n', Regex.Matches(older, "create (table flow_(token|firing|inbox) |index flow_(token_produced|token_present|firing_undone|task_pending|inbox_list) )[^;]*;").Select(match => match.Value))}
            {Regex.Matches(older, "create index flow_token_consumed [^;]*;")[^1].Value}
            delete from schema_version where number > {Number}
            """);
        async Task Token(string tenant, long instance, FlowToken token, bool live) => await s.Execute(
            "insert into flow_token (tenant, instance, id, node, produced_by, consumed_by, live, dead, frame, approvers) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", tenant, instance, token.Id, token.Node,
            token.ProducedBy, token.ConsumedBy, live ? 1 : 0, token.Dead ? 1 : 0, token.Frame is null ? null : JsonSerializer.Serialize(token.Frame, FlowJson.Default.Frame), JsonSerializer.Serialize(token.Approvers));
        foreach (var (tenant, instance, marking) in marked)
            foreach (var token in JsonSerializer.Deserialize(marking, FlowJson.Default.FlowMarking)!.Tokens) await Token(tenant, instance, token, live: true);
        foreach (var (tenant, instance, firing, doc, consumed, by) in firings)
        {
            await s.Execute("insert into flow_firing (tenant, instance, seq, kind, node, doc, undone_by) values ($1, $2, $3, $4, $5, $6, $7)", tenant, instance, firing.Seq, (int)firing.Kind, firing.Node, doc, by);
            foreach (var token in JsonSerializer.Deserialize(consumed, FlowJson.Default.IReadOnlyListFlowToken)!) await Token(tenant, instance, token, live: true);
            // What was undone had produced something, which stayed.
            if (by is not null)
                foreach (var id in firing.Outputs) await Token(tenant, instance, new(id, firing.Node, firing.Seq, null), live: false);
        }
        // It said neither the rule nor the writer, which stood beside it.
        foreach (var (tenant, id, content) in reports) await s.Execute("update report set doc = $3 where tenant = $1 and report_id = $2", tenant, id, $"{{{content[content.IndexOf("\"rule_name\"", StringComparison.Ordinal)..]}");
        foreach (var list in lists) await s.Execute("insert into flow_inbox (tenant, task_id, source, user_id, type, opened_at, api_id) values ($1, $2, $3, $4, $5, $6, $7)", list);
        return 0;
    }, TestContext.Current.CancellationToken);
}

/// <summary>A store of the release before holds the same after the migration.</summary>
public class OlderSchemaTests
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact, Trait("Engine", "PostgreSQL")]
    public async Task A_PostgreSQL_that_can_compresses_items_by_the_faster_method()
    {
        await using var server = await OwnPostgres.Start();
        await using var store = await TestStore.DemoIn(server);
        if (await server.Ask("select 'lz4' = any(enumvals) from pg_settings where name = 'default_toast_compression'") is true) Assert.Equal("l", await server.Ask("select attcompression::text from pg_attribute where attrelid = 'work_item'::regclass and attname = 'doc'", store.Name));
    }

    [Fact, Trait("Engine", "PostgreSQL")]
    public async Task Tables_whose_rows_come_and_go_at_one_end_of_an_index_are_cleaned_before_a_fifth_of_them_has_changed()
    {
        await using var place = await TestStore.Demo();
        await using var db = await place.Open(TestStore.Patient);
        foreach (var table in (string[])["flow_inbox", "flow_task"])
            Assert.Equal("autovacuum_vacuum_scale_factor=0.02", await db.ReadSystem(s => s.Find($"select reloptions[1] from pg_class where oid = '{table}'::regclass", r => r.GetString(0)), Ct));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Instances_are_after_the_migration_what_their_history_says_and_lists_are_what_they_were(int seed)
    {
        await using var place = await TestStore.Demo();
        var (random, net) = (new Random(seed), FlowNet.Of(FlowPlay.Flow));
        var store = new FlowStore(new(new ManualClock(), node: NodeNumber.Fixed(61)), new());
        var instances = new List<long>();
        string lists;
        await using (var db = await place.Open(TestStore.Patient))
        {
            await db.Change(Demo.Tenant, s => FlowCatalog.Deploy(s, FlowPlay.Flow, 0), Ct);
            for (var step = 0; step < 100; step++)
            {
                if (instances.Count < 3) instances.Add((await db.Change(Demo.Tenant, s => store.Start(s, new("package_test__c", "play", "test", FlowPlay.Initiator, null, "{}"), "test", 1000), Ct)).Instance!.Stored.Instance.Id);
                var play = FlowPlay.Draw(random, await State(db, instances[random.Next(instances.Count)]), net, $"step {step}");
                FlowCommand command = random.Next(8) == 0 ? new FlowCommand.Cc(play.Id, play.By, [FlowPlay.People[random.Next(5)]]) : play.Command;
                if (play.Kind is not "cancel") await db.Change(Demo.Tenant, s => store.Act(s, $"{play.Id}", _ => command, play.By, "test", 2000), Ct);
            }
            lists = await Lists(db);
            await OlderSchema.Make(db);
        }
        await using (var db = await place.Open(TestStore.Patient))
        {
            var states = await Task.WhenAll(instances.Select(instance => State(db, instance)));
            Assert.Contains(states, state => state.Present.Count > 1);
            Assert.Contains(states, state => state.Firings.Values.Any(firing => !firing.Live));
            foreach (var (instance, state) in instances.Zip(states)) Assert.Equal(FlowRowsOf.Of(state), await FlowRowsOf.Stored(db, instance));
            foreach (var source in (string[])["CCMe", "fromMe"]) Assert.Contains(source, lists);
            Assert.Equal(0, await db.ReadSystem(s => s.Find("select count(*) from flow_inbox where source = 'fromMe'", r => r.GetInt64(0)), Ct));
            Assert.Equal(lists, await Lists(db));
        }
    }

    [Fact]
    public async Task Reports_are_after_the_migration_what_they_were_and_those_that_said_the_same_share_it()
    {
        await using var place = await TestStore.Demo();
        ReportContent first = new(7, "u1", "日报", "林一", "销售部", ["od-1"], [new("manager", "王二")], ["legal"]), second = first with { From = "u\"2", RuleName = "周报 \"𝄞\"" };
        string before;
        await using (var db = await place.Open(TestStore.Patient))
        {
            await db.ChangeSystem(async s =>
            {
                foreach (var tenant in (string[])[Demo.Tenant, "other"])
                    for (var i = 1; i < 7; i++)
                        await ReportStore.Insert(s.For(tenant), new((long)i << 32, i % 3 == 0 ? second : first, Encoding.UTF8.GetBytes($"""["第 {i} 份"]""")), origin: i == 1 ? "elsewhere" : null);
                return 0;
            }, Ct);
            before = await Reports(db);
            await OlderSchema.Make(db);
        }
        await using (var db = await place.Open(TestStore.Patient))
        {
            Assert.Equal(before, await Reports(db));
            Assert.Contains("周报", before, StringComparison.Ordinal);
            // What is submitted after it says the same under the same name.
            await db.Change(Demo.Tenant, async s =>
            {
                await ReportStore.Insert(s, new(9L << 32, second, "[]"u8.ToArray()));
                return 0;
            }, Ct);
            Assert.Equal(2, await db.Read("other", s => s.Find("select count(*) from report_content where tenant = $1", r => r.GetInt64(0)), Ct));
            Assert.Equal(1, await db.Read(Demo.Tenant, s => s.Find("select count(*) from report_content where tenant = $1 and doc like '%周报%'", r => r.GetInt64(0)), Ct));
            Assert.True(await db.Read(Demo.Tenant, s => ReportStore.HasOrigin(s, "elsewhere"), Ct));
        }
    }

    static async Task<string> Reports(Db db)
    {
        var reports = new List<Report>();
        foreach (var tenant in (string[])[Demo.Tenant, "other"]) reports.AddRange((await db.Read(tenant, s => ReportStore.Page(s, new(new(0, 99), 0), 20), Ct)).Items);
        return string.Join('\n', reports.Select(report => $"{report.Id} {report.RuleId} {report.From} {ReportContents.Write(report.Content)} {report.FormText}"));
    }

    static async Task<FlowState> State(Db db, long instance) => (await db.Read(Demo.Tenant, s => FlowHistory.AsOf(s, instance, long.MaxValue), Ct))!;

    static Task<string> Lists(Db db) => db.ReadSystem(async s => string.Join('\n', await s.Query(
        $"{OlderSchema.Lists} order by 1, 4, 3, 5, 6, 2", r => string.Join('|', Enumerable.Range(0, 7).Select(r.GetValue)))), Ct);
}
