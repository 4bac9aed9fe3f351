using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Reflow.Core;
using Reflow.Server.Control;

namespace Reflow.Server.Gateway;

/// <summary>
/// The manners of Reflow's own control plane: the admin token, then the body. One shape of error, with the reason in words: <c>code</c> is the HTTP status and <c>msg</c> says why.
/// </summary>
/// <param name="adminToken">The bearer that is let in.</param>
/// <param name="testDouble">Whether the server is a test double.</param>
sealed class ControlDoor(string adminToken, bool testDouble) : Door
{
    static readonly Error TokenMissing = new(401, 401, "send the admin token as Authorization: Bearer TOKEN; the server printed it when it started, or was given it as REFLOW_ADMIN_TOKEN");
    static readonly Error TokenWrong = new(401, 401, "this is not the admin token");

    static readonly Error TestDoubleOnly = new(403, 403, "this is for a test double only: start the server with --test-double, or REFLOW_TEST_DOUBLE=true");

    public override async ValueTask<Refusal?> Admit(Call call)
    {
        if (call.Operation.Tokens.HasFlag(TokenKinds.Admin))
        {
            var header = call.Http.Request.Headers.Authorization.ToString();
            if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return TokenMissing;
            if (!SameText(header["Bearer ".Length..].Trim(), adminToken)) return TokenWrong;
        }
        if (!testDouble && call.Operation.Name.StartsWith(TestDouble.Operations, StringComparison.Ordinal)) return TestDoubleOnly;
        // These may be longer than any body of a call, and are no JSON as a whole.
        if (call.Operation.Name is "control.test.snapshot.upload" || IsYaml(call)) return null;
        var (read, why) = await call.ReadBody();
        return read ? null : Unreadable(why);
    }

    /// <summary>Whether the body is a workspace file as people write it.</summary>
    internal static bool IsYaml(Call call) => call.Operation.Name is "control.workspace.apply" or "control.workspace.validate"
        && call.Http.Request.ContentType?.Split(';')[0].Trim().ToLowerInvariant() is "application/yaml" or "application/x-yaml" or "text/yaml";

    public override HtmlPage? PageOf(Call call, in Reply reply) => reply.Html;

    public override void Write(Utf8JsonWriter json, Call call, in Reply reply) => OpenEnvelope.Write(json, call, reply.Refusal is { } refusal ? InWords(refusal) : reply);

    public override Refusal Unreadable(string why) => new Error(400, 400, why);

    public override Error Busy(Operation operation) => new(503, 503, "too many changes are waiting; try again");

    public override Error Broken(Operation operation) => new(500, 500, "the server failed; its log has the reason under this log id");

    /// <summary>The refusal as this door tells it: what is refused further in has the code of another family, and its reason beside it.</summary>
    internal static Refusal InWords(Refusal refusal) => refusal.Error is var error && error.Code == error.Http ? refusal
        : refusal with { Error = new(error.Http, error.Http, error.Reason ?? (refusal.Fields is [var first, ..] ? $"{first.Field}: {first.Description}" : error.Message)) };

    // Hashes have one length, so that the time taken tells nothing of the token's.
    static bool SameText(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(one)), SHA256.HashData(Encoding.UTF8.GetBytes(other)));
}
