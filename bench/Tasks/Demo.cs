using System.Text.Json;
using System.Text.RegularExpressions;
using Reflow.Bench.Load;

namespace Reflow.Bench.Tasks;

/// <summary>What the demo workspace has, and tokens for it.</summary>
static partial class Demo
{
    public const string Tenant = "736588c9260f175d", App = "cli_a1b2c3d4e5f60001", User = "initiator";
    const string Secret = "ReflowDemoAppSecret00000000000001", Password = "reflow-demo", Redirect = "http://localhost:3000/callback";

    /// <summary>Arguments of a server over a data directory.</summary>
    public static Func<string, string[]> Arguments(string data) => url => ["--urls", url, "--data", data, "--rate-limits", "off"];

    /// <summary>The header of the app's own token.</summary>
    public static async Task<string> TenantToken(Uri address)
    {
        using var connection = await Connection.Open(address);
        using var token = JsonDocument.Parse(await connection.Send(Connection.Request("POST", "/open-apis/auth/v3/tenant_access_token/internal", body: $$"""{"app_id":"{{App}}","app_secret":"{{Secret}}"}""")));
        return Header(token.RootElement.GetProperty("tenant_access_token").GetString()!);
    }

    /// <summary>The header of a token of <see cref="User"/>, who signs in and agrees.</summary>
    public static async Task<string> UserToken(Uri address)
    {
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = address };
        var page = $"/open-apis/authen/v1/authorize?client_id={App}&redirect_uri={Uri.EscapeDataString(Redirect)}&scope=task:task&prompt=consent";
        var signIn = await client.GetStringAsync(page);
        using var signedIn = await client.PostAsync(page, Form(("act", "sign_in"), ("form", Hidden(signIn)), ("account", User), ("password", Password)));
        var consent = await client.GetStringAsync(signedIn.Headers.Location);
        using var agreed = await client.PostAsync(page, Form(("act", "agree"), ("form", Hidden(consent))));
        var code = agreed.Headers.Location!.Query.Split("code=")[1].Split('&')[0];
        using var issued = await client.PostAsync("/open-apis/authen/v2/oauth/token",
            Form(("grant_type", "authorization_code"), ("client_id", App), ("client_secret", Secret), ("code", code)));
        using var token = JsonDocument.Parse(await issued.Content.ReadAsStringAsync());
        return Header(token.RootElement.GetProperty("access_token").GetString()!);
    }

    static string Header(string token) => $"Authorization: Bearer {token}\r\n";

    static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) => new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    static string Hidden(string page) => HiddenField().Match(page).Groups[1].Value;

    [GeneratedRegex("name=\"form\" value=\"([^\"]*)\"")]
    private static partial Regex HiddenField();
}
