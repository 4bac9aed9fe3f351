using System.Globalization;
using System.Text;
using Reflow.Server.Gateway;

namespace Reflow.Server.Control;

/// <summary>Why an answer refuses, in words, for the header <c>X-Reflow-Hint</c> of a test double. The body is never another than without.</summary>
static class Hints
{
    // Servers and clients stop at longer headers.
    const int Longest = 2_000;

    static readonly HashSet<int> TokenCodes =
    [
        GatewayErrors.MissingToken.Code, GatewayErrors.TokenPrefix.Code, GatewayErrors.BadTenantToken.Code, GatewayErrors.BadAppToken.Code, GatewayErrors.BadUserToken.Code, GatewayErrors.UserTokenExpired.Code,
    ];

    /// <summary>The hint of an answer; null when it does not refuse.</summary>
    public static string? Of(Call call, Reply reply, Strike? strike)
    {
        if (reply.Refusal is not { } refusal) return null;
        List<string> parts = [];
        if (strike?.Effect is FaultEffect.Refuse or FaultEffect.Throttle) parts.Add($"A fault rule struck this call: {string.Join(", ", strike.Ids)}.");
        else
        {
            if (refusal.Error.Reason is { } reason) parts.Add(Sentence(reason));
            parts.AddRange(refusal.Fields.Select(field => $"{field.Field}: {Sentence(field.Description)}"));
            if (refusal.Scopes.Count > 0) parts.Add($"Grant app {call.Caller.AppId} one of the scopes {string.Join(", ", refusal.Scopes)}; the workspace file has them under apps[].scopes.");
            if (refusal.Details is not []) parts.Add($"Still needed: {string.Join("; ", refusal.Details.Select(need => $"{need.Kind} {need.Key}".Trim()))}.");
            if (TokenCodes.Contains(refusal.Error.Code) && call.Operation.Family is not Family.Control) parts.Add($"{call.Operation.Name} takes {Tokens(call.Operation.Tokens)}.");
            if (When(call.Operation, refusal) is { } when && !parts.Contains(when)) parts.Add(when);
            if (parts is []) return null;
        }
        return Ascii(string.Join(' ', parts));
    }

    // The contract says of every refusal when it is given.
    static string? When(Operation operation, Refusal refusal) =>
        Contract.RefusalOf(operation, (operation.Family is Family.Control ? ControlDoor.InWords(refusal) : refusal).Error)?.When;

    static string Tokens(TokenKinds kinds) => string.Join(" and ", new[]
    {
        (TokenKinds.Tenant, "tenant tokens (t-)"), (TokenKinds.User, "user tokens (u- or eyJ)"), (TokenKinds.App, "app tokens (a-)"), (TokenKinds.Plugin, "plugin tokens (p-, in X-PLUGIN-TOKEN)"),
    }.Where(kind => kinds.HasFlag(kind.Item1)).Select(kind => kind.Item2).DefaultIfEmpty("no token"));

    static string Sentence(string text)
    {
        text = text.Trim();
        if (text is "") return text;
        return $"{char.ToUpperInvariant(text[0])}{text[1..]}{(text[^1] is '.' or '!' or '?' ? "" : ".")}";
    }

    /// <summary>As a header can carry it: what is not printable ASCII is escaped as in JSON.</summary>
    static string Ascii(string text)
    {
        var ascii = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (ascii.Length >= Longest) return ascii.Append("...").ToString();
            if (character is >= ' ' and <= '~') ascii.Append(character);
            else ascii.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
        }
        return ascii.ToString();
    }
}
