using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reflow.Server.Control;
using Reflow.Server.Gateway;

namespace Reflow.Server.Api.Control;

/// <summary>GET /reflow/v1/openapi.json: the control plane as an OpenAPI 3.1 document, made of <c>contract/operations.tsv</c>, <c>inputs.tsv</c> and <c>errors.tsv</c>.</summary>
static class ReadOpenApi
{
    static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };

    /// <summary>What is answered without an envelope.</summary>
    static readonly Dictionary<string, string[]> Files = new()
    {
        ["control.openapi"] = ["application/json"],
        ["control.coverage.page"] = ["text/html", "application/json"],
        ["control.workspace.export"] = ["application/yaml"],
        ["control.workspace.schema"] = ["application/schema+json"],
        ["control.test.snapshot.download"] = ["application/jsonl"],
        ["control.report.export"] = ["text/csv", "application/x-ndjson"],
    };

    static readonly Lazy<byte[]> Document = new(() =>
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Readable)) Write().WriteTo(json);
        return bytes.ToArray();
    });

    public static void Serve(Routes routes) => routes.Serve("control.openapi", static _ => new(Reply.Stream("application/json; charset=utf-8", "openapi.json", async (to, ct) => await to.WriteAsync(Document.Value, ct))));

    static JsonObject Write()
    {
        var inputs = Contract.Rows("inputs.tsv").ToLookup(row => row["operation"]);
        var paths = new JsonObject();
        foreach (var operation in Contract.Operations.Where(operation => operation is { Family: Family.Control, Served: true }))
        {
            var path = string.Join('/', operation.Path.Split('/').Select(segment => segment.StartsWith(':') ? $"{{{segment[1..]}}}" : segment));
            if (!paths.ContainsKey(path)) paths[path] = new JsonObject();
            paths[path]![operation.Method.ToLowerInvariant()] = Operation(operation, [.. inputs[operation.Name]]);
        }
        return new()
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Reflow control plane",
                ["version"] = typeof(ReadOpenApi).Assembly.GetName().Version!.ToString(3),
                ["description"] = "What administrators and test suites see and do beyond Feishu's own calls. Answers are {code, msg, data}; a refusal has the HTTP status as its code and the reason in words as its msg.",
                ["license"] = new JsonObject { ["name"] = "Apache-2.0", ["identifier"] = "Apache-2.0" },
            },
            ["servers"] = Array(new JsonObject { ["url"] = "http://127.0.0.1:7080" }),
            ["security"] = Array(new JsonObject { ["admin"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject { ["admin"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "The admin token: the server prints it when it starts, or takes it from REFLOW_ADMIN_TOKEN." } },
                ["schemas"] = new JsonObject { ["success"] = Envelope("success"), ["refusal"] = Envelope("refusal"), ["workspace"] = new JsonObject { ["$ref"] = "/reflow/v1/workspace/schema" } },
            },
        };
    }

    static JsonObject Operation(Operation operation, IReadOnlyList<IReadOnlyDictionary<string, string>> inputs)
    {
        var json = new JsonObject { ["operationId"] = operation.Name, ["summary"] = inputs.Single(row => row["in"] is "summary")["description"], ["tags"] = Array(operation.Name.Split('.')[1]) };
        if (operation.Tokens is TokenKinds.None) json["security"] = new JsonArray();
        var parameters = operation.Path.Split('/').Where(segment => segment.StartsWith(':')).Select(segment => new JsonObject { ["name"] = segment[1..], ["in"] = "path", ["required"] = true, ["schema"] = Schema("string") })
            .Concat(inputs.Where(row => row["in"] is "query").Select(row => new JsonObject
            {
                ["name"] = row["name"],
                ["in"] = "query",
                ["required"] = row["required"] is "yes",
                ["description"] = row["description"],
                ["schema"] = Schema(row["type"]),
            })).ToArray<JsonNode>();
        if (parameters is not []) json["parameters"] = new JsonArray(parameters);
        if (Body(operation, [.. inputs.Where(row => row["in"] is "body")]) is { } body) json["requestBody"] = new JsonObject { ["content"] = body };
        var types = new JsonObject();
        foreach (var type in Files.GetValueOrDefault(operation.Name, ["application/json"]))
            types[type] = new JsonObject { ["schema"] = Files.ContainsKey(operation.Name) ? new JsonObject() : Reference("success") };
        var answers = new JsonObject { ["200"] = new JsonObject { ["description"] = "It is done.", ["content"] = types } };
        var refusals = Coverage.Of(operation.Name).Concat(operation.Tokens is TokenKinds.None ? [] : Coverage.Of("*").Where(row => row.Refusal.Family is Family.Control));
        foreach (var status in refusals.Select(row => row.Refusal).Where(row => row.Http != 403 || row.Operation != "*" || operation.Name.StartsWith(TestDouble.Operations, StringComparison.Ordinal)).GroupBy(row => row.Http).OrderBy(group => group.Key))
            answers[$"{status.Key}"] = new JsonObject
            {
                ["description"] = string.Join('\n', status.Select(row => $"- {row.Message}: {row.When}")),
                ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = Reference("refusal") } },
            };
        json["responses"] = answers;
        return json;
    }

    static JsonObject? Body(Operation operation, IReadOnlyList<IReadOnlyDictionary<string, string>> members)
    {
        if (operation.Name is "control.test.snapshot.upload") return new() { ["application/jsonl"] = new JsonObject { ["schema"] = new JsonObject() } };
        if (operation.Name is "control.flow.definition.validate" or "control.flow.definition.deploy") return new() { ["application/json"] = new JsonObject { ["schema"] = Schema("object") } };
        if (members is []) return null;
        var properties = new JsonObject();
        foreach (var row in members)
        {
            var schema = Schema(row["type"]);
            schema["description"] = row["description"];
            properties[row["name"]] = schema;
        }
        var json = new JsonObject { ["type"] = "object", ["properties"] = properties };
        JsonNode[] required = [.. members.Where(row => row["required"] is "yes").Select(row => JsonValue.Create(row["name"]))];
        if (required is not []) json["required"] = new JsonArray(required);
        if (!operation.Name.StartsWith("control.workspace.", StringComparison.Ordinal)) return new() { ["application/json"] = new JsonObject { ["schema"] = json } };
        json["required"] = Array("yaml");
        return new()
        {
            ["application/json"] = new JsonObject { ["schema"] = new JsonObject { ["oneOf"] = Array(Reference("workspace"), json) } },
            ["application/yaml"] = new JsonObject { ["schema"] = Reference("workspace") },
        };
    }

    static JsonObject Schema(string type) => type switch
    {
        "texts" => new() { ["type"] = "array", ["items"] = Schema("string") },
        "objects" => new() { ["type"] = "array", ["items"] = Schema("object") },
        _ => new() { ["type"] = type },
    };

    static JsonObject Envelope(string kind)
    {
        var properties = new JsonObject { ["code"] = Schema("integer"), ["msg"] = Schema("string") };
        if (kind is "success") properties["data"] = Schema("object");
        else properties["error"] = Schema("object");
        return new() { ["type"] = "object", ["required"] = Array("code", "msg"), ["properties"] = properties };
    }

    static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };

    static JsonArray Array(params JsonNode[] items) => new(items);
}
