using System.Globalization;

namespace Reflow.Server.Control;

/// <summary>A time in a workspace file: fixed (<c>2026-05-01T09:00:00+08:00</c>, <c>2026-05-01</c>), or counted from when the file is applied (<c>+3d</c>, <c>-90m</c>).</summary>
/// <param name="Millis">Unix ms; or ms from the moment of applying.</param>
/// <param name="IsRelative">Whether it counts from the moment of applying.</param>
public readonly record struct Moment(long Millis, bool IsRelative)
{
    static readonly string[] Formats = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.fffK"];

    /// <summary>The time in Unix ms.</summary>
    /// <param name="now">When the file is applied, Unix ms.</param>
    public long At(long now) => IsRelative ? now + Millis : Millis;

    /// <summary>Reads what a file says; null when it is no time.</summary>
    public static Moment? Parse(string text)
    {
        if (text is ['+' or '-', .. var digits, var unit] && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= 100_000 && Unit(unit) is { } millis)
            return new(text[0] == '-' ? -count * millis : count * millis, true);
        return DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && time.Year >= 1970
            ? new(time.ToUnixTimeMilliseconds(), false)
            : null;
    }

    static long? Unit(char unit) => unit switch
    {
        's' => 1000,
        'm' => 60_000,
        'h' => 3_600_000,
        'd' => 86_400_000,
        _ => null,
    };
}
