using System.Reflection;

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
        row["state"] == "served"))];

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
