using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>
/// No statement walks a whole table, or all that a tenant has in one, unless it is listed here with the reason. Every statement that any test makes a server run is looked at
/// when it is first prepared; one that walks fails whatever asked for it. PostgreSQL chooses by what tables hold, and those of tests hold little: there it is only asked whether an index
/// serves the statement at all.
/// </summary>
public sealed partial class Plans
{
    static readonly HashSet<string> Tables = [.. Migrations.Scripts(Engine.Sqlite).Concat(Migrations.Scripts(Engine.Postgres)).SelectMany(script => TableName().Matches(script.Sql)).Select(match => match.Groups[1].Value)];

    // A statement of the server may walk a table when it begins like this.
    static readonly (string Statement, string Reason)[] Exempt =
    [
        ("select t.tenant from tenant t", "asks of each tenant whether something is due there"),
        ("select min(at) from (", "asks of each tenant when something is due there next"),
        ("select 1 from tenant limit 1", "stops at the first row"),
        ("select user_id, kunlun_id, name, email, leader_id, department_ids from member", "a tenant's people are read whole and remembered"),
        ("select department_id, leader_id from department", "a tenant's people are read whole and remembered"),
        ("select role, user_ids from flow_role", "a tenant's people are read whole and remembered"),
        ("select user_id, name, leader_id, department_ids from member", "reports written in a workspace file name anybody"),
        ("select department_id, open_department_id, name, parent_id, leader_id from department", "reports written in a workspace file name anybody"),
        ("select id, namespace, name, flow, initiator, status, started_at", "a page of a list by time, filtered on the way; it stops where the page is full"),
        ("select id from identity", "a workspace file is applied to all of a tenant's people"),
        ("select app_id, owner from app", "a workspace file is applied to all of a tenant's people"),
        ("select user_id from member", "a workspace file is applied to all of a tenant's people"),
        ("select user_id, kunlun_id from member", "a workspace file is applied to all of a tenant's people"),
        ("select project_key from project", "a list of all spaces"),
        ("select doc from report_rule", "a list of all rules"),
        ("select project_key, version from project", "a tenant has few spaces"),
        ("select user_id, doc from member", "who has left, among all who must report"),
        ("select id, project_key, by_user, by_actor, request from batch_update indexed by batch_update_open", "the index holds what is still open"),
        ("select tenant, expires_at from test_tenant", "a test server has few tenants of its own"),
        ("select tenant from tenant", "a list of all tenants"),
        ("select distinct tenant from batch_update", "once a start, over what is still open"),
        ("select id, project_key from work_item indexed by work_item_without_facts", "the index holds what an upgrade has left to do"),
        ("delete from project_grant", "a tenant has few virtual tokens"),
        ("update flow_inbox set api_id", "once a migration of an instance to another version"),
        ("update flow_task set api_id", "the same"),
        ("select report_id from report where tenant = $1 order by report_id desc limit 1", "stops at the first row"),
        ("insert into outbox (tenant, seq", "the greatest number is the first row that it looks at"),
        ("with last as (select coalesce((select seq from outbox", "stops at the last row"),
        ("/* export */ select ", "an export reads all that there is"),
        ("/* template */ select ", "what a template for tests left is read whole, once a second at most"),
        ("select * from ", "snapshots copy whole tables"),
        ("delete from quota where (tenant, key) in", "what nobody counts any more, once in ten minutes"),
    ];

    // These hold one row a tenant, or one in all.
    static readonly string[] OneRowTables = ["tenant", "report_settings", "server_key"];

    // A plan with PostgreSQL costs the server a question, so each statement is asked about once.
    static readonly ConcurrentDictionary<string, bool> Good = [];

    /// <summary>For <see cref="DbOptions.Inspect"/>.</summary>
    internal static Action<IReadOnlyList<string>>? Check(string sql) => Good.ContainsKey(sql) || !Planned().IsMatch(sql) ? null : plan =>
    {
        var step = TestStore.IsPostgres ? WalkedByPostgres(plan) : Walked(sql, plan);
        if (step is not null && !OfTenant().IsMatch(sql) && !Exempt.Any(exempt => sql.StartsWith(TestStore.IsPostgres ? Hint().Replace(exempt.Statement, "") : exempt.Statement, StringComparison.Ordinal)))
        {
            if (IsOfTest()) return;
            throw new InvalidOperationException($"walks a whole table ({step}): {sql}");
        }
        Good[sql] = true;
    };

    // Tests look at tables as they like.
    static bool IsOfTest() => new StackTrace().GetFrames().Select(frame => frame.GetMethod()?.DeclaringType).First(type => type is not null && !Between.Contains(type.DeclaringType ?? type))!.Assembly == typeof(Plans).Assembly;

    // What stands between whoever asks and this.
    static readonly HashSet<Type> Between =
        [typeof(Plans), typeof(Session), typeof(SystemSession), typeof(SqliteSession), typeof(PostgresSession), typeof(PostgresPipeline), typeof(PostgresBatch), typeof(PostgresDatabase)];

    [Theory]
    [InlineData("select 1 from task t where t.doc = $1", "SCAN t", true)]
    [InlineData("select 1 from task where tenant = $1", "SEARCH task USING PRIMARY KEY (tenant=?)", true)]
    [InlineData("select 1 from task where tenant = $1", "SEARCH task USING COVERING INDEX task_of_creator (tenant=?)", true)]
    [InlineData("select 1 from task where tenant = $1 and id = $2", "SEARCH task USING PRIMARY KEY (tenant=? AND id=?)", false)]
    [InlineData("select 1 from tenant where tenant = $1", "SEARCH tenant USING PRIMARY KEY (tenant=?)", false)]
    [InlineData("with f (n) as (select 1) select n from f", "SCAN f", false)]
    public void A_plan_walks_when_it_reads_a_table_or_all_that_a_tenant_has_in_it(string sql, string step, bool walks) => Assert.Equal(walks, Walked(sql, [step]) is not null);

    [Theory]
    [InlineData(true, "Seq Scan on task t", "  Filter: (doc = $1)")]
    [InlineData(true, "Limit", "  ->  Index Scan Backward using task_pkey on task", "        Filter: (doc = $1)", "  ->  Index Scan using app_pkey on app", "        Index Cond: (tenant = $1)")]
    [InlineData(true, "Nested Loop", "  ->  Function Scan on given", "  ->  Index Scan using flow_inbox_list on flow_inbox", "        Index Cond: (type = 'pending'::text)")]
    [InlineData(false, "Nested Loop", "  ->  Function Scan on given", "  ->  Index Scan using flow_inbox_pkey on flow_inbox", "        Index Cond: ((tenant = given.a1) AND (task_id = given.a2))")]
    [InlineData(false, "Nested Loop", "  ->  Function Scan on given", "  ->  Index Scan using route_pkey on route", "        Index Cond: ((kind = given.a1) AND (name = given.a2))")]
    [InlineData(false, "Index Only Scan using task_pkey on task", "  Index Cond: ((tenant = $1) AND (id = $2))")]
    [InlineData(false, "Bitmap Heap Scan on task", "  ->  Bitmap Index Scan on task_pkey", "        Index Cond: (tenant = $1)")]
    [InlineData(false, "Seq Scan on pg_class c")]
    [InlineData(false, "Function Scan on json_array_elements_text")]
    public void A_plan_of_PostgreSQL_walks_when_no_index_leads_to_the_rows(bool walks, params string[] plan) => Assert.Equal(walks, WalkedByPostgres(plan) is not null);

    static string? WalkedByPostgres(IReadOnlyList<string> plan)
    {
        var merged = plan.Any(line => line.Contains("Function Scan on given", StringComparison.Ordinal));
        for (var i = 0; i < plan.Count; i++)
            if (PostgresStep().Match(plan[i]) is { Success: true, Groups: var step } && step["table"].Value is var table && Tables.Contains(table) && !OneRowTables.Contains(table)
                && (step["index"].Length == 0 || !plan.Skip(i + 1).TakeWhile(line => !line.Contains("->", StringComparison.Ordinal)).Any(line => Leads(line, merged && table is not "route"))))
                return plan[i].Trim();
        return null;
    }

    // Where few rows are expected, an index of everybody's pending tasks looks as good as the key. It is not, and the plan is kept.
    static bool Leads(string line, bool byTenant) => line.Contains("Index Cond:", StringComparison.Ordinal) && (!byTenant || line.Contains("tenant = ", StringComparison.Ordinal));

    static string? Walked(string sql, IReadOnlyList<string> plan)
    {
        var names = Reference().Matches(sql).Where(match => Tables.Contains(match.Groups[1].Value)).SelectMany(match => new[] { match.Groups[1].Value, match.Groups[2].Value }).ToHashSet();
        return plan.FirstOrDefault(step => Step().Match(step) is { Success: true } match && names.Contains(match.Groups["table"].Value) && !(match.Groups["table"].Value is var table && OneRowTables.Contains(table) && step.Contains("tenant=?", StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"^(?:SCAN (?<table>\w+)|SEARCH (?<table>\w+) USING .*\(tenant=\?\)$)")]
    private static partial Regex Step();

    [GeneratedRegex(@"\b(?:from|join|update|into)\s+(\w+)(?:\s+indexed by \w+)?(?:\s+(?:as\s+)?(\w+))?", RegexOptions.IgnoreCase)]
    private static partial Regex Reference();

    [GeneratedRegex(@"(?:Seq Scan|(?<index>Index) (?:Only )?Scan (?:Backward )?using \S+) on (?<table>\w+)")]
    private static partial Regex PostgresStep();

    // Anything else has no plan: what begins and ends transactions, what sets something.
    [GeneratedRegex(@"^\s*(?:/\*.*?\*/\s*)?(?:select|insert|update|delete|with)\b")]
    private static partial Regex Planned();

    [GeneratedRegex(@" indexed by \w+")]
    private static partial Regex Hint();

    // A tenant goes with all that it has.
    [GeneratedRegex(@"^delete from \w+ where tenant = \$1$")]
    private static partial Regex OfTenant();

    [GeneratedRegex(@"create table (?:if not exists )?(\w+)")]
    private static partial Regex TableName();
}
