using System.Text.Json;
using System.Text.RegularExpressions;
using Reflow.Server.Gateway;
using Reflow.Server.Tests.TestControls;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>The OpenAPI document of the control plane: it has every operation, is well formed, and says of bodies what is true.</summary>
public class OpenApiTests
{
    static readonly Operation[] Served = [.. Contract.Operations.Where(operation => operation is { Family: Family.Control, Served: true })];

    [Fact]
    public async Task Every_served_operation_is_in_it_once_with_its_route_and_parameters_of_its_path()
    {
        var document = await Document();
        var found = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(method => (
            Name: method.Value.GetProperty("operationId").GetString()!, Method: method.Name.ToUpperInvariant(), Path: Regex.Replace(path.Name, @"\{(\w+)\}", ":$1"), Operation: method.Value))).ToList();
        Assert.Equal(Served.Select(o => (o.Name, o.Method, o.Path)).Order(), found.Select(o => (o.Name, o.Method, o.Path)).Order());
        Assert.All(found, one =>
        {
            var parameters = one.Operation.TryGetProperty("parameters", out var list) ? list.EnumerateArray().ToList() : [];
            Assert.Equal(Regex.Matches(one.Path, @":(\w+)").Select(match => match.Groups[1].Value), parameters.Where(p => p.GetProperty("in").GetString() is "path").Select(p => p.GetProperty("name").GetString()));
            Assert.NotEmpty(one.Operation.GetProperty("summary").GetString()!);
            Assert.All(Contract.Refusals.Where(row => row.Operation == one.Name),
                row => Assert.Contains(row.When, one.Operation.GetProperty("responses").GetProperty($"{row.Http}").GetProperty("description").GetString(), StringComparison.Ordinal));
        });
    }

    /// <summary>As far as OpenAPI 3.1 asks for it of what this document uses.</summary>
    [Fact]
    public async Task It_is_well_formed()
    {
        var document = await Document();
        Members(document, "#", ["openapi", "info", "paths"], ["servers", "security", "components"]);
        Assert.Matches(@"^3\.1\.\d+$", document.GetProperty("openapi").GetString());
        Members(document.GetProperty("info"), "#/info", ["title", "version"], ["description", "license"]);
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            Assert.StartsWith("/", path.Name);
            foreach (var method in path.Value.EnumerateObject())
            {
                Assert.Contains(method.Name, new[] { "get", "post", "put", "delete", "patch" });
                Members(method.Value, path.Name, ["responses"], ["operationId", "summary", "tags", "security", "parameters", "requestBody"]);
                if (method.Value.TryGetProperty("parameters", out var parameters))
                {
                    Assert.Equal(parameters.GetArrayLength(), parameters.EnumerateArray().Select(p => (p.GetProperty("in").GetString(), p.GetProperty("name").GetString())).Distinct().Count());
                    foreach (var parameter in parameters.EnumerateArray()) Members(parameter, path.Name, ["name", "in", "schema", "required"], ["description"]);
                }
                if (method.Value.TryGetProperty("requestBody", out var body)) Content(body.GetProperty("content"));
                foreach (var answer in method.Value.GetProperty("responses").EnumerateObject())
                {
                    Assert.Matches("^[1-5][0-9]{2}$", answer.Name);
                    Members(answer.Value, path.Name, ["description"], ["content"]);
                    Content(answer.Value.GetProperty("content"));
                }
            }
        }
        var schemas = document.GetProperty("components").GetProperty("schemas");
        foreach (Match reference in Regex.Matches(document.ToString(), "\"\\$ref\": \"#/components/schemas/(\\w+)\"")) Assert.True(schemas.TryGetProperty(reference.Groups[1].Value, out _));

        void Content(JsonElement content) => Assert.All(content.EnumerateObject(), type =>
        {
            Assert.Contains('/', type.Name);
            Members(type.Value, type.Name, ["schema"], []);
        });
    }

    // A file is any object; and whoever names a draft, report or item that is not there is told that first.
    static readonly string[] NotAsked = ["control.workspace.apply", "control.workspace.validate", "control.report.draft.update", "control.report.draft.delete", "control.report.draft.submit", "control.report.edit", "control.report.recall", "control.project.node.rollback_preview"];

    public static TheoryData<string, string> BodyMembers => new(Contract.Rows("inputs.tsv").Where(row => row["in"] is "body" && !NotAsked.Contains(row["operation"]))
        .GroupBy(row => row["operation"]).Select(rows => (rows.Key, string.Join(' ', rows.Select(row => row["name"])))));

    [Theory, MemberData(nameof(BodyMembers))]
    public async Task Each_member_of_a_body_is_read_and_a_wrong_type_of_it_refused(string operation, string members)
    {
        await using var desk = await Desk.Start();
        var route = Contract.Operations.Single(known => known.Name == operation);
        var instance = "1000000000000001";
        var task = await desk.Reflow.Db.Read(Demo.Tenant, session => session.Find("select id from flow_task where tenant = $1 and instance = $2 order by id desc limit 1", r => r.GetInt64(0), long.Parse(instance)), TestContext.Current.CancellationToken);
        foreach (var member in members.Split(' '))
        {
            var path = route.Path.Replace(":tenant", Demo.Tenant, StringComparison.Ordinal).Replace(":instance_id", instance, StringComparison.Ordinal).Replace(":task_id", $"{task}", StringComparison.Ordinal)
                .Replace(":rule_id", await Rule(desk), StringComparison.Ordinal);
            path = Regex.Replace(path, ":[a-z_]+", "1");
            var answer = await desk.Reflow.Send(new(route.Method, path, new Dictionary<string, object> { [member] = new[] { Array.Empty<int>() } }, Desk.Admin));
            Assert.True(answer.Status == 400 && answer.Text.Contains(member, StringComparison.Ordinal), $"{member}: {answer.Status} {answer.Text}");
        }
    }

    [Fact]
    public void The_table_of_inputs_names_known_operations_and_every_parameter_that_a_query_is_asked_for()
    {
        var rows = Contract.Rows("inputs.tsv").ToList();
        Assert.Equal(Served.Select(o => o.Name).Order(StringComparer.Ordinal), rows.Where(row => row["in"] is "summary").Select(row => row["operation"]).Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.Contains(row["type"], new[] { "-", "string", "integer", "number", "boolean", "texts", "objects", "object" }));
        Assert.Equal(rows.Count, rows.Select(row => (row["operation"], row["in"], row["name"])).Distinct().Count());
        var asked = Directory.GetFiles(Control.WorkspaceFormatTests.Source("src/Reflow.Server/Api/Control"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Regex.Matches(File.ReadAllText(file), "(?:call\\.Query|call\\.Number|Second\\(call,) ?\\(?\"([a-z_]+)\"").Select(match => match.Groups[1].Value)).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(asked.Except(["page_size", "page_token"]), rows.Where(row => row["in"] is "query").Select(row => row["name"]).Distinct().Order(StringComparer.Ordinal).Except(["page_size", "page_token"]));
    }

    static async Task<string> Rule(Desk desk) => (await desk.Do("GET", $"/tenants/{Demo.Tenant}/reports/rules")).GetProperty("rules")[0].GetProperty("rule_id").GetString()!;

    static async Task<JsonElement> Document()
    {
        await using var reflow = await TestReflow.Start();
        var answer = await reflow.Send(new("GET", "/reflow/v1/openapi.json"));
        Assert.Equal((200, "application/json; charset=utf-8"), (answer.Status, answer.Headers["Content-Type"]));
        return answer.Json;
    }

    static void Members(JsonElement json, string place, string[] required, string[] optional)
    {
        var names = json.EnumerateObject().Select(member => member.Name).ToList();
        Assert.True(required.All(names.Contains) && names.All(name => required.Contains(name) || optional.Contains(name)), $"{place}: {string.Join(' ', names)}");
    }
}
