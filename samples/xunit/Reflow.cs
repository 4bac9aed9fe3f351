using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Purchases.Tests;
using Xunit;

[assembly: AssemblyFixture(typeof(Reflow))]
// The clock is one for all tests.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Purchases.Tests;

/// <summary>A Reflow for a test run, as a process of its own: a test double on a free port, with its data in memory. Copy it into your project.</summary>
public sealed class Reflow : IAsyncLifetime
{
    const string AdminToken = "the-admin-token-of-this-run", Serving = "Reflow is serving on ";

    Process? process;
    HttpClient? http;

    /// <summary>Where it serves.</summary>
    public Uri Address => http!.BaseAddress!;

    /// <summary>The built server; REFLOW names another.</summary>
    static string Server => Environment.GetEnvironmentVariable("REFLOW") ?? throw new InvalidOperationException("REFLOW names no server: give it the path of reflow.dll");

    public async ValueTask InitializeAsync()
    {
        process = Process.Start(new ProcessStartInfo("dotnet", [Server, "--test-double", "--data", ":memory:", "--urls", "http://127.0.0.1:0", "--admin-token", AdminToken]) { RedirectStandardOutput = true })!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith(Serving, StringComparison.Ordinal)) continue;
            http = new() { BaseAddress = new(line[Serving.Length..]) };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);
            // A pipe that nobody empties would stop the server once it is full.
            _ = process.StandardOutput.ReadToEndAsync();
            return;
        }
        throw new InvalidOperationException("Reflow ended before it served");
    }

    public async ValueTask DisposeAsync()
    {
        http?.Dispose();
        if (process is null) return;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>Calls a test control and answers its data.</summary>
    public async Task<JsonElement> Control(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, $"/reflow/v1{path}") { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await http!.SendAsync(request);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        if (answer.GetProperty("code").GetInt32() != 0) throw new InvalidOperationException($"{method} {path}: {answer.GetProperty("msg")}");
        return answer.TryGetProperty("data", out var data) ? data : default;
    }

    /// <summary>A tenant that nobody else sees.</summary>
    public async Task<Tenant> Tenant()
    {
        var made = await Control(HttpMethod.Post, "/tenants");
        var app = made.GetProperty("apps")[0];
        return new(made.GetProperty("tenant_key").GetString()!, app.GetProperty("app_id").GetString()!, app.GetProperty("app_secret").GetString()!);
    }
}

/// <summary>A tenant for one test.</summary>
/// <param name="Key">Its <c>tenant_key</c>.</param>
/// <param name="AppId">An app with every scope.</param>
/// <param name="AppSecret">The app's secret.</param>
public sealed record Tenant(string Key, string AppId, string AppSecret);
