using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Reflow.Core.Reports;

namespace Reflow.Server.Store;

/// <summary>How lists and documents are written into columns.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(MemberDocument))]
[JsonSerializable(typeof(TaskDocument))]
[JsonSerializable(typeof(ReportContent))]
[JsonSerializable(typeof(ReportRule))]
[JsonSerializable(typeof(ReportField[]))]
[JsonSerializable(typeof(Dictionary<string, string[]>))]
sealed partial class StoreJson : JsonSerializerContext
{
    /// <summary>As <see cref="Default"/>, with Chinese text left readable.</summary>
    public static StoreJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
