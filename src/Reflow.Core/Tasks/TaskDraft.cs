using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Reflow.Core.Tasks;

/// <summary>A task as it was sent, before anything was checked (contracts: task §2.2). People are the tenant's <c>user_id</c>s already.</summary>
public sealed record TaskDraft
{
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

    /// <summary>The draft that would make a task as it is; what is to change is then put into it.</summary>
    public static TaskDraft Of(TaskItem task) => new()
    {
        Summary = task.Content.Summary,
        RichSummary = task.Content.RichSummary ?? "",
        Description = task.Content.Description,
        RichDescription = task.Content.RichDescription ?? "",
        Extra = task.Content.Extra,
        Custom = task.Content.Custom,
        DueTime = task.Content.Due?.Time.ToString(CultureInfo.InvariantCulture),
        DueTimezone = task.Content.Due?.Timezone,
        DueIsAllDay = task.Content.Due?.IsAllDay ?? false,
        CanEdit = task.Content.CanEdit,
        RepeatRule = task.Content.RepeatRule ?? "",
        Collaborators = task.Collaborators,
        Followers = task.Followers,
    };

    /// <summary>The content that this draft makes, or the first thing wrong with it.</summary>
    /// <param name="call">Whose draft it is, in which operation.</param>
    /// <param name="patched">The task that it changes; null for a new one. Its origin stays, whatever the draft says.</param>
    public (TaskContent? Content, Error? Error) Check(in TaskCall call, TaskItem? patched = null)
    {
        var operation = call.Operation;
        if (Summary.Length == 0 && RichSummary.Length == 0) return Refused(patched is null ? TaskErrors.NoSummary : TaskErrors.BadParameters.Because("a task keeps a title"));
        // What stays was allowed when it was written.
        var (title, rule) = (patched?.Content.Summary, patched?.Content.RepeatRule);
        if (Summary != title && IsLonger(Summary, call.Settings.LongestSummary) || RichSummary != patched?.Content.RichSummary && IsLonger(RichSummary, call.Settings.LongestSummary)
            || IsLonger(Description, TaskSettings.LongestText) || IsLonger(RichDescription, TaskSettings.LongestText)) return Refused(TaskErrors.TooLong(operation));
        if (!RichText.IsWellFormed(RichSummary)) return Refused(TaskErrors.RichSummary(operation));
        if (!RichText.IsWellFormed(RichDescription)) return Refused(TaskErrors.RichDescription(operation));
        if (IsLonger(Extra, TaskSettings.LongestText) || !IsBase64(Extra)) return Refused(TaskErrors.Extra(operation));
        if (!IsCustom(Custom)) return Refused(TaskErrors.Custom(operation));
        var (origin, wrong) = patched is null ? CheckOrigin(operation) : (patched.Content.Origin, null);
        if (wrong is not null) return Refused(wrong);
        if (!string.IsNullOrEmpty(DueTimezone) && call.Settings.Zones(DueTimezone) is null) return Refused(TaskErrors.Timezone(operation));
        if (!TryDue(out var due)) return Refused(TaskErrors.Timestamp(operation));
        if (RepeatRule.Length > 0 && RepeatRule != rule && Tasks.RepeatRule.Parse(RepeatRule) is null) return Refused(TaskErrors.BadRepeatRule(operation));
        if (RepeatRule.Length > 0 && due is null)
            return Refused(patched is null ? TaskErrors.RepeatWithoutDue : TaskErrors.BadParameters.Because("a task that repeats keeps a due time"));
        if (Collaborators.Distinct().Count() > TaskSettings.MostCollaborators)
            return Refused(patched is null ? TaskErrors.TooManyCollaborators : TaskErrors.BadParameters.Because($"a task has at most {TaskSettings.MostCollaborators} collaborators"));
        return (new(
            RichSummary.Length > 0 ? RichText.Plain(RichSummary) : Summary, NullIfEmpty(RichSummary),
            RichDescription.Length > 0 ? RichText.Plain(RichDescription) : Description, NullIfEmpty(RichDescription),
            Extra, Custom, due, origin!, CanEdit, NullIfEmpty(RepeatRule)), null);
    }

    static (TaskContent?, Error?) Refused(Error error) => (null, error);

    (Origin? Origin, Error? Error) CheckOrigin(string operation) =>
        CheckPlatformName() is not { } platformName ? (null, TaskErrors.PlatformName(operation))
        : Url is { Length: > 0 } && !CanOpen(Url) ? (null, TaskErrors.OriginUrl(operation))
        : (new(platformName, Url, UrlTitle), null);

    static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    // In code points, of which one takes one or two characters of a string.
    static bool IsLonger(string text, int most) => text.Length > most && text.EnumerateRunes().Count() > most;

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
        if (IsLonger(text, TaskSettings.LongestText) || Object(text) is not { Count: 1 } outer || !outer.TryGetValue("custom_complete", out var platforms)
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
