using System.Text;

namespace Reflow.Server.Gateway;

/// <summary>What a browser is answered: a page, or the address to go on to.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Html">The whole document.</param>
public sealed record HtmlPage(int Status, string Html)
{
    /// <summary>Headers beside those that every page has.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Sends the browser on with a GET.</summary>
    public static HtmlPage Redirect(int status, string to) => new(status, "") { Headers = [new("Location", to)] };

    /// <summary>Sets status and headers; answers the body, which is still to be sent.</summary>
    internal byte[] Begin(Call call)
    {
        var response = call.Http.Response;
        var bytes = Encoding.UTF8.GetBytes(Html);
        response.StatusCode = Status;
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = bytes.Length;
        var headers = response.Headers;
        headers["X-Tt-Logid"] = call.LogId;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.ContentSecurityPolicy = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        foreach (var (name, value) in Headers) headers[name] = value;
        return bytes;
    }
}
