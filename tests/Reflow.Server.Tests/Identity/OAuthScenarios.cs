using System.Text;
using Reflow.Core.Directory;
using Xunit;

namespace Reflow.Server.Tests.Identity;

/// <summary>What the newer token endpoints refuse (contracts: platform §1.4).</summary>
public class OAuthScenarios
{
    const string Verifier = "TxYmzM4PHLBlqm5NtnCmwxMH8mFlRWl_ipie3O0aVzo";
    static readonly (string Operation, string Path)[] Endpoints = [("authen.v2.oauth.token", Grants.V2), ("oauth.v3.token", "/oauth/v3/token")];

    public static TheoryData<Refused> All => [.. Endpoints.SelectMany(endpoint => Of(endpoint.Operation, endpoint.Path))];

    [Theory, MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task Is_refused(Refused scenario)
    {
        await using var reflow = await TestReflow.Start();
        await scenario.Check(reflow);
    }

    static IEnumerable<Refused> Of(string operation, string path)
    {
        Request Ask(object body) => new("POST", path, body);
        Request With(string code, string? verifier = null, string? redirect = null, string? scope = null) => Ask(new Dictionary<string, string?>
        {
            ["grant_type"] = "authorization_code",
            ["client_id"] = Demo.App,
            ["client_secret"] = Grants.Secret,
            ["code"] = code,
            ["code_verifier"] = verifier,
            ["redirect_uri"] = redirect,
            ["scope"] = scope,
        });
        Refused Row(string name, int code, Func<TestReflow, Task<Request>> when) => new(name, operation, code, when);

        yield return Row("no grant_type", 20001, _ => Sent(Ask(new { client_id = Demo.App, client_secret = Grants.Secret })));
        yield return Row("no client_secret", 20001, _ => Sent(Ask(new { grant_type = "authorization_code", client_id = Demo.App, code = "x" })));
        yield return Row("no code", 20001, _ => Sent(Ask(new { grant_type = "authorization_code", client_id = Demo.App, client_secret = Grants.Secret })));
        yield return Row("the wrong secret", 20002, async r => Ask(new { grant_type = "authorization_code", client_id = Demo.App, client_secret = "wrong", code = await r.Code() }));
        yield return Row("a code that nobody issued", 20003, _ => Sent(With("none")));
        yield return Row("a code of the right form that nobody issued", 20003, async r => With((await r.Code())[..40] + new string('a', 24)));
        yield return Row("a code of five minutes", 20004, async r => await After(r, With(await r.Code()), AuthorizationCode.Life));
        yield return Row("the user is gone", 20008, async r =>
        {
            var code = await r.Code();
            await r.Lose("initiator");
            return With(code);
        });
        yield return Row("the app is not installed", 20009, async r => await Changed(r, With(await r.Code()), app: "installed: false"));
        yield return Row("the app is not for this user", 20010, async r => await Changed(r, With(await r.Code()), app: "available_to: [director]"));
        yield return Row("a code of another app", 20024, async r => With(await r.Code(app: Demo.ReportApp, scopes: ["report:task:readonly"])));
        yield return Row("a refresh token that nobody issued", 20026, _ => Sent(Grants.Refresh("ur-x", path)));
        yield return Row("Node's keyless grant", 20036, _ => Sent(Ask(new { grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer", client_id = Demo.App, client_secret = Grants.Secret })));
        yield return Row("a refresh token of a week", 20037, async r => await After(r, Grants.Refresh(await r.RefreshToken(), path), 7L * 24 * 3600 * 1000));
        yield return Row("an app that nobody knows", 20048, async r => Ask(new { grant_type = "authorization_code", client_id = "cli_ffffffffffffffff", client_secret = "x", code = await r.Code() }));
        yield return Row("no verifier for a challenge", 20049, async r => With(await r.Code(challenge: new(Challenge.Hashed(Verifier), true))));
        yield return Row("the wrong verifier", 20049, async r => With(await r.Code(challenge: new(Challenge.Hashed(Verifier), true)), new string('a', 43)));
        yield return Row("a hashed verifier for a plain challenge", 20049, async r => With(await r.Code(challenge: new(Verifier, false)), Challenge.Hashed(Verifier)));
        yield return Row("a verifier without a challenge", 20049, async r => With(await r.Code(), Verifier));
        yield return Row("a body that is no object", 20063, _ => Sent(new("POST", path, "[1]")));
        yield return Row("a member of the wrong type", 20063, _ => Sent(Ask(new { grant_type = "authorization_code", client_id = Demo.App, client_secret = Grants.Secret, code = 7 })));
        yield return Row("a form with a field twice", 20063, _ => Sent(new("POST", path, "grant_type=a&grant_type=b") { Headers = [("Content-Type", "application/x-www-form-urlencoded")] }));
        yield return Row("a refresh token of a user who was frozen since", 20064, async r =>
        {
            var request = Grants.Refresh(await r.RefreshToken(), path);
            await r.Change(user: "user_id: initiator, name: 林一, status: frozen");
            await r.Change(user: "user_id: initiator, name: 林一");
            return request;
        });
        yield return Row("a code for the second time", 20065, async r =>
        {
            var request = With(await r.Code());
            (await r.Send(request)).Ok();
            return request;
        });
        yield return Row("the user is frozen", 20066, async r => await Changed(r, With(await r.Code()), user: "user_id: initiator, name: 林一, status: frozen"));
        yield return Row("the user has resigned", 20066, async r => await Changed(r, With(await r.Code()), user: "user_id: initiator, name: 林一, status: resigned"));
        yield return Row("one scope twice", 20067, async r => With(await r.Code(), scope: "task:task task:task"));
        yield return Row("a scope that was not granted", 20068, async r => With(await r.Code(), scope: "report:task:readonly"));
        yield return Row("the app is switched off", 20069, async r => await Changed(r, With(await r.Code()), app: "enabled: false"));
        yield return Row("Basic and client_secret", 20070, async r => With(await r.Code()) with { Headers = [("Authorization", "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"{Demo.App}:{Grants.Secret}")))] });
        yield return Row("another redirect_uri", 20071, async r => With(await r.Code(), redirect: "http://127.0.0.1:3000/callback"));
        yield return Row("a refresh token for the second time", 20073, async r =>
        {
            var request = Grants.Refresh(await r.RefreshToken(), path);
            (await r.Send(request)).Ok();
            return request;
        });
        yield return Row("refreshing is switched off", 20074, async r => await Changed(r, Grants.Refresh(await r.RefreshToken(), path), app: "refresh_tokens: false"));
    }

    internal static async Task<Request> Changed(TestReflow reflow, Request request, string? app = null, string? user = null)
    {
        await reflow.Change(app, user);
        return request;
    }

    internal static Task<Request> After(TestReflow reflow, Request request, long ms)
    {
        reflow.Clock.Advance(TimeSpan.FromMilliseconds(ms));
        return Sent(request);
    }

    static Task<Request> Sent(Request request) => Task.FromResult(request);
}
