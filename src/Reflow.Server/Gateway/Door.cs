using System.Text.Json;
using Reflow.Core;

namespace Reflow.Server.Gateway;

/// <summary>Which door leads to which family.</summary>
sealed record Doors(Door Open, Door Project, Door Control)
{
    /// <summary>The door of a family.</summary>
    public Door Of(Family family) => family switch
    {
        Family.Projects => Project,
        Family.Control => Control,
        Family.Platform or Family.Flows or Family.Reports or Family.Tasks => Open,
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

    /// <summary>The body could not be read as JSON.</summary>
    public abstract Refusal Unreadable(string why);

    /// <summary>More changes wait than the store takes: the family's "come back later".</summary>
    public abstract Error Busy(Operation operation);

    /// <summary>The store failed: the family's "internal error".</summary>
    public abstract Error Broken(Operation operation);
}
