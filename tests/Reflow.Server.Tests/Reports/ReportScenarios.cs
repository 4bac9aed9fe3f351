using Xunit;
using static Reflow.Server.Tests.Reports.ReportDesk;

namespace Reflow.Server.Tests.Reports;

/// <summary>Every refusal of Report v1 (contracts: report §4.6).</summary>
public class ReportScenarios
{
    const string Operation = "report.v1.task.query", Rules = "report.v1.rule.query", Views = "report.v1.rule.view.remove";
    const string WrongType = "Invalid parameter type in json: {path}. Invalid parameter value: {value}. Please check and modify accordingly.";

    public static TheoryData<Refused> All => [
        new Refused("the tenant has no reports", Operation, 1430001, async reflow =>
        {
            var request = await Query(reflow, Everything());
            await Set(reflow, new(Enabled: false));
            return request;
        }),
        Body("a page of 21", 1430002, ("page_size", 21)),
        Body("a page of -1", 1430002, ("page_size", -1)),
        Body("a page of a number that is 5 in 32 bits", 1430002, ("page_size", 4_294_967_301)),
        Body("a rule that does not exist", 1430003, ("rule_id", "6969410005221015599")),
        Body("a rule that does not exist, as a number", 1430003, ("rule_id", 6_969_410_005_221_015_599)),
        Body("a rule id that is no number", 1430003, ("rule_id", "日报")),
        Body("another tenant's rule", 1430003, ("rule_id", OtherTenantsRule)),
        Body("no start", 99992402, ("commit_start_time", null)),
        Body("no end", 99992402, ("commit_end_time", null)),
        Body("no page size", 99992402, ("page_size", null)),
        Body("no page token", 99992402, ("page_token", null)),
        new Refused("no body at all", Operation, 99992402, reflow => Query(reflow, null)),
        Body("a start in milliseconds", 99992402, ("commit_start_time", First * 1000)),
        Body("an end in milliseconds", 99992402, ("commit_end_time", "1622714908000")),
        Body("a page token that is no number", 99992402, ("page_token", "next")),
        Body("a page token that is the id of no report", 99992402, ("page_token", "6969507070261329948")),
        Body("the greatest page token", 99992402, ("page_token", "9223372036854775807")),
        new Refused("an unknown user_id_type for somebody", Operation, 99992402, reflow => Query(reflow, Everything(("user_id", OpenId("li4"))), parameters: "?user_id_type=lark_id")),
        new Refused("an unknown user_id_type", Operation, 99992402, reflow => Query(reflow, Everything(), parameters: "?user_id_type=lark_id")),
        Type("a start that is a list", ("commit_start_time", new[] { 1 })),
        Type("an end with a fraction", ("commit_end_time", 1.5)),
        Type("an end that is a word", ("commit_end_time", "now")),
        Type("a rule id that is a list", ("rule_id", new[] { "1" })),
        Type("a rule id of more than 64 bits", ("rule_id", 1e30)),
        Type("a user id that is a number", ("user_id", 7)),
        Type("a page token that is an object", ("page_token", new { })),
        Type("a page size that is true", ("page_size", true)),
        new Refused("a body that is a list", Operation, 9499, reflow => Query(reflow, "[]")) { Message = WrongType },
        new Refused("a body that is no JSON", Operation, 9499, reflow => Query(reflow, "{")) { Message = "Bad Request" },
        Body("an open_id of nobody", 99992351, ("user_id", "ou_00000000000000000000000000000000")),
        Body("a union_id where an open_id is meant", 99992351, ("user_id", UnionId("li4"))),
        Body("an open_id of another app", 99992361, ("user_id", OpenId("li4", AppWithoutUserIds))),
        new Refused("a user_id of nobody", Operation, 99992360, reflow => Query(reflow, Everything(("user_id", "nobody")), parameters: "?user_id_type=user_id")),
        new Refused("a union_id of nobody", Operation, 99992364, reflow => Query(reflow, Everything(("user_id", "on_0")), parameters: "?user_id_type=union_id")),
        new Refused("a rule's name that is absent", Rules, 99992402, reflow => Find(reflow, "")),
        new Refused("a rule's name that is empty", Rules, 99992402, reflow => Find(reflow, "?rule_name=")),
        new Refused("deleted rules that are neither wanted nor not", Rules, 99992402, reflow => Find(reflow, "?rule_name=x&include_deleted=true")),
        new Refused("a kind of user id that is none", Rules, 99992402, reflow => Find(reflow, "?rule_name=x&user_id_type=x")),
        new Refused("a user's token for what only apps may", Rules, 99991668, async reflow => (await Find(reflow, "?rule_name=x")) with { Token = await UserToken(reflow, "li4") })
            { Message = "user access token not support" },
        new Refused("rules of a tenant without reports", Rules, 1430001, async reflow =>
        {
            var request = await Find(reflow, "?rule_name=x");
            await Set(reflow, new(Enabled: false));
            return request;
        }),
        new Refused("views of a rule that does not exist", Views, 1430003, reflow => Remove(reflow, "6969410005221015599")),
        new Refused("views of a rule id that is no number", Views, 1430003, reflow => Remove(reflow, "x")),
        new Refused("views of another tenant's rule", Views, 1430003, reflow => Remove(reflow, $"{OtherTenantsRule}")),
        new Refused("views of 201 members", Views, 99992402, reflow => Remove(reflow, $"{Daily}", new { user_ids = Enumerable.Repeat("ou_0", 201) })),
        new Refused("views of somebody whom nobody knows", Views, 99992351, reflow => Remove(reflow, $"{Daily}", new { user_ids = new[] { OpenId("li4"), "ou_0" } })),
        new Refused("members that are a text", Views, 9499, reflow => Remove(reflow, $"{Daily}", new { user_ids = OpenId("li4") })) { Message = WrongType },
        new Refused("views of a tenant without reports", Views, 1430001, async reflow =>
        {
            var request = await Remove(reflow, $"{Daily}");
            await Set(reflow, new(Enabled: false));
            return request;
        }),
        new Refused("an app without the scope", Operation, 99991672, reflow => Query(reflow, Everything(), AppWithoutScope)),
    ];

    [Theory, MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task Is_refused(Refused scenario)
    {
        await using var reflow = await TestReflow.Start();
        await scenario.Check(reflow);
    }

    [Fact]
    public async Task Of_several_faults_the_first_in_the_contracts_order_is_told()
    {
        await using var reflow = await TestReflow.Start();
        var body = Everything(("commit_start_time", true), ("commit_end_time", null), ("page_size", 21), ("user_id", "ou_0"), ("rule_id", 5), ("page_token", "7"));
        var request = await Query(reflow, body);
        await Set(reflow, new(Enabled: false));
        Assert.Equal(9499, (await reflow.Send(request)).Code);
        body["commit_start_time"] = 0;
        Assert.Equal(99992402, (await reflow.Send(request)).Code);
        body["commit_end_time"] = 9;
        Assert.Equal(1430001, (await reflow.Send(request)).Code);
        await Set(reflow, new());
        Assert.Equal(1430002, (await reflow.Send(request)).Code);
        body["page_size"] = 20;
        Assert.Equal(99992351, (await reflow.Send(request)).Code);
        body["user_id"] = OpenId("li4");
        Assert.Equal(1430003, (await reflow.Send(request)).Code);
        body["rule_id"] = Daily;
        Assert.Equal(99992402, (await reflow.Send(request)).Code);
        body["page_token"] = "";
        (await reflow.Send(request)).Ok();
    }

    [Fact]
    public async Task All_missing_parameters_are_named_at_once()
    {
        await using var reflow = await TestReflow.Start();
        var answer = await reflow.Send(await Query(reflow, new { }));
        var fields = answer.Json.GetProperty("error").GetProperty("field_violations").EnumerateArray().Select(v => v.GetProperty("field").GetString());
        Assert.Equal(["commit_end_time", "commit_start_time", "page_size", "page_token"], fields.Order(StringComparer.Ordinal));
    }

    static Refused Body(string name, int code, (string, object?) member) => new(name, Operation, code, reflow => Query(reflow, Everything(member)));

    static Refused Type(string name, (string, object?) member) => Body(name, 9499, member) with { Message = WrongType };
}
