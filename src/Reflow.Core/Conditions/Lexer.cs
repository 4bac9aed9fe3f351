using System.Globalization;
using System.Text;

namespace Reflow.Core.Conditions;

enum TokenKind
{
    Number,
    Text,
    Name,
    QuotedName,
    Symbol,
    End,
}

/// <summary>A piece of a condition's text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Offset">Where it starts, in UTF-16 code units from 0.</param>
/// <param name="Value">The digits, the text without quotes and escapes, the name, or the symbol.</param>
readonly record struct Token(TokenKind Kind, int Offset, string Value);

/// <summary>Cuts a condition's text into tokens; stops at the first thing that is none.</summary>
sealed class Lexer(string text)
{
    static readonly string[] Symbols = ["||", "&&", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ",", ".", "(", ")", "[", "]"];

    readonly List<Token> tokens = [];
    int at;

    internal (int Offset, string Sentence)? Fault { get; private set; }

    /// <summary>The tokens, closed by one of kind <see cref="TokenKind.End"/>; incomplete when there is a <see cref="Fault"/>.</summary>
    internal List<Token> Run()
    {
        while (Fault is null && at < text.Length)
        {
            var c = text[at];
            if (c is ' ' or '\t' or '\r' or '\n')
                at++;
            else if (char.IsAsciiDigit(c))
                Number();
            else if (Syntax.StartsName(c))
                Name();
            else if (c == '`')
                QuotedName();
            else if (c is '"' or '\'')
                Text(c);
            else
                Symbol(c);
        }
        tokens.Add(new(TokenKind.End, text.Length, ""));
        return tokens;
    }

    void Number()
    {
        var start = at;
        Digits();
        if (at + 1 < text.Length && text[at] == '.' && char.IsAsciiDigit(text[at + 1]))
        {
            at++;
            Digits();
        }
        if (at < text.Length && Syntax.StartsName(text[at]))
        {
            Fail(at, "A number ends where a letter begins; numbers are written like 12 or 3.50.");
            return;
        }
        var written = text[start..at];
        var point = written.IndexOf('.');
        if (written.Replace(".", "", StringComparison.Ordinal).TrimStart('0').Length > 28 || (point >= 0 && written.Length - point - 1 > 28))
            Fail(start, "A number has at most 28 digits.");
        else
            tokens.Add(new(TokenKind.Number, start, written));
    }

    void Digits()
    {
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
    }

    void Name()
    {
        var start = at;
        while (at < text.Length && Syntax.ContinuesName(text[at]))
            at++;
        tokens.Add(new(TokenKind.Name, start, text[start..at]));
    }

    void QuotedName()
    {
        var end = text.AsSpan(at + 1).IndexOfAny('`', '\n');
        if (end <= 0 || text[at + 1 + end] != '`')
        {
            Fail(at, "A name that begins with a backtick ends with one, on the same line, and is not empty.");
            return;
        }
        tokens.Add(new(TokenKind.QuotedName, at, text.Substring(at + 1, end)));
        at += end + 2;
    }

    void Text(char quote)
    {
        var start = at++;
        var value = new StringBuilder();
        while (at < text.Length && text[at] != quote)
        {
            var c = text[at];
            if (c is '\r' or '\n')
            {
                Fail(start, $"This text is not closed on its line; it ends with {quote}, and a line break in it is written \\n.");
                return;
            }
            if (c == '\\')
            {
                if (!Escape(value))
                    return;
            }
            else
            {
                value.Append(c);
                at++;
            }
        }
        if (at == text.Length)
        {
            Fail(start, $"This text is not closed; it ends with {quote}.");
            return;
        }
        at++;
        tokens.Add(new(TokenKind.Text, start, value.ToString()));
    }

    bool Escape(StringBuilder value)
    {
        var escape = at + 1 < text.Length ? text[at + 1] : '\0';
        if (escape == 'u')
        {
            if (at + 6 <= text.Length && ushort.TryParse(text.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
            {
                value.Append((char)unit);
                at += 6;
                return true;
            }
            Fail(at, "\\u is followed by four hexadecimal digits.");
            return false;
        }
        if (escape is not ('\\' or '"' or '\'' or 'n' or 'r' or 't'))
        {
            Fail(at, "A backslash is followed by one of \\ \" ' n r t u.");
            return false;
        }
        value.Append(escape is 'n' ? '\n' : escape is 'r' ? '\r' : escape is 't' ? '\t' : escape);
        at += 2;
        return true;
    }

    void Symbol(char c)
    {
        foreach (var symbol in Symbols)
        {
            if (string.CompareOrdinal(text, at, symbol, 0, symbol.Length) == 0)
            {
                tokens.Add(new(TokenKind.Symbol, at, symbol));
                at += symbol.Length;
                return;
            }
        }
        Fail(at, c switch
        {
            '=' => "To compare, write == instead of =.",
            '&' => "To require both sides, write && instead of &.",
            '|' => "To allow either side, write || instead of |.",
            '“' or '”' or '‘' or '’' => "Texts stand in straight quotes: \" or '.",
            >= '\uff01' and <= '\uff5e' => $"This is the full-width {c}; write {(char)(c - 0xfee0)}.",
            < ' ' or >= '\u007f' => $"The character U+{(int)c:X4} cannot stand here; names with unusual characters are written in backticks.",
            _ => $"The character {c} cannot stand here.",
        });
    }

    void Fail(int offset, string sentence) => Fault = (offset, sentence);
}
