using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Reflow.Core.Reports;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Reports;

/// <summary>The report object of Report v1 (seed 003; contracts: report §4.3): ids are texts, the moment is a number of seconds.</summary>
static class ReportJson
{
    // A tenant has few apps, and people have three kinds of ids.
    const int MostFrames = 100;

    // Reports of one content differ in their id, their moment and their form; what lies between is written once, for as long as the content is remembered.
    static readonly ConditionalWeakTable<ReportContent, Remembered<UserIds.Naming, Frame>> Frames = [];

    /// <summary><c>{"has_more":…,"items":[…]}</c>, with <c>page_token</c> only where more follows: iterators stop at its absence.</summary>
    public static Reply Reply(ReportPage page, UserIds ids) => Gateway.Reply.Object(json =>
    {
        json.WriteBoolean("has_more"u8, page.HasMore);
        json.WriteStartArray("items"u8);
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var report in page.Items)
        {
            FrameOf(report.Content, ids).Write(bytes, report);
            json.WriteRawValue(bytes.WrittenSpan, skipInputValidation: true);
            bytes.ResetWrittenCount();
        }
        json.WriteEndArray();
        if (page.NextToken is { } token) json.WriteString("page_token"u8, token);
    });

    static Frame FrameOf(ReportContent content, UserIds ids) =>
        Frames.GetValue(content, static _ => new(MostFrames)).Get(ids.Seen, (content, ids), static of => new(of.content, of.ids));

    /// <summary>What reports of one content are written into.</summary>
    sealed class Frame
    {
        readonly byte[] beforeId, beforeTime, beforeForm, end;

        /// <param name="content">The content.</param>
        /// <param name="ids">How those who read it see people.</param>
        public Frame(ReportContent content, UserIds ids)
        {
            var (bytes, from) = (new ArrayBufferWriter<byte>(), 0);
            using var json = new Utf8JsonWriter(bytes, Gateway.Gateway.Json);
            json.WriteStartObject();
            beforeId = UpTo("task_id"u8);
            json.WriteString("rule_id"u8, content.RuleId.ToString(CultureInfo.InvariantCulture));
            json.WriteString("rule_name"u8, content.RuleName);
            if (ids.Of(content.From) is { } writer) json.WriteString("from_user_id"u8, writer);
            json.WriteString("from_user_name"u8, content.FromName);
            json.WriteString("department_name"u8, content.DepartmentName);
            json.WriteTexts("department_ids", content.DepartmentIds);
            beforeTime = UpTo("commit_time"u8);
            beforeForm = UpTo("form_contents"u8);
            if (ids.Visible) json.WriteTexts("to_user_ids", content.To.Select(recipient => ids.Of(recipient.UserId)!));
            json.WriteTexts("to_user_names", content.To.Select(recipient => recipient.Name));
            json.WriteEndObject();
            json.Flush();
            end = bytes.WrittenSpan[from..].ToArray();

            // The value that is left out must be there for the writer, or else no comma follows it.
            byte[] UpTo(ReadOnlySpan<byte> name)
            {
                json.WriteNumber(name, 0);
                json.Flush();
                var part = bytes.WrittenSpan[from..^1].ToArray();
                from = bytes.WrittenCount;
                return part;
            }
        }

        public void Write(ArrayBufferWriter<byte> bytes, Report report)
        {
            bytes.Write(beforeId);
            bytes.Write("\""u8);
            Write(bytes, report.Id);
            bytes.Write("\""u8);
            bytes.Write(beforeTime);
            Write(bytes, report.CommitTime);
            bytes.Write(beforeForm);
            bytes.Write(report.Form.Span);
            bytes.Write(end);
        }

        static void Write(ArrayBufferWriter<byte> bytes, long number)
        {
            // As long as the longest.
            number.TryFormat(bytes.GetSpan(20), out var written, default, CultureInfo.InvariantCulture);
            bytes.Advance(written);
        }
    }
}
