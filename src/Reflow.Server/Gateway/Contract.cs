using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Reflow.Core;

namespace Reflow.Server.Gateway;

/// <summary>The contract as data: <c>contract/operations.tsv</c> and <c>contract/errors.tsv</c>, which are built into the server.</summary>
public static class Contract
{
    /// <summary>Every operation that the contract knows, served or planned, in the file's order.</summary>
    public static IReadOnlyList<Operation> Operations { get; } = [.. Rows("operations.tsv").Select(row => new Operation(
        Enum.Parse<Family>(row["family"], ignoreCase: true),
        row["operation"],
        row["method"],
        row["path"],
        List(row["tokens"], ',').Aggregate(TokenKinds.None, (all, kind) => all | Enum.Parse<TokenKinds>(kind, ignoreCase: true)),
        [.. List(row["scopes"], ',')],
        [.. List(row["limit"], ';').Select(ParseLimit)],
        row["state"] == "served",
        row["source"]))];

    /// <summary>Every refusal that the contract knows, in the file's order.</summary>
    public static IReadOnlyList<RefusalRow> Refusals { get; } = [.. Rows("errors.tsv").Select(row => new RefusalRow(
        Enum.Parse<Family>(row["family"], ignoreCase: true),
        row["operation"],
        row["code"] is "-" ? 0 : int.Parse(row["code"], CultureInfo.InvariantCulture),
        int.Parse(row["http"], CultureInfo.InvariantCulture),
        row["msg"],
        row["detail"],
        row["when"],
        row["shown"],
        row["source"]))];

    static readonly ILookup<(string Operation, int Code), RefusalRow> ByCode = Refusals.ToLookup(row => (row.Operation, row.Code));

    /// <summary>The row that an operation has of a code: its own, or else one that all operations of its envelope share. Null when there is none, or several.</summary>
    /// <param name="operation">What is refused.</param>
    /// <param name="code">The wire code.</param>
    /// <param name="text">The row's text, to choose between several.</param>
    public static RefusalRow? RefusalOf(Operation operation, int code, string? text)
    {
        var (own, shared) = RefusalsOf(operation, code);
        List<RefusalRow> rows = [.. own.Where(Fits)];
        if (rows is []) rows = [.. shared.Where(Fits)];
        return rows is [var row] ? row : null;

        bool Fits(RefusalRow row) => text is null || row.Message == text;
    }

    /// <summary>The row whose texts, with values filled in, an error of an operation has; of several the one that leaves least open. Null when there is none.</summary>
    public static RefusalRow? RefusalOf(Operation operation, Error error)
    {
        var (own, shared) = RefusalsOf(operation, error.Code);
        return own.Concat(shared).Where(row => row.Says(error.Message, error.Detail)).MaxBy(row => row.Fixed);
    }

    static (IEnumerable<RefusalRow> Own, IEnumerable<RefusalRow> Shared) RefusalsOf(Operation operation, int code)
    {
        var envelope = operation.Family is Family.Projects or Family.Control ? operation.Family : Family.Platform;
        return (ByCode[(operation.Name, code)], ByCode[("*", code)].Where(row => row.Family == envelope));
    }

    /// <summary>The rows of a contract file, each as column → value.</summary>
    /// <exception cref="InvalidDataException">A row has not as many columns as the header.</exception>
    public static IEnumerable<IReadOnlyDictionary<string, string>> Rows(string file)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"contract/{file}")
            ?? throw new InvalidDataException($"contract/{file} is not built in");
        using var reader = new StreamReader(stream);
        var header = reader.ReadLine()!.Split('\t');
        for (var number = 2; reader.ReadLine() is { } line; number++)
        {
            var cells = line.Split('\t');
            if (cells.Length != header.Length) throw new InvalidDataException($"contract/{file}:{number}: {cells.Length} columns, the header has {header.Length}");
            yield return header.Zip(cells).ToDictionary(pair => pair.First, pair => pair.Second);
        }
    }

    static IEnumerable<string> List(string cell, char separator) => cell is "-" or "" ? [] : cell.Split(separator, StringSplitOptions.TrimEntries);

    static Limit ParseLimit(string text) => text.Split('/') switch
    {
        [var calls, "s"] => new(int.Parse(calls), 1),
        [var calls, "min"] => new(int.Parse(calls), 60),
        _ => throw new InvalidDataException($"'{text}' is no limit; write 10/s or 100/min"),
    };
}

/// <summary>One row of <c>contract/errors.tsv</c>.</summary>
/// <param name="Family">The family; of a row that operations share, the one that names their envelope.</param>
/// <param name="Operation">The operation, or <c>*</c> for all of the envelope.</param>
/// <param name="Code">The wire code; 0 where the answer has none.</param>
/// <param name="Http">The status it travels with.</param>
/// <param name="Message">The wire text; <c>{name}</c> stands for a value.</param>
/// <param name="Detail">As <paramref name="Message"/>, Feishu Project's <c>err.msg</c>; <c>-</c> when it has none of its own.</param>
/// <param name="When">The condition, in one sentence.</param>
/// <param name="Shown"><c>request</c>, <c>fault</c> or <c>planned</c>.</param>
/// <param name="Source">Where the row is from.</param>
public sealed partial record RefusalRow(Family Family, string Operation, int Code, int Http, string Message, string Detail, string When, string Shown, string Source)
{
    readonly Regex message = Pattern(Message), detail = Pattern(Detail);

    /// <summary>How many characters of its texts are the same in every answer.</summary>
    internal int Fixed { get; } = Blank().Replace(Regex.Escape(Message + Detail), "").Length;

    /// <summary>Whether these texts are the row's with values filled in.</summary>
    public bool Says(string text, string detailed) => message.IsMatch(text) && (Detail is "-" || detail.IsMatch(detailed));

    // What stands in braces, and Go's %v and %s, may be anything.
    static Regex Pattern(string text) => new($"^{Blank().Replace(Regex.Escape(text), ".*")}$", RegexOptions.Singleline | RegexOptions.CultureInvariant);

    [GeneratedRegex(@"\\\{[^{}]*\}|%v|%s")]
    private static partial Regex Blank();
}
