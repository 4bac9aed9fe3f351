using System.Text.Json;
using System.Text.RegularExpressions;
using Reflow.Server.Control;
using Xunit;

namespace Reflow.Server.Tests.Control;

/// <summary>The reader, the JSON Schema and the demo workspace know the same format.</summary>
public class WorkspaceFormatTests
{
    static readonly JsonElement Schema = JsonDocument.Parse(Workspace.Schema()).RootElement;

    [Fact]
    public void The_schema_has_every_member_that_the_reader_knows_and_no_other()
    {
        var schema = new SortedDictionary<string, YamlMember>(StringComparer.Ordinal);
        Collect(Schema, "", schema);
        var reader = Workspace.Members();
        Assert.Equal(reader.Keys, schema.Keys);
        Assert.All(reader, member => Assert.Equal((member.Key, member.Value), (member.Key, schema[member.Key])));
    }

    [Fact]
    public void The_demo_workspace_conforms_to_the_schema()
    {
        var demo = new YamlTree("demo", File.ReadAllText(Source("samples/demo.yaml")), []).Read()!;
        Assert.Empty(Breaches(JsonDocument.Parse(YamlJson.Write(demo)).RootElement, Schema, "#"));
    }

    [Fact]
    public void Every_member_is_described() => Assert.Empty(Descriptions(Schema, "#"));

    [Fact]
    public void The_demo_workspace_shows_every_member_at_least_once()
    {
        var lines = File.ReadAllText(Source("samples/demo.yaml"));
        var names = Workspace.Members().Keys.Select(path => path[(path.LastIndexOf('.') + 1)..].Replace("[]", "", StringComparison.Ordinal)).Where(name => name is not "*").Distinct();
        Assert.All(names, name => Assert.Matches($@"[\s{{]{name}:", lines));
    }

    [Fact]
    public void The_demo_workspace_is_what_clients_expect()
    {
        var demo = Workspace.Demo();
        Assert.Equal(["736588c9260f175d", "736588c9260f175e"], demo.Tenants.Select(t => t.Key));
        var first = demo.Tenants[0].Directory;
        Assert.Equal([("cli_a1b2c3d4e5f60001", "*"), ("cli_a1b2c3d4e5f60002", "report:task:readonly")], first.Apps.Select(a => (a.Id, string.Join(',', a.Scopes))));
        Assert.Equal("MII_DEMO00000000001", Assert.Single(first.Plugins).Id);
        Assert.Equal(["1001", "1002", "1003", "1004", "1005"], first.Users.Select(u => u.KunlunId));
        Assert.Equal(first.Users.Select(u => "700000000000000" + u.KunlunId), first.Users.Select(u => u.UserKey));
        Assert.Equal(12, demo.Tenants[0].Tasks.Count);
    }

    [Fact]
    public void The_files_in_samples_are_the_built_in_ones_and_the_demo_names_its_schema()
    {
        Assert.Equal(File.ReadAllText(Source("samples/workspace.schema.json")), Workspace.Schema());
        Assert.StartsWith("# yaml-language-server: $schema=./workspace.schema.json\n", File.ReadAllText(Source("samples/demo.yaml")), StringComparison.Ordinal);
        Assert.Empty(Workspace.Load(Source("samples/demo.yaml")).Faults);
    }

    [Fact]
    public void The_examples_of_the_documentation_can_be_applied()
    {
        var examples = Regex.Matches(File.ReadAllText(Source("docs/workspace.md")), "```yaml\n(.*?)```", RegexOptions.Singleline).Select(m => m.Groups[1].Value).ToList();
        Assert.NotEmpty(examples);
        Assert.All(examples, example => Assert.Equal("", Workspace.Parse("example", example).ToString()));
    }

    internal static string Source(string path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Reflow.slnx"))) folder = folder.Parent!;
        return Path.Combine(folder.FullName, path);
    }

    static void Collect(JsonElement schema, string path, SortedDictionary<string, YamlMember> members)
    {
        if (schema.TryGetProperty("properties", out var properties))
        {
            var required = schema.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(n => n.GetString()).ToHashSet() : [];
            foreach (var property in properties.EnumerateObject())
                Add(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}", required.Contains(property.Name), members);
        }
        if (schema.TryGetProperty("additionalProperties", out var others) && others.ValueKind is JsonValueKind.Object) Add(others, $"{path}.*", false, members);
    }

    static void Add(JsonElement written, string path, bool isRequired, SortedDictionary<string, YamlMember> members)
    {
        var schema = Resolve(written);
        var type = Type(schema);
        members.Add(path, new(type, isRequired, schema.TryGetProperty("enum", out var words) ? $"^({string.Join('|', words.EnumerateArray())})$"
            : schema.TryGetProperty("pattern", out var pattern) ? pattern.GetString() : null));
        if (type is "object") Collect(schema, path, members);
        if (schema.TryGetProperty("items", out var items)) Add(items, path + "[]", true, members);
    }

    static string Type(JsonElement schema)
    {
        if (schema.TryGetProperty("enum", out _)) return "string";
        if (!schema.TryGetProperty("type", out var type)) return "any";
        var types = Types(type).ToList();
        // A text without quotes may look like a number to an editor; the reader takes it as it is written.
        return types is ["string", "integer" or "number"] ? "string" : string.Join('|', types);
    }

    static JsonElement Resolve(JsonElement schema) => schema.TryGetProperty("$ref", out var reference) ? Schema.GetProperty("$defs").GetProperty(reference.GetString()!["#/$defs/".Length..]) : schema;

    /// <summary>Where a document breaks a schema, as far as the keywords that ours uses.</summary>
    static IEnumerable<string> Breaches(JsonElement value, JsonElement written, string path)
    {
        var schema = Resolve(written);
        if (schema.TryGetProperty("type", out var type) && !Types(type).Any(t => Is(value, t))) return [$"{path} is not {type}"];
        if (schema.TryGetProperty("enum", out var words) && !words.EnumerateArray().Any(w => JsonElement.DeepEquals(w, value))) return [$"{path} is none of {words}"];
        return value.ValueKind switch
        {
            JsonValueKind.String => schema.TryGetProperty("pattern", out var pattern) && !Regex.IsMatch(value.GetString()!, pattern.GetString()!) ? [$"{path} does not match {pattern}"] : [],
            JsonValueKind.Array => schema.TryGetProperty("items", out var items) ? value.EnumerateArray().SelectMany((item, i) => Breaches(item, items, $"{path}[{i}]")) : [],
            JsonValueKind.Object => Members(value, schema, path),
            _ => [],
        };
    }

    static IEnumerable<string> Members(JsonElement value, JsonElement schema, string path)
    {
        if (schema.TryGetProperty("required", out var required))
        {
            foreach (var name in required.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _))) yield return $"{path}.{name} is missing";
        }
        foreach (var member in value.EnumerateObject())
        {
            var known = schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(member.Name, out var of)
                || schema.TryGetProperty("patternProperties", out properties) && (of = properties.EnumerateObject().FirstOrDefault(p => Regex.IsMatch(member.Name, p.Name)).Value).ValueKind is not JsonValueKind.Undefined
                || schema.TryGetProperty("additionalProperties", out of) && of.ValueKind is not JsonValueKind.False;
            if (!known && schema.TryGetProperty("additionalProperties", out _)) yield return $"{path}.{member.Name} is not known";
            else if (known && of.ValueKind is JsonValueKind.Object)
                foreach (var breach in Breaches(member.Value, of, $"{path}.{member.Name}")) yield return breach;
        }
    }

    static IEnumerable<string> Types(JsonElement type) => type.ValueKind is JsonValueKind.String ? [type.GetString()!] : type.EnumerateArray().Select(t => t.GetString()!);

    static bool Is(JsonElement value, string type) => type switch
    {
        "string" => value.ValueKind is JsonValueKind.String,
        "integer" => value.ValueKind is JsonValueKind.Number && value.GetRawText().All(c => char.IsAsciiDigit(c) || c == '-'),
        "number" => value.ValueKind is JsonValueKind.Number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "array" => value.ValueKind is JsonValueKind.Array,
        "object" => value.ValueKind is JsonValueKind.Object,
        _ => value.ValueKind is JsonValueKind.Null,
    };

    static IEnumerable<string> Descriptions(JsonElement schema, string path)
    {
        if (schema.TryGetProperty("properties", out var properties))
        {
            foreach (var property in properties.EnumerateObject())
            {
                if (!property.Value.TryGetProperty("description", out _) && !Resolve(property.Value).TryGetProperty("description", out _)) yield return $"{path}/{property.Name}";
                foreach (var deeper in Descriptions(property.Value, $"{path}/{property.Name}")) yield return deeper;
            }
        }
        if (schema.TryGetProperty("$defs", out var definitions))
        {
            foreach (var definition in definitions.EnumerateObject())
                foreach (var deeper in Descriptions(definition.Value, $"{path}/$defs/{definition.Name}")) yield return deeper;
        }
        if (schema.TryGetProperty("items", out var items))
            foreach (var deeper in Descriptions(items, path + "[]")) yield return deeper;
    }
}
