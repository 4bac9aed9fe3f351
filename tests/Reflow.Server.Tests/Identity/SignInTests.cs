using System.Text.RegularExpressions;
using Reflow.Core.Directory;
using Reflow.Server.Api.Platform;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests.Identity;

/// <summary>Signing in and agreeing, page by page, as a browser does (contracts: platform §1.4).</summary>
public class SignInTests
{
    const string Verifier = "TxYmzM4PHLBlqm5NtnCmwxMH8mFlRWl_ipie3O0aVzo";

    [Fact]
    public async Task Whoever_signs_in_and_agrees_gives_the_app_a_token_that_acts_for_them()
    {
        await using var reflow = await TestReflow.Start();
        var browser = new Browser(reflow);
        var challenge = Challenge.Hashed(Verifier);
        var consent = await browser.Arrive(Browser.Url($"&response_type=code&scope=task:task%20offline_access&state=a%26b%20c&code_challenge={challenge}&code_challenge_method=S256"));
        Assert.Equal(200, consent.Status);
        Assert.Contains("see, create and change tasks <code>task:task</code>", consent.Text, StringComparison.Ordinal);
        var sent = Browser.Sent(await browser.Press(consent, "agree"));
        Assert.Equal("a&b c", sent["state"]);
        Assert.Matches("^[A-Za-z0-9_-]{64}$", sent["code"]);
        var granted = (await reflow.Send(new("POST", Grants.V2, new { grant_type = "authorization_code", client_id = Demo.App, client_secret = Grants.Secret, code = sent["code"], redirect_uri = Grants.Redirect, code_verifier = Verifier }))).Ok().Json;
        Assert.Equal("task:task offline_access", granted.GetProperty("scope").GetString());
        Assert.Equal(("Bearer", 7200, 604800), (granted.GetProperty("token_type").GetString(), granted.GetProperty("expires_in").GetInt64(), granted.GetProperty("refresh_token_expires_in").GetInt64()));
        var task = (await reflow.Send(new("POST", "/open-apis/task/v1/tasks", new { summary = "mine", origin = new { platform_i18n_name = "{}" } }, granted.GetProperty("access_token").GetString()))).Ok();
        Assert.Equal(await reflow.OpenId("1001"), task.Data.GetProperty("task").GetProperty("creator_id").GetString());
    }

    [Fact]
    public async Task What_was_granted_once_is_not_asked_again_unless_the_app_wants_it_asked_and_it_adds_up()
    {
        await using var reflow = await TestReflow.Start();
        var browser = new Browser(reflow);
        await browser.Press(await browser.Arrive(Browser.Url("&scope=task:task")), "agree");
        var code = Browser.Sent(await browser.Get(Browser.Url("&scope=task:task")))["code"];
        Assert.Equal("task:task", (await reflow.Send(Grants.Exchange(code))).Ok().Json.GetProperty("scope").GetString());
        Assert.Equal(200, (await browser.Get(Browser.Url("&scope=task:task&prompt=consent"))).Status);
        var more = await browser.Get(Browser.Url("&scope=report:task:readonly"));
        Assert.Equal(200, more.Status);
        code = Browser.Sent(await browser.Press(more, "agree"))["code"];
        Assert.Equal("task:task report:task:readonly", (await reflow.Send(Grants.Exchange(code))).Ok().Json.GetProperty("scope").GetString());
    }

    [Fact]
    public async Task Whoever_refuses_sends_the_app_away_with_an_error()
    {
        await using var reflow = await TestReflow.Start();
        var browser = new Browser(reflow);
        var answer = await browser.Press(await browser.Arrive(Browser.Url("&scope=task:task&state=7")), "deny");
        Assert.Equal($"{Grants.Redirect}?error=access_denied&state=7", answer.Headers["Location"]);
        Assert.Equal(302, answer.Status);
    }

    [Theory]
    [InlineData("http://localhost:3000/callback?redirect_uri=x", "http://localhost:3000/callback?redirect_uri=x&error=access_denied")]
    [InlineData("http://localhost:3000/callback#part", "http://localhost:3000/callback?error=access_denied#part")]
    [InlineData("http://localhost:3000/callback?a=1#part", "http://localhost:3000/callback?a=1&error=access_denied#part")]
    public async Task The_address_keeps_its_query_and_its_fragment_and_no_state_is_made_up(string redirect, string sent)
    {
        await using var reflow = await TestReflow.Start();
        var browser = new Browser(reflow);
        Assert.Equal(sent, (await browser.Press(await browser.Arrive(Browser.Url("&scope=task:task", redirect)), "deny")).Headers["Location"]);
    }

    [Fact]
    public async Task The_older_page_asks_for_all_that_the_app_holds()
    {
        await using var reflow = await TestReflow.Start();
        var browser = new Browser(reflow);
        var answer = await browser.SignIn(await browser.Get($"/open-apis/authen/v1/index?app_id={Demo.App}&redirect_uri={Uri.EscapeDataString(Grants.Redirect)}&state=s"));
        var sent = Browser.Sent(await browser.Press(await browser.Get(answer.Headers["Location"]), "agree"));
        var data = (await reflow.Send(new("POST", "/open-apis/authen/v1/access_token", new { grant_type = "authorization_code", code = sent["code"] }, await reflow.Token()))).Ok().Data;
        Assert.Equal(("林一", "s", 30L * 24 * 3600), (data.GetProperty("name").GetString(), sent["state"], data.GetProperty("refresh_expires_in").GetInt64()));
        (await reflow.Send(new("GET", "/open-apis/report/v1/rules/query", null, data.GetProperty("access_token").GetString()))).Refuses(99991668);
        (await reflow.Send(new("POST", "/open-apis/report/v1/tasks/query", new { commit_start_time = 0, commit_end_time = 4000000000, page_token = "", page_size = 1 }, data.GetProperty("access_token").GetString()))).Ok();
    }

    [Theory]
    [InlineData("initiator@demo.example")]
    [InlineData("Initiator@Demo.example")]
    [InlineData("+8613800001001")]
    [InlineData("13800001001")]
    [InlineData("initiator")]
    public async Task An_account_is_an_address_a_number_or_an_id(string account)
    {
        await using var reflow = await TestReflow.Start();
        Assert.Contains("Signed in as 林一", (await new Browser(reflow).Arrive(Browser.Url(), account)).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("initiator", "wrong", 400, "The account or the password is wrong.")]
    [InlineData("nobody", "reflow-demo", 400, "The account or the password is wrong.")]
    [InlineData("outsider", "reflow-demo", 400, "The account or the password is wrong.")]
    [InlineData("", "reflow-demo", 400, "Enter your account and your password.")]
    [InlineData("initiator", "", 400, "Enter your account and your password.")]
    public async Task Who_gets_it_wrong_is_told_so_and_nobody_is_signed_in(string account, string password, int status, string told)
    {
        await using var reflow = await TestReflow.Start();
        var browser = new Browser(reflow);
        var page = await browser.Get(Browser.Url());
        var before = await reflow.State();
        var answer = await browser.SignIn(page, account, password);
        Assert.Equal(status, answer.Status);
        Assert.Contains($"role=\"alert\" id=\"summary\" tabindex=\"-1\"><p><a href=\"#account\">{told}", answer.Text, StringComparison.Ordinal);
        Assert.Contains($"value=\"{account}\" aria-invalid=\"true\" aria-describedby=\"summary\"", answer.Text, StringComparison.Ordinal);
        Assert.Equal(before, await reflow.State());
    }

    [Fact]
    public async Task Who_was_frozen_cannot_sign_in_and_whoever_was_signed_in_is_not_any_more()
    {
        await using var reflow = await TestReflow.Start();
        var browser = new Browser(reflow);
        var consent = await browser.Arrive(Browser.Url());
        await reflow.Change(user: "user_id: initiator, name: 林一, status: frozen");
        (await browser.Press(consent, "agree")).Refuses(20063);
        // The sign-in of before does not sign them in any more either.
        Assert.Contains("value=\"sign_in\"", (await browser.Get(Browser.Url())).Text, StringComparison.Ordinal);
        var before = await reflow.State();
        var answer = await browser.SignIn(await browser.Get(Browser.Url()));
        Assert.Equal(400, answer.Status);
        Assert.Contains("This account is not active.", answer.Text, StringComparison.Ordinal);
        Assert.Equal(before, await reflow.State());
    }

    [Fact]
    public async Task After_five_wrong_passwords_even_the_right_one_waits_for_a_quarter_of_an_hour()
    {
        await using var reflow = await TestReflow.Start();
        var (guesser, owner) = (new Browser(reflow), new Browser(reflow));
        var page = await guesser.Get(Browser.Url());
        for (var i = 0; i < SignInThrottle.PerAccount; i++) Assert.Equal(400, (await guesser.SignIn(page, "Initiator", "guess")).Status);
        var answer = await owner.SignIn(await owner.Get(Browser.Url()));
        Assert.Equal((429, "900"), (answer.Status, answer.Headers["Retry-After"]));
        Assert.Equal(303, (await guesser.SignIn(page, "manager")).Status);
        reflow.Clock.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(303, (await owner.SignIn(await owner.Get(Browser.Url()))).Status);
    }

    [Fact]
    public async Task An_address_that_guesses_waits_whatever_the_account_and_the_right_password_clears_only_the_account()
    {
        var clock = new ManualClock();
        var throttle = new SignInThrottle(new LocalQuotas(), clock);
        for (var i = 0; i < SignInThrottle.PerAddress; i++) Assert.Equal(0, await Try($"account {i}", "10.0.0.1"));
        Assert.Equal((900, 0), (await Try("another", "10.0.0.1"), await Try("account 1", "10.0.0.2")));
        // What was not looked at counts for nothing.
        for (var i = 0; i < SignInThrottle.PerAccount; i++) Assert.Equal(0, await Try("another", "10.0.0.3"));
        Assert.Equal(900, await Try("another", "10.0.0.4"));
        for (var i = 1; i < SignInThrottle.PerAccount; i++) Assert.Equal(0, await Try("mine", "10.0.0.3"));
        await throttle.Succeeded((await throttle.Begin(Demo.Tenant, "mine", "10.0.0.3")).Attempt!);
        Assert.Equal((0, 900), (await Try("mine", "10.0.0.4"), await Try("mine", "10.0.0.1")));
        clock.Advance(TimeSpan.FromMilliseconds(SignInThrottle.Length));
        Assert.Equal(0, await Try("another", "10.0.0.1"));

        async Task<long> Try(string account, string address) => (await throttle.Begin(Demo.Tenant, account, address)).SecondsToWait;
    }

    [Fact]
    public async Task Right_passwords_of_a_whole_company_behind_one_address_do_not_count()
    {
        var throttle = new SignInThrottle(new LocalQuotas(), new ManualClock());
        for (var i = 0; i < 2 * SignInThrottle.PerAddress; i++) await throttle.Succeeded((await throttle.Begin(Demo.Tenant, $"account {i}", "10.0.0.1")).Attempt!);
    }

    [Fact]
    public async Task Passwords_that_come_at_once_are_no_way_around_the_limit()
    {
        await using var reflow = await TestReflow.Start();
        var page = await new Browser(reflow).Get(Browser.Url());
        Assert.Equal(200, page.Status);
        var guessers = await Task.WhenAll(Enumerable.Range(0, 4 * SignInThrottle.PerAccount).Select(async _ =>
        {
            var guesser = new Browser(reflow);
            return await guesser.SignIn(await guesser.Get(Browser.Url()), "Initiator", "guess");
        }));
        Assert.Equal((SignInThrottle.PerAccount, 3 * SignInThrottle.PerAccount), (guessers.Count(answer => answer.Status == 400), guessers.Count(answer => answer.Status == 429)));
    }

    [Fact]
    public async Task A_browser_stays_signed_in_for_twelve_hours_and_signs_out_when_told()
    {
        await using var reflow = await TestReflow.Start();
        var browser = new Browser(reflow);
        await browser.Arrive(Browser.Url());
        reflow.Clock.Advance(TimeSpan.FromMilliseconds(SignInStore.Life - 1));
        var consent = await browser.Get(Browser.Url());
        Assert.Contains("value=\"agree\"", consent.Text, StringComparison.Ordinal);
        reflow.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Contains("value=\"sign_in\"", (await browser.Get(Browser.Url())).Text, StringComparison.Ordinal);
        consent = await browser.Arrive(Browser.Url());
        var stolen = browser.Cookies;
        Assert.Equal(303, (await browser.Press(consent, "sign_out")).Status);
        var answer = await reflow.Send(new("GET", Browser.Url()) { Headers = [("Cookie", stolen)] });
        Assert.Contains("value=\"sign_in\"", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_of_another_visit_signs_nobody_in()
    {
        await using var reflow = await TestReflow.Start();
        var (victim, attacker) = (new Browser(reflow), new Browser(reflow));
        await victim.Get(Browser.Url());
        var answer = await victim.SignIn(await attacker.Get(Browser.Url()), "manager");
        Assert.Equal(403, answer.Status);
        Assert.DoesNotContain("reflow_signed_in", victim.Cookies, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_can_be_framed_by_nobody_run_no_script_and_are_kept_nowhere()
    {
        await using var reflow = await TestReflow.Start();
        var browser = new Browser(reflow);
        Answer[] pages = [await browser.Get(Browser.Url("&scope=task:task")), await browser.Arrive(Browser.Url("&scope=task:task")), await browser.Get("/open-apis/authen/v1/authorize")];
        Assert.All(pages, page =>
        {
            Assert.Equal(("no-store", "DENY", "nosniff"), (page.Headers["Cache-Control"], page.Headers["X-Frame-Options"], page.Headers["X-Content-Type-Options"]));
            Assert.Matches("^default-src 'none'; style-src 'sha256-[^']+'; form-action ('self' http://localhost:3000|'none'); base-uri 'none'; frame-ancestors 'none'$", page.Headers["Content-Security-Policy"]);
            Assert.DoesNotContain("<script", page.Text, StringComparison.OrdinalIgnoreCase);
            Assert.Matches("<html lang=\"en\">", page.Text);
            Assert.All(Regex.Matches(page.Text, "<input (?!type=\"hidden\")[^>]*id=\"(.*?)\""), input => Assert.Contains($"<label for=\"{input.Groups[1].Value}\">", page.Text, StringComparison.Ordinal));
        });
        var cookies = (await reflow.Send(new("GET", Browser.Url()))).Headers["Set-Cookie"];
        Assert.Contains("samesite=lax", cookies, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("httponly", cookies, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task What_an_app_sends_is_shown_as_text_and_never_as_a_page()
    {
        await using var reflow = await TestReflow.Start();
        var page = await new Browser(reflow).Get(Browser.Url("&state=%22%3E%3Cscript%3E&prompt=%22%3E%3Cimg"));
        Assert.DoesNotContain("<script", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "zh-CN", "zh-CN")]
    [InlineData("", "en-GB,zh;q=0.5", "en")]
    [InlineData("", "fr, zh-TW;q=0.9, en;q=0.8", "zh-CN")]
    [InlineData("", "fr", "zh-CN")]
    [InlineData("&lang=en", "zh", "en")]
    [InlineData("&lang=zh-CN", "en", "zh-CN")]
    public async Task The_language_is_the_querys_or_else_the_browsers(string query, string accepted, string shown)
    {
        await using var reflow = await TestReflow.Start();
        var browser = new Browser(reflow);
        browser.Headers[0] = ("Accept-Language", accepted);
        var page = await browser.Get(Browser.Url(query));
        Assert.Contains($"<html lang=\"{shown}\">", page.Text, StringComparison.Ordinal);
        Assert.Contains(shown is "en" ? "&amp;lang=zh-CN\"" : "&amp;lang=en\"", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_scope_that_can_be_granted_is_told_in_words_of_both_languages() =>
        Assert.All(ScopeWords.All, scope => Assert.DoesNotContain(scope, new[] { ScopeWords.Of(scope, true), ScopeWords.Of(scope, false) }));

    [Fact]
    public async Task Passwords_and_handles_are_stored_as_hashes_only_and_a_password_in_clear_is_hashed_once()
    {
        await using var reflow = await TestReflow.Start();
        var browser = new Browser(reflow);
        await reflow.Change(user: "user_id: initiator, name: 林一, password: a-new-password");
        var before = await reflow.State();
        Assert.Contains("users: 0 created, 0 changed", await reflow.Change(user: "user_id: initiator, name: 林一, password: a-new-password"), StringComparison.Ordinal);
        Assert.Equal(before, await reflow.State());
        var page = await browser.Get(Browser.Url());
        Assert.Equal(400, (await browser.SignIn(page)).Status);
        Assert.Equal(303, (await browser.SignIn(page, password: "a-new-password")).Status);
        var refresh = await reflow.RefreshToken();
        var state = await reflow.State();
        Assert.Contains("AQAAAAIAAYag", state, StringComparison.Ordinal);
        Assert.All((string[])["a-new-password", "reflow-demo", refresh, browser.Cookies.Split('=')[^1]], secret => Assert.DoesNotContain(secret, state, StringComparison.Ordinal));
    }
}
