using System.Text.Json;
using Reflow.Core;

namespace Reflow.Server.Gateway;

/// <summary>Which door leads to which operation: its family's, but for the few with manners of their own.</summary>
sealed record Doors(Door Open, Door Project, Door Control)
{
    readonly Door oauth = new OAuthDoor(), pages = new PageDoor();

    /// <summary>The door of an operation.</summary>
    public Door Of(Operation operation) => operation.Family switch
    {
        Family.Projects => Project,
        Family.Control => Control,
        Family.Platform => operation.Name switch
        {
            "authen.v2.oauth.token" or "oauth.v3.token" => oauth,
            "authen.v1.authorize" or "authen.v1.authorize.submit" or "authen.v1.index" => pages,
            _ => Open,
        },
        Family.Flows or Family.Reports or Family.Tasks => Open,
    };
}

/// <summary>
/// The manners of one API: what a call must pass before its operation runs, and the envelope around every answer.
/// Feishu's open platform and Feishu Project each have their own (contracts: platform §1.5, §2; project §1, §3.3).
/// </summary>
public abstract class Door
{
    /// <summary>Lets the call in, setting its caller and reading its body, or says why not.</summary>
    public abstract ValueTask<Refusal?> Admit(Call call);

    /// <summary>Writes the whole body of the answer.</summary>
    public abstract void Write(Utf8JsonWriter json, Call call, in Reply reply);

    /// <summary>The page that answers instead of a body; null where answers are JSON.</summary>
    public virtual HtmlPage? PageOf(Call call, in Reply reply) => null;

    /// <summary>The body could not be read as JSON.</summary>
    public abstract Refusal Unreadable(string why);

    /// <summary>More changes wait than the store takes: the family's "come back later".</summary>
    public abstract Error Busy(Operation operation);

    /// <summary>The store failed: the family's "internal error".</summary>
    public abstract Error Broken(Operation operation);
}
