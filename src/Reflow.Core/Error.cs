namespace Reflow.Core;

/// <summary>
/// A refusal as the caller sees it: a stable code, the HTTP status it travels with and the text of the contract.
/// A value, never an exception: exceptions are for bugs and broken machines.
/// </summary>
/// <param name="Code">The wire code: <c>code</c> of the open platform's envelope, <c>err_code</c> of Feishu Project's.</param>
/// <param name="Http">The HTTP status that the contract gives this code in this operation.</param>
/// <param name="Message">The wire text: <c>msg</c>, or <c>err_msg</c> in Feishu Project's envelope.</param>
public sealed record Error(int Code, int Http, string Message)
{
    /// <summary>Feishu Project's <c>err.msg</c>, the detail beside the class text; <see cref="Message"/> where the two are the same.</summary>
    public string Detail { get; init; } = Message;

    /// <summary>Why, in words for a person, where the wire text says too little. Never part of the documented texts.</summary>
    public string? Reason { get; init; }

    /// <summary>The same refusal, with the reason in words.</summary>
    public Error Because(string reason) => this with { Reason = reason };
}
