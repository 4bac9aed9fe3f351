using System.Net;
using System.Text.RegularExpressions;
using Xunit;

namespace Reflow.Server.Tests.Identity;

/// <summary>A browser as far as the pages need one: it keeps cookies, fills in forms and follows Reflow's own redirects.</summary>
sealed class Browser(TestReflow reflow)
{
    readonly Dictionary<string, string> cookies = [];

    /// <summary>The headers beside cookies.</summary>
    public List<(string Name, string Value)> Headers { get; } = [("Accept-Language", "en")];

    /// <summary>The cookies that it would send, for a request made by hand.</summary>
    public string Cookies => string.Join("; ", cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"));

    public static string Url(string query = "", string redirect = Grants.Redirect, string app = Demo.App) =>
        $"/open-apis/authen/v1/authorize?client_id={app}&redirect_uri={Uri.EscapeDataString(redirect)}{query}";

    public Task<Answer> Get(string path) => Send("GET", path, null);

    /// <summary>Sends the page's form with this button, after filling in these fields.</summary>
    public Task<Answer> Press(Answer page, string button, params (string Name, string Value)[] fields)
    {
        var form = Regex.Matches(page.Text, "<form.*?</form>", RegexOptions.Singleline).Select(m => m.Value).First(form => form.Contains($"value=\"{button}\"", StringComparison.Ordinal));
        var hidden = Regex.Matches(form, "type=\"hidden\" name=\"(.*?)\" value=\"(.*?)\"").Select(m => (m.Groups[1].Value, m.Groups[2].Value));
        return Post(WebUtility.HtmlDecode(Regex.Match(form, "action=\"(.*?)\"").Groups[1].Value), [.. hidden, .. fields, ("act", button)]);
    }

    public Task<Answer> Post(string path, params (string Name, string Value)[] fields) =>
        Send("POST", path, string.Join('&', fields.Select(field => $"{field.Name}={Uri.EscapeDataString(field.Value)}")));

    public Task<Answer> SignIn(Answer page, string account = "initiator", string password = "reflow-demo") => Press(page, "sign_in", ("account", account), ("password", password));

    /// <summary>Opens the page, signs in, and answers the page that asks for consent.</summary>
    public async Task<Answer> Arrive(string url, string account = "initiator")
    {
        var answer = await SignIn(await Get(url), account);
        Assert.Equal(303, answer.Status);
        return await Get(answer.Headers["Location"]);
    }

    /// <summary>What stands in the query that the app is sent.</summary>
    public static IReadOnlyDictionary<string, string> Sent(Answer answer)
    {
        Assert.Equal(302, answer.Status);
        return Sent(answer.Headers["Location"]);
    }

    /// <summary>What stands in the query of an address.</summary>
    public static IReadOnlyDictionary<string, string> Sent(string address) =>
        Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(new Uri(address).Query).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());

    async Task<Answer> Send(string method, string path, string? form)
    {
        var answer = await reflow.Send(new(method, path, form) { Headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Cookie", Cookies), .. Headers] });
        foreach (Match set in Regex.Matches(answer.Headers.GetValueOrDefault("Set-Cookie", ""), @"(reflow_\w+)=([^;,]*)"))
        {
            if (set.Groups[2].Value.Length == 0) cookies.Remove(set.Groups[1].Value);
            else cookies[set.Groups[1].Value] = set.Groups[2].Value;
        }
        return answer;
    }
}
