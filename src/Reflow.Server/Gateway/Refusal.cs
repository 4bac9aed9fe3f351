using Reflow.Core;

namespace Reflow.Server.Gateway;

/// <summary>A refusal on its way to the caller: the error of the contract and what the envelope tells beside it.</summary>
/// <param name="Error">Code, status and texts.</param>
public sealed record Refusal(Error Error)
{
    /// <summary>The parameters that are missing or out of range, for 99992402.</summary>
    public IReadOnlyList<FieldViolation> Fields { get; init; } = [];

    /// <summary>The scopes that any one of would suffice, for 99991672 and 99991679.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>Headers that belong to this refusal, such as those of a rate limit.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>All that is missing, where Feishu Project's answer names the first only; in the order in which it would be named.</summary>
    public IReadOnlyList<RefusalDetail> Details { get; init; } = [];

    /// <summary>What is wrong, for an error of a family that names no fields: the first field's description, otherwise the error's own text.</summary>
    public string Why => Fields is [var first, ..] ? first.Description : Error.Message;

    /// <summary>A refusal that needs nothing beside its error.</summary>
    public static implicit operator Refusal(Error error) => new(error);
}

/// <summary>One parameter that is missing or out of range.</summary>
/// <param name="Field">Its path in the request.</param>
/// <param name="Value">What was sent, always as text (contracts: platform §2.2 rule 2).</param>
/// <param name="Description">What it should be.</param>
public sealed record FieldViolation(string Field, string Value, string Description);

/// <summary>One thing that is missing.</summary>
/// <param name="Error">What the answer would be if it were the first.</param>
/// <param name="Kind">What it is about: <c>owner</c>, <c>field</c>, …</param>
/// <param name="Key">The key or id of what it is about.</param>
public sealed record RefusalDetail(Error Error, string Kind, string Key);
