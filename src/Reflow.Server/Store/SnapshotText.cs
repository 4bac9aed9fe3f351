using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Reflow.Server.Store;

/// <summary>
/// A snapshot as text, the same whichever engine it was taken on, one JSON value a line: first <c>{"reflow_snapshot":1,"schema":[1,2,…]}</c>, then for each table
/// <c>{"table":"task","columns":["tenant",…]}</c> and a list of values for each row.
/// </summary>
static class SnapshotText
{
    const int Format = 1;
    static readonly byte[] LineEnd = "\n"u8.ToArray();
    static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes what a database holds.</summary>
    public static async Task Write(SystemSession session, Stream to, CancellationToken ct)
    {
        await Line(to, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("reflow_snapshot"u8, Format);
            json.WriteStartArray("schema"u8);
            foreach (var script in Migrations.Scripts(session.Engine)) json.WriteNumberValue(script.Number);
            json.WriteEndArray();
            json.WriteEndObject();
        }, ct);
        foreach (var (table, columns) in await Tables(session))
        {
            await Line(to, json =>
            {
                json.WriteStartObject();
                json.WriteString("table"u8, table);
                json.WriteStartArray("columns"u8);
                foreach (var column in columns) json.WriteStringValue(column);
                json.WriteEndArray();
                json.WriteEndObject();
            }, ct);
            await foreach (var row in session.Stream($"select {string.Join(", ", columns)} from {table}", columns.Count))
                await Line(to, json =>
                {
                    json.WriteStartArray();
                    foreach (var value in row)
                    {
                        if (value is long number) json.WriteNumberValue(number);
                        else if (value is double real) json.WriteNumberValue(real);
                        else json.WriteStringValue(value as string);
                    }
                    json.WriteEndArray();
                }, ct);
        }
    }

    /// <summary>Reads a text into an empty store; the reason in words when it cannot be one.</summary>
    public static async Task<string?> Read(Stream from, Db db, CancellationToken ct)
    {
        using var lines = new StreamReader(from, new UTF8Encoding(false, throwOnInvalidBytes: true));
        var number = 0;
        try
        {
            return await db.ChangeSystem<string?>(async session =>
            {
                var tables = (await Tables(session)).ToDictionary(t => t.Name, t => t.Columns.ToHashSet());
                string? insert = null;
                var width = 0;
                while (await lines.ReadLineAsync(ct) is { } line)
                {
                    number++;
                    using var json = JsonDocument.Parse(line);
                    var root = json.RootElement;
                    if (number == 1)
                    {
                        if (root.GetProperty("reflow_snapshot").GetInt32() != Format) throw new FormatException("it is of a format that this server does not know");
                        var schema = root.GetProperty("schema").EnumerateArray().Select(n => n.GetInt64()).ToList();
                        if (!schema.SequenceEqual(Migrations.Scripts(session.Engine).Select(script => script.Number))) throw new FormatException("it was taken by another version of Reflow");
                    }
                    else if (root.ValueKind is JsonValueKind.Object)
                    {
                        var table = root.GetProperty("table").GetString()!;
                        var columns = root.GetProperty("columns").EnumerateArray().Select(c => c.GetString()!).ToList();
                        if (!tables.TryGetValue(table, out var known) || columns.Count == 0 || !columns.All(known.Contains)) throw new FormatException($"there is no table {table} with these columns");
                        await session.Write($"delete from {table}");
                        insert = StoreTable.Insert(table, columns);
                        width = columns.Count;
                    }
                    else
                    {
                        var values = root.EnumerateArray().Select(Value).ToArray();
                        if (insert is null || values.Length != width) throw new FormatException("a row does not fit its table");
                        await session.Write(insert, values);
                    }
                }
                return number > 0 ? null : throw new FormatException("it is empty");
            }, ct);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or DecoderFallbackException or StoreException)
        {
            return $"line {Math.Max(number, 1)}: {(e is FormatException ? e.Message : $"it is no line of a snapshot: {e.Message}")}";
        }
    }

    // What remembers which migrations ran is made by them, and what keeps nodes and keys apart, or is counted, belongs to the place and not to the data.
    static async ValueTask<IEnumerable<StoreTable>> Tables(SystemSession session) =>
        (await StoreTable.All(session)).Where(table => table.Name is not ("schema_version" or "node" or "node_number" or "server_key" or "quota"));

    static object? Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetInt64(out var number) ? (object)number : value.GetDouble(),
        _ => throw new FormatException("a value is neither a text nor a number"),
    };

    static async Task Line(Stream to, Action<Utf8JsonWriter> write, CancellationToken ct)
    {
        await using (var json = new Utf8JsonWriter(to, Json))
        {
            write(json);
            await json.FlushAsync(ct);
        }
        await to.WriteAsync(LineEnd, ct);
    }
}
