using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>Nodes behind a balancer are restarted one after the other while they are called, and nobody notices.</summary>
[Trait("Engine", "PostgreSQL")]
public class RollingRestartTests
{
    const int Callers = 6;

    // How often each node is restarted.
    static readonly int Rounds = LongForm.Of(2, 20);

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Behind_haproxy_no_call_fails_while_each_node_is_restarted_in_turn()
    {
        await using var store = await TestStore.Demo();
        string[] addresses = [FreeAddress(), FreeAddress()], arguments = [.. store.Arguments, "--drain", "600"];
        var nodes = await Task.WhenAll(addresses.Select(address => ReflowProcess.StartAt($"http://{address}", arguments)));
        await using var balancer = Balancer.Start(addresses);
        using var stop = new CancellationTokenSource();
        var pieces = new ConcurrentBag<Piece>();
        var calls = 0;
        List<Task> callers = [];
        try
        {
            await balancer.Sees(up: 2);
            callers.AddRange(Enumerable.Range(0, Callers).Select(_ => Task.Run(Call, Ct)));
            for (var round = 0; round < Rounds; round++)
                for (var node = 0; node < nodes.Length; node++)
                {
                    var before = Volatile.Read(ref calls);
                    nodes[node].TellToStop();
                    await balancer.Sees(up: 1);
                    Assert.True(nodes[node].Lives, "it is the node itself that the balancer heard it from");
                    // The drain is over.
                    Assert.Equal(0, await nodes[node].Terminate(TimeSpan.FromSeconds(30)));
                    await nodes[node].DisposeAsync();
                    nodes[node] = await ReflowProcess.StartAt($"http://{addresses[node]}", arguments);
                    await balancer.Sees(up: 2);
                    Assert.True(Volatile.Read(ref calls) > before, "calls went on");
                    foreach (var caller in callers) if (caller.IsFaulted) await caller;
                }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(callers);
            foreach (var node in nodes) await node.DisposeAsync();
        }
        await using var db = await store.Open(new());
        var kept = await db.Read(Demo.Tenant, s => s.Query("select id, version from task where tenant = $1 and doc like '%\"summary\":\"rolling\"%'", r => (Id: r.GetString(0), Version: r.GetInt64(1))), Ct);
        Assert.Equal(pieces.Select(piece => (piece.Id, (long)piece.Steps)).Order(), kept.Order());

        // Each answer is looked at: one that is no success fails the test.
        async Task Call()
        {
            using var http = new HttpClient { BaseAddress = balancer.Address, Timeout = TimeSpan.FromSeconds(30) };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await Do(http, HttpMethod.Post, "/open-apis/auth/v3/tenant_access_token/internal", new { app_id = Demo.App, app_secret = Demo.Secrets[Demo.App] }))
                .Json.GetProperty("tenant_access_token").GetString());
            while (!stop.IsCancellationRequested)
            {
                var piece = new Piece((await Do(http, HttpMethod.Post, "/open-apis/task/v1/tasks", new { summary = "rolling", origin = new { platform_i18n_name = "{}" } })).Data.GetProperty("task").GetProperty("id").GetString()!);
                pieces.Add(piece);
                for (var step = 0; step < 20 && !stop.IsCancellationRequested; step++)
                {
                    await Do(http, HttpMethod.Post, $"/open-apis/task/v1/tasks/{piece.Id}/{(step % 2 == 0 ? "complete" : "uncomplete")}");
                    piece.Steps++;
                    var task = (await Do(http, HttpMethod.Get, $"/open-apis/task/v1/tasks/{piece.Id}")).Data.GetProperty("task");
                    Assert.Equal(step % 2 == 1, task.GetProperty("complete_time").GetString() == "0");
                    await Do(http, HttpMethod.Post, "/open-apis/apaas/v1/user_task/query", new { type = "pending", source = "assignMe", limit = "10", kunlun_user_id = "1002" });
                }
            }
        }

        async Task<Answer> Do(HttpClient http, HttpMethod method, string path, object? body = null)
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
            using var response = await http.SendAsync(request, Ct);
            Interlocked.Increment(ref calls);
            return new Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync(Ct), new Dictionary<string, string>()).Ok();
        }
    }

    static string FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener.LocalEndpoint.ToString()!;
    }

    /// <summary>A task and how many acknowledged changes it has had, the first being that it was created.</summary>
    sealed record Piece(string Id)
    {
        public int Steps { get; set; } = 1;
    }

    /// <summary>HAProxy with the configuration that is shipped.</summary>
    sealed class Balancer(Process process, Uri address, string folder) : IAsyncDisposable
    {
        public Uri Address => address;

        public static Balancer Start(string[] nodes)
        {
            var (folder, address) = (Directory.CreateTempSubdirectory("reflow-haproxy-").FullName, FreeAddress());
            var start = new ProcessStartInfo("/usr/sbin/haproxy", ["-db", "-q", "-f", Path.Combine(ContractTests.Repository(), "deploy", "haproxy.cfg")]);
            foreach (var (name, value) in new[] { ("BIND", address), ("ONE", nodes[0]), ("TWO", nodes[1]), ("CHECK_EVERY", "200ms"), ("HAPROXY_SOCKET", Path.Combine(folder, "admin")) })
                start.Environment[$"REFLOW_{name}"] = value;
            return new(Process.Start(start)!, new($"http://{address}"), folder);
        }

        /// <summary>Waits until it sends calls to so many nodes.</summary>
        public Task Sees(int up) => ReadinessTests.Until(async () =>
        {
            // be_id be_name srv_id srv_name srv_addr srv_op_state …; 2 is up. It begins with a version and the names.
            try { return (await States()).Split('\n').Skip(2).Select(line => line.Split(' ')).Count(fields => fields.Length > 5 && fields[5] == "2") == up; }
            // It takes a moment to listen, and longer to see its nodes.
            catch (Exception e) when (e is SocketException or IOException) { return false; }
        }, $"{up} nodes are up");

        async Task<string> States()
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(folder, "admin")), Ct);
            await socket.SendAsync(Encoding.ASCII.GetBytes("show servers state nodes\n"), Ct);
            using var lines = new StreamReader(new NetworkStream(socket));
            return await lines.ReadToEndAsync(Ct);
        }

        public async ValueTask DisposeAsync()
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }
}
