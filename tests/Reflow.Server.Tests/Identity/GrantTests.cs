using System.Text;
using Reflow.Core.Directory;
using Xunit;

namespace Reflow.Server.Tests.Identity;

/// <summary>User tokens: how they are got, refreshed, narrowed and lost (contracts: platform §1.4, §1.5).</summary>
public class GrantTests
{
    [Fact]
    public async Task A_refresh_gives_both_anew_and_the_old_token_lives_on_to_its_end()
    {
        await using var reflow = await TestReflow.Start();
        var first = (await reflow.Grant()).Json;
        reflow.Clock.Advance(TimeSpan.FromHours(1));
        var second = (await reflow.Send(Grants.Refresh(first.GetProperty("refresh_token").GetString()!))).Ok().Json;
        Assert.NotEqual(first.GetProperty("refresh_token").GetString(), second.GetProperty("refresh_token").GetString());
        foreach (var grant in new[] { first, second }) Assert.Equal("林一", await Name(reflow, grant.GetProperty("access_token").GetString()!));
        reflow.Clock.Advance(TimeSpan.FromHours(1));
        (await reflow.Send(new("GET", "/open-apis/authen/v1/user_info", null, first.GetProperty("access_token").GetString()))).Refuses(20005);
        Assert.Equal("林一", await Name(reflow, second.GetProperty("access_token").GetString()!));
        // The successor still works after somebody tries the used one.
        (await reflow.Send(Grants.Refresh(first.GetProperty("refresh_token").GetString()!))).Refuses(20073);
        (await reflow.Send(Grants.Refresh(second.GetProperty("refresh_token").GetString()!))).Ok();
    }

    [Fact]
    public async Task Refreshing_ends_a_year_after_the_user_agreed()
    {
        await using var reflow = await TestReflow.Start();
        var token = await reflow.RefreshToken();
        for (var day = 6; day <= 360; day += 6)
        {
            reflow.Clock.Advance(TimeSpan.FromDays(6));
            token = (await reflow.Send(Grants.Refresh(token))).Ok().Json.GetProperty("refresh_token").GetString()!;
        }
        reflow.Clock.Advance(TimeSpan.FromDays(4));
        var last = (await reflow.Send(Grants.Refresh(token))).Ok().Json;
        Assert.Equal(24 * 3600, last.GetProperty("refresh_token_expires_in").GetInt64());
        reflow.Clock.Advance(TimeSpan.FromDays(1));
        (await reflow.Send(Grants.Refresh(last.GetProperty("refresh_token").GetString()!))).Refuses(20037);
    }

    [Fact]
    public async Task Narrowing_one_token_leaves_the_grant_as_it_is()
    {
        await using var reflow = await TestReflow.Start();
        var code = await reflow.Code(scopes: ["task:task", "report:task:readonly", "offline_access"]);
        var narrow = (await reflow.Send(new("POST", Grants.V2, new { grant_type = "authorization_code", client_id = Demo.App, client_secret = Grants.Secret, code, scope = "report:task:readonly" }))).Ok().Json;
        Assert.Equal("report:task:readonly", narrow.GetProperty("scope").GetString());
        (await reflow.Send(new("GET", "/open-apis/task/v1/tasks/0", null, narrow.GetProperty("access_token").GetString()))).Refuses(99991679);
        var whole = (await reflow.Send(Grants.Refresh(narrow.GetProperty("refresh_token").GetString()!))).Ok().Json;
        Assert.Equal("task:task report:task:readonly offline_access", whole.GetProperty("scope").GetString());
        narrow = (await reflow.Send(new("POST", Grants.V2, new { grant_type = "refresh_token", client_id = Demo.App, client_secret = Grants.Secret, refresh_token = whole.GetProperty("refresh_token").GetString(), scope = "task:task" }))).Ok().Json;
        Assert.Equal("task:task", narrow.GetProperty("scope").GetString());
        whole = (await reflow.Send(Grants.Refresh(narrow.GetProperty("refresh_token").GetString()!))).Ok().Json;
        Assert.Equal("task:task report:task:readonly offline_access", whole.GetProperty("scope").GetString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_verifier_answers_the_challenge_of_its_method(bool isHashed)
    {
        await using var reflow = await TestReflow.Start();
        var verifier = new string('v', 43);
        var code = await reflow.Code(challenge: new(isHashed ? Challenge.Hashed(verifier) : verifier, isHashed));
        (await reflow.Send(new("POST", Grants.V2, new { grant_type = "authorization_code", client_id = Demo.App, client_secret = Grants.Secret, code, code_verifier = verifier }))).Ok();
    }

    [Fact]
    public async Task Without_offline_access_there_is_no_refresh_token()
    {
        await using var reflow = await TestReflow.Start();
        Assert.False((await reflow.Grant(scopes: ["task:task"])).Json.TryGetProperty("refresh_token", out _));
    }

    [Theory]
    [InlineData(Grants.V2)]
    [InlineData("/oauth/v3/token")]
    public async Task Libraries_send_forms_and_basic_credentials(string path)
    {
        await using var reflow = await TestReflow.Start();
        var answer = await reflow.Send(new("POST", path, $"grant_type=authorization_code&code={await reflow.Code()}&redirect_uri={Uri.EscapeDataString(Grants.Redirect)}")
        {
            Headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Authorization", "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"{Demo.App}:{Grants.Secret}")))],
        });
        Assert.Equal(["code", "access_token", "expires_in", "refresh_token", "refresh_token_expires_in", "scope", "token_type"], answer.Ok().Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
        var form = await reflow.Send(new("POST", path, $"grant_type=authorization_code&client_id={Demo.App}&client_secret={Grants.Secret}&code={await reflow.Code()}") { Headers = [("Content-Type", "application/x-www-form-urlencoded")] });
        Assert.StartsWith("u-", form.Ok().Json.GetProperty("access_token").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_is_told_as_the_rfc_tells_it()
    {
        await using var reflow = await TestReflow.Start();
        var answer = await reflow.Send(Grants.Exchange("none"));
        Assert.Equal("""{"code":20003,"error":"invalid_grant","error_description":"The authorization code is not found. Please note that an authorization code can only be used once."}""", answer.Text);
    }

    [Fact]
    public async Task The_oidc_operations_answer_in_data_and_rotate_too()
    {
        await using var reflow = await TestReflow.Start();
        var first = (await reflow.Send(new("POST", "/open-apis/authen/v1/oidc/access_token", new { grant_type = "authorization_code", code = await reflow.Code(scopes: ["task:task"]) }, await reflow.Token()))).Ok().Data;
        Assert.Equal(["access_token", "refresh_token", "token_type", "expires_in", "refresh_expires_in", "scope"], first.EnumerateObject().Select(member => member.Name));
        var request = new Request("POST", "/open-apis/authen/v1/oidc/refresh_access_token", new { grant_type = "refresh_token", refresh_token = first.GetProperty("refresh_token").GetString() }, await reflow.Token());
        Assert.Equal("no-store", (await reflow.Send(request)).Ok().Headers["Cache-Control"]);
        (await reflow.Send(request)).Refuses(20026);
    }

    [Fact]
    public async Task User_info_shows_what_the_scopes_show()
    {
        await using var reflow = await TestReflow.Start();
        async Task<string> Shown(params string[] scopes) => string.Join(' ', (await reflow.Send(new("GET", "/open-apis/authen/v1/user_info", null, (await reflow.Grant(scopes: scopes)).Json.GetProperty("access_token").GetString())))
            .Ok().Data.EnumerateObject().Select(member => member.Name).Except(["name", "en_name", "avatar_url", "avatar_thumb", "avatar_middle", "avatar_big", "open_id", "union_id", "tenant_key"]));
        Assert.Equal("", await Shown("task:task"));
        Assert.Equal("email", await Shown("contact:user.email:readonly"));
        Assert.Equal("email mobile", await Shown("contact:user.phone:readonly"));
        Assert.Equal("email user_id mobile", await Shown("contact:user.employee_id:readonly"));
        Assert.Equal("email enterprise_email user_id mobile employee_no", await Shown("contact:user.employee:readonly"));
    }

    [Theory]
    [InlineData("task:task", false)]
    [InlineData("contact:user.email:readonly", true)]
    public async Task The_oldest_operations_tell_of_the_user_what_the_user_granted_and_not_all_that_the_app_holds(string scope, bool shown)
    {
        await using var reflow = await TestReflow.Start();
        var first = (await reflow.Send(new("POST", "/open-apis/authen/v1/access_token", new { grant_type = "authorization_code", code = await reflow.Code(scopes: [scope]) }, await reflow.Token()))).Ok().Data;
        var second = (await reflow.Send(new("POST", "/open-apis/authen/v1/refresh_access_token", new { grant_type = "refresh_token", refresh_token = first.GetProperty("refresh_token").GetString() }, await reflow.Token()))).Ok().Data;
        Assert.Equal((shown, shown), (first.TryGetProperty("email", out _), second.TryGetProperty("email", out _)));
    }

    [Fact]
    public async Task What_the_app_loses_its_users_tokens_lose_at_once()
    {
        await using var reflow = await TestReflow.Start();
        var token = (await reflow.Grant()).Json.GetProperty("access_token").GetString();
        (await reflow.Send(new("GET", "/open-apis/task/v1/tasks/0", null, token))).Refuses(1470602);
        await reflow.Change(app: "scopes: [\"report:task:readonly\"]");
        (await reflow.Send(new("GET", "/open-apis/task/v1/tasks/0", null, token))).Refuses(99991672);
    }

    [Fact]
    public async Task What_the_app_lost_since_it_was_granted_is_not_granted_again_by_agreeing_to_something_else()
    {
        await using var reflow = await TestReflow.Start();
        await reflow.Grant(scopes: ["task:task", "report:task:readonly"]);
        await reflow.Change(app: "scopes: [\"report:task:readonly\", \"offline_access\"]");
        var granted = (await reflow.Grant(scopes: ["offline_access"])).Json;
        Assert.Equal("report:task:readonly offline_access", granted.GetProperty("scope").GetString());
        // Nor does it come back when the app gets it back: the user is asked again.
        await reflow.Change(app: "enabled: true");
        Assert.Equal("report:task:readonly offline_access", (await reflow.Grant(scopes: ["offline_access"])).Json.GetProperty("scope").GetString());
    }

    [Fact]
    public async Task The_refusal_of_a_scope_that_the_user_has_not_granted_names_it()
    {
        await using var reflow = await TestReflow.Start();
        var answer = await reflow.Send(new("GET", "/open-apis/task/v1/tasks/0", null, (await reflow.Grant(scopes: ["report:task:readonly"])).Json.GetProperty("access_token").GetString()));
        Assert.EndsWith("required one of these privileges: [task:task, task:task:readonly]", answer.Message, StringComparison.Ordinal);
        Assert.Equal("""[{"type":"action_privilege_required","subject":"task:task"},{"type":"action_privilege_required","subject":"task:task:readonly"}]""", answer.Json.GetProperty("error").GetProperty("permission_violations").GetRawText());
        answer = await reflow.Send(new("GET", "/open-apis/contact/v3/users/initiator?user_id_type=user_id", null, (await reflow.Grant(scopes: ["contact:contact:readonly"])).Json.GetProperty("access_token").GetString()));
        Assert.Equal("""[{"type":"field_scope_required","subject":"contact:user.employee_id:readonly"}]""", answer.Json.GetProperty("error").GetProperty("permission_violations").GetRawText());
    }

    [Fact]
    public async Task Tokens_survive_a_restart()
    {
        var reflow = await TestReflow.Start();
        var (code, token) = (await reflow.Code(), (await reflow.Grant()).Json.GetProperty("access_token").GetString()!);
        await reflow.Stop();
        await using var again = await TestReflow.StartOn(reflow.Store, reflow.Clock);
        Assert.Equal("林一", await Name(again, token));
        (await again.Send(Grants.Exchange(code))).Ok();
    }

    [Fact]
    public async Task Two_at_once_never_exchange_one_code_twice()
    {
        await using var reflow = await TestReflow.Start();
        var code = await reflow.Code();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => reflow.Send(Grants.Exchange(code))));
        Assert.Equal(1, answers.Count(answer => answer.Code == 0));
        Assert.Equal(7, answers.Count(answer => answer.Code == 20065));
    }

    [Fact]
    public async Task The_token_endpoints_have_their_limit()
    {
        await using var reflow = await TestReflow.Start(settings => settings with { RateLimits = true });
        for (var i = 0; i < 50; i++) (await reflow.Send(Grants.Exchange("none"))).Refuses(20003);
        var answer = await reflow.Send(Grants.Exchange("none"));
        Assert.Equal((429, 99991400, "50"), (answer.Status, answer.Code, answer.Headers["x-ogw-ratelimit-limit"]));
    }

    static async Task<string> Name(TestReflow reflow, string token) =>
        (await reflow.Send(new("GET", "/open-apis/authen/v1/user_info", null, token))).Ok().Data.GetProperty("name").GetString()!;
}
