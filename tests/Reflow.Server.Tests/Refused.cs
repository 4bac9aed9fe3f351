using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using Reflow.Server.Gateway;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>
/// One refusal: how to get there, and the row of <c>contract/errors.tsv</c> that must come back, to the letter, with nothing changed.
/// The contract test looks for a scenario behind every row that a request can produce.
/// </summary>
/// <param name="Name">What is wrong, as a sentence.</param>
/// <param name="Operation">The operation's name in the contract.</param>
/// <param name="Code">The code of the row.</param>
/// <param name="When">Makes the situation and answers the request that is refused.</param>
public sealed record Refused(string Name, string Operation, int Code, Func<TestReflow, Task<Request>> When)
{
    /// <summary>The row's text, where the operation has several rows of this code.</summary>
    public string? Message { get; init; }

    /// <summary>Feishu Project's detail text, with its names filled in; checked when given, else against the row's pattern.</summary>
    public string? Detail { get; init; }

    public override string ToString() => $"{Operation} {Code}: {Name}";

    public async Task Check(TestReflow reflow)
    {
        var request = await When(reflow);
        var before = await reflow.State();
        var answer = await reflow.Send(request);
        var row = Row();
        Assert.Equal((int.Parse(row["http"]), Code), (answer.Status, answer.Code));
        Assert.Matches(Pattern(row["msg"]), answer.Message);
        FindsItsRow(answer);
        if (answer.IsPage) Assert.Contains(answer.Headers["X-Tt-Logid"], answer.Text, StringComparison.Ordinal);
        // RFC 6749's error is a word, and the log id in the header alone.
        else if (answer.Json.TryGetProperty("error", out var word) && word.ValueKind is JsonValueKind.String) Assert.NotEmpty(answer.Headers["X-Tt-Logid"]);
        else if (answer.Json.TryGetProperty("err", out var err))
        {
            Assert.Equal(Code, err.GetProperty("code").GetInt32());
            Assert.Matches(Pattern(row["detail"] is "-" ? row["msg"] : row["detail"]), err.GetProperty("msg").GetString());
            if (Detail is not null) Assert.Equal(Detail, err.GetProperty("msg").GetString());
        }
        else Assert.Equal(answer.Headers["X-Tt-Logid"], answer.Json.GetProperty("error").GetProperty("log_id").GetString());
        Assert.Equal(before, await reflow.State());
    }

    /// <summary>What the server itself finds of an answer's texts, to explain it, is this row.</summary>
    void FindsItsRow(Answer answer)
    {
        if (answer.IsPage) return;
        var error = new Core.Error(Code, answer.Status, answer.Message);
        if (answer.Json.TryGetProperty("err", out var err)) error = error with { Detail = err.GetProperty("msg").GetString()! };
        var found = Contract.RefusalOf(Contract.Operations.Single(operation => operation.Name == Operation), error);
        Assert.True(found is not null, $"no one row: {error}");
        Assert.Equal((Row()["operation"], Row()["msg"]), (found.Operation, found.Message));
    }

    /// <summary>The contract's row: the operation's own, or one that all operations share.</summary>
    public IReadOnlyDictionary<string, string> Row()
    {
        var family = Contract.Operations.Single(operation => operation.Name == Operation).Family;
        var shared = family is Family.Projects or Family.Control ? family : Family.Platform;
        var rows = Rows.Value.Where(row => row["code"] == $"{Code}" && (Message is null || row["msg"] == Message)
            && (row["operation"] == Operation || row["operation"] == "*" && row["family"] == shared.ToString().ToLowerInvariant())).ToList();
        var own = rows.Where(row => row["operation"] == Operation).ToList();
        return Assert.Single(own.Count > 0 ? own : rows);
    }

    static readonly Lazy<IReadOnlyList<IReadOnlyDictionary<string, string>>> Rows = new(() => [.. Contract.Rows("errors.tsv")]);
    static readonly ConcurrentDictionary<string, string> Patterns = new();

    /// <summary>The row's text as a pattern: what stands in braces, and Go's %v and %s, may be anything.</summary>
    static string Pattern(string text) => Patterns.GetOrAdd(text, static text =>
        "^" + Regex.Replace(Regex.Escape(text), @"\\\{[^{}]*\}|%v|%s", ".*") + "$");
}
