using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Reflow.Core.Reports;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Reports;

/// <summary>
/// GET /reflow/v1/tenants/:tenant/reports/rules/:rule_id/export: a rule's reports, oldest first, as CSV with a column for every field that the form ever had, or, <c>format=jsonl</c>, one JSON
/// object a line. Written piece by piece, so that it takes the same memory at any length. <c>page_token</c>, the id of the last report that arrived, goes on after it, without the CSV's head.
/// </summary>
static class ExportReports
{
    // How many reports are in memory at a time. A report can be as long as a body.
    const int Piece = 50;
    static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    static readonly string[] Head = ["report_id", "commit_time", "cycle", "late", "from_user_id", "from_user_name", "department_name", "to_user_names"];

    public static void Serve(Routes routes, Db db) => routes.Serve("control.report.export", async call =>
    {
        var format = call.Query("format") ?? "csv";
        if (format is not ("csv" or "jsonl")) call.Body.Violation("format", format, "must be csv or jsonl");
        var withMark = call.Number("bom", 0, 1) is 1;
        var window = new ReportWindow(Second(call, "commit_start_time") ?? 0, Second(call, "commit_end_time") ?? int.MaxValue);
        var (after, most) = (call.Number("page_token") ?? 0, call.Number("page_size", 1) ?? long.MaxValue);
        ReportRule? rule = null;
        IReadOnlyList<ReportField> fields = [];
        var checkedFirst = await call.Read(db, async session =>
        {
            (rule, var missing) = await call.Rule(session);
            if (missing is not null) return missing;
            fields = await ReportRules.EveryField(session, rule!.Id);
            return Reply.Empty;
        });
        if (checkedFirst.Refusal is not null) return checkedFirst;
        var rows = new Rows(db, call.Path("tenant"), rule!.Id, window, after, most);
        return format is "csv"
            ? Reply.Stream("text/csv; charset=utf-8", $"{rule.Id}.csv", (to, ct) => WriteCsv(to, rows, fields, ReportRules.ZoneOf(rule), withMark, ct))
            : Reply.Stream("application/x-ndjson; charset=utf-8", $"{rule.Id}.jsonl", (to, ct) => WriteLines(to, rows, ct));
    });

    static long? Second(Call call, string name) => call.Number(name, 0, ReportWindow.Milliseconds - 1);

    static async Task WriteCsv(PipeWriter to, Rows rows, IReadOnlyList<ReportField> fields, TimeZoneInfo zone, bool withMark, CancellationToken ct)
    {
        var csv = new StringBuilder();
        if (rows.After == 0)
        {
            if (withMark) csv.Append('\uFEFF');
            Csv.AppendRow(csv, Head.Concat(fields.Select(field => field.Name)));
        }
        do
        {
            foreach (var (report, filing) in await rows.Next(ct)) Csv.AppendRow(csv, Cells(report, filing, fields, zone));
            await to.WriteAsync(Encoding.UTF8.GetBytes(csv.ToString()), ct);
            csv.Clear();
        }
        while (rows.HasMore);
    }

    static async Task WriteLines(PipeWriter to, Rows rows, CancellationToken ct)
    {
        do
        {
            var bytes = new ArrayBufferWriter<byte>();
            foreach (var (report, filing) in await rows.Next(ct))
            {
                using (var json = new Utf8JsonWriter(bytes, Readable)) ReportShapes.Report(json, report, filing);
                bytes.Write("\n"u8);
            }
            await to.WriteAsync(bytes.WrittenMemory, ct);
        }
        while (rows.HasMore);
    }

    static IEnumerable<string> Cells(Report report, ReportFiling filing, IReadOnlyList<ReportField> fields, TimeZoneInfo zone)
    {
        using var form = JsonDocument.Parse(report.Form);
        var values = form.RootElement.EnumerateArray().ToDictionary(field => field.GetProperty("field_id").GetString()!, field => field.GetProperty("field_value").GetString()!);
        var at = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeSeconds(report.CommitTime), zone);
        return
        [
            $"{report.Id}", at.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture), filing.Cycle, filing.IsLate ? "1" : "0",
            report.From, report.Content.FromName, report.Content.DepartmentName, string.Join(';', report.Content.To.Select(to => to.Name)),
            .. fields.Select(field => values.GetValueOrDefault($"{field.Id}", "")),
        ];
    }

    /// <summary>The reports of a rule, some at a time, each time as of that moment: nobody waits for whoever reads slowly.</summary>
    sealed class Rows(Db db, string tenant, long ruleId, ReportWindow window, long after, long most)
    {
        public long After { get; private set; } = after;

        public bool HasMore { get; private set; } = true;

        public async Task<IReadOnlyList<(Report Report, ReportFiling Filing)>> Next(CancellationToken ct)
        {
            var size = (int)Math.Min(Piece, most);
            var rows = await db.Read(tenant, session => ReportFilings.Page(session, ruleId, window, After, size), ct);
            most -= rows.Count;
            HasMore = rows.Count == size && most > 0;
            if (rows.Count > 0) After = rows[^1].Report.Id;
            return rows;
        }
    }
}
