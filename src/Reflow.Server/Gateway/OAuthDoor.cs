using System.Text.Json;
using Reflow.Core;

namespace Reflow.Server.Gateway;

/// <summary>
/// The manners of the newer token endpoints (contracts: platform §1.4): a JSON or form body, no bearer; members beside <c>code</c>, and on refusal
/// <c>error</c> and <c>error_description</c> as RFC 6749 §5.2 has them.
/// </summary>
sealed class OAuthDoor : Door
{
    public override async ValueTask<Refusal?> Admit(Call call)
    {
        call.Http.Response.Headers.CacheControl = "no-store";
        var (read, why) = await call.ReadBody(forms: true);
        return !read ? Unreadable(why) : call.Body.Refusal is null ? null : Unreadable("the body is neither a JSON object nor a form");
    }

    public override void Write(Utf8JsonWriter json, Call call, in Reply reply)
    {
        json.WriteStartObject();
        if (reply.Refusal?.Error is { } error)
        {
            json.WriteNumber("code"u8, error.Code);
            json.WriteString("error"u8, OAuthErrors.Word(error.Code));
            json.WriteString("error_description"u8, error.Message);
        }
        else
        {
            json.WriteNumber("code"u8, 0);
            reply.Members?.Invoke(json);
        }
        json.WriteEndObject();
    }

    public override Refusal Unreadable(string why) => OAuthErrors.Malformed.Because(why);

    public override Error Busy(Operation operation) => OAuthErrors.Busy;

    public override Error Broken(Operation operation) => OAuthErrors.Broken;
}
