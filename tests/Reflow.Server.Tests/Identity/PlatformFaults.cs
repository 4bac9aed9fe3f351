using Reflow.Server.Gateway;
using Xunit;

namespace Reflow.Server.Tests.Identity;

/// <summary>What each operation on tokens and people answers when the machine is at fault or at its limit: the rows of the contract that no request alone can show.</summary>
public class PlatformFaults
{
    static readonly Operation[] All = [.. Contract.Operations.Where(operation => operation.Family is Family.Platform && operation.Served)];

    [Fact]
    public async Task A_store_that_fails_is_told_in_the_operations_own_words()
    {
        await using var reflow = await TestReflow.Start();
        var (app, user) = (await reflow.Token(), (await reflow.Grant()).Json.GetProperty("access_token").GetString()!);
        // Both are known to the server from here on.
        (await reflow.Get("/open-apis/bot/v3/info")).Ok();
        (await reflow.Send(new("GET", "/open-apis/authen/v1/user_info", null, user))).Ok();
        string[] tables = ["app", "member", "department", "tenant", "token", "identity", "authorization_code", "refresh_token"];
        await reflow.Db.ChangeSystem(async s => { await s.Script(string.Concat(tables.Select(table => $"alter table {table} rename to lost_{table};"))); return 0; }, TestContext.Current.CancellationToken);
        foreach (var operation in All)
        {
            var row = Rows(operation).SingleOrDefault(row => row["when"] == "The server failed inside.");
            var answer = await reflow.Send(Call(operation, app, user));
            Assert.Equal((operation.Name, row?["http"] ?? "500", row?["code"] ?? "2200"), (operation.Name, $"{answer.Status}", $"{answer.Code}"));
            if (!answer.IsPage) Assert.Equal(row?["msg"] ?? GatewayErrors.Internal.Message, answer.Message);
        }
    }

    [Fact]
    public async Task When_too_many_changes_wait_the_pages_and_the_token_endpoints_say_that_they_are_busy()
    {
        await using var reflow = await TestReflow.Start(settings => settings with { Store = new(WaitingChanges: 1) });
        var (one, other) = (await reflow.Code(), await reflow.Code());
        var (signedIn, signingIn) = (new Browser(reflow), new Browser(reflow));
        var (consent, signIn) = (await signedIn.Arrive(Browser.Url("&scope=task:task"), "manager"), await signingIn.Get(Browser.Url()));
        await using var held = await Held.Writer(reflow.Db);
        var waiting = reflow.Send(Grants.Exchange(one));
        await held.Waiting(1);
        foreach (var operation in All.Where(operation => operation.Name.EndsWith(".token", StringComparison.Ordinal)))
        {
            var row = Assert.Single(Rows(operation), row => row["code"] == "20072");
            var answer = await reflow.Send(Grants.Exchange(other, operation.Path));
            Assert.Equal((operation.Name, row["http"], 20072, row["msg"]), (operation.Name, $"{answer.Status}", answer.Code, answer.Message));
            Assert.Equal("temporarily_unavailable", answer.Json.GetProperty("error").GetString());
        }
        foreach (var page in new[] { await signedIn.Press(consent, "agree"), await signingIn.SignIn(signIn) })
            Assert.Equal((503, 20072), (page.Status, page.Code));
        held.Release();
        (await waiting).Ok();
        // What was refused was not used up.
        Assert.NotEmpty(Browser.Sent(await signedIn.Press(consent, "agree"))["code"]);
        (await reflow.Send(Grants.Exchange(other))).Ok();
    }

    static IEnumerable<IReadOnlyDictionary<string, string>> Rows(Operation operation) => Contract.Rows("errors.tsv").Where(row => row["operation"] == operation.Name);

    static Request Call(Operation operation, string app, string user)
    {
        var path = operation.Path.Replace(":user_id", "ou_x", StringComparison.Ordinal).Replace(":department_id", "od-x", StringComparison.Ordinal);
        object body = new
        {
            app_id = Demo.App,
            app_secret = Grants.Secret,
            client_id = Demo.App,
            client_secret = Grants.Secret,
            app_ticket = "x",
            app_access_token = $"a-{app[2..]}",
            tenant_key = Demo.Tenant,
            grant_type = operation.Name.Contains("refresh", StringComparison.Ordinal) ? "refresh_token" : "authorization_code",
            code = new Handles(Store.Chance.Unforeseeable).New(Demo.Tenant),
            refresh_token = new Handles(Store.Chance.Unforeseeable).New(Demo.Tenant, "ur-"),
            emails = new[] { "a@b.example" },
        };
        const string query = "?client_id=cli_a1b2c3d4e5f60001&redirect_uri=x&user_ids=ou_x&department_ids=od-x&department_id=od-x";
        return new(operation.Method, path + query, operation.Method is "GET" ? null : body, operation.Name is "authen.v1.user_info.get" ? user : app);
    }
}
