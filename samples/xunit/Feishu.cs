using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Purchases;

/// <summary>Feishu's open API for one app: keeps its tenant token, and takes a new one when Feishu says that it has expired.</summary>
/// <param name="http">A client whose base address is Feishu's, or Reflow's.</param>
/// <param name="appId">The app.</param>
/// <param name="appSecret">Its secret.</param>
public sealed class Feishu(HttpClient http, string appId, string appSecret)
{
    const int TokenInvalid = 99991663;

    string? token;

    /// <summary>Calls an operation and answers its data.</summary>
    /// <exception cref="FeishuException">Feishu refused.</exception>
    /// <exception cref="HttpRequestException">No answer came: nobody knows whether it was done.</exception>
    public async Task<JsonElement> Call(HttpMethod method, string path, object? body = null)
    {
        var answer = await Send(method, path, body, token ??= await NewToken());
        if (Code(answer) == TokenInvalid) answer = await Send(method, path, body, token = await NewToken());
        if (Code(answer) != 0) throw new FeishuException(Code(answer), answer.GetProperty("msg").GetString()!);
        return answer.GetProperty("data");
    }

    async Task<string> NewToken() => (await Send(HttpMethod.Post, "/open-apis/auth/v3/tenant_access_token/internal", new { app_id = appId, app_secret = appSecret }, null))
        .GetProperty("tenant_access_token").GetString()!;

    async Task<JsonElement> Send(HttpMethod method, string path, object? body, string? bearer)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (bearer is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        using var response = await http.SendAsync(request);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    static int Code(JsonElement answer) => answer.GetProperty("code").GetInt32();
}

/// <summary>Feishu said no.</summary>
public sealed class FeishuException(int code, string message) : Exception($"{code} {message}")
{
    public int Code => code;
}
