using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Reflow.Bench.Load;

/// <summary>A server under measurement; ends with this object.</summary>
sealed class ServerProcess : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    readonly Process process;

    ServerProcess(Process process, Uri address) => (this.process, Address) = (process, address);

    public Uri Address { get; }

    /// <summary>The process, for whoever wants to look into it.</summary>
    public int Id => process.Id;

    /// <summary>Resident memory a second from now, MB: what starting took is given back by then.</summary>
    public async Task<double> MemoryAtRest()
    {
        await Task.Delay(TimeSpan.FromSeconds(1));
        return Memory;
    }

    /// <summary>Resident memory, MB.</summary>
    public double Memory
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64 / 1048576.0;
        }
    }

    /// <summary>Processor time used so far. Unlike a rate, it hardly feels what else the machine is doing.</summary>
    public TimeSpan Cpu
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>Starts a program on a free port; <paramref name="arguments"/> makes its arguments from the address.</summary>
    public static async Task<ServerProcess> Start(string program, Func<string, string[]> arguments)
    {
        var server = Spawn(program, arguments);
        try
        {
            await server.UntilAnswered(null);
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>How long from the start of a program until it has answered one request.</summary>
    public static async Task<TimeSpan> TimeToFirstAnswer(string program, Func<string, string[]> arguments, byte[] request)
    {
        var watch = Stopwatch.StartNew();
        using var server = Spawn(program, arguments);
        await server.UntilAnswered(request);
        return watch.Elapsed;
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    static ServerProcess Spawn(string program, Func<string, string[]> arguments)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var process = Process.Start(new ProcessStartInfo(program, arguments(address.OriginalString)) { RedirectStandardOutput = true })!;
        _ = process.StandardOutput.ReadToEndAsync();
        return new(process, address);
    }

    async Task UntilAnswered(byte[]? request)
    {
        for (var watch = Stopwatch.StartNew(); ;)
        {
            if (watch.Elapsed > Patience) throw new InvalidOperationException($"{process.StartInfo.FileName} does not answer");
            if (process.HasExited) throw new InvalidOperationException($"{process.StartInfo.FileName} ended with {process.ExitCode}");
            try
            {
                using var connection = await Connection.Open(Address);
                if (request is not null) await connection.Send(request);
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused)
            {
                Thread.Sleep(1);
            }
        }
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
