using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Reflow.Core.Reports;

namespace Reflow.Server.Store;

/// <summary>
/// Who wrote by which rule, and to whom, kept once for all reports of a tenant that say the same: somebody's reports by one rule do, day after day. A content is called by a digest of its text,
/// so that what a name stands for never changes, whatever becomes of a store (ADR 21).
/// </summary>
static class ReportContents
{
    const int MostKnown = 2000, LongestKnown = 4000, IdBytes = 16;

    static readonly Remembered<string, ReportContent> Known = new(MostKnown);

    /// <summary>What a content is called whose text is this: 128 bits of SHA-256, as hexadecimal digits.</summary>
    public static string Id(string doc) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(doc)).AsSpan(0, IdBytes));

    /// <summary>The text that a content is stored as.</summary>
    public static string Write(ReportContent content) => JsonSerializer.Serialize(content, StoreJson.Readable.ReportContent);

    /// <summary>Stores a content, unless it is there, and answers what it is called.</summary>
    public static async ValueTask<string> Put(Session session, ReportContent content)
    {
        var doc = Write(content);
        var id = Id(doc);
        await session.Write("insert into report_content (tenant, content_id, doc) values ($1, $2, $3) on conflict do nothing", id, doc);
        return id;
    }

    /// <summary>The contents that are called so.</summary>
    public static async ValueTask<IReadOnlyDictionary<string, ReportContent>> Of(Session session, IEnumerable<string> ids)
    {
        var contents = new Dictionary<string, ReportContent>();
        var unknown = new List<string>();
        foreach (var id in ids)
            if (!contents.ContainsKey(id))
                if (Known.Peek(id) is { } content) contents.Add(id, content);
                else unknown.Add(id);
        if (unknown is []) return contents;
        foreach (var (id, doc) in await session.Query($"select content_id, doc from report_content where tenant = $1 and content_id in ({session.Engine.TextsOf("$2")})",
            r => (r.GetString(0), r.GetString(1)), JsonSerializer.Serialize([.. unknown.Distinct()], StoreJson.Default.StringArray)))
        {
            var content = JsonSerializer.Deserialize(doc, StoreJson.Default.ReportContent)!;
            contents.Add(id, doc.Length > LongestKnown ? content : Known.Get(id, content, static read => read));
        }
        return contents;
    }
}
