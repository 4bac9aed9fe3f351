using System.Globalization;
using System.Text.RegularExpressions;
using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;

namespace Reflow.Server.Control;

/// <summary>What a fault does to a call, beside making it wait.</summary>
abstract record FaultEffect
{
    FaultEffect() { }

    /// <summary>The call is refused with a row of <c>contract/errors.tsv</c>; nothing is done.</summary>
    /// <param name="Code">The row's code.</param>
    /// <param name="Text">The row's text, where the operation has several rows of this code.</param>
    public sealed record Refuse(int Code, string? Text) : FaultEffect;

    /// <summary>The call is refused as one too many; nothing is done.</summary>
    /// <param name="Status">429, or 400 as some old operations answer (contracts: platform §2.4).</param>
    /// <param name="Cap">The limit that the headers tell.</param>
    /// <param name="Reset">How long to wait, in s, that the headers tell.</param>
    public sealed record Throttle(int Status, long Cap, long Reset) : FaultEffect;

    /// <summary>The connection is closed; nothing is done.</summary>
    public sealed record Drop : FaultEffect;

    /// <summary>It is done, and then the connection is closed: the caller cannot know.</summary>
    public sealed record LoseAnswer : FaultEffect;

    /// <summary>It is done, and the answer comes in pieces.</summary>
    /// <param name="Milliseconds">How long the answer takes.</param>
    public sealed record SlowAnswer(int Milliseconds) : FaultEffect;
}

/// <summary>When a fault strikes, and what it does.</summary>
/// <param name="Operation">The operation; a <c>*</c> at the end stands for any rest.</param>
/// <param name="AppId">Only calls of this app or plugin; null for all.</param>
/// <param name="Nth">Only the n-th call that it would strike, from 1; null for all.</param>
/// <param name="Probability">How likely it strikes, 0 to 1.</param>
/// <param name="Count">How often it strikes at most; null for no end.</param>
/// <param name="Latency">How long a call waits before anything is done, ms.</param>
/// <param name="Effect">What else happens; null for nothing.</param>
sealed record FaultRule(string Operation, string? AppId, long? Nth, double Probability, long? Count, int Latency, FaultEffect? Effect);

/// <summary>A rule that is in force.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Seen">How many calls it was tried on.</param>
/// <param name="Hits">How many calls it struck.</param>
sealed record ArmedFault(string Id, FaultRule Rule, long Seen, long Hits);

/// <summary>What the rules together do to one call.</summary>
/// <param name="Ids">The rules that struck it.</param>
/// <param name="Latency">How long it waits, ms.</param>
/// <param name="Effect">What else happens; null for nothing.</param>
sealed record Strike(IReadOnlyList<string> Ids, int Latency, FaultEffect? Effect);

/// <summary>The faults of a test double. Rules are tried in the order in which they were added: waiting times add up, and the first other effect is the one that happens.</summary>
/// <param name="seed">What chance begins with, so that two runs with the same calls meet the same faults.</param>
sealed class Faults(int seed)
{
    /// <summary>More rules than this are refused.</summary>
    public const int Most = 100;

    readonly Lock gate = new();
    readonly List<ArmedFault> armed = [];
    Random chance = new(seed);
    int last;

    /// <summary>The rules in their order.</summary>
    public IReadOnlyList<ArmedFault> All
    {
        get { lock (gate) return [.. armed]; }
    }

    /// <summary>Adds a rule; null when there are too many.</summary>
    public ArmedFault? Add(FaultRule rule)
    {
        lock (gate)
        {
            if (armed.Count == Most) return null;
            armed.Add(new((++last).ToString(CultureInfo.InvariantCulture), rule, 0, 0));
            return armed[^1];
        }
    }

    /// <summary>Removes a rule; false when there is none of this id.</summary>
    public bool Remove(string id)
    {
        lock (gate) return armed.RemoveAll(fault => fault.Id == id) > 0;
    }

    /// <summary>Removes all rules, and lets chance begin anew.</summary>
    public void Clear()
    {
        lock (gate)
        {
            armed.Clear();
            (chance, last) = (new(seed), 0);
        }
    }

    /// <summary>Tries the rules on a call; null when none strikes. Calls of the control plane are never struck, so that faults can be taken back.</summary>
    public Strike? Try(Operation operation, string? appId)
    {
        if (operation.Family is Family.Control) return null;
        lock (gate)
        {
            if (armed.Count == 0) return null;
            List<string> ids = [];
            var latency = 0;
            FaultEffect? effect = null;
            for (var i = 0; i < armed.Count; i++)
            {
                var (rule, seen, hits) = (armed[i].Rule, armed[i].Seen, armed[i].Hits);
                if (!RequestFilter.Named(rule.Operation, operation.Name) || rule.AppId is { } app && app != appId) continue;
                // One effect is enough for a call; another rule's turn is not used up by a call that it could not have struck.
                if (rule.Effect is not null && effect is not null) continue;
                if (rule.Effect is FaultEffect.Refuse refuse && Row(operation, refuse) is null) continue;
                seen++;
                var strikes = (rule.Nth is null || rule.Nth == seen) && !(hits >= rule.Count) && (rule.Probability >= 1 || chance.NextDouble() < rule.Probability);
                armed[i] = armed[i] with { Seen = seen, Hits = strikes ? hits + 1 : hits };
                if (!strikes) continue;
                ids.Add(armed[i].Id);
                latency += rule.Latency;
                effect ??= rule.Effect;
            }
            return ids is [] ? null : new(ids, latency, effect);
        }
    }

    /// <summary>The refusal that an effect makes of a call; null when it makes none.</summary>
    public static Refusal? RefusalOf(Operation operation, FaultEffect? effect) => effect switch
    {
        FaultEffect.Refuse refuse => Row(operation, refuse)!,
        FaultEffect.Throttle limit when operation.Family is Family.Projects => ProjectErrors.TooManyRequests with { Http = limit.Status },
        FaultEffect.Throttle limit => RateLimits.Exceeded(limit.Cap, limit.Reset, limit.Status),
        FaultEffect.Drop or FaultEffect.LoseAnswer or FaultEffect.SlowAnswer or null => null,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The row of the contract that an effect means: the operation's own, or else one that all operations of its envelope share. Null when there is none, or several.</summary>
    public static Error? Row(Operation operation, FaultEffect.Refuse refuse) =>
        Contract.RefusalOf(operation, refuse.Code, refuse.Text) is { } row
            ? new(refuse.Code, row.Http, Filled(row.Message)) { Detail = Filled(row.Detail is "-" ? row.Message : row.Detail) }
            : null;

    // What a real refusal would fill in here is not known; the name of it is told instead.
    static string Filled(string text) => Regex.Replace(text, @"\{([^{}]*)\}", "$1");
}
