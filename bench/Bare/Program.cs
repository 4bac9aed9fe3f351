using System.Text.Json;
using System.Text.Json.Serialization;
using Reflow.Bench.Bare;

// What Reflow is compared with: Kestrel and nothing else for reads, Kestrel and a group commit and nothing else for changes.
// bare URL [STORE]: the file of a SQLite, or a connection string of PostgreSQL.
var builder = WebApplication.CreateEmptyBuilder(new());
builder.WebHost.UseKestrelCore().UseUrls(args[0]).ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
var app = builder.Build();
using var rows = args is [_, var store] ? Rows.In(store) : null;
var task = new BareTask("0d38e26e-190a-49e9-93a2-35067763ed01", "Load", "", "", "", "0", "1772438400", "1772438400", "ou_1a2b3c4d5e6f708192a3b4c5d6e7f809",
    new("0", "", false), new("{\"en_us\":\"Bench\"}"), false, 6, [], []);
app.Run(async http =>
{
    if (rows is not null && http.Request.Method == "POST")
    {
        var segments = http.Request.Path.Value!.Split('/');
        await rows.Change(long.Parse(segments[1]), segments[2] == "complete");
    }
    var body = JsonSerializer.SerializeToUtf8Bytes(new(0, "success", rows is null ? new(task) : null), BareJson.Default.Answer);
    http.Response.ContentType = "application/json; charset=utf-8";
    http.Response.ContentLength = body.Length;
    await http.Response.Body.WriteAsync(body);
});
await app.StartAsync();
Console.WriteLine($"Bare is serving on {app.Urls.First()}");
await app.WaitForShutdownAsync();

sealed record Answer(int Code, string Msg, Data? Data);
sealed record Data(BareTask Task);
sealed record Due(string Time, string Timezone, bool IsAllDay);
sealed record Origin(string PlatformI18nName);
sealed record BareTask(
    string Id, string Summary, string Description, string Extra, string Custom, string CompleteTime, string CreateTime, string UpdateTime, string CreatorId,
    Due Due, Origin Origin, bool CanEdit, int Source, string[] Followers, string[] Collaborators);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Answer))]
sealed partial class BareJson : JsonSerializerContext;
