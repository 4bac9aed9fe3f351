using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>A real server on a free port, over a copy of the demo workspace's data, under a clock that the test moves.</summary>
public sealed class TestReflow : IAsyncDisposable
{
    readonly ReflowServer server;
    readonly HttpClient http;
    readonly TestStore? store;
    readonly ConcurrentDictionary<string, string> tokens = [];

    TestReflow(ReflowServer server, ManualClock clock, TestStore? store)
    {
        (this.server, Clock, this.store) = (server, clock, store);
        http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = TimeSpan.FromSeconds(60) };
    }

    internal ManualClock Clock { get; }

    /// <summary>Where its data is.</summary>
    public TestStore Store => store ?? throw new InvalidOperationException("the data is in memory");

    public Db Db => server.Db;

    internal Jobs.FlowTimers Timers => server.Timers;

    internal Jobs.TaskReminders Reminders => server.Reminders;

    internal Jobs.BatchUpdates Batches => server.Batches;

    /// <summary>Where the server's embedded store is; null without one.</summary>
    public string? Directory => server.Directory;

    public Uri Address => server.Address;

    public IReadOnlyDictionary<string, Gateway.Operation> Served => server.Routes.Served;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<TestReflow> Start(Func<Settings, Settings>? with = null) => await StartOn(await TestStore.Demo(), new(), with);

    /// <summary>Starts on data that is there already: a restart.</summary>
    internal static async Task<TestReflow> StartOn(TestStore store, ManualClock clock, Func<Settings, Settings>? with = null)
    {
        var settings = store.On(new() { Urls = "http://127.0.0.1:0", RateLimits = false });
        return new(await ReflowServer.Start(with?.Invoke(settings) ?? settings, clock, Ct), clock, store);
    }

    /// <summary>Starts on data that goes with the server.</summary>
    internal static async Task<TestReflow> StartInMemory(Func<Settings, Settings>? with = null)
    {
        var settings = new Settings { Urls = "http://127.0.0.1:0", Data = ":memory:", RateLimits = false };
        var clock = new ManualClock();
        return new(await ReflowServer.Start(with?.Invoke(settings) ?? settings, clock, Ct), clock, null);
    }

    /// <summary>Sends a request as it is.</summary>
    public async Task<Answer> Send(Request request)
    {
        using var message = new HttpRequestMessage(new(request.Method), new Uri(Address.OriginalString.TrimEnd('/') + request.Path));
        if (request.Body is { } body)
        {
            message.Content = new ByteArrayContent(body as byte[] ?? Encoding.UTF8.GetBytes(body as string ?? JsonSerializer.Serialize(body)));
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.Headers.FirstOrDefault(header => header.Name == "Content-Type").Value ?? "application/json");
        }
        if (request.Token is { } token) message.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        foreach (var (name, value) in request.Headers) message.Headers.TryAddWithoutValidation(name, value);
        using var response = await http.SendAsync(message, Ct);
        var text = await response.Content.ReadAsStringAsync(Ct);
        return new((int)response.StatusCode, text, response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(',', h.Value)));
    }

    /// <summary>Posts with the token of the demo app that has every scope.</summary>
    public async Task<Answer> Post(string path, object? body = null) => await Send(new("POST", path, body, await Token()));

    /// <summary>Gets with the token of the demo app that has every scope.</summary>
    public async Task<Answer> Get(string path) => await Send(new("GET", path, null, await Token()));

    /// <summary>The tenant token of a demo app.</summary>
    public async Task<string> Token(string app = Demo.App)
    {
        if (tokens.TryGetValue(app, out var known)) return known;
        var answer = await Send(new("POST", "/open-apis/auth/v3/tenant_access_token/internal", new { app_id = app, app_secret = Demo.Secrets[app] }));
        return tokens[app] = answer.Json.GetProperty("tenant_access_token").GetString()!;
    }

    /// <summary>A user token of the member with this kunlun id, issued to a demo app.</summary>
    public async Task<string> UserToken(string kunlunId, string app = Demo.App) =>
        (await server.Tokens.Issue(Demo.Tenant, Gateway.TokenKinds.User, app, await UserId(kunlunId), Ct)).Token;

    /// <summary>Applies a workspace file while the server runs.</summary>
    internal async Task<string> Apply(string yaml)
    {
        var reading = Server.Control.Workspace.Parse("test.yaml", yaml);
        Assert.Equal("", reading.ToString());
        var applied = await server.Apply(reading.Workspace!, Clock.GetUtcNow().ToUnixTimeMilliseconds(), Ct);
        Assert.Empty(applied.Faults);
        return applied.Changes!.ToString();
    }

    /// <summary>The <c>user_id</c> of the member with this kunlun id.</summary>
    public async Task<string> UserId(string kunlunId) =>
        await Db.Read(Demo.Tenant, s => s.Find("select user_id from member where tenant = $1 and kunlun_id = $2", r => r.GetString(0), kunlunId), Ct)
        ?? throw new InvalidOperationException($"no member has kunlun id {kunlunId}");

    /// <summary>The id by which an app knows the member.</summary>
    public async Task<string> OpenId(string kunlunId, string app = Demo.App) =>
        Core.Directory.Identities.OpenId(Demo.Tenant, app, new Core.Directory.Actor.User(await UserId(kunlunId)));

    /// <summary>All rows of all tables but the tokens and what is counted, as one text: two equal ones mean that nothing changed.</summary>
    public Task<string> State() => TestStore.State(Db, ["token", "node", "node_number", "quota"]);

    /// <summary>Tells the server to stop, with no time to drain; it serves until it is disposed of.</summary>
    public Task Drain() => server.Drain(TimeSpan.Zero, Ct);

    /// <summary>Stops the server and leaves its data.</summary>
    public async ValueTask Stop()
    {
        http.Dispose();
        await server.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        if (store is not null) await store.DisposeAsync();
    }
}

/// <summary>A request of a test.</summary>
/// <param name="Body">Bytes and text are sent as they are, anything else as JSON.</param>
public sealed record Request(string Method, string Path, object? Body = null, string? Token = null)
{
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];
}

/// <summary>What came back.</summary>
public sealed record Answer(int Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    /// <summary><c>code</c>, or Feishu Project's <c>err_code</c>.</summary>
    public int Code => Headers.TryGetValue("X-Reflow-Code", out var page) ? int.Parse(page) : IsPage ? 0 : Json.TryGetProperty("code", out var code) || Json.TryGetProperty("err_code", out code) ? code.GetInt32() : -1;

    public string Message => IsPage ? Regex.Match(Text, "<span id=\"message\">(.*?)</span>").Groups[1].Value
        : (Json.TryGetProperty("msg", out var msg) || Json.TryGetProperty("err_msg", out msg) || Json.TryGetProperty("error_description", out msg) ? msg.GetString() : null) ?? "";

    /// <summary>True when it is meant for a browser.</summary>
    public bool IsPage => Headers.GetValueOrDefault("Content-Type") == "text/html; charset=utf-8";

    public JsonElement Data => Json.GetProperty("data");

    /// <summary>Fails the test unless the answer refuses with this code.</summary>
    public void Refuses(int code) => Assert.True(Code == code, $"{Status} {Text}");

    /// <summary>The answer when it is a success; fails the test otherwise.</summary>
    public Answer Ok()
    {
        Assert.True(Status == 200 && Code == 0, $"{Status} {Text}");
        return this;
    }
}

/// <summary>The demo workspace's fixed names.</summary>
static class Demo
{
    public const string Tenant = "736588c9260f175d";
    public const string App = "cli_a1b2c3d4e5f60001";
    public const string ReportApp = "cli_a1b2c3d4e5f60002";
    public const string OtherTenant = "736588c9260f175e";
    public const string OtherTenantsApp = "cli_b1b2c3d4e5f60001";

    public static readonly IReadOnlyDictionary<string, string> Secrets = new Dictionary<string, string>
    {
        [App] = "ReflowDemoAppSecret00000000000001",
        [ReportApp] = "ReflowDemoAppSecret00000000000002",
        [OtherTenantsApp] = "ReflowDemoAppSecret00000000000003",
    };
}
