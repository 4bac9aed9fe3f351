using System.Diagnostics;
using System.Globalization;

namespace Reflow.Core.Reports;

/// <summary>What somebody filled into a field.</summary>
public abstract record FieldValue
{
    const string Minutes = "yyyy-MM-dd HH:mm";

    FieldValue() { }

    /// <summary>Free text, the text of a chosen option, or a number with the digits that were typed.</summary>
    /// <param name="Text">As typed.</param>
    public sealed record Typed(string Text) : FieldValue;

    /// <summary>The texts of chosen options.</summary>
    /// <param name="Options">In the order of choice.</param>
    public sealed record Choices(IReadOnlyList<string> Options) : FieldValue;

    /// <summary>A place.</summary>
    /// <param name="Text">As typed, perhaps in several lines.</param>
    public sealed record Place(string Text) : FieldValue;

    /// <summary>A moment.</summary>
    /// <param name="At">Unix ms.</param>
    public sealed record Moment(long At) : FieldValue;

    /// <summary>Pictures and files: the API names their field, never what is in it (seed 003).</summary>
    public sealed record Files : FieldValue;

    /// <summary>Reads what was filled into a field of this type; null when such a field cannot hold it.</summary>
    /// <param name="type">The field's control.</param>
    /// <param name="entries">One text; for several choices one a choice; for pictures and files whatever names them.</param>
    /// <param name="zone">Where a moment without an offset is meant.</param>
    public static FieldValue? Read(FieldType type, IReadOnlyList<string> entries, TimeZoneInfo zone) => (type, entries) switch
    {
        (FieldType.Image or FieldType.Attachment, _) => new Files(),
        (FieldType.MultiSelect, _) => new Choices(entries),
        (_, []) => new Typed(""),
        (_, { Count: > 1 }) => null,
        (FieldType.Text or FieldType.Dropdown, [var text]) => new Typed(text),
        (FieldType.Address, [var text]) => new Place(text),
        (FieldType.Number, [var text]) => decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _) ? new Typed(text) : null,
        (FieldType.Datetime, [var text]) => ReadMoment(text, zone),
        _ => throw new UnreachableException(),
    };

    /// <summary>The wire's <c>field_value</c>, a text whatever the control (contracts: report §5).</summary>
    /// <param name="zone">The tenant's, for moments.</param>
    public string Render(TimeZoneInfo zone) => this switch
    {
        Typed typed => typed.Text,
        Choices choices => string.Join(',', choices.Options),
        Place place => string.Join(' ', place.Text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)),
        Moment moment => TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(moment.At), zone).ToString(Minutes, CultureInfo.InvariantCulture),
        Files => "",
        _ => throw new UnreachableException(),
    };

    static Moment? ReadMoment(string text, TimeZoneInfo zone)
    {
        if (DateTime.TryParseExact(text, [Minutes, "yyyy-MM-dd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
            return new(new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUnixTimeMilliseconds());
        return DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? new(moment.ToUnixTimeMilliseconds()) : null;
    }
}
