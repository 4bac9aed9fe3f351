namespace Reflow.Server.Gateway;

/// <summary>Lower-case base 32 (RFC 4648 §6) of whole groups of five bytes, without padding: the alphabet of tokens.</summary>
static class Base32
{
    const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    /// <summary>Eight characters for every five bytes.</summary>
    public static string Write(ReadOnlySpan<byte> bytes)
    {
        Span<char> text = stackalloc char[bytes.Length / 5 * 8];
        for (int i = 0, o = 0; i < bytes.Length; i += 5, o += 8)
        {
            var group = (ulong)bytes[i] << 32 | (ulong)bytes[i + 1] << 24 | (ulong)bytes[i + 2] << 16 | (ulong)bytes[i + 3] << 8 | bytes[i + 4];
            for (var c = 0; c < 8; c++) text[o + c] = Alphabet[(int)(group >> (35 - 5 * c)) & 31];
        }
        return new(text);
    }

    /// <summary>Reads what <see cref="Write"/> wrote; false when the text is anything else.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        if (text.Length != bytes.Length / 5 * 8) return false;
        for (int i = 0, o = 0; o < bytes.Length; i += 8, o += 5)
        {
            ulong group = 0;
            for (var c = 0; c < 8; c++)
            {
                var value = Alphabet.IndexOf(text[i + c]);
                if (value < 0) return false;
                group = group << 5 | (uint)value;
            }
            for (var b = 0; b < 5; b++) bytes[o + b] = (byte)(group >> (32 - 8 * b));
        }
        return true;
    }
}
