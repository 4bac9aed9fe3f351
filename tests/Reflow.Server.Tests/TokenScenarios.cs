using Xunit;

namespace Reflow.Server.Tests;

/// <summary>What the token endpoints refuse, with HTTP 200 (contracts: platform §1.2).</summary>
public class TokenScenarios
{
    static readonly string[] Operations = ["tenant_access_token", "app_access_token"];

    public static TheoryData<Refused> All => [.. Operations.SelectMany(kind => new Refused[]
    {
        new("no app_id", $"auth.v3.{kind}.internal", 10003, _ => Ask(kind, new { app_secret = "x" })),
        new("no app_secret", $"auth.v3.{kind}.internal", 10003, _ => Ask(kind, new { app_id = Demo.App })),
        new("an app_id that is none", $"auth.v3.{kind}.internal", 10003, _ => Ask(kind, new { app_id = "cli_test", app_secret = "x" })),
        new("an app_id of the wrong type", $"auth.v3.{kind}.internal", 10003, _ => Ask(kind, new { app_id = 7, app_secret = "x" })),
        new("an app that nobody knows", $"auth.v3.{kind}.internal", 10014, _ => Ask(kind, new { app_id = "cli_ffffffffffffffff", app_secret = "x" })),
        new("the wrong secret", $"auth.v3.{kind}.internal", 10014, _ => Ask(kind, new { app_id = Demo.App, app_secret = Demo.Secrets[Demo.ReportApp] })),
    })];

    [Theory, MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task Is_refused(Refused scenario)
    {
        await using var reflow = await TestReflow.Start();
        await scenario.Check(reflow);
    }

    [Fact]
    public async Task A_slash_at_the_end_is_tolerated_as_the_documents_samples_have_one()
    {
        await using var reflow = await TestReflow.Start();
        Assert.Equal(10003, (await reflow.Send(new("POST", "/open-apis/auth/v3/tenant_access_token/internal/", "{}"))).Code);
    }

    static Task<Request> Ask(string kind, object body) => Task.FromResult(new Request("POST", $"/open-apis/auth/v3/{kind}/internal", body));
}
