using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;

namespace Reflow.Bench.Load;

/// <summary>One kept-alive HTTP connection that sends prepared bytes and reads answers with a Content-Length: the cheapest client there is, so that the server is what is measured.</summary>
sealed class Connection(Socket socket) : IDisposable
{
    readonly byte[] buffer = new byte[16 * 1024];
    int filled;

    public static async Task<Connection> Open(Uri address)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address.Host, address.Port);
        return new(socket);
    }

    public static byte[] Request(string method, string path, string headers = "", string body = "") => Encoding.UTF8.GetBytes(
        $"{method} {path} HTTP/1.1\r\nHost: bench\r\n{headers}Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    /// <summary>Sends a request and answers its body, which is valid until the next one; throws unless the status is 200 and the code 0.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> Send(ReadOnlyMemory<byte> request)
    {
        var body = await Exchange(request);
        return IsDone ? body : throw new IOException(Encoding.UTF8.GetString(buffer.AsSpan(0, filled)));
    }

    /// <summary>Sends a request and answers its status and the code in its body.</summary>
    public async ValueTask<(int Status, long Code)> Try(ReadOnlyMemory<byte> request)
    {
        await Exchange(request);
        var answer = buffer.AsSpan(0, filled);
        return Utf8Parser.TryParse(answer["HTTP/1.1 ".Length..], out int status, out _) && Utf8Parser.TryParse(answer[(answer.IndexOf("code\":"u8) + "code\":".Length)..], out long code, out _)
            ? (status, code)
            : throw new IOException(Encoding.UTF8.GetString(answer));
    }

    bool IsDone => buffer.AsSpan().StartsWith("HTTP/1.1 200"u8) && buffer.AsSpan(0, filled).IndexOf("code\":0"u8) >= 0;

    async ValueTask<ReadOnlyMemory<byte>> Exchange(ReadOnlyMemory<byte> request)
    {
        await socket.SendAsync(request);
        filled = 0;
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(filled));
            if (read == 0) throw new IOException("the server hung up");
            filled += read;
            if (Whole() is { } body) return body;
        }
    }

    public void Dispose() => socket.Dispose();

    ReadOnlyMemory<byte>? Whole()
    {
        var answer = buffer.AsSpan(0, filled);
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0) return null;
        var length = answer[..head].IndexOf("Content-Length: "u8) is >= 0 and var at && Utf8Parser.TryParse(answer[(at + "Content-Length: ".Length)..], out int number, out _)
            ? number
            : throw new IOException("an answer without a Content-Length");
        if (filled < head + 4 + length) return null;
        return buffer.AsMemory(head + 4, length);
    }
}
