namespace Reflow.Core.Flows;

/// <summary>What a decision needs to know besides the instance. Functions must answer the same throughout one decision.</summary>
public sealed record FlowContext
{
    /// <summary>The version of the flow that the instance keeps.</summary>
    public required FlowNet Net { get; init; }

    /// <summary>The moment, in Unix milliseconds.</summary>
    public required long Now { get; init; }

    /// <summary>New task ids: sixteen decimal digits below 2^53, never twice.</summary>
    public required Func<long> NextId { get; init; }

    /// <summary>Whether a condition of the definition holds for the instance's form.</summary>
    public required Func<string, bool> Holds { get; init; }

    /// <summary>Whom a rule names now; never asked about <see cref="AssigneeRule.ByCondition"/>, which Core resolves.</summary>
    public required Func<AssigneeRule, IReadOnlyList<string>> People { get; init; }

    /// <summary>Whether a user id belongs to someone who can act.</summary>
    public required Func<string, bool> IsActive { get; init; }
}
