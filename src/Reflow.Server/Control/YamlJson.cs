using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Reflow.Server.Control;

/// <summary>Writes a piece of YAML as JSON text, for values whose shape the workspace file does not know.</summary>
static partial class YamlJson
{
    static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(YamlPiece piece)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Readable)) Write(json, piece);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    static void Write(Utf8JsonWriter json, YamlPiece piece)
    {
        switch (piece)
        {
            case YamlScalar { IsNull: true }:
                json.WriteNullValue();
                break;
            case YamlScalar { IsPlain: true, Text: "true" or "false" } scalar:
                json.WriteBooleanValue(scalar.Text == "true");
                break;
            case YamlScalar { IsPlain: true } scalar when Number().IsMatch(scalar.Text) && decimal.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out _):
                json.WriteRawValue(scalar.Text);
                break;
            case YamlScalar scalar:
                json.WriteStringValue(scalar.Text);
                break;
            case YamlList list:
                json.WriteStartArray();
                foreach (var item in list.Items) Write(json, item);
                json.WriteEndArray();
                break;
            case YamlMap map:
                json.WriteStartObject();
                foreach (var (name, (_, value)) in map.Members)
                {
                    json.WritePropertyName(name);
                    Write(json, value);
                }
                json.WriteEndObject();
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>A number as JSON writes it.</summary>
    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Number();
}
