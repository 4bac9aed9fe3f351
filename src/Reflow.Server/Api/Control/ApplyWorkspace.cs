using System.Globalization;
using System.Text;
using System.Text.Json;
using Reflow.Core;
using Reflow.Server.Control;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>
/// Workspace files over HTTP: GET /reflow/v1/workspace/export writes what there is as such a file, with hashes of secrets when <c>secrets=true</c>; …/schema is the JSON Schema of the format; POST /reflow/v1/workspace/apply makes the data what a file says and answers what that created, changed and left alone; …/validate only looks for faults.
/// The body is the file as JSON, or <c>{"yaml":"…"}</c> with its text; or, with a content type that says YAML, the text itself.
/// </summary>
static class ApplyWorkspace
{
    public static void Serve(Routes routes, Db db, Ids ids, ProjectStore projects)
    {
        routes.Serve("control.workspace.export", async call =>
        {
            var secrets = call.Query("secrets");
            if (secrets is not (null or "true" or "false")) call.Body.Violation("secrets", secrets, "is true or false");
            if (call.Body.Refusal is { } refusal) return refusal;
            var file = await db.ReadAtLength(system => new WorkspaceExport(secrets is "true").Write(system, projects), call.Aborted);
            return Reply.Stream("application/yaml; charset=utf-8", "workspace.yaml", async (to, ct) => await to.WriteAsync(Encoding.UTF8.GetBytes(file), ct));
        });
        routes.Serve("control.workspace.schema", _ => new(Reply.Stream("application/schema+json; charset=utf-8", "workspace.schema.json",
            async (to, ct) => await to.WriteAsync(Encoding.UTF8.GetBytes(Workspace.Schema()), ct))));
        routes.Serve("control.workspace.validate", async call =>
        {
            if (await Read(call) is not { } reading) return call.Body.Refusal!;
            return Reply.Object(json =>
            {
                json.WriteBoolean("valid"u8, reading.Workspace is not null);
                json.WriteNumber("fault_count"u8, reading.FaultCount);
                json.WriteObjects("faults"u8, reading.Faults, fault =>
                {
                    json.WriteString("path"u8, fault.Path);
                    json.WriteNumber("line"u8, fault.Line);
                    json.WriteNumber("column"u8, fault.Column);
                    json.WriteString("sentence"u8, fault.Sentence);
                });
            });
        });
        routes.Serve("control.workspace.apply", async call =>
        {
            if (await Read(call) is not { } reading) return call.Body.Refusal!;
            if (reading.Workspace is not { } workspace) return Faulty(reading.Faults);
            var application = await workspace.Apply(db, ids, call.Now, call.Aborted);
            if (application.Changes is not { } changes) return Faulty(application.Faults);
            if (changes.Any) db.Changed();
            return Reply.Object(json =>
            {
                json.WriteBoolean("changed"u8, changes.Any);
                json.WriteObjects("counts"u8, changes.Counts, count =>
                {
                    json.WriteString("kind"u8, count.Kind);
                    json.WriteNumber("created"u8, count.Created);
                    json.WriteNumber("changed"u8, count.Changed);
                    json.WriteNumber("unchanged"u8, count.Unchanged);
                });
            });
        });
    }

    // JSON is YAML: its lines and columns are those of the body.
    static async ValueTask<WorkspaceReading?> Read(Call call)
    {
        if (ControlDoor.IsYaml(call)) return await Workspace.Read("workspace", call.Http.Request.Body, call.Aborted);
        if (call.Body.Refusal is not null) return null;
        if (!call.Body.Has("yaml")) return Workspace.Parse("workspace", call.Body.Whole.ValueKind is JsonValueKind.Undefined ? "" : call.Body.Whole.GetRawText());
        var yaml = call.Body.RequiredText("yaml");
        return call.Body.Refusal is null ? Workspace.Parse("workspace", yaml) : null;
    }

    static Refusal Faulty(IReadOnlyList<WorkspaceFault> faults) => new(new Error(400, 400, $"{faults[0]}"))
    {
        Fields = [.. faults.Select(fault => new FieldViolation(fault.Path, string.Create(CultureInfo.InvariantCulture, $"{fault.Line}:{fault.Column}"), fault.Sentence))],
    };
}
