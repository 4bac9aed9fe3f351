using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Reflow.Server.Tests;

/// <summary>Stands between a node and its PostgreSQL, and can let nothing through, or cut everybody off.</summary>
sealed class Relay : IAsyncDisposable
{
    readonly NpgsqlConnectionStringBuilder server;
    readonly Socket listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    readonly ConcurrentDictionary<Socket, bool> open = [];
    readonly CancellationTokenSource stopping = new();
    readonly Task accepting;
    volatile TaskCompletionSource flowing = Flowing();
    volatile bool refusing;

    /// <param name="connection">How the server is reached.</param>
    public Relay(string connection)
    {
        server = new(connection);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen(100);
        accepting = Task.Run(Accept);
    }

    /// <summary>How the server is reached through this.</summary>
    public string Connection => new NpgsqlConnectionStringBuilder(server.ToString()) { Host = "127.0.0.1", Port = ((IPEndPoint)listening.LocalEndPoint!).Port }.ToString();

    /// <summary>Where it is reached instead, as a connection string names a host.</summary>
    public string Host => listening.LocalEndPoint!.ToString()!;

    /// <summary>From now on nothing comes through and nothing is closed: to those at both ends the other one is silent.</summary>
    public void Freeze() => flowing = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends all connections, and every new one at once.</summary>
    public void Cut()
    {
        refusing = true;
        foreach (var socket in open.Keys) socket.Dispose();
    }

    /// <summary>Lets everything through again.</summary>
    public void Resume()
    {
        refusing = false;
        flowing.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listening.Dispose();
        Cut();
        flowing.TrySetResult();
        await accepting;
        stopping.Dispose();
    }

    async Task Accept()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var near = await listening.AcceptAsync(stopping.Token);
                open[near] = true;
                if (refusing) near.Dispose();
                else _ = Join(near);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
            }
        }
    }

    async Task Join(Socket near)
    {
        EndPoint there = server.Host!.StartsWith('/') ? new UnixDomainSocketEndPoint($"{server.Host}/.s.PGSQL.{server.Port}") : new DnsEndPoint(server.Host, server.Port);
        using var far = new Socket(there is UnixDomainSocketEndPoint ? AddressFamily.Unix : AddressFamily.InterNetwork, SocketType.Stream, there is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp);
        using (near)
        {
            try
            {
                await flowing.Task;
                await far.ConnectAsync(there, stopping.Token);
                open[far] = true;
                await Task.WhenAny(Carry(near, far), Carry(far, near));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
            }
        }
        open.TryRemove(near, out _);
        open.TryRemove(far, out _);
    }

    async Task Carry(Socket from, Socket to)
    {
        var bytes = new byte[1 << 14];
        try
        {
            while (await from.ReceiveAsync(bytes, stopping.Token) is > 0 and var count)
            {
                await flowing.Task;
                await to.SendAsync(bytes.AsMemory(0, count), stopping.Token);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
        // The end is told like everything else: not while nothing comes through.
        await flowing.Task;
    }

    static TaskCompletionSource Flowing()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }
}
