using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Reflow.Core.Tasks;

/// <summary>A task as it was sent, before anything was checked (contracts: task §2.2). People are the tenant's <c>user_id</c>s already.</summary>
public sealed record TaskDraft
{
    /// <summary>The longest title, in code points; the page says 1000 where the error's text says 256.</summary>
    public const int LongestSummary = 1000;
    /// <summary>The longest body, custom or extra, in code points.</summary>
    public const int LongestText = 65536;
    /// <summary>The most collaborators that a task may have.</summary>
    public const int MostCollaborators = 50;
    const long LastSecond = 253_402_300_799; // 9999-12-31T23:59:59Z: what lies above are milliseconds sent by mistake.
    const int LongestName = 1024, LongestUrl = 1024;

    static readonly HashSet<string> Locales =
    [
        "it_it", "th_th", "ko_kr", "es_es", "ja_jp", "zh_cn", "id_id", "zh_hk", "pt_br", "de_de", "fr_fr", "zh_tw", "ru_ru", "en_us", "hi_in", "vi_vn",
    ];
    static readonly HashSet<string> Platforms = ["android", "ios", "pc"];

    /// <summary>The title, plain.</summary>
    public string Summary { get; init; } = "";
    /// <summary>The title in markdown; wins over the plain one.</summary>
    public string RichSummary { get; init; } = "";
    /// <summary>The body, plain.</summary>
    public string Description { get; init; } = "";
    /// <summary>The body in markdown; wins over the plain one.</summary>
    public string RichDescription { get; init; } = "";
    /// <summary>Base64.</summary>
    public string Extra { get; init; } = "";
    /// <summary>Custom completion, JSON text.</summary>
    public string Custom { get; init; } = "";
    /// <summary>Unix seconds as text; absent and "0" mean no due time.</summary>
    public string? DueTime { get; init; }
    /// <summary>IANA name.</summary>
    public string? DueTimezone { get; init; }
    /// <summary>Only the date counts.</summary>
    public bool DueIsAllDay { get; init; }
    /// <summary>JSON text: locale → name.</summary>
    public string PlatformName { get; init; } = "";
    /// <summary>A link back.</summary>
    public string? Url { get; init; }
    /// <summary>The link's text.</summary>
    public string? UrlTitle { get; init; }
    /// <summary>Deprecated.</summary>
    public bool CanEdit { get; init; }
    /// <summary>RRULE; empty when it does not repeat.</summary>
    public string RepeatRule { get; init; } = "";
    /// <summary>Who shall do it.</summary>
    public IReadOnlyList<string> Collaborators { get; init; } = [];
    /// <summary>Who watches.</summary>
    public IReadOnlyList<string> Followers { get; init; } = [];

    /// <summary>The content that this draft makes, or the first thing wrong with it.</summary>
    public (TaskContent? Content, Error? Error) Check(string operation, Func<string, bool> isTimezone)
    {
        if (Summary.Length == 0 && RichSummary.Length == 0) return Refused(TaskErrors.NoSummary);
        if (Length(Summary) > LongestSummary || Length(RichSummary) > LongestSummary
            || Length(Description) > LongestText || Length(RichDescription) > LongestText) return Refused(TaskErrors.TooLong(operation));
        if (!RichText.IsWellFormed(RichSummary)) return Refused(TaskErrors.RichSummary(operation));
        if (!RichText.IsWellFormed(RichDescription)) return Refused(TaskErrors.RichDescription(operation));
        if (Length(Extra) > LongestText || !IsBase64(Extra)) return Refused(TaskErrors.Extra(operation));
        if (!IsCustom(Custom)) return Refused(TaskErrors.Custom(operation));
        if (CheckPlatformName() is not { } platformName) return Refused(TaskErrors.PlatformName(operation));
        if (Url is { Length: > 0 } && !CanOpen(Url)) return Refused(TaskErrors.OriginUrl(operation));
        if (!string.IsNullOrEmpty(DueTimezone) && !isTimezone(DueTimezone)) return Refused(TaskErrors.Timezone(operation));
        if (!TryDue(out var due)) return Refused(TaskErrors.Timestamp(operation));
        if (RepeatRule.Length > 0 && !Tasks.RepeatRule.IsWellFormed(RepeatRule)) return Refused(TaskErrors.BadRepeatRule(operation));
        if (RepeatRule.Length > 0 && due is null) return Refused(TaskErrors.RepeatWithoutDue);
        if (Collaborators.Distinct().Count() > MostCollaborators) return Refused(TaskErrors.TooManyCollaborators);
        return (new(
            RichSummary.Length > 0 ? RichText.Plain(RichSummary) : Summary, NullIfEmpty(RichSummary),
            RichDescription.Length > 0 ? RichText.Plain(RichDescription) : Description, NullIfEmpty(RichDescription),
            Extra, Custom, due, new(platformName, Url, UrlTitle), CanEdit, NullIfEmpty(RepeatRule)), null);
    }

    static (TaskContent?, Error?) Refused(Error error) => (null, error);

    static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    static int Length(string text) => text.Length <= LongestSummary ? text.Length : text.EnumerateRunes().Count();

    static bool IsBase64(string text) => Convert.TryFromBase64String(text, new byte[text.Length / 4 * 3 + 3], out _);

    static bool CanOpen(string url) => url.Length <= LongestUrl
        && (url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || url.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
            || url.StartsWith("applink", StringComparison.OrdinalIgnoreCase));

    bool TryDue(out Due? due)
    {
        due = null;
        if (string.IsNullOrEmpty(DueTime) || DueTime == "0") return true;
        if (!long.TryParse(DueTime, NumberStyles.None, CultureInfo.InvariantCulture, out var time) || time > LastSecond) return false;
        const long day = 86_400;
        due = new(DueIsAllDay ? time / day * day : time, string.IsNullOrEmpty(DueTimezone) ? "Asia/Shanghai" : DueTimezone, DueIsAllDay);
        return true;
    }

    string? CheckPlatformName()
    {
        if (PlatformName.Length > LongestName || Object(PlatformName) is not { } names) return null;
        var known = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (locale, name) in names)
        {
            if (!Locales.Contains(locale.ToLowerInvariant()) || name.ValueKind is not JsonValueKind.String) return null;
            known[locale.ToLowerInvariant()] = name.GetString()!;
        }
        return "{" + string.Join(',', known.Select(pair => $"\"{pair.Key}\":{Quoted(pair.Value)}")) + "}";
    }

    static bool IsCustom(string text)
    {
        if (text.Length == 0) return true;
        if (Length(text) > LongestText || Object(text) is not { Count: 1 } outer || !outer.TryGetValue("custom_complete", out var platforms)
            || platforms.ValueKind is not JsonValueKind.Object) return false;
        return platforms.EnumerateObject().All(platform => Platforms.Contains(platform.Name) && platform.Value.ValueKind is JsonValueKind.Object
            && platform.Value.EnumerateObject().All(member => member.Name switch
            {
                "href" => member.Value.ValueKind is JsonValueKind.String,
                "tip" => member.Value.ValueKind is JsonValueKind.Object
                    && member.Value.EnumerateObject().All(tip => Locales.Contains(tip.Name.ToLowerInvariant()) && tip.Value.ValueKind is JsonValueKind.String),
                _ => false,
            }));
    }

    static Dictionary<string, JsonElement>? Object(string text)
    {
        try
        {
            const int deepest = 16;
            var sent = Encoding.UTF8.GetBytes(text);
            using var json = JsonDocument.Parse(sent, new() { MaxDepth = deepest });
            if (!JsonText.EscapesAreText(sent, deepest) || json.RootElement.ValueKind is not JsonValueKind.Object) return null;
            var members = new Dictionary<string, JsonElement>();
            foreach (var member in json.RootElement.EnumerateObject()) members[member.Name] = member.Value.Clone();
            return members;
        }
        catch (JsonException) { return null; }
    }

    static string Quoted(string text) => "\"" + JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping) + "\"";
}
