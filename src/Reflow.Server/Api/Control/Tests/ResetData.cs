using Microsoft.AspNetCore.Http.Features;
using Reflow.Core;
using Reflow.Server.Control;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Tests;

/// <summary>
/// Replaces all data of a test double, while no call is under way: POST /reflow/v1/reset to the workspace or to nothing, and snapshots under <c>/reflow/v1/snapshots</c>.
/// Tokens stay good, as long as their apps are there. The clock is left alone, unless it is told to begin anew.
/// </summary>
static class ResetData
{
    // A call takes milliseconds; what takes longer waits for something that will not come.
    const long LargestUpload = 4L << 30;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static void Serve(Routes routes, TestDouble testing, Resets resets, Snapshots snapshots)
    {
        routes.Serve("control.test.reset", call =>
        {
            var word = call.Body.Text("to") ?? "workspace";
            if (word is not ("workspace" or "nothing")) call.Body.Violation("to", word, "is workspace or nothing");
            return call.Body.Refusal is { } refusal ? new(refusal)
                : Alone(call, testing, async () =>
                {
                    await resets.Reset(word is "nothing" ? Resets.Target.Nothing : Resets.Target.Workspace, CancellationToken.None);
                    testing.Clock.Begun();
                    return Reply.Empty;
                });
        });
        routes.Serve("control.test.snapshot.list", async call =>
        {
            var all = await snapshots.All(call.Aborted);
            return Reply.Object(json =>
            {
                json.WriteObjects("snapshots"u8, all, snapshot =>
                {
                    Write(json, snapshot);
                });
            });
        });
        routes.Serve("control.test.snapshot.save", async call =>
        {
            if (BadName(call) is { } bad) return bad;
            var saved = await snapshots.Save(call.Path("name"), call.Aborted);
            return Reply.Object(json => Write(json, saved));
        });
        routes.Serve("control.test.snapshot.restore", async call => await snapshots.Find(call.Path("name"), call.Aborted) is null ? Missing(call)
            : await Alone(call, testing, async () => await snapshots.Restore(call.Path("name"), CancellationToken.None) ? Reply.Empty : Missing(call)));
        routes.Serve("control.test.snapshot.download", async call => await snapshots.Find(call.Path("name"), call.Aborted) is null ? Missing(call)
            : Reply.Stream("application/jsonl", $"{call.Path("name")}.jsonl", (to, ct) => snapshots.Download(call.Path("name"), to.AsStream(leaveOpen: true), ct)));
        routes.Serve("control.test.snapshot.upload", async call =>
        {
            if (BadName(call) is { } bad) return bad;
            if (call.Http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = LargestUpload;
            if (await snapshots.Upload(call.Path("name"), call.Http.Request.Body, call.Aborted) is { } fault) return new Error(400, 400, $"this is no snapshot: {fault}");
            var taken = await snapshots.Find(call.Path("name"), call.Aborted);
            return Reply.Object(json => Write(json, taken!));
        });
        routes.Serve("control.test.snapshot.delete", async call => await snapshots.Delete(call.Path("name"), call.Aborted) ? Reply.Empty : Missing(call));
    }

    static async ValueTask<Reply> Alone(Call call, TestDouble testing, Func<Task<Reply>> work)
    {
        try
        {
            return await testing.Calls.Alone(work, Patience, call.Aborted);
        }
        catch (TimeoutException)
        {
            return new Error(409, 409, $"calls were still under way after {Patience.TotalSeconds} s; nothing was replaced");
        }
    }

    static Error? BadName(Call call) => Snapshots.IsName(call.Path("name")) ? null
        : new(400, 400, "the name of a snapshot has 1 to 64 letters, digits, '.', '_' and '-', and begins with a letter or a digit");

    static Error Missing(Call call) => FlowControl.Missing($"There is no snapshot {call.Path("name")}.");

    static void Write(System.Text.Json.Utf8JsonWriter json, Copy snapshot)
    {
        json.WriteString("name"u8, snapshot.Name);
        json.WriteNumber("at"u8, snapshot.At);
        json.WriteNumber("bytes"u8, snapshot.Bytes);
    }
}
