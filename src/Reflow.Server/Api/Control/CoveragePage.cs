using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Reflow.Server.Control;
using Reflow.Server.Gateway;

namespace Reflow.Server.Api.Control;

/// <summary>The page of the coverage: one style, no script, links instead of filters.</summary>
static class CoveragePage
{
    const string Style = """
        :root{color-scheme:light dark;--line:#c3c8d1;--soft:#555c68;--main:#1f5fd6;--back:#fff;--text:#1b1f27;--note:#fff4d6}
        @media(prefers-color-scheme:dark){:root{--line:#454c58;--soft:#a9b0bd;--main:#7aa7ff;--back:#14171c;--text:#eef0f4;--note:#3a3016}}
        body{margin:0 auto;max-width:80rem;padding:1rem 1.5rem 3rem;background:var(--back);color:var(--text);font:15px/1.45 system-ui,sans-serif}
        a{color:var(--main)}:focus-visible{outline:3px solid var(--main);outline-offset:2px}h1{font-size:1.5rem}h2{font-size:1.2rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:1.5rem 0 .3rem;overflow-wrap:anywhere}
        .note{background:var(--note);padding:.7rem 1rem;border-radius:6px}nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;padding:0}[aria-current]{font-weight:700}
        .wide{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .6rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
        thead th{color:var(--soft);font-weight:600;white-space:nowrap}.soft{color:var(--soft)}code{font-size:.9em}
        """;

    static readonly string StyleHash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)));
    static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>The page of a family, or of all.</summary>
    public static HtmlPage Of(Family? family)
    {
        var html = new StringBuilder($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{(family is { } one ? $"{Coverage.Word(one)} · " : "")}Coverage · Reflow</title>
            <style>{Style}</style>
            </head>
            <body>
            <h1>Coverage</h1>
            <p class="note">{E(Coverage.NeverChecked)}</p>
            <p>Generated from the contract that this server answers by. A refusal is shown by the test that asks for it and compares status, code and texts. The same <a href="/coverage.json{Query(family)}">as JSON</a>.</p>
            <nav aria-label="Families"><ul>
            <li><a href="/coverage"{(family is null ? " aria-current=\"page\"" : "")}>all</a></li>
            {string.Concat(Enum.GetValues<Family>().Select(each => $"<li><a href=\"/coverage{Query(each)}\"{(each == family ? " aria-current=\"page\"" : "")}>{Coverage.Word(each)}</a></li>\n"))}</ul></nav>
            <main>

            """);
        if (family is { } chosen) Family(html, chosen);
        else All(html);
        html.Append("</main>\n</body>\n</html>\n");
        return new(200, html.ToString()) { Headers = [new("Content-Security-Policy", $"default-src 'none'; style-src 'sha256-{StyleHash}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'")] };
    }

    static void All(StringBuilder html)
    {
        html.Append("<h2>Families</h2>\n");
        Table(html, "Operations and refusals by family", ["Family", "Operations served", "planned", "Refusals shown by a test", "only by a fault", "planned"], Enum.GetValues<Family>().Select(family =>
        {
            var operations = Contract.Operations.Where(operation => operation.Family == family).ToList();
            var refusals = Contract.Refusals.Where(row => row.Family == family).ToList();
            return (IReadOnlyList<string>)[$"<a href=\"/coverage{Query(family)}\">{Coverage.Word(family)}</a>", $"{operations.Count(o => o.Served)}", $"{operations.Count(o => !o.Served)}",
                .. new[] { "request", "fault", "planned" }.Select(shown => $"{refusals.Count(row => row.Shown == shown)}")];
        }));
        html.Append("<h2>Where the behaviour comes from</h2>\n");
        Table(html, "Operations and refusals by source", ["Source", "Operations", "Refusals"], Contract.Operations.Select(o => o.Source).Concat(Contract.Refusals.Select(r => r.Source)).Distinct().Order(StringComparer.Ordinal)
            .Select(source => (IReadOnlyList<string>)[E(source), $"{Contract.Operations.Count(o => o.Source == source)}", $"{Contract.Refusals.Count(r => r.Source == source)}"]));
        html.Append("<h2>Operations</h2>\n");
        Table(html, "All operations", ["Family", "Operation", "Route", "State", "Source", "Refusals shown"], Contract.Operations.Select(operation =>
        {
            var refusals = Coverage.Of(operation.Name).ToList();
            return (IReadOnlyList<string>)[Coverage.Word(operation.Family), $"<a href=\"/coverage{Query(operation.Family)}#{E(operation.Name)}\">{E(operation.Name)}</a>", Route(operation), State(operation), E(operation.Source),
                $"{refusals.Count(row => row.ShownBy is not null)} of {refusals.Count}"];
        }));
    }

    static void Family(StringBuilder html, Family family)
    {
        html.Append($"<h2>{Coverage.Word(family)}</h2>\n");
        foreach (var operation in Contract.Operations.Where(operation => operation.Family == family))
        {
            html.Append($"<h3 id=\"{E(operation.Name)}\">{E(operation.Name)}</h3>\n<p>{Route(operation)} <span class=\"soft\">· {State(operation)} · {E(operation.Source)}</span></p>\n");
            Refusals(html, $"Refusals of {operation.Name}", Coverage.Of(operation.Name));
        }
        html.Append("<h3 id=\"shared\">Shared by all operations of the envelope</h3>\n");
        var envelope = family is Gateway.Family.Projects or Gateway.Family.Control ? family : Gateway.Family.Platform;
        Refusals(html, "Shared refusals", Coverage.Of("*").Where(row => row.Refusal.Family == envelope));
    }

    static void Refusals(StringBuilder html, string caption, IEnumerable<CoveredRefusal> refusals)
    {
        var rows = refusals.ToList();
        if (rows is []) html.Append("<p class=\"soft\">No refusals of its own.</p>\n");
        else Table(html, caption, ["Code", "Status", "Text", "When", "Source", "Shown by"], rows.Select(covered => (IReadOnlyList<string>)[
            covered.Refusal.Code == 0 ? "–" : $"{covered.Refusal.Code}", $"{covered.Refusal.Http}", $"<code>{E(covered.Refusal.Message)}</code>", E(covered.Refusal.When), E(covered.Refusal.Source),
            covered.ShownBy is { } shown ? $"{E(shown.Test)}: {E(shown.Scenario)}" : covered.Refusal.Shown is "planned" ? "planned" : "takes a broken or stalled machine"]));
    }

    static void Table(StringBuilder html, string caption, IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows)
    {
        html.Append($"<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{E(caption)}\"><table>\n<thead><tr>{string.Concat(head.Select(cell => $"<th scope=\"col\">{cell}</th>"))}</tr></thead>\n<tbody>\n");
        foreach (var row in rows) html.Append($"<tr>{string.Concat(row.Select((cell, i) => i == 0 ? $"<th scope=\"row\">{cell}</th>" : $"<td>{cell}</td>"))}</tr>\n");
        html.Append("</tbody>\n</table></div>\n");
    }

    static string Route(Operation operation) => $"<code>{operation.Method} {E(operation.Path)}</code>";

    static string State(Operation operation) => operation.Served ? "served" : "planned";

    static string Query(Family? family) => family is { } one ? $"?family={Coverage.Word(one)}" : "";

    static string E(string text) => Encoder.Encode(text);
}
