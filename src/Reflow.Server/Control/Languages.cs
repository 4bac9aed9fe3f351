namespace Reflow.Server.Control;

/// <summary>The languages of labels: their names in workspace files and their Windows LCIDs on the wire (contracts: apaas §1).</summary>
static class Languages
{
    /// <summary>Simplified Chinese: every label has it.</summary>
    public const int Chinese = 2052;

    static readonly Dictionary<string, int> Lcids = new()
    {
        ["zh-CN"] = Chinese,
        ["en-US"] = 1033,
        ["ja-JP"] = 1041,
        ["zh-TW"] = 1028,
        ["zh-HK"] = 3076,
        ["ko-KR"] = 1042,
        ["de-DE"] = 1031,
        ["fr-FR"] = 1036,
        ["es-ES"] = 3082,
        ["it-IT"] = 1040,
        ["pt-BR"] = 1046,
        ["ru-RU"] = 1049,
        ["th-TH"] = 1054,
        ["vi-VN"] = 1066,
        ["id-ID"] = 1057,
        ["hi-IN"] = 1081,
    };

    /// <summary>The names that a file may use.</summary>
    public static IEnumerable<string> Names => Lcids.Keys;

    /// <summary>The LCID of a name; null when it is none.</summary>
    public static int? Lcid(string name) => Lcids.TryGetValue(name, out var lcid) ? lcid : null;

    /// <summary>The name that the open platform's objects use: <c>zh_cn</c>.</summary>
    public static string Locale(int lcid) => Lcids.First(pair => pair.Value == lcid).Key.ToLowerInvariant().Replace('-', '_');

    /// <summary>The name of what <see cref="Locale"/> gave.</summary>
    public static string NameOf(string locale) => Lcids.Keys.FirstOrDefault(name => name.ToLowerInvariant().Replace('-', '_') == locale) ?? locale;

    /// <summary>The name of an LCID that a file named.</summary>
    public static string NameOf(int lcid) => Lcids.First(language => language.Value == lcid).Key;
}
