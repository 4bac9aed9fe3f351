using Xunit;

namespace Reflow.Server.Tests.Identity;

/// <summary>What the authorize page refuses, on a page of its own: whoever cannot be trusted is never redirected to (contracts: platform §1.4).</summary>
public class AuthorizeScenarios
{
    const string Get = "authen.v1.authorize", Post = "authen.v1.authorize.submit", Index = "authen.v1.index";
    const string Good = "redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback";

    public static TheoryData<Refused> All =>
    [
        .. Pages(Get, "GET", "/open-apis/authen/v1/authorize", "client_id"), .. Pages(Post, "POST", "/open-apis/authen/v1/authorize", "client_id"), .. Pages(Index, "GET", "/open-apis/authen/v1/index", "app_id"),
        new Refused("a form without its text", Post, 20063, async r =>
        {
            var browser = new Browser(r);
            await browser.Arrive(Browser.Url("&scope=task:task"));
            return new("POST", Browser.Url("&scope=task:task"), "act=agree") { Headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Cookie", browser.Cookies)] };
        }),
        new Refused("a form that another site sends", Post, 20063, async r =>
        {
            var browser = new Browser(r);
            var page = await browser.Arrive(Browser.Url("&scope=task:task"));
            return new("POST", Browser.Url("&scope=task:task"), $"act=agree&form={System.Text.RegularExpressions.Regex.Match(page.Text, "name=\"form\" value=\"(.*?)\"").Groups[1].Value}")
                { Headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Cookie", browser.Cookies), ("Sec-Fetch-Site", "cross-site")] };
        }),
        new Refused("a form of somebody else's", Post, 20063, async r =>
        {
            var (browser, other) = (new Browser(r), new Browser(r));
            await browser.Arrive(Browser.Url("&scope=task:task"));
            var page = await other.Arrive(Browser.Url("&scope=task:task"), "manager");
            return new("POST", Browser.Url("&scope=task:task"), $"act=agree&form={System.Text.RegularExpressions.Regex.Match(page.Text, "name=\"form\" value=\"(.*?)\"").Groups[1].Value}")
                { Headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Cookie", browser.Cookies)] };
        }),
        new Refused("nobody is signed in", Post, 20063, _ => Sent(new("POST", Browser.Url(), "act=agree&form=x") { Headers = [("Content-Type", "application/x-www-form-urlencoded")] })),
        new Refused("a body that cannot be read", Post, 20063, _ => Sent(new("POST", Browser.Url(), "{"))),
    ];

    [Theory, MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task Is_refused(Refused scenario)
    {
        await using var reflow = await TestReflow.Start();
        await scenario.Check(reflow);
    }

    static IEnumerable<Refused> Pages(string operation, string method, string path, string app)
    {
        Request Ask(string query) => new(method, $"{path}?{query}");
        yield return new("no app", operation, 20001, _ => Sent(Ask(Good)));
        yield return new("another response_type", operation, 20001, _ => Sent(Ask($"{app}={Demo.App}&{Good}&response_type=token")));
        yield return new("a challenge that is too short", operation, 20001, _ => Sent(Ask($"{app}={Demo.App}&{Good}&code_challenge=short")));
        yield return new("a method without a challenge", operation, 20001, _ => Sent(Ask($"{app}={Demo.App}&{Good}&code_challenge_method=S256")));
        yield return new("an unknown method", operation, 20001, _ => Sent(Ask($"{app}={Demo.App}&{Good}&code_challenge={new string('a', 43)}&code_challenge_method=S512")));
        yield return new("the app is not installed", operation, 20009, r => OAuthScenarios.Changed(r, Ask($"{app}={Demo.App}&{Good}"), app: "installed: false"));
        yield return new("the app is not for this user", operation, 20010, async r =>
        {
            var browser = new Browser(r);
            var page = await browser.Arrive(Browser.Url());
            await r.Change(app: "available_to: [director]");
            var form = System.Text.RegularExpressions.Regex.Match(page.Text, "name=\"form\" value=\"(.*?)\"").Groups[1].Value;
            return Ask($"{app}={Demo.App}&{Good}") with { Body = method == "POST" ? $"act=agree&form={form}" : null, Headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Cookie", browser.Cookies)] };
        });
        yield return new("a scope that the app does not hold", operation, 20027, r => OAuthScenarios.Changed(r, Ask($"{app}={Demo.App}&{Good}&scope=task:task+report:task:readonly"),
            app: "scopes: [\"task:task\"]"));
        yield return new("a scope that is none", operation, 20027, _ => Sent(Ask($"{app}={Demo.App}&{Good}&scope=%3Cscript%3E")));
        yield return new("more than fifty scopes", operation, 20027, _ => Sent(Ask($"{app}={Demo.App}&{Good}&scope={string.Join('+', Enumerable.Range(0, 51).Select(i => $"a:b{i}"))}")));
        foreach (var redirect in (string[])["", "http://localhost:3000", "http://localhost:3000/callback/", "http://localhost:3000/callbacks", "http://localhost:3001/callback", "https://localhost:3000/callback",
            "http://LOCALHOST:3000/callback", "http://localhost:3000/callback/../evil", "http://localhost:3000/callback%0d%0aX:1\r\n", "http://localhost:3000@evil.example/callback", "http://evil.example/?http://localhost:3000/callback", "http://localhost:3000/callback?长"])
            yield return new($"the address {redirect.ReplaceLineEndings("\\n")}", operation, 20029, _ => Sent(Ask($"{app}={Demo.App}&redirect_uri={Uri.EscapeDataString(redirect)}")));
        yield return new("an app that nobody knows", operation, 20048, _ => Sent(Ask($"{app}=cli_ffffffffffffffff&{Good}")));
        yield return new("the app is switched off", operation, 20069, r => OAuthScenarios.Changed(r, Ask($"{app}={Demo.App}&{Good}"), app: "enabled: false"));
    }

    static Task<Request> Sent(Request request) => Task.FromResult(request);
}
