using System.Text.Json;
using Reflow.Server.Control;
using Reflow.Server.Gateway;

namespace Reflow.Server.Api.Control;

/// <summary>
/// GET /coverage tells of every operation and refusal whether it is served, where its behaviour is from, and which test shows it: a page, or JSON for whoever accepts
/// JSON alone or asks for /coverage.json. <c>family</c> names one family; without, the page has the operations of all and the refusals of none.
/// </summary>
static class ReadCoverage
{
    public static void Serve(Routes routes)
    {
        routes.Serve("control.coverage.page", call => new(Family(call, out var family) is { } refusal ? refusal
            : call.Http.Request.Headers.Accept.ToString().StartsWith("application/json", StringComparison.OrdinalIgnoreCase) ? Json(family) : CoveragePage.Of(family)));
        routes.Serve("control.coverage.get", call => new(Family(call, out var family) is { } refusal ? refusal : Json(family)));
    }

    static Refusal? Family(Call call, out Family? family)
    {
        family = null;
        if (call.Query("family") is not { } name) return null;
        family = Enum.GetValues<Family>().Cast<Family?>().FirstOrDefault(known => Coverage.Word(known!.Value) == name);
        if (family is null) call.Body.Violation("family", name, $"is one of {string.Join(", ", Enum.GetValues<Family>().Select(Coverage.Word))}");
        return call.Body.Refusal;
    }

    static Reply Json(Family? family) => Reply.Object(json =>
    {
        json.WriteBoolean("checked_against_feishu"u8, false);
        json.WriteString("never_checked"u8, Coverage.NeverChecked);
        json.WriteObjects("operations"u8, Contract.Operations.Where(operation => family is null || operation.Family == family), operation =>
        {
            json.WriteString("family"u8, Coverage.Word(operation.Family));
            json.WriteString("operation"u8, operation.Name);
            json.WriteString("method"u8, operation.Method);
            json.WriteString("path"u8, operation.Path);
            json.WriteString("state"u8, operation.Served ? "served" : "planned");
            json.WriteString("source"u8, operation.Source);
            Write(json, Coverage.Of(operation.Name));
        });
        json.WriteObjects("shared"u8, Coverage.Of("*").GroupBy(row => row.Refusal.Family).Where(envelope => family is null || envelope.Key == family), envelope =>
        {
            json.WriteString("family"u8, Coverage.Word(envelope.Key));
            Write(json, envelope);
        });
    });

    static void Write(Utf8JsonWriter json, IEnumerable<CoveredRefusal> refusals)
    {
        json.WriteStartArray("refusals"u8);
        foreach (var (row, shown) in refusals)
        {
            json.WriteStartObject();
            json.WriteNumber("code"u8, row.Code);
            json.WriteNumber("http"u8, row.Http);
            json.WriteString("msg"u8, row.Message);
            if (row.Detail is not "-") json.WriteString("detail"u8, row.Detail);
            json.WriteString("when"u8, row.When);
            json.WriteString("state"u8, row.Shown is "planned" ? "planned" : "served");
            json.WriteString("shown"u8, row.Shown);
            json.WriteString("source"u8, row.Source);
            if (shown is not null)
            {
                json.WriteString("test"u8, shown.Test);
                json.WriteString("scenario"u8, shown.Scenario);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
