using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Reflow.Server.Tests.Projects;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>The built server as a process of its own, for what only a process can go through: being killed, being told to stop, not starting at all.</summary>
sealed class ReflowProcess : IAsyncDisposable
{
    const string Serving = "Reflow is serving on ";
    const string AdminToken = "admin-of-the-tests";
    const int Sigterm = 15, Sigcont = 18, Sigstop = 19, Fsize = 1;

    readonly Process process;
    readonly HttpClient http;

    ReflowProcess(Process process, Uri address) => (this.process, http) = (process, new() { BaseAddress = address });

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Starts it with these arguments, which tell where its data is, on a free port; it serves when this returns.</summary>
    public static Task<ReflowProcess> Start(params IEnumerable<string> arguments) => Start(arguments, pace: 1);

    /// <summary>As above, with leases of numbers that go by so many times faster.</summary>
    public static Task<ReflowProcess> Start(IEnumerable<string> arguments, int pace, bool mayBeBusy = false) => StartAt("http://127.0.0.1:0", arguments, pace, mayBeBusy);

    /// <summary>As above, at an address.</summary>
    public static async Task<ReflowProcess> StartAt(string url, IEnumerable<string> arguments, int pace = 1, bool mayBeBusy = false)
    {
        // However busy the machine is: what a test says about patience comes first.
        var process = Run(pace, [.. arguments, .. arguments.Contains("--patience") ? [] : new[] { "--patience", "60000" }, "--urls", url, "--rate-limits", "off", "--admin-token", AdminToken]);
        var complaint = process.StandardError.ReadToEndAsync(Ct);
        if (await process.StandardOutput.ReadLineAsync(Ct) is not { } line)
        {
            using (process) throw new InvalidOperationException($"Reflow did not start: {await complaint}");
        }
        Assert.StartsWith(Serving, line);
        var started = new ReflowProcess(process, new(line[Serving.Length..])) { MayBeBusy = mayBeBusy };
        _ = started.Listen();
        return started;
    }

    /// <summary>Runs it with these arguments until it ends by itself.</summary>
    public static async Task<(int ExitCode, string Output, string Complaint)> RunToEnd(params string[] arguments)
    {
        using var process = Run(pace: 1, arguments);
        try
        {
            var (output, complaint) = (process.StandardOutput.ReadToEndAsync(Ct), process.StandardError.ReadToEndAsync(Ct));
            await process.WaitForExitAsync(Ct);
            return (process.ExitCode, await output, await complaint);
        }
        finally
        {
            process.Kill();
        }
    }

    /// <summary>The lines that it has printed.</summary>
    public ConcurrentQueue<string> Printed { get; } = [];

    // A pipe that nobody empties would stop the server once it is full.
    async Task Listen()
    {
        while (await process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line) Printed.Enqueue(line);
    }

    /// <summary>Posts with the token of the demo app that has every scope.</summary>
    public Task<Answer> Post(string path, object? body = null, params ReadOnlySpan<(string Name, string Value)> headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        return Send(request);
    }

    /// <summary>Puts with the token of the demo app that has every scope.</summary>
    public Task<Answer> Put(string path, object body) => Send(new(HttpMethod.Put, path) { Content = JsonContent.Create(body) });

    /// <summary>Asks the control plane.</summary>
    public Task<Answer> Control(HttpMethod method, string path, object? body) =>
        Send(new(method, path) { Content = body is null ? null : JsonContent.Create(body), Headers = { Authorization = new("Bearer", AdminToken) } });

    /// <summary>Gets with the token of the demo app that has every scope.</summary>
    public Task<Answer> Get(string path) => Send(new(HttpMethod.Get, path));

    /// <summary>Whether an answer that says "come back later" is as good as none.</summary>
    public bool MayBeBusy { get; init; }

    /// <summary>Sends a request as it is.</summary>
    /// <exception cref="HttpRequestException">There was no answer.</exception>
    public async Task<Answer> Send(HttpRequestMessage request)
    {
        using (request)
        using (var response = await Answered(request))
        {
            var answer = new Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync(Ct), response.Headers.ToDictionary(h => h.Key, h => string.Join(',', h.Value)));
            // Who stood for too long in a line that moves again is told of too many requests, as each family says it.
            if (!MayBeBusy || answer.Status != 503 && answer.Code is not (1470450 or 99991400 or 10429)) return answer;
            if (answer.Status == 503) Refusals.Enqueue((response.RequestMessage!.RequestUri!.AbsolutePath, answer));
            throw new HttpRequestException("come back later");
        }
    }

    // A connection that is lost at the very moment at which it is made is told of by the socket itself.
    async Task<HttpResponseMessage> Answered(HttpRequestMessage request)
    {
        try { return await http.SendAsync(request, Ct); }
        catch (SocketException e) { throw new HttpRequestException(e.Message, e); }
    }

    /// <summary>The answers that said "come back later", where those are as good as none.</summary>
    public ConcurrentQueue<(string Path, Answer Answer)> Refusals { get; } = [];

    /// <summary>Asks for the demo app's token and the demo plugin's, and uses them from now on; answers the app's.</summary>
    public async Task<string> SignIn()
    {
        http.DefaultRequestHeaders.Clear();
        var answer = await Post("/open-apis/auth/v3/tenant_access_token/internal", new { app_id = Demo.App, app_secret = Demo.Secrets[Demo.App] });
        var token = answer.Json.GetProperty("tenant_access_token").GetString()!;
        var plugin = (await Post("/open_api/authen/plugin_token", new { plugin_id = DemoSpace.Plugin, plugin_secret = DemoSpace.Secret })).Ok();
        http.DefaultRequestHeaders.Add("X-PLUGIN-TOKEN", plugin.Data.GetProperty("token").GetString());
        http.DefaultRequestHeaders.Add("X-USER-KEY", DemoSpace.Initiator);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return token;
    }

    /// <summary>Whether the process has not ended.</summary>
    public bool Lives => !process.HasExited;

    /// <summary>SIGKILL: it gets no chance to tidy up.</summary>
    public async Task Kill()
    {
        process.Kill();
        await process.WaitForExitAsync(Ct);
    }

    /// <summary>SIGTERM, and no wait for what comes of it.</summary>
    public void TellToStop() => Assert.Equal(0, Signal(process.Id, Sigterm));

    /// <summary>SIGTERM; answers the exit code, or fails when it is still there after <paramref name="patience"/>.</summary>
    public async Task<int> Terminate(TimeSpan patience)
    {
        TellToStop();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(patience);
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode;
    }

    /// <summary>SIGSTOP: it stands still in the middle of whatever it does.</summary>
    public void Freeze() => Assert.Equal(0, Signal(process.Id, Sigstop));

    /// <summary>SIGCONT: it goes on as if no time had passed.</summary>
    public void Thaw() => Assert.Equal(0, Signal(process.Id, Sigcont));

    /// <summary>Lets it make no file longer than so many bytes; null lets it again.</summary>
    public void LimitFiles(long? bytes) => Assert.Equal(0, Limit(process.Id, Fsize, [bytes ?? -1, -1], IntPtr.Zero));

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) await Kill();
        process.Dispose();
        http.Dispose();
    }

    static Process Run(int pace, string[] arguments)
    {
        // The tests run as `dotnet Tests.dll`; the server is started by the same dotnet.
        var host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        return Process.Start(new ProcessStartInfo(host, ["exec", "--runtimeconfig", Runtime(pace), Path.Combine(AppContext.BaseDirectory, "reflow.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    // What the server is built with, and beside it what nobody sets who runs it.
    static string Runtime(int pace)
    {
        var built = Path.Combine(AppContext.BaseDirectory, "reflow.runtimeconfig.json");
        if (pace == 1) return built;
        var paced = Path.Combine(AppContext.BaseDirectory, $"reflow.pace{pace}.runtimeconfig.json");
        var json = JsonNode.Parse(File.ReadAllText(built))!;
        json["runtimeOptions"]!["configProperties"]!["Reflow.Nodes.Pace"] = $"{pace}";
        File.WriteAllText(paced, json.ToJsonString());
        return paced;
    }

    [DllImport("libc", EntryPoint = "prlimit")]
    static extern int Limit(int pid, int resource, long[] softAndHard, IntPtr old);

    [DllImport("libc", EntryPoint = "kill")]
    static extern int Signal(int pid, int signal);
}
