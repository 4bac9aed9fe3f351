using System.Text.Json;
using Reflow.Core;
using Reflow.Server.Api.Platform;

namespace Reflow.Server.Gateway;

/// <summary>The manners of what a browser asks for: forms come in, pages go out, and a refusal is a page that says what is wrong.</summary>
sealed class PageDoor : Door
{
    public override async ValueTask<Refusal?> Admit(Call call)
    {
        if (call.Operation.Method is "GET") return null;
        var (read, why) = await call.ReadBody(forms: true);
        return read ? null : Unreadable(why);
    }

    public override HtmlPage? PageOf(Call call, in Reply reply) => reply.Html ?? (reply.Refusal is { } refusal ? Pages.Refused(call, refusal.Error) : new HtmlPage(200, ""));

    public override void Write(Utf8JsonWriter json, Call call, in Reply reply) => OpenEnvelope.Write(json, call, reply);

    public override Refusal Unreadable(string why) => AuthorizeErrors.FormExpired.Because(why);

    public override Error Busy(Operation operation) => OAuthErrors.Busy;

    public override Error Broken(Operation operation) => OAuthErrors.Broken;
}
