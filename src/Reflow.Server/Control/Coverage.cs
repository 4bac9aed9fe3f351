using Reflow.Server.Gateway;

namespace Reflow.Server.Control;

/// <summary>What of the contract is served, and which test shows each refusal, as <c>contract/shown.tsv</c> has it.</summary>
static class Coverage
{
    /// <summary>What stands above everything else that is told of the coverage.</summary>
    public const string NeverChecked = "Nothing here was ever checked against Feishu itself. The tests hold Reflow to its own contract, which was written from Feishu's public pages (docs, and the seed pages among them), "
        + "from the sources of its SDKs (sdk), and, where those are silent, from decisions of Reflow's own (recommendation).";

    static readonly Dictionary<(Family, string, int, string), ShownBy> Shown = Contract.Rows("shown.tsv").ToDictionary(
        row => (Enum.Parse<Family>(row["family"], ignoreCase: true), row["operation"], row["code"] is "-" ? 0 : int.Parse(row["code"], System.Globalization.CultureInfo.InvariantCulture), row["msg"]),
        row => new ShownBy(row["test"], row["scenario"]));

    static readonly ILookup<string, CoveredRefusal> ByOperation = Contract.Refusals
        .ToLookup(row => row.Operation, row => new CoveredRefusal(row, Shown.GetValueOrDefault((row.Family, row.Operation, row.Code, row.Message))));

    /// <summary>The refusals of an operation, or of <c>*</c>, in the contract's order.</summary>
    public static IEnumerable<CoveredRefusal> Of(string operation) => ByOperation[operation];

    /// <summary>A family as the contract writes it.</summary>
    public static string Word(Family family) => family switch
    {
        Family.Platform => "platform",
        Family.Flows => "flows",
        Family.Projects => "projects",
        Family.Reports => "reports",
        Family.Tasks => "tasks",
        Family.Control => "control",
    };
}

/// <summary>A refusal and the test that shows it.</summary>
/// <param name="Refusal">The contract's row.</param>
/// <param name="ShownBy">The test; null when no request can show it.</param>
sealed record CoveredRefusal(RefusalRow Refusal, ShownBy? ShownBy);

/// <summary>A test that shows a refusal.</summary>
/// <param name="Test">Its class.</param>
/// <param name="Scenario">The sentence that says what it does.</param>
sealed record ShownBy(string Test, string Scenario);
