using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Reflow.Core.Reports;

/// <summary>
/// A submitted report; the API calls it a task (contracts: report §5). Names and labels are those of the day it was submitted:
/// renaming a field, a rule or a person leaves old reports as they were read.
/// </summary>
/// <param name="Id">A snowflake whose high 32 bits are the second of submission, so that an order by id is an order by time and a span of time is a span of ids.</param>
/// <param name="Content">Who wrote by which rule, and to whom.</param>
/// <param name="Form">The form as it was filled in: the wire's <c>form_contents</c>, as <see cref="FilledField.Write"/> wrote it, in UTF-8, since nobody but the wire reads it.</param>
public sealed record Report(long Id, ReportContent Content, ReadOnlyMemory<byte> Form)
{
    /// <summary>The rule that it follows.</summary>
    public long RuleId => Content.RuleId;

    /// <summary>Who submitted it.</summary>
    public string From => Content.From;

    /// <summary>The form as a text.</summary>
    public string FormText => Encoding.UTF8.GetString(Form.Span);

    /// <summary>When it was submitted, Unix seconds.</summary>
    public long CommitTime => Id >> 32;

    /// <summary>An id for a report that comes from elsewhere: of its second, and the same whenever the same report comes again.</summary>
    /// <param name="second">When it was submitted, Unix seconds.</param>
    /// <param name="origin">What names it where it comes from.</param>
    public static long IdOf(long second, string origin)
    {
        // FNV-1a: any spread over 31 bits will do, as long as it never changes.
        var hash = 2_166_136_261u;
        foreach (var character in origin) hash = (hash ^ character) * 16_777_619;
        return second << 32 | hash >> 1;
    }
}

/// <summary>Who wrote by which rule, and to whom: the same for all that somebody writes by it, until a name or a recipient changes.</summary>
/// <param name="RuleId">The rule.</param>
/// <param name="From">Who submitted it, a <c>user_id</c>.</param>
/// <param name="RuleName">The rule's name.</param>
/// <param name="FromName">The submitter's name.</param>
/// <param name="DepartmentName">The name of the submitter's first department; empty without one.</param>
/// <param name="DepartmentIds">The submitter's departments, as <c>open_department_id</c>s.</param>
/// <param name="To">Who received it, in order, as resolved when it was submitted.</param>
/// <param name="Cc">Who got a copy.</param>
public sealed record ReportContent(
    long RuleId, string From, string RuleName, string FromName, string DepartmentName, IReadOnlyList<string> DepartmentIds,
    IReadOnlyList<Recipient> To, IReadOnlyList<string> Cc);

/// <summary>A field as it was filled in.</summary>
/// <param name="Id">The field's id.</param>
/// <param name="Name">Its label.</param>
/// <param name="Value">As <see cref="FieldValue.Render"/> wrote it.</param>
public sealed record FilledField(long Id, string Name, string Value)
{
    static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The wire's <c>form_contents</c> (seed 003): a JSON array in UTF-8.</summary>
    public static ReadOnlyMemory<byte> Write(IEnumerable<FilledField> fields)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(bytes, Readable);
        json.WriteStartArray();
        foreach (var field in fields)
        {
            json.WriteStartObject();
            json.WriteString("field_id"u8, field.Id.ToString(CultureInfo.InvariantCulture));
            json.WriteString("field_name"u8, field.Name);
            json.WriteString("field_value"u8, field.Value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.Flush();
        return bytes.WrittenMemory;
    }
}

/// <summary>Somebody who received a report.</summary>
/// <param name="UserId">The tenant's <c>user_id</c>.</param>
/// <param name="Name">The name.</param>
public sealed record Recipient(string UserId, string Name);
