using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Reflow.Server.Control;

/// <summary>A piece of YAML with the place where it begins.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Size">How much it is: one for each piece and one for each 64 characters, each alias counted as what it stands for.</param>
/// <param name="Depth">How many levels it has, each alias counted as what it stands for.</param>
abstract record YamlPiece(long Line, long Column, long Size, int Depth);

/// <summary>A text, number or truth value.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Text">The text as YAML reads it.</param>
/// <param name="IsPlain">Written without quotes, so that it may also be a number or a truth value.</param>
/// <param name="IsOneLine">Written on one line as it is, so that a character's column is known.</param>
sealed record YamlScalar(long Line, long Column, string Text, bool IsPlain, bool IsOneLine) : YamlPiece(Line, Column, 1 + (Text.Length / 64), 1)
{
    /// <summary>Whether it says that there is nothing.</summary>
    public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";
}

sealed record YamlList(long Line, long Column, long Size, int Depth, IReadOnlyList<YamlPiece> Items) : YamlPiece(Line, Column, Size, Depth);

sealed record YamlMap(long Line, long Column, long Size, int Depth, IReadOnlyDictionary<string, (YamlScalar Key, YamlPiece Value)> Members) : YamlPiece(Line, Column, Size, Depth);

/// <summary>
/// Builds the tree of one YAML document from the parser's events, within limits: depth, the number of pieces after aliases are counted as what they stand for,
/// no tags, no keys but texts. The first thing that makes the text no YAML ends it; keys that come twice are collected.
/// </summary>
sealed class YamlTree(string file, string text, List<WorkspaceFault> faults)
{
    /// <summary>How deep lists and members nest at most.</summary>
    public const int MaxDepth = 64;

    /// <summary>How much a document is at most (see <see cref="YamlPiece.Size"/>).</summary>
    public const long MaxSize = 2_000_000;

    readonly Parser parser = new(new StringReader(text));
    readonly Dictionary<string, YamlPiece> anchors = [];
    long total;

    /// <summary>The document; null when the text is empty or broken, which is then among the faults.</summary>
    public YamlPiece? Read()
    {
        try
        {
            Next<StreamStart>();
            if (parser.Current is StreamEnd) return Fail(1, 1, "The file is empty.");
            Next<DocumentStart>();
            var root = Piece(0);
            if (root is null) return null;
            Next<DocumentEnd>();
            return parser.Current is StreamEnd ? root : Fail(parser.Current!, "A workspace file is one document; a second one begins here.");
        }
        catch (YamlException e)
        {
            return Fail(e.Start.Line, e.Start.Column, $"This is not YAML: {Sentence(e)}");
        }
    }

    void Next<T>()
    {
        if (parser.Current is null) Advance();
        if (parser.Current is not T) throw new YamlException(parser.Current?.Start ?? Mark.Empty, parser.Current?.End ?? Mark.Empty, "it ends too early");
        Advance();
    }

    void Advance()
    {
        var last = parser.Current?.End ?? Mark.Empty;
        try
        {
            parser.MoveNext();
        }
        // The scanner gives up on some broken texts with whatever exception it runs into.
        catch (Exception e) when (e is not YamlException)
        {
            throw new YamlException(last, last, "what follows cannot be read", e);
        }
    }

    YamlPiece? Piece(int depth)
    {
        var here = parser.Current!;
        // After some broken texts the parser ends a mapping where a value belongs.
        if (here is not (NodeEvent or AnchorAlias)) return Fail(here, "A value is missing here.");
        var aliased = here is AnchorAlias alias ? anchors.GetValueOrDefault(alias.Value.Value) : null;
        if (here is AnchorAlias && aliased is null) return Fail(here, "There is no finished anchor of this name before this alias.");
        if (depth + (aliased?.Depth ?? 1) > MaxDepth) return Fail(here, $"Nesting is limited to {MaxDepth} levels.");
        if ((total += aliased?.Size ?? 1) > MaxSize) return Fail(here, "The file holds too much, its aliases counted as what they stand for.");
        Advance();
        if (aliased is not null) return aliased with { Line = here.Start.Line, Column = here.Start.Column };
        var node = (NodeEvent)here;
        if (!node.Tag.IsEmpty) return Fail(here, "Tags are not used in workspace files.");
        YamlPiece? piece = node switch
        {
            Scalar scalar => Scalar(scalar),
            SequenceStart => List(node, depth),
            MappingStart => Map(node, depth),
            _ => Fail(here, "A value is missing here."),
        };
        if (piece is YamlScalar { Text: var written } && !IsText(written)) return Fail(here, "This holds a character that is no text: U+0000 or half of a pair.");
        if (piece is not null && !node.Anchor.IsEmpty) anchors[node.Anchor.Value] = piece;
        return piece;
    }

    static YamlScalar Scalar(Scalar scalar)
    {
        var plain = scalar.Style is ScalarStyle.Plain;
        var start = scalar.Start;
        // In quotes an escape or a folded line shifts what follows: then only the scalar's own place is known.
        var oneLine = start.Line == scalar.End.Line && scalar.End.Column - start.Column == scalar.Value.Length + (plain ? 0 : 2);
        return new(start.Line, start.Column, scalar.Value, plain, oneLine);
    }

    YamlList? List(NodeEvent start, int depth)
    {
        var items = new List<YamlPiece>();
        var (size, levels) = (1L, 0);
        while (parser.Current is not SequenceEnd)
        {
            if (Piece(depth + 1) is not { } item) return null;
            items.Add(item);
            (size, levels) = (size + item.Size, Math.Max(levels, item.Depth));
        }
        Advance();
        return new(start.Start.Line, start.Start.Column, size, levels + 1, items);
    }

    YamlMap? Map(NodeEvent start, int depth)
    {
        var members = new Dictionary<string, (YamlScalar, YamlPiece)>(StringComparer.Ordinal);
        var (size, levels) = (1L, 0);
        while (parser.Current is not MappingEnd)
        {
            var at = parser.Current!;
            if (at is not YamlDotNet.Core.Events.Scalar) return (YamlMap?)Fail(at, "The name of a member is a text.");
            if (Piece(depth + 1) is not YamlScalar key || Piece(depth + 1) is not { } value) return null;
            if (!members.TryAdd(key.Text, (key, value))) Report(key.Line, key.Column, $"The member {key.Text} is there twice; the first one is in line {members[key.Text].Item1.Line}.");
            (size, levels) = (size + key.Size + value.Size, Math.Max(levels, value.Depth));
        }
        Advance();
        return new(start.Start.Line, start.Start.Column, size, levels + 1, members);
    }

    YamlPiece? Fail(ParsingEvent at, string sentence) => Fail(at.Start.Line, at.Start.Column, sentence);

    YamlPiece? Fail(long line, long column, string sentence)
    {
        Report(line, column, sentence);
        return null;
    }

    void Report(long line, long column, string sentence) => faults.Add(new(file, Math.Max(line, 1), Math.Max(column, 1), "", sentence));

    static bool IsText(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0' || (char.IsSurrogate(text[i]) && (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[++i])))) return false;
        }
        return true;
    }

    /// <summary>The parser's own words, without the place that some of its messages begin with, as a sentence.</summary>
    static string Sentence(YamlException e)
    {
        var words = e.Message.ReplaceLineEndings(" ").Trim();
        if (words.StartsWith('(') && words.IndexOf("): ", StringComparison.Ordinal) is > 0 and var end) words = words[(end + 3)..];
        return words.Length == 0 ? "it cannot be read." : char.ToLowerInvariant(words[0]) + words[1..] + (words[^1] == '.' ? "" : ".");
    }
}
