using System.Text.Json;
using Reflow.Core.Directory;
using Reflow.Server.Gateway;
using Xunit;

namespace Reflow.Server.Tests.Identity;

/// <summary>People and departments: what contact v3 answers and refuses (contracts: platform §3), and the ids by which every operation names people.</summary>
public class ContactScenarios
{
    const string Users = "/open-apis/contact/v3/users", Departments = "/open-apis/contact/v3/departments";
    const string Narrow = "scopes: [\"contact:contact.base:readonly\", \"task:task\"]";

    public static TheoryData<Refused> All =>
    [
        new Refused("an unknown user_id_type", "contact.v3.user.get", 40001, r => Get(r, $"{Users}/x?user_id_type=email")),
        new Refused("an unknown department_id_type", "contact.v3.user.get", 40001, r => Get(r, $"{Users}/x?department_id_type=name")),
        new Refused("nobody has this id", "contact.v3.user.get", 41012, r => Get(r, $"{Users}/ou_00000000000000000000000000000000")),
        new Refused("an id of another tenant", "contact.v3.user.get", 41012, r => Get(r, $"{Users}/outsider?user_id_type=user_id")),
        new Refused("a union_id is no open_id", "contact.v3.user.get", 41012, r => Get(r, $"{Users}/{Identities.UnionId(Demo.Tenant, Demo.Tenant, new Actor.User("initiator"))}")),
        new Refused("an open_id of another app", "contact.v3.user.get", 99992361, async r => await Get(r, $"{Users}/{await r.OpenId("1001", Demo.ReportApp)}")),
        new Refused("a user_id without its field scope", "contact.v3.user.get", 99991672, async r => await Narrowed(r, $"{Users}/initiator?user_id_type=user_id", Narrow)),
        new Refused("a user out of sight", "contact.v3.user.get", 41050, async r => await Narrowed(r, $"{Users}/{await r.OpenId("1001")}", "contacts: [finance]")),

        new Refused("no user_ids", "contact.v3.user.batch", 40001, r => Get(r, $"{Users}/batch")),
        new Refused("too many user_ids", "contact.v3.user.batch", 40001, r => Get(r, $"{Users}/batch?{string.Join('&', Enumerable.Range(0, 51).Select(i => $"user_ids=ou_{i}"))}")),
        new Refused("an unknown user_id_type", "contact.v3.user.batch", 40001, r => Get(r, $"{Users}/batch?user_ids=x&user_id_type=email")),
        new Refused("nobody in sight", "contact.v3.user.batch", 41050, async r => await Narrowed(r, $"{Users}/batch?user_ids={await r.OpenId("1001")}", "contacts: [finance]")),
        new Refused("an open_id of another app", "contact.v3.user.batch", 99992361, async r => await Get(r, $"{Users}/batch?user_ids={await r.OpenId("1001", Demo.ReportApp)}")),

        new Refused("too many addresses", "contact.v3.user.batch_get_id", 99992402, async r => new("POST", $"{Users}/batch_get_id", new { emails = Enumerable.Repeat("a@b", 51) }, await r.Token())),
        new Refused("an unknown user_id_type", "contact.v3.user.batch_get_id", 99992402, async r => new("POST", $"{Users}/batch_get_id?user_id_type=x", new { }, await r.Token())),

        new Refused("no department_id", "contact.v3.user.find_by_department", 99992402, r => Get(r, $"{Users}/find_by_department")),
        new Refused("an unknown open_department_id", "contact.v3.user.find_by_department", 99992357, r => Get(r, $"{Users}/find_by_department?department_id=od-00000000000000000000000000000000")),
        new Refused("an unknown department_id", "contact.v3.user.find_by_department", 99992380, r => Get(r, $"{Users}/find_by_department?department_id=none&department_id_type=department_id")),
        new Refused("a department out of sight", "contact.v3.user.find_by_department", 40004, r => Narrowed(r, $"{Users}/find_by_department?department_id=sales&department_id_type=department_id", "contacts: [finance]")),
        .. Paged("contact.v3.user.find_by_department", $"{Users}/find_by_department?department_id=0"),

        new Refused("nothing has this id", "contact.v3.department.get", 40015, r => Get(r, $"{Departments}/od-00000000000000000000000000000000")),
        new Refused("an unknown department_id_type", "contact.v3.department.get", 40001, r => Get(r, $"{Departments}/0?department_id_type=x")),
        new Refused("a department out of sight", "contact.v3.department.get", 40004, r => Narrowed(r, $"{Departments}/company?department_id_type=department_id", "contacts: [finance]")),

        new Refused("an unknown user_id_type beside a body that is none", "contact.v3.department.get", 40001, async r => (await Get(r, $"{Departments}/0?user_id_type=x")) with { Body = "[]" }),

        new Refused("no department_ids", "contact.v3.department.batch", 40001, r => Get(r, $"{Departments}/batch")),
        new Refused("one out of sight", "contact.v3.department.batch", 40004, r => Narrowed(r, $"{Departments}/batch?department_ids=finance&department_ids=sales&department_id_type=department_id", "contacts: [finance]")),

        new Refused("nothing has this id", "contact.v3.department.children", 40008, r => Get(r, $"{Departments}/none/children")),
        new Refused("the root out of sight", "contact.v3.department.children", 40004, r => Narrowed(r, $"{Departments}/0/children", "contacts: [finance]")),
        new Refused("too many below", "contact.v3.department.children", 43010, async r =>
        {
            await r.Apply($"tenants: [{{tenant_key: {Demo.Tenant}, name: Reflow Demo, departments: [{string.Join(", ", Enumerable.Range(0, 1001).Select(i => $"{{department_id: d{i}, name: D}}"))}]}}]");
            return await Get(r, $"{Departments}/0/children?fetch_child=true");
        }),
        .. Paged("contact.v3.department.children", $"{Departments}/0/children?x=y"),

        new Refused("a user token", "tenant.v2.tenant.query", 99991668, async r => new("GET", "/open-apis/tenant/v2/tenant/query", null, await r.UserToken("1001"))) { Message = GatewayErrors.UserTokenNotSupported.Message },
        new Refused("no token", "bot.v3.info.get", 99991661, _ => Task.FromResult(new Request("GET", "/open-apis/bot/v3/info"))),

        new Refused("a user_id without its field scope", "task.v1.task.create", 99991672, async r =>
            await Narrowed(r, "/open-apis/task/v1/tasks?user_id_type=user_id", Narrow) with { Method = "POST", Body = new { summary = "x", origin = new { platform_i18n_name = "{}" }, collaborator_ids = new[] { "initiator" } } }),
    ];

    [Theory, MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task Is_refused(Refused scenario)
    {
        await using var reflow = await TestReflow.Start();
        await scenario.Check(reflow);
    }

    [Fact]
    public async Task A_user_is_shown_whole_to_whoever_has_every_scope()
    {
        await using var reflow = await TestReflow.Start();
        var user = (await reflow.Get($"{Users}/{await reflow.OpenId("1001")}")).Ok().Data.GetProperty("user");
        Assert.Equal(
            ["union_id", "user_id", "open_id", "name", "en_name", "nickname", "avatar", "email", "mobile", "mobile_visible", "gender", "department_ids", "leader_user_id", "orders", "status", "city", "country",
             "work_station", "join_time", "is_tenant_manager", "employee_type", "custom_attrs", "enterprise_email", "job_title", "employee_no"],
            user.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("initiator", "林一", "+8613800001001", 2, 1672531200L), (Text(user, "user_id"), Text(user, "name"), Text(user, "mobile"), user.GetProperty("gender").GetInt32(), user.GetProperty("join_time").GetInt64()));
        Assert.Equal(await reflow.OpenId("1002"), Text(user, "leader_user_id"));
        Assert.Equal(Identities.OpenDepartmentId(Demo.Tenant, "sales"), user.GetProperty("department_ids")[0].GetString());
        Assert.True(user.GetProperty("orders")[0].GetProperty("is_primary_dept").GetBoolean());
    }

    [Theory]
    [InlineData("contact:contact.base:readonly", "union_id open_id mobile_visible")]
    [InlineData("contact:contact.base:readonly contact:user.base:readonly", "union_id open_id name en_name nickname avatar mobile_visible")]
    [InlineData("contact:contact.base:readonly contact:user.email:readonly contact:user.phone:readonly", "union_id open_id email mobile mobile_visible")]
    [InlineData("contact:contact.base:readonly contact:user.gender:readonly contact:user.employee_id:readonly", "union_id user_id open_id mobile_visible gender")]
    [InlineData("contact:contact.base:readonly contact:user.department:readonly", "union_id open_id mobile_visible department_ids leader_user_id orders")]
    [InlineData("contact:contact.base:readonly contact:user.employee_number:read", "union_id open_id mobile_visible employee_no")]
    public async Task Without_a_field_scope_its_members_are_left_out(string scopes, string members)
    {
        await using var reflow = await TestReflow.Start();
        var asApp = await Narrowed(reflow, $"{Users}/{await reflow.OpenId("1001")}", $"scopes: [{string.Join(", ", scopes.Split(' ').Select(scope => $"\"{scope}\""))}]");
        Assert.Equal(members, Members((await reflow.Send(asApp)).Ok().Data.GetProperty("user")));
        // For a user token it is what the user granted that counts, whatever the app holds.
        await reflow.Change(app: "enabled: true");
        var granted = (await reflow.Grant(scopes: scopes.Split(' '))).Json.GetProperty("access_token").GetString();
        Assert.Equal(members, Members((await reflow.Send(asApp with { Token = granted })).Ok().Data.GetProperty("user")));
    }

    [Fact]
    public async Task Ids_come_and_go_by_their_type()
    {
        await using var reflow = await TestReflow.Start();
        var union = Identities.UnionId(Demo.Tenant, Demo.Tenant, new Actor.User("initiator"));
        foreach (var (type, id, leader) in new[] { ("open_id", await reflow.OpenId("1001"), await reflow.OpenId("1002")), ("union_id", union, Identities.UnionId(Demo.Tenant, Demo.Tenant, new Actor.User("manager"))), ("user_id", "initiator", "manager") })
        {
            var user = (await reflow.Get($"{Users}/{id}?user_id_type={type}&department_id_type=department_id")).Ok().Data.GetProperty("user");
            Assert.Equal((leader, "sales", "initiator"), (Text(user, "leader_user_id"), user.GetProperty("department_ids")[0].GetString(), Text(user, "user_id")));
        }
    }

    [Fact]
    public async Task Of_several_those_that_there_are_are_answered_in_the_order_asked_for()
    {
        await using var reflow = await TestReflow.Start();
        var items = (await reflow.Get($"{Users}/batch?user_id_type=user_id&user_ids=manager&user_ids=nobody&user_ids=initiator&user_ids=manager")).Ok().Data.GetProperty("items");
        Assert.Equal(["manager", "initiator"], items.EnumerateArray().Select(user => Text(user, "user_id")));
        items = (await reflow.Get($"{Departments}/batch?department_id_type=department_id&department_ids=legal&department_ids=none&department_ids=company")).Ok().Data.GetProperty("items");
        Assert.Equal(["legal", "company"], items.EnumerateArray().Select(department => Text(department, "department_id")));
    }

    [Fact]
    public async Task Addresses_and_numbers_lead_to_ids_one_entry_each()
    {
        await using var reflow = await TestReflow.Start();
        await reflow.Change(user: "user_id: initiator, name: 林一, email: gone@demo.example, status: resigned");
        var body = new { emails = new[] { "Director@demo.example", "none@demo.example", "outsider@other.example", "gone@demo.example" }, mobiles = new[] { "13800001002", "+8613800001003", "+113800001002" } };
        await reflow.Apply($"tenants: [{{tenant_key: {Demo.Tenant}, name: Reflow Demo, users: [{{user_id: director, name: 李四, email: director@demo.example}}]}}]");
        var list = (await reflow.Post($"{Users}/batch_get_id?user_id_type=user_id", body)).Ok().Data.GetProperty("user_list").EnumerateArray().ToList();
        Assert.Equal(["director", "", "", "", "manager", "finance", ""], list.Select(entry => entry.TryGetProperty("user_id", out var id) ? id.GetString() : ""));
        Assert.Equal([.. body.emails, .. body.mobiles], list.Select((entry, i) => Text(entry, i < 4 ? "email" : "mobile")));
        Assert.True(list[0].GetProperty("status").GetProperty("is_activated").GetBoolean());
        list = [.. (await reflow.Post($"{Users}/batch_get_id?user_id_type=user_id", new { body.emails, include_resigned = true })).Ok().Data.GetProperty("user_list").EnumerateArray()];
        Assert.Equal(("initiator", true), (Text(list[3], "user_id"), list[3].GetProperty("status").GetProperty("is_resigned").GetBoolean()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(50)]
    public async Task Pages_put_together_are_all_of_a_list_and_the_last_has_no_token(int size)
    {
        await using var reflow = await TestReflow.Start();
        await reflow.Apply($"tenants: [{{tenant_key: {Demo.Tenant}, name: Reflow Demo, departments: [{{department_id: new, name: New}}, {{department_id: below, name: Below, parent: new}}], users: [{string.Join(", ", Enumerable.Range(0, 5).Select(i => $"{{user_id: u{i}, name: U, department_ids: [new]}}"))}, {{user_id: rootless, name: R}}]}}]");
        Assert.Equal(["u0", "u1", "u2", "u3", "u4"], await Walk(reflow, $"{Users}/find_by_department?department_id=new&department_id_type=department_id&page_size={size}", "user_id"));
        Assert.Equal(["rootless"], await Walk(reflow, $"{Users}/find_by_department?department_id=0&page_size={size}", "user_id"));
        Assert.Equal(["company", "new"], await Walk(reflow, $"{Departments}/0/children?page_size={size}", "department_id"));
        Assert.Equal(["below", "company", "finance", "legal", "new", "sales"], await Walk(reflow, $"{Departments}/0/children?fetch_child=true&page_size={size}", "department_id"));
    }

    [Fact]
    public async Task A_thousand_departments_below_one_are_walked_to_their_leaves()
    {
        await using var reflow = await TestReflow.Start();
        await reflow.Apply($"tenants: [{{tenant_key: {Demo.Tenant}, name: Reflow Demo, departments: [{{department_id: top, name: T}}, {string.Join(", ", Enumerable.Range(0, 1000).Select(i => $"{{department_id: d{i:000}, name: D, parent: {(i == 0 ? "top" : $"d{i / 2:000}")}}}"))}]}}]");
        var path = $"{Departments}/top/children?department_id_type=department_id&fetch_child=true&page_size=50";
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"d{i:000}"), await Walk(reflow, path, "department_id"));
        await reflow.Apply($"tenants: [{{tenant_key: {Demo.Tenant}, name: Reflow Demo, departments: [{{department_id: top, name: T}}, {{department_id: one-more, name: D, parent: top}}]}}]");
        (await reflow.Get(path)).Refuses(43010);
    }

    [Theory]
    [InlineData("contact:user.id:readonly", "user_id email")]
    [InlineData("contact:user.id:readonly contact:user.employee:readonly", "user_id email status")]
    public async Task What_an_address_leads_to_has_a_status_only_with_its_field_scope(string scopes, string members)
    {
        await using var reflow = await TestReflow.Start();
        var asApp = await Narrowed(reflow, $"{Users}/batch_get_id", $"scopes: [{string.Join(", ", scopes.Split(' ').Select(scope => $"\"{scope}\""))}]");
        var entries = (await reflow.Send(asApp with { Method = "POST", Body = new { emails = new[] { "director@demo.example", "nobody@demo.example" } } })).Ok().Data.GetProperty("user_list");
        Assert.Equal(members, Members(entries[0]));
        Assert.Equal("email", Members(entries[1]));
    }

    [Fact]
    public async Task A_department_has_both_ids_its_leader_and_the_number_of_all_below_it()
    {
        await using var reflow = await TestReflow.Start();
        var company = (await reflow.Get($"{Departments}/company?department_id_type=department_id")).Ok().Data.GetProperty("department");
        Assert.Equal(("company", Identities.OpenDepartmentId(Demo.Tenant, "company"), "0", 5), (Text(company, "department_id"), Text(company, "open_department_id"), Text(company, "parent_department_id"), company.GetProperty("member_count").GetInt32()));
        Assert.Equal((1, await reflow.OpenId("1004")), (company.GetProperty("leaders")[0].GetProperty("leaderType").GetInt32(), Text(company.GetProperty("leaders")[0], "leaderID")));
        Assert.Equal("Headquarters", Text(company.GetProperty("i18n_name"), "en_us"));
        var finance = (await reflow.Get($"{Departments}/od-4e6ac4d14bcd5071a37a39de902c7141")).Ok().Data.GetProperty("department");
        Assert.Equal((Identities.OpenDepartmentId(Demo.Tenant, "company"), 1), (Text(finance, "parent_department_id"), finance.GetProperty("member_count").GetInt32()));
        Assert.Equal("Reflow Demo", Text((await reflow.Get($"{Departments}/0")).Ok().Data.GetProperty("department"), "name"));
        var narrow = (await reflow.Send(await Narrowed(reflow, $"{Departments}/company?department_id_type=department_id", Narrow))).Ok().Data.GetProperty("department");
        Assert.Equal("department_id open_department_id", Members(narrow));
    }

    [Fact]
    public async Task An_app_sees_its_departments_with_all_below_them_and_a_user_sees_everybody()
    {
        await using var reflow = await TestReflow.Start();
        var user = await reflow.UserToken("1001");
        await reflow.Apply($"tenants: [{{tenant_key: {Demo.Tenant}, name: Reflow Demo, apps: [{{{Grants.DemoApp}, scopes: \"*\", contacts: [company]}}], departments: [{{department_id: company, name: 总部}}, {{department_id: apart, name: Apart}}], users: [{{user_id: apart, name: A, department_ids: [apart]}}]}}]");
        (await reflow.Get($"{Users}/initiator?user_id_type=user_id")).Ok();
        (await reflow.Get($"{Users}/apart?user_id_type=user_id")).Refuses(41050);
        (await reflow.Send(new("GET", $"{Users}/apart?user_id_type=user_id", null, user))).Ok();
        Assert.Equal("initiator", Text(Assert.Single((await reflow.Get($"{Users}/batch?user_id_type=user_id&user_ids=apart&user_ids=initiator")).Ok().Data.GetProperty("items").EnumerateArray()), "user_id"));
    }

    [Fact]
    public async Task The_bot_and_the_tenant_say_who_they_are()
    {
        await using var reflow = await TestReflow.Start();
        var bot = (await reflow.Get("/open-apis/bot/v3/info")).Ok();
        Assert.Equal("ok", bot.Message);
        Assert.Equal(("Demo app", 2, Identities.OpenId(Demo.Tenant, Demo.App, new Actor.App(Demo.App))),
            (Text(bot.Json.GetProperty("bot"), "app_name"), bot.Json.GetProperty("bot").GetProperty("activate_status").GetInt32(), Text(bot.Json.GetProperty("bot"), "open_id")));
        var tenant = (await reflow.Get("/open-apis/tenant/v2/tenant/query")).Ok().Data.GetProperty("tenant");
        Assert.Equal(("Reflow Demo", Demo.Tenant, reflow.Address.Authority), (Text(tenant, "name"), Text(tenant, "tenant_key"), Text(tenant, "domain")));
        Assert.Matches("^F[0-9]{9}$", Text(tenant, "display_id"));
    }

    static IEnumerable<Refused> Paged(string operation, string path) =>
    [
        .. ((string[])["0", "51", "-1", "1.5", "x"]).Select(size => new Refused($"a page_size of {size}", operation, 40011, r => Get(r, $"{path}&page_size={size}"))),
        new(
            "a page_token of nothing", operation, 40012, r => Get(r, $"{path}&page_token=x")),
        new("a page_token of another list", operation, 40012, r => Get(r, $"{path}&page_token={PageTokens.Write("another", "initiator")}")),
    ];

    static async Task<List<string>> Walk(TestReflow reflow, string path, string id)
    {
        var (all, token) = (new List<string>(), "");
        while (true)
        {
            var data = (await reflow.Get(path + (token.Length == 0 ? "" : $"&page_token={token}"))).Ok().Data;
            all.AddRange(data.GetProperty("items").EnumerateArray().Select(item => Text(item, id)));
            Assert.Distinct(all);
            Assert.Equal(data.GetProperty("has_more").GetBoolean(), data.TryGetProperty("page_token", out var next));
            if (next.ValueKind is JsonValueKind.Undefined) return all;
            token = next.GetString()!;
        }
    }

    static async Task<Request> Narrowed(TestReflow reflow, string path, string app)
    {
        var token = await reflow.Token();
        await reflow.Apply($"tenants: [{{tenant_key: {Demo.Tenant}, name: Reflow Demo, departments: [{{department_id: finance, open_department_id: od-4e6ac4d14bcd5071a37a39de902c7141, name: 财务部, parent: company}}, {{department_id: company, name: 总部}}], apps: [{{{Grants.DemoApp}, {(app.StartsWith("scopes", StringComparison.Ordinal) ? "" : "scopes: \"*\", ")}{app}}}]}}]");
        return new("GET", path, null, token);
    }

    static async Task<Request> Get(TestReflow reflow, string path) => new("GET", path, null, await reflow.Token());

    static string Members(JsonElement json) => string.Join(' ', json.EnumerateObject().Select(member => member.Name));

    static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
